# mistake: The floor is added to a cosine of full height.
# fails: schedule-edges
# %% schedule
def warmup_cosine(step, peak, warmup, total, floor=0.0):
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= total:
        return floor
    progress = (step - warmup) / (total - warmup)
    return floor + peak * (1 + math.cos(math.pi * progress)) / 2
