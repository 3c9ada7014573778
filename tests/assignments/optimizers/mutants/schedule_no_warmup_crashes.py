# mistake: Without warm-up there is a division by zero.
# fails: schedule-edges
# %% schedule
def warmup_cosine(step, peak, warmup, total, floor=0.0):
    ramp = peak * (step + 1) / warmup
    if step < warmup:
        return ramp
    if step >= total:
        return floor
    progress = (step - warmup) / (total - warmup)
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2
