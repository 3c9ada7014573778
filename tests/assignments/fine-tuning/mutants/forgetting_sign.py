# mistake: The sign is the wrong way round.
# fails: forgetting-values
# %% forgetting
def forgetting(accuracies: Tensor) -> Tensor:
    return accuracies[-1] - accuracies[:-1].amax(0)
