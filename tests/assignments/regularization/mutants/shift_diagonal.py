# mistake: Both directions use the same number.
# fails: shift-random
# %% augmentation
def random_shift(images, max_shift):
    n, h, w = images.shape
    padded = F.pad(images, (max_shift,) * 4)
    out = torch.empty_like(images)
    for i in range(n):
        by = int(torch.randint(0, 2 * max_shift + 1, ()))
        out[i] = padded[i, by : by + h, by : by + w]
    return out


def cutout(images, size):
    n, h, w = images.shape
    out = images.clone()
    for i in range(n):
        top = int(torch.randint(0, h - size + 1, ()))
        left = int(torch.randint(0, w - size + 1, ()))
        out[i, top : top + size, left : left + size] = 0
    return out
