# mistake: The network is put into eval mode once, in the constructor, and train() undoes it.
# fails: features-statistics
# %% features
class FeatureClassifier(nn.Module):
    def __init__(self, net: DigitNet, n_classes: int) -> None:
        super().__init__()
        self.net = net.requires_grad_(False)
        self.head = nn.Linear(net.n_features, n_classes, dtype=net.head.weight.dtype)
        self.net.eval()

    def train(self, mode: bool = True) -> "FeatureClassifier":
        return super().train(mode)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.net.features(images))
