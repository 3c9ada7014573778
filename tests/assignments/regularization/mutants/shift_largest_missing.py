# mistake: The largest shift to one side never happens, since the upper end is exclusive.
# fails: shift-random
# %% augmentation
def random_shift(images, max_shift):
    n, h, w = images.shape
    padded = F.pad(images, (max_shift,) * 4)
    out = torch.empty_like(images)
    for i in range(n):
        top, left = torch.randint(0, 2 * max_shift, (2,)).tolist() if max_shift else (0, 0)
        out[i] = padded[i, top : top + h, left : left + w]
    return out


def cutout(images, size):
    n, h, w = images.shape
    out = images.clone()
    for i in range(n):
        top = int(torch.randint(0, h - size + 1, ()))
        left = int(torch.randint(0, w - size + 1, ()))
        out[i, top : top + size, left : left + size] = 0
    return out
