# style: LoRA keeps the merged weight apart and never writes to the base in the forward pass; the frozen network overrides its own train.
# %% features
class FeatureClassifier(nn.Module):
    def __init__(self, net, n_classes):
        super().__init__()
        self.net = net.eval()
        self.net.train = lambda mode=True: self.net
        for p in self.net.parameters():
            p.requires_grad_(False)
        self.head = nn.Linear(net.n_features, n_classes, dtype=net.head.weight.dtype)

    def forward(self, images):
        for stage in self.net.stages:
            images = stage(images)
        return self.head(images)


# %% unfreeze
def unfreeze(net, n_stages):
    net.train()
    net.requires_grad_(True)
    frozen = list(net.stages)[: 3 - n_stages]
    for stage in frozen:
        for module in stage.modules():
            module.training = False
            for p in module.parameters(recurse=False):
                p.requires_grad = False
    return net


# %% prompt
class PromptedLM(nn.Module):
    def __init__(self, model, characters):
        super().__init__()
        self.model = model
        for p in self.model.parameters():
            p.requires_grad_(False)
        self.prompt = nn.Parameter(
            torch.stack([model.embedding.weight[c].clone() for c in characters.tolist()]).detach()
        )

    def forward(self, tokens):
        table = torch.cat([self.prompt, self.model.embedding.weight])
        m = len(self.prompt)
        places = torch.arange(m).expand(len(tokens), m)
        x = F.embedding(torch.cat([places, tokens + m], 1), table)
        logits = self.model.run(x)
        return torch.narrow(logits, 1, m, tokens.shape[1])
