# mistake: Forgetting is measured from the first row, not from the best.
# fails: forgetting-values
# %% forgetting
def forgetting(accuracies: Tensor) -> Tensor:
    return accuracies[0] - accuracies[-1]
