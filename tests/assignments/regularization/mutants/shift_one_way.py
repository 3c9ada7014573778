# mistake: Images move down and right only.
# fails: shift-random
# %% augmentation
def random_shift(images, max_shift):
    n, h, w = images.shape
    out = torch.zeros_like(images)
    for i in range(n):
        dy, dx = torch.randint(0, max_shift + 1, (2,)).tolist()
        out[i, dy:, dx:] = images[i, : h - dy, : w - dx]
    return out


def cutout(images, size):
    n, h, w = images.shape
    out = images.clone()
    for i in range(n):
        top = int(torch.randint(0, h - size + 1, ()))
        left = int(torch.randint(0, w - size + 1, ()))
        out[i, top : top + size, left : left + size] = 0
    return out
