# style: States are data classes in a list beside the parameters; the optimizers share nothing but a helper.
# %% sgd
from dataclasses import asdict, dataclass


@dataclass
class Slot:
    t: int = 0
    first: Tensor | None = None
    second: Tensor | None = None


class Optimizer:
    def __init__(self, params, **defaults):
        params = [p for p in params]
        if isinstance(params[0], dict):
            groups = params
        else:
            groups = [dict(params=params)]
        self.param_groups = [
            dict(defaults, **dict(g, params=[p for p in g["params"]])) for g in groups
        ]
        self.table = [[Slot() for _ in g["params"]] for g in self.param_groups]

    def step(self):
        for group, slots in zip(self.param_groups, self.table):
            for p, slot in zip(group["params"], slots):
                if p.grad is not None:
                    slot.t += 1
                    p.data = self.moved(p.data, p.grad.detach().clone(), slot, group)

    def zero_grad(self):
        for p in sum((group["params"] for group in self.param_groups), []):
            p.grad = None

    def state_dict(self):
        options = [{k: group[k] for k in group.keys() - {"params"}} for group in self.param_groups]
        return copy.deepcopy(
            {"slots": [[asdict(s) for s in row] for row in self.table], "options": options}
        )

    def load_state_dict(self, saved):
        saved = copy.deepcopy(saved)
        self.table = [[Slot(**s) for s in row] for row in saved["slots"]]
        for group, options in zip(self.param_groups, saved["options"]):
            group.update(options)


class SGD(Optimizer):
    def __init__(self, params, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
        Optimizer.__init__(
            self, params, **{k: v for k, v in locals().items() if k not in ("self", "params")}
        )

    def moved(self, x, g, slot, group):
        g = g + group["weight_decay"] * x
        mu = group["momentum"]
        slot.first = g if slot.first is None else mu * slot.first + g
        return x - group["lr"] * (g + mu * slot.first if group["nesterov"] else slot.first)


# %% adam
class Adam(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        Optimizer.__init__(
            self, params, lr=lr, betas=list(betas), eps=eps, weight_decay=weight_decay
        )

    def direction(self, g, slot, group):
        (b1, b2), t = group["betas"], slot.t
        slot.first = (1 - b1) * g + (0 if slot.first is None else b1 * slot.first)
        slot.second = (1 - b2) * g * g + (0 if slot.second is None else b2 * slot.second)
        return (slot.first / (1 - b1**t)) / (torch.sqrt(slot.second / (1 - b2**t)) + group["eps"])

    def moved(self, x, g, slot, group):
        return x - group["lr"] * self.direction(g + group["weight_decay"] * x, slot, group)


# %% adamw
class AdamW(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        Adam.__init__(self, params, lr, betas, eps, weight_decay)

    def moved(self, x, g, slot, group):
        return (
            x
            - group["lr"] * group["weight_decay"] * x
            - group["lr"] * self.direction(g, slot, group)
        )
