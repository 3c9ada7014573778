# mistake: The maximum is taken over tasks.
# fails: forgetting-values
# %% forgetting
def forgetting(accuracies: Tensor) -> Tensor:
    return accuracies[:-1].amax(1).max() - accuracies[-1]
