# mistake: The centre lies anywhere, as in the paper, so that the square is cut off at the border.
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
    out = images.clone()
    for i in range(n):
        y, x = int(torch.randint(0, h, ())), int(torch.randint(0, w, ()))
        top, left = y - size // 2, x - size // 2
        out[i, max(top, 0) : max(top + size, 0), max(left, 0) : max(left + size, 0)] = 0
    return out
