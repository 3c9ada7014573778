# mistake: The cosine goes up again beyond the end.
# fails: schedule-edges
# %% schedule
def warmup_cosine(step, peak, warmup, total, floor=0.0):
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = (step - warmup) / (total - warmup)
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2
