# style: Loops over rows, features and examples, as if there were no broadcasting.
# %% penalties
def l2_penalty(parameters, strength):
    total = 0.0
    for w in parameters:
        for number in w.reshape(-1):
            total = total + number * number
    return strength * total / 2


def l1_penalty(parameters, strength):
    total = 0.0
    for w in parameters:
        for number in w.reshape(-1):
            total = total + abs(number)
    return strength * total


# %% prox
def soft_threshold(v, threshold):
    flat = v.reshape(-1)
    out = torch.zeros_like(flat)
    for i, number in enumerate(flat.tolist()):
        if number > threshold:
            out[i] = number - threshold
        elif number < -threshold:
            out[i] = number + threshold
    return out.reshape(v.shape)


# %% bn-functions
def batch_norm_forward(x, weight, bias, eps):
    columns = []
    for j in range(x.shape[1]):
        column = x[:, j]
        mean = column.sum() / len(column)
        variance = ((column - mean) ** 2).sum() / len(column)
        columns.append(weight[j] * (column - mean) / torch.sqrt(variance + eps) + bias[j])
    return torch.stack(columns, dim=1)


def batch_norm_backward(grad_output, x, weight, eps):
    n, d = x.shape
    grad_x, grad_weight, grad_bias = (
        torch.zeros_like(x),
        torch.zeros_like(weight),
        torch.zeros_like(weight),
    )
    for j in range(d):
        mean = x[:, j].sum() / n
        variance = ((x[:, j] - mean) ** 2).sum() / n
        root = torch.sqrt(variance + eps)
        hat = (x[:, j] - mean) / root
        for i in range(n):
            grad_weight[j] += grad_output[i, j] * hat[i]
            grad_bias[j] += grad_output[i, j]
        for i in range(n):
            grad_x[i, j] = (
                weight[j]
                / (n * root)
                * (n * grad_output[i, j] - grad_bias[j] - hat[i] * grad_weight[j])
            )
    return grad_x, grad_weight, grad_bias


# %% norms
def layer_norm(x, weight, bias, eps):
    wide = x.to(torch.float64)
    rows = wide.reshape(-1, x.shape[-1])
    out = torch.empty_like(rows)
    for i in range(len(rows)):
        mean = rows[i].mean()
        out[i] = (rows[i] - mean) / ((rows[i] - mean) ** 2).mean().add(
            eps
        ).sqrt() * weight.double() + bias.double()
    return out.reshape(x.shape).to(x.dtype)


def rms_norm(x, weight, eps):
    rows = x.to(torch.float64).reshape(-1, x.shape[-1])
    out = [row / (row.square().mean() + eps).sqrt() * weight.double() for row in rows]
    return torch.stack(out).reshape(x.shape).to(x.dtype) if out else x.clone()


# %% labels
def smooth_labels(labels, n_classes, smoothing):
    rows = [
        [smoothing / n_classes + (1 - smoothing if k == label else 0.0) for k in range(n_classes)]
        for label in labels.tolist()
    ]
    return torch.tensor(rows)


# %% soft-ce
def soft_cross_entropy(logits, target):
    total = 0
    for z, q in zip(logits, target):
        z = z - z.max()
        total = total - sum(q[k] * (z[k] - torch.log(torch.exp(z).sum())) for k in range(len(z)))
    return total / len(logits)


# %% mixup
def mixup(x, target, alpha):
    share = random.betavariate(alpha, alpha) if alpha > 0 else 1.0
    partners = list(range(len(x)))
    random.shuffle(partners)
    mixed_x, mixed_target = torch.empty_like(x), torch.empty_like(target)
    for i, j in enumerate(partners):
        mixed_x[i] = share * x[i] + (1 - share) * x[j]
        mixed_target[i] = share * target[i] + (1 - share) * target[j]
    return mixed_x, mixed_target


# %% augmentation
def random_shift(images, max_shift):
    n, h, w = images.shape
    out = torch.zeros_like(images)
    for i in range(n):
        dy, dx = random.randint(-max_shift, max_shift), random.randint(-max_shift, max_shift)
        for row in range(max(0, dy), min(h, h + dy)):
            start, stop = max(0, dx), min(w, w + dx)
            out[i, row, start:stop] = images[i, row - dy, start - dx : stop - dx]
    return out


def cutout(images, size):
    n, h, w = images.shape
    out = images.clone()
    for i in range(n):
        top, left = random.randrange(h - size + 1), random.randrange(w - size + 1)
        for row in range(top, top + size):
            out[i, row, left : left + size] = 0
    return out
