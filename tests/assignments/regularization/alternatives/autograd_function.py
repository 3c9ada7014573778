# style: The layer has a hand-written torch.autograd.Function inside.
# %% bn-module
class Normalise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias, eps):
        mean = x.mean(0)
        inverse = ((x - mean).pow(2).mean(0) + eps).rsqrt()
        hat = (x - mean) * inverse
        ctx.save_for_backward(hat, inverse, weight)
        return hat * weight + bias

    @staticmethod
    def backward(ctx, grad):
        hat, inverse, weight = ctx.saved_tensors
        grad_weight, grad_bias = (grad * hat).sum(0), grad.sum(0)
        n = len(grad)
        grad_x = weight * inverse / n * (n * grad - grad_bias - hat * grad_weight)
        return grad_x, grad_weight, grad_bias, None


class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        if not self.training:
            return (x - self.running_mean) / (
                self.running_var + self.eps
            ).sqrt() * self.weight + self.bias
        if len(x) == 1:
            raise ValueError("a batch of one row has no variance")
        values = x.detach()
        self.running_mean.copy_(
            (1 - self.momentum) * self.running_mean + self.momentum * values.mean(0)
        )
        self.running_var.copy_(
            (1 - self.momentum) * self.running_var + self.momentum * values.var(0)
        )
        return Normalise.apply(x, self.weight, self.bias, self.eps)


# %% soft-ce
class SoftCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, target):
        top = logits.max(1, keepdim=True).values
        shifted = logits - top
        log_total = shifted.exp().sum(1, keepdim=True).log()
        ctx.save_for_backward((shifted - log_total).exp(), target)
        return -((shifted - log_total) * target).sum() / len(logits)

    @staticmethod
    def backward(ctx, grad):
        p, q = ctx.saved_tensors
        return grad * (p - q) / len(p), None


def soft_cross_entropy(logits, target):
    return SoftCrossEntropy.apply(logits, target)
