# mistake: The cosine goes to zero and is cut off at the floor.
# fails: schedule-edges
# %% schedule
def warmup_cosine(step, peak, warmup, total, floor=0.0):
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= total:
        return floor
    progress = (step - warmup) / (total - warmup)
    return max(floor, peak * (1 + math.cos(math.pi * progress)) / 2)
