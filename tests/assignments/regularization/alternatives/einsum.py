# style: einsum, ones and outer products in place of sums and means.
# %% penalties
def l2_penalty(parameters, strength):
    return 0.5 * strength * sum(torch.einsum("i,i->", w.flatten(), w.flatten()) for w in parameters)


def l1_penalty(parameters, strength):
    return strength * sum(
        torch.einsum("i,i->", w.flatten(), w.flatten().sign().detach()) for w in parameters
    )


# %% bn-functions
def batch_norm_forward(x, weight, bias, eps):
    n = len(x)
    centring = torch.eye(n, dtype=x.dtype) - 1 / n
    centred = centring @ x
    variance = torch.einsum("nd,nd->d", centred, centred) / n
    return torch.einsum("nd,d,d->nd", centred, weight, (variance + eps) ** -0.5) + bias


def batch_norm_backward(grad_output, x, weight, eps):
    n = len(x)
    centring = torch.eye(n, dtype=x.dtype) - torch.ones(n, n, dtype=x.dtype) / n
    centred = centring @ x
    scale = (torch.einsum("nd,nd->d", centred, centred) / n + eps) ** -0.5
    hat = centred * scale
    grad_weight = torch.einsum("nd,nd->d", grad_output, hat)
    inner = centring @ grad_output - torch.einsum("nd,d->nd", hat, grad_weight) / n
    return (
        torch.einsum("nd,d,d->nd", inner, scale, weight),
        grad_weight,
        torch.einsum("nd->d", grad_output),
    )


# %% norms
def layer_norm(x, weight, bias, eps):
    y = x.to(torch.promote_types(x.dtype, torch.float32))
    d = y.shape[-1]
    centred = y - torch.einsum("...d->...", y).unsqueeze(-1) / d
    scale = (torch.einsum("...d,...d->...", centred, centred) / d + eps).rsqrt()
    return torch.einsum("...d,...->...d", centred, scale).to(x.dtype) * weight + bias


def rms_norm(x, weight, eps):
    y = x.to(torch.promote_types(x.dtype, torch.float32))
    scale = (torch.einsum("...d,...d->...", y, y) / y.shape[-1] + eps).rsqrt()
    return torch.einsum("...d,...->...d", y, scale).to(x.dtype) * weight


# %% soft-ce
def soft_cross_entropy(logits, target):
    return -torch.einsum("nk,nk->", target, F.log_softmax(logits, dim=1)) / logits.shape[0]


# %% mixup
def mixup(x, target, alpha):
    n = len(x)
    share = torch.distributions.Beta(alpha, alpha).sample() if alpha > 0 else torch.tensor(1.0)
    pairing = torch.eye(n)[torch.randperm(n)]
    weights = share * torch.eye(n) + (1 - share) * pairing
    return (
        torch.einsum("ij,j...->i...", weights.to(x.dtype), x),
        torch.einsum("ij,jk->ik", weights.to(target.dtype), target),
    )
