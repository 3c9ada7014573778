# style: Works on deep copies of whatever network is given.
# %% features
import copy


class FeatureClassifier(nn.Module):
    def __init__(self, net, n_classes):
        super().__init__()
        self.net = copy.deepcopy(net)
        for p in self.net.parameters():
            p.requires_grad_(False)
        self.net.eval()
        self.head = nn.Linear(net.n_features, n_classes).to(dtype=next(net.parameters()).dtype)

    def train(self, mode=True):
        self.training = mode
        self.head.train(mode)
        return self

    def forward(self, images):
        z = self.net.features(images).detach()
        return self.head(z)


# %% augment
class AugmentedClassifier(nn.Module):
    def __init__(self, net, n_new, n_classes):
        super().__init__()
        self.net = copy.deepcopy(net).eval()
        self.net.requires_grad_(False)
        self.branch = new_branch(n_new)
        self.head = nn.Linear(net.n_features + n_new, n_classes)
        self.branch.to(net.head.weight.dtype)
        self.head.to(net.head.weight.dtype)

    def train(self, mode=True):
        self.training = mode
        for child in (self.branch, self.head):
            child.train(mode)
        return self

    def forward(self, images):
        f, g = self.net.features(images), self.branch(images)
        return F.linear(f, self.head.weight[:, : f.shape[1]], self.head.bias) + F.linear(
            g, self.head.weight[:, f.shape[1] :]
        )


# %% fit
def gradual_fit(net, batches, lr, decay, every):
    net = copy.deepcopy(net)
    optimizer = None
    stages = -1
    for t, (x, y) in enumerate(batches):
        now = min(t // every, 3)
        if now != stages:
            net = unfreeze(net, now)
            stages = now
            optimizer = torch.optim.SGD(layer_groups(net, lr, decay), lr=lr, momentum=0.0)
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
    return net


# %% prompt
class PromptedLM(nn.Module):
    def __init__(self, model, characters):
        super().__init__()
        self.model = copy.deepcopy(model)
        self.prompt = nn.Parameter(copy.deepcopy(model).embedding(characters).data)
        for p in self.model.parameters():
            p.requires_grad = False

    def forward(self, tokens):
        rows = [
            self.model.run(torch.cat([self.prompt, e])[None])[0, len(self.prompt) :]
            for e in self.model.embedding(tokens)
        ]
        return torch.stack(rows)
