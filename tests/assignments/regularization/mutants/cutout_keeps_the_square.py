# mistake: All but the square is set to zero.
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
    out = torch.zeros_like(images)
    for i in range(n):
        top, left = int(torch.randint(0, h - size + 1, ())), int(torch.randint(0, w - size + 1, ()))
        out[i, top : top + size, left : left + size] = images[
            i, top : top + size, left : left + size
        ]
    return out
