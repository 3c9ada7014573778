# mistake: The cosine begins at step 0, under the warm-up.
# fails: schedule-values
# may fail: schedule-edges
# %% schedule
def warmup_cosine(step, peak, warmup, total, floor=0.0):
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= total:
        return floor
    progress = step / total
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2
