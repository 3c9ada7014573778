# mistake: The rate follows the first quarter of a cosine.
# fails: schedule-values
# may fail: schedule-edges
# %% schedule
def warmup_cosine(step, peak, warmup, total, floor=0.0):
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= total:
        return floor
    progress = (step - warmup) / (total - warmup)
    return floor + (peak - floor) * math.cos(math.pi / 2 * progress)
