# style: The layer assigns new tensors to its buffers, and statistics come from sums.
# %% bn-module
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.eps = eps
        self.momentum = momentum

    def forward(self, x):
        n = x.shape[0]
        if not self.training:
            mean, var = self.running_mean, self.running_var
        elif n < 2:
            raise ValueError(f"cannot train on a batch of {n}")
        else:
            mean = torch.sum(x, 0) / n
            squares = torch.sum((x - mean) ** 2, 0)
            var = squares / n
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean.data
            self.running_var = (1 - m) * self.running_var + m * squares.data / (n - 1)
        hat = (x - mean) / (var + self.eps) ** 0.5
        return self.weight * hat + self.bias
