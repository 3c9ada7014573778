# mistake: Negative forgetting is cut off at zero.
# fails: forgetting-values
# %% forgetting
def forgetting(accuracies: Tensor) -> Tensor:
    return (accuracies[:-1].amax(0) - accuracies[-1]).clamp(min=0)
