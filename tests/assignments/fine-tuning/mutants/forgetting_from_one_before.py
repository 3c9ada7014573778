# mistake: The last row is compared with the one before it.
# fails: forgetting-values
# %% forgetting
def forgetting(accuracies: Tensor) -> Tensor:
    return accuracies[-2] - accuracies[-1]
