# mistake: The frozen network of a new model is in training mode until somebody calls train().
# fails: augment-training
# %% augment
class AugmentedClassifier(nn.Module):
    def __init__(self, net, n_new, n_classes):
        super().__init__()
        dtype = net.head.weight.dtype
        self.net = net
        for p in self.net.parameters():
            p.requires_grad = False
        self.branch = new_branch(n_new).to(dtype)
        self.head = nn.Linear(net.n_features + n_new, n_classes).to(dtype)

    def train(self, mode=True):
        super().train(mode)
        self.net.eval()
        return self

    def forward(self, images):
        return self.head(torch.cat([self.net.features(images), self.branch(images)], 1))
