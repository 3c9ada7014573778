# mistake: The last row takes part in the maximum, so nothing is ever negative.
# fails: forgetting-values
# %% forgetting
def forgetting(accuracies: Tensor) -> Tensor:
    return accuracies.amax(0) - accuracies[-1]
