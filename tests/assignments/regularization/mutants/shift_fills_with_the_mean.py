# mistake: What comes in has the mean of the images, not zero.
# fails: shift-values
# may fail: shift-random
# %% augmentation
def random_shift(images, max_shift):
    n, h, w = images.shape
    moved = torch.full_like(images, images.mean() if n else 0.0)
    for i in range(n):
        dy, dx = (int(torch.randint(-max_shift, max_shift + 1, ())) for _ in range(2))
        moved[i, max(dy, 0) : h + min(dy, 0), max(dx, 0) : w + min(dx, 0)] = images[
            i, max(-dy, 0) : h + min(-dy, 0), max(-dx, 0) : w + min(-dx, 0)
        ]
    return moved


def cutout(images, size):
    n, h, w = images.shape
    result = images.clone()
    for i in range(n):
        top, left = int(torch.randint(h - size + 1, ())), int(torch.randint(w - size + 1, ()))
        result[i, top : top + size, left : left + size] = 0
    return result
