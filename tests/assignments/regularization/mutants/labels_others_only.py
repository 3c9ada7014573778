# mistake: epsilon is spread over the other K - 1 classes.
# fails: smooth-labels
# %% labels
def smooth_labels(labels, n_classes, smoothing):
    soft = torch.full((len(labels), n_classes), smoothing / (n_classes - 1))
    soft[torch.arange(len(labels)), labels] = 1 - smoothing
    return soft
