# mistake: epsilon / K is added to the one-hot labels, and nothing is taken away.
# fails: smooth-labels
# %% labels
def smooth_labels(labels, n_classes, smoothing):
    return F.one_hot(labels, n_classes).float() + smoothing / n_classes
