# mistake: The border is repeated where zeros should come in.
# fails: shift-values
# may fail: shift-random
# %% augmentation
def random_shift(images, max_shift):
    n, h, w = images.shape
    if n == 0 or max_shift == 0:
        return images.clone()
    padded = F.pad(images[None], (max_shift,) * 4, mode="replicate")[0]
    out = torch.empty_like(images)
    for i in range(n):
        top, left = torch.randint(0, 2 * max_shift + 1, (2,)).tolist()
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
