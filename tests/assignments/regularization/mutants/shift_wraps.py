# mistake: What leaves on one side comes in on the other.
# fails: shift-values
# %% augmentation
def random_shift(images, max_shift):
    moves = torch.randint(-max_shift, max_shift + 1, (len(images), 2)).tolist()
    return (
        torch.stack([image.roll(move, (0, 1)) for image, move in zip(images, moves)])
        if len(images)
        else images
    )


def cutout(images, size):
    n, h, w = images.shape
    out = images.clone()
    for i in range(n):
        top = int(torch.randint(0, h - size + 1, ()))
        left = int(torch.randint(0, w - size + 1, ()))
        out[i, top : top + size, left : left + size] = 0
    return out
