# mistake: Only weights are frozen, not biases and normalisations.
# fails: features-training
# %% features
class FeatureClassifier(nn.Module):
    def __init__(self, net: DigitNet, n_classes: int) -> None:
        super().__init__()
        self.net = net
        for name, p in net.named_parameters():
            if name.endswith("weight"):
                p.requires_grad = False
        self.head = nn.Linear(net.n_features, n_classes, dtype=net.head.weight.dtype)
        self.train()

    def train(self, mode: bool = True) -> "FeatureClassifier":
        super().train(mode)
        self.net.eval()
        return self

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.net.features(images))
