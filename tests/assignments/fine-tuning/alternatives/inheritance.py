# style: Classes inherit from one another, and a helper freezes.
# %% features
def freeze(module):
    for parameter in module.parameters():
        parameter.requires_grad = False
    return module


class FeatureClassifier(nn.Module):
    def __init__(self, net, n_classes):
        super().__init__()
        self.net = freeze(net)
        self.head = self.make_head(n_classes).to(net.head.weight.dtype)
        self.net.train(False)

    def make_head(self, n_classes):
        return nn.Linear(self.net.n_features, n_classes)

    def train(self, mode=True):
        result = super().train(mode)
        self.net.train(False)
        return result

    def forward(self, images):
        return self.head(self.features(images))

    def features(self, images):
        with torch.no_grad():
            return self.net.features(images)


# %% augment
class AugmentedClassifier(FeatureClassifier):
    def __init__(self, net, n_new, n_classes):
        self.n_new = n_new
        super().__init__(net, n_classes)
        self.branch = new_branch(n_new).to(self.head.weight.dtype)

    def make_head(self, n_classes):
        return nn.Linear(self.net.n_features + self.n_new, n_classes)

    def features(self, images):
        return torch.cat((super().features(images), self.branch(images)), -1)


# %% lora
class LoRALinear(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.base = freeze(linear)
        out_features, in_features = linear.weight.shape
        options = {"dtype": linear.weight.dtype, "device": linear.weight.device}
        self.A = nn.Parameter(torch.empty(r, in_features, **options))
        self.B = nn.Parameter(torch.zeros(out_features, r, **options))
        nn.init.normal_(self.A, std=in_features**-0.5)
        self.alpha, self.r = alpha, r
        self.merged = False
        self.register_buffer("kept", None, persistent=False)

    def delta(self):
        return (self.alpha / self.r) * (self.B @ self.A)

    def forward(self, x):
        weight = self.base.weight if self.merged else self.base.weight + self.delta()
        return F.linear(x, weight, self.base.bias)

    def merge(self):
        if self.merged:
            return
        self.kept = self.base.weight.data.clone()
        self.base.weight.data = self.base.weight.data + self.delta().detach()
        self.merged = True

    def unmerge(self):
        if not self.merged:
            return
        self.base.weight.data = self.kept
        self.merged = False


# %% inject
def inject_lora(model, names, r, alpha):
    freeze(model)
    for path, module in list(model.named_modules()):
        parent, _, own = path.rpartition(".")
        if type(module) is nn.Linear and own in set(names):
            setattr(model.get_submodule(parent), own, LoRALinear(module, r, alpha))
    return model


# %% prompt
class PromptedLM(nn.Module):
    def __init__(self, model, characters):
        super().__init__()
        self.model = freeze(model)
        self.prompt = nn.Parameter(model.embedding.weight.data[characters])

    def forward(self, tokens):
        m, n = len(self.prompt), tokens.shape[1]
        text = self.model.embedding(tokens)
        both = torch.cat([self.prompt[None].repeat(tokens.shape[0], 1, 1), text], -2)
        return self.model.run(both)[:, m : m + n]
