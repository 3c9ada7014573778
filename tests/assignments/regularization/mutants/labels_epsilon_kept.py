# mistake: epsilon is what the label keeps.
# fails: smooth-labels
# %% labels
def smooth_labels(labels, n_classes, smoothing):
    return smoothing * F.one_hot(labels, n_classes).float() + (1 - smoothing) / n_classes
