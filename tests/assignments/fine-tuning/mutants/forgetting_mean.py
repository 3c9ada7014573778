# mistake: One number, the mean over the tasks, is returned.
# fails: forgetting-values
# %% forgetting
def forgetting(accuracies: Tensor) -> Tensor:
    return (accuracies[:-1].amax(0) - accuracies[-1]).mean()
