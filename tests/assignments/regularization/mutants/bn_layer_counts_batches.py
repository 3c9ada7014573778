# mistake: The layer has a buffer more, as torch's has, though the exercise lists all entries.
# fails: bn-train
# may fail: bn-eval bn-one bn-gradients
# %% bn-module
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        if not self.training:
            return (
                self.weight * (x - self.running_mean) / (self.running_var + self.eps).sqrt()
                + self.bias
            )
        if len(x) == 1:
            raise ValueError("one row has no variance")
        mean, variance = x.mean(0), x.var(0, correction=0)
        with torch.no_grad():
            self.num_batches_tracked += 1
            self.running_mean.mul_(1 - self.momentum).add_(self.momentum * mean)
            self.running_var.mul_(1 - self.momentum).add_(self.momentum * x.var(0))
        return self.weight * (x - mean) / (variance + self.eps).sqrt() + self.bias
