# mistake: The number of classes is taken from the largest label of the batch.
# fails: smooth-labels
# %% labels
def smooth_labels(labels, n_classes, smoothing):
    hot = F.one_hot(labels).float()
    return (1 - smoothing) * hot + smoothing / hot.shape[1]
