# style: Works in place on copies of its own, and keeps buffers by mul_ and add_.
# %% penalties
def l2_penalty(parameters, strength):
    total = None
    for w in parameters:
        term = w.pow(2).sum()
        total = term if total is None else total + term
    return total.mul(strength).div(2)


def l1_penalty(parameters, strength):
    return torch.stack([w.abs().sum() for w in parameters]).sum().mul(strength)


# %% prox
def soft_threshold(v, threshold):
    out = v.clone()
    out[v.abs() <= threshold] = 0
    out[v > threshold] -= threshold
    out[v < -threshold] += threshold
    return out


# %% dropout
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0.0 or p > 1.0:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p

    def forward(self, x):
        if self.training and self.p > 0:
            drop = torch.empty_like(x, dtype=torch.float32).uniform_() < self.p
            x = x.masked_fill(drop, 0.0)
            if self.p < 1:
                x = x / (1 - self.p)
        return x


# %% bn-module
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.register_parameter("weight", nn.Parameter(torch.empty(num_features)))
        self.register_parameter("bias", nn.Parameter(torch.empty(num_features)))
        nn.init.ones_(self.weight)
        nn.init.zeros_(self.bias)
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.eps, self.momentum = eps, momentum

    def forward(self, x):
        if self.training and x.shape[0] == 1:
            raise ValueError("expected more than 1 value per channel when training")
        if self.training:
            n = x.shape[0]
            mu = x.mean(dim=0, keepdim=True)
            centred = x - mu
            var = centred.pow(2).mean(dim=0, keepdim=True)
            self.running_mean.mul_(1 - self.momentum).add_(
                mu.detach().squeeze(0), alpha=self.momentum
            )
            self.running_var.mul_(1 - self.momentum).add_(
                var.detach().squeeze(0), alpha=self.momentum * n / (n - 1)
            )
        else:
            centred, var = x - self.running_mean, self.running_var
        return torch.addcmul(self.bias, centred / (var + self.eps).sqrt(), self.weight)


# %% norms
def layer_norm(x, weight, bias, eps):
    half = x.dtype in (torch.half, torch.bfloat16)
    y = x.float() if half else x.clone()
    y = y - y.mean(dim=-1, keepdim=True)
    y = y / y.pow(2).mean(dim=-1, keepdim=True).add(eps).sqrt()
    y = y.mul(weight).add(bias)
    return y.to(x.dtype)


def rms_norm(x, weight, eps):
    half = x.dtype in (torch.half, torch.bfloat16)
    y = x.float() if half else x
    y = y * torch.rsqrt(y.pow(2).mean(dim=-1, keepdim=True) + eps)
    return y.to(x.dtype) * weight


# %% labels
def smooth_labels(labels, n_classes, smoothing):
    soft = torch.zeros(labels.shape[0], n_classes)
    soft.fill_(smoothing / n_classes)
    soft.scatter_add_(1, labels.unsqueeze(1), torch.full((len(labels), 1), 1 - smoothing))
    return soft


# %% augmentation
def random_shift(images, max_shift):
    n, h, w = images.shape
    out = images.new_zeros(n, h + 2 * max_shift, w + 2 * max_shift)
    for i, image in enumerate(images):
        dy = int(torch.randint(-max_shift, max_shift + 1, (1,)))
        dx = int(torch.randint(-max_shift, max_shift + 1, (1,)))
        y, x = max_shift + dy, max_shift + dx
        out[i, y : y + h, x : x + w] += image
    return out[:, max_shift : max_shift + h, max_shift : max_shift + w]


def cutout(images, size):
    mask = torch.ones_like(images)
    for m in mask:
        y = torch.randint(m.shape[0] - size + 1, (1,)).item()
        x = torch.randint(m.shape[1] - size + 1, (1,)).item()
        m[y : y + size, x : x + size] = 0
    return images * mask
