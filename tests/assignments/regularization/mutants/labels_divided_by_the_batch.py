# mistake: epsilon is divided by the size of the batch.
# fails: smooth-labels
# %% labels
def smooth_labels(labels, n_classes, smoothing):
    return (1 - smoothing) * F.one_hot(labels, n_classes).float() + smoothing / len(labels)
