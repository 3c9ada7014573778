# mistake: The branch runs under no_grad like the frozen network.
# fails: augment-training
# %% augment
class AugmentedClassifier(nn.Module):
    def __init__(self, net: DigitNet, n_new: int, n_classes: int) -> None:
        super().__init__()
        dtype = net.head.weight.dtype
        self.net = net.requires_grad_(False)
        self.branch = new_branch(n_new).to(dtype)
        self.head = nn.Linear(net.n_features + n_new, n_classes, dtype=dtype)
        self.train()

    def train(self, mode: bool = True) -> "AugmentedClassifier":
        super().train(mode)
        self.net.eval()
        return self

    def forward(self, images: Tensor) -> Tensor:
        with torch.no_grad():
            both = torch.cat([self.net.features(images), self.branch(images)], dim=1)
        return self.head(both)
