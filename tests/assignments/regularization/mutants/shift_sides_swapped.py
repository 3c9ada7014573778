# mistake: Height and width are taken for each other.
# fails: shift-values
# may fail: shift-random
# %% augmentation
def random_shift(images, max_shift):
    n, w, h = images.shape
    padded = F.pad(images, (max_shift,) * 4)
    out = []
    for i in range(n):
        top, left = torch.randint(0, 2 * max_shift + 1, (2,)).tolist()
        out.append(padded[i, top : top + h, left : left + w])
    return torch.stack(out) if out else images


def cutout(images, size):
    n, h, w = images.shape
    out = images.clone()
    for i in range(n):
        top = int(torch.randint(0, h - size + 1, ()))
        left = int(torch.randint(0, w - size + 1, ()))
        out[i, top : top + size, left : left + size] = 0
    return out
