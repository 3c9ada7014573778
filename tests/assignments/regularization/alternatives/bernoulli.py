# style: Other random numbers: bernoulli, uniform_, argsort of noise, gamma variables.
# %% dropout
class Dropout(nn.Module):
    def __init__(self, p: float = 0.5):
        super().__init__()
        if p > 1 or p < 0:
            raise ValueError("p")
        self.keep = 1 - p

    def forward(self, x):
        if not self.training:
            return x
        if not self.keep:
            return torch.zeros_like(x) + 0 * x
        mask = torch.bernoulli(torch.full(x.shape, self.keep)).to(x.dtype)
        return mask.div(self.keep) * x


# %% mixup
def mixup(x, target, alpha):
    if alpha == 0:
        return x.clone(), target.clone()
    one, other = np.random.gamma(alpha), np.random.gamma(alpha)
    lam = one / (one + other) if one + other > 0 else float(np.random.rand() < 0.5)
    partner = torch.rand(len(x)).argsort()
    return torch.lerp(x[partner], x, lam), torch.lerp(target[partner], target, lam)


# %% augmentation
def random_shift(images, max_shift):
    n, h, w = images.shape
    dy = (torch.rand(n, 1, 1) * (2 * max_shift + 1)).floor().long() - max_shift
    dx = (torch.rand(n, 1, 1) * (2 * max_shift + 1)).floor().long() - max_shift
    rows = torch.arange(h).view(1, h, 1) - dy
    columns = torch.arange(w).view(1, 1, w) - dx
    inside = (rows >= 0) & (rows < h) & (columns >= 0) & (columns < w)
    found = images[torch.arange(n).view(n, 1, 1), rows.clamp(0, h - 1), columns.clamp(0, w - 1)]
    return found * inside


def cutout(images, size):
    n, h, w = images.shape
    place = torch.randint((h - size + 1) * (w - size + 1), (n,))
    top, left = place // (w - size + 1), place % (w - size + 1)
    rows = torch.zeros(n, h, dtype=torch.bool)
    columns = torch.zeros(n, w, dtype=torch.bool)
    for i in range(n):
        rows[i, top[i] : top[i] + size] = True
        columns[i, left[i] : left[i] + size] = True
    return torch.where(rows[:, :, None] & columns[:, None, :], torch.zeros_like(images), images)
