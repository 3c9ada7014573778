# mistake: The right class gets 1 - epsilon, without its share of epsilon.
# fails: smooth-labels
# %% labels
def smooth_labels(labels, n_classes, smoothing):
    soft = torch.full((len(labels), n_classes), smoothing / n_classes)
    soft[torch.arange(len(labels)), labels] = 1 - smoothing
    return soft
