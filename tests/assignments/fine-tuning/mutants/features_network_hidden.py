# mistake: The frozen network is kept in a list, so that it is no part of the module.
# fails: features-training features-statistics
# %% features
class FeatureClassifier(nn.Module):
    def __init__(self, net: DigitNet, n_classes: int) -> None:
        super().__init__()
        self.hidden = [net.requires_grad_(False)]
        self.head = nn.Linear(net.n_features, n_classes, dtype=net.head.weight.dtype)
        self.train()

    def train(self, mode: bool = True) -> "FeatureClassifier":
        super().train(mode)
        self.hidden[0].eval()
        return self

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.hidden[0].features(images))
