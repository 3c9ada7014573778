# mistake: As many pixels as the square has are set to zero, but one here and one there.
# fails: cutout-values
# may fail: cutout-random
# %% augmentation
def random_shift(images, max_shift):
    n, h, w = images.shape
    out = torch.zeros_like(images)
    for i in range(n):
        dy, dx = torch.randint(-max_shift, max_shift + 1, (2,)).tolist()
        out[i, max(dy, 0) : h + min(dy, 0), max(dx, 0) : w + min(dx, 0)] = images[
            i, max(-dy, 0) : h + min(-dy, 0), max(-dx, 0) : w + min(-dx, 0)
        ]
    return out


def cutout(images, size):
    n, h, w = images.shape
    out = images.clone().reshape(n, h * w)
    for i in range(n):
        out[i, torch.randperm(h * w)[: size * size]] = 0
    return out.reshape(n, h, w)
