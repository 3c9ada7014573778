# mistake: The warm-up is one step too long.
# fails: schedule-values
# %% schedule
def warmup_cosine(step, peak, warmup, total, floor=0.0):
    if warmup and step <= warmup:
        return peak * (step + 1) / (warmup + 1)
    if step >= total:
        return floor
    progress = (step - warmup) / (total - warmup)
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2
