# mistake: The batch itself is changed.
# fails: shift-values
# %% augmentation
def random_shift(images, max_shift):
    n, h, w = images.shape
    padded = F.pad(images, (max_shift,) * 4)
    for i in range(n):
        top, left = torch.randint(0, 2 * max_shift + 1, (2,)).tolist()
        images[i] = padded[i, top : top + h, left : left + w]
    return images


def cutout(images, size):
    n, h, w = images.shape
    out = images.clone()
    for i in range(n):
        top = int(torch.randint(0, h - size + 1, ()))
        left = int(torch.randint(0, w - size + 1, ()))
        out[i, top : top + size, left : left + size] = 0
    return out
