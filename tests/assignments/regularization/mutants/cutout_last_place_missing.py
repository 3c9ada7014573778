# mistake: The square never touches the lower and the right border.
# fails: cutout-random
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
        top, left = (
            int(torch.randint(0, max(h - size, 1), ())),
            int(torch.randint(0, max(w - size, 1), ())),
        )
        out[i, top : top + size, left : left + size] = 0
    return out
