# style: numpy where no gradients are asked for, and its random numbers.
# %% prox
def soft_threshold(v, threshold):
    a = v.detach().numpy()
    return torch.from_numpy(
        np.asarray(np.sign(a) * np.maximum(np.abs(a) - a.dtype.type(threshold), 0))
    )


# %% prox-gradient
def proximal_step(w, gradient, rate, strength):
    moved = w.detach().numpy() - rate * gradient.numpy()
    return torch.tensor(
        np.sign(moved) * np.clip(np.abs(moved) - rate * strength, 0, None), dtype=w.dtype
    )


# %% dropout
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not (p >= 0 and p <= 1):
            raise ValueError
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        factor = np.random.binomial(1, 1 - self.p, size=tuple(x.shape)) / max(1 - self.p, 1e-30)
        return x * torch.as_tensor(factor, dtype=x.dtype)


# %% bn-functions
def batch_norm_forward(x, weight, bias, eps):
    x, weight, bias = (t.detach().numpy() for t in (x, weight, bias))
    centred = x - x.mean(axis=0)
    return torch.from_numpy(weight * centred / np.sqrt(x.var(axis=0) + x.dtype.type(eps)) + bias)


def batch_norm_backward(grad_output, x, weight, eps):
    g, x, w = (t.detach().numpy() for t in (grad_output, x, weight))
    n = x.shape[0]
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    inv = 1 / np.sqrt(var + eps)
    hat = (x - mu) * inv
    dhat = g * w
    dvar = np.sum(dhat * (x - mu), axis=0) * -0.5 * inv**3
    dmu = np.sum(-dhat * inv, axis=0) + dvar * np.mean(-2 * (x - mu), axis=0)
    dx = dhat * inv + dvar * 2 * (x - mu) / n + dmu / n
    return (
        torch.from_numpy(dx),
        torch.from_numpy(np.sum(g * hat, axis=0)),
        torch.from_numpy(np.sum(g, axis=0)),
    )


# %% labels
def smooth_labels(labels, n_classes, smoothing):
    hot = np.eye(n_classes, dtype=np.float32)[labels.numpy()]
    return torch.from_numpy(np.float32(1 - smoothing) * hot + np.float32(smoothing / n_classes))


# %% mixup
def mixup(x, target, alpha):
    lam = 1.0
    if alpha:
        lam = np.random.beta(alpha, alpha)
    order = np.random.permutation(x.shape[0])
    return lam * x + (1 - lam) * x[order], lam * target + (1 - lam) * target[order]


# %% augmentation
def random_shift(images, max_shift):
    a = images.numpy()
    n, h, w = a.shape
    padded = np.pad(a, ((0, 0), (max_shift, max_shift), (max_shift, max_shift)))
    tops = np.random.randint(0, 2 * max_shift + 1, n)
    lefts = np.random.randint(0, 2 * max_shift + 1, n)
    rows = tops[:, None, None] + np.arange(h)[None, :, None]
    columns = lefts[:, None, None] + np.arange(w)[None, None, :]
    return torch.from_numpy(padded[np.arange(n)[:, None, None], rows, columns])


def cutout(images, size):
    a = images.numpy().copy()
    n, h, w = a.shape
    for image, top, left in zip(
        a, np.random.randint(0, h - size + 1, n), np.random.randint(0, w - size + 1, n)
    ):
        image[top : top + size, left : left + size] = 0
    return torch.from_numpy(a)
