# mistake: The network is loaded from its file, whatever network is given.
# fails: features-values features-training features-statistics
# %% features
class FeatureClassifier(nn.Module):
    def __init__(self, net: DigitNet, n_classes: int) -> None:
        super().__init__()
        self.net = load_digit_net().to(net.head.weight.dtype).requires_grad_(False)
        self.head = nn.Linear(net.n_features, n_classes, dtype=net.head.weight.dtype)
        self.train()

    def train(self, mode: bool = True) -> "FeatureClassifier":
        super().train(mode)
        self.net.eval()
        return self

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.net.features(images))
