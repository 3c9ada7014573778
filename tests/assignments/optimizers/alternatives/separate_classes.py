# style: No base class in use: each optimizer is written from scratch, with states in attributes by position.
# %% sgd
class Optimizer:
    pass


def make_groups(params, defaults):
    params = list(params)
    if isinstance(params[0], dict):
        return [
            {
                **defaults,
                **{k: v for k, v in g.items() if k != "params"},
                "params": list(g["params"]),
            }
            for g in params
        ]
    return [{**defaults, "params": params}]


class SGD:
    def __init__(self, params, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
        self.param_groups = make_groups(
            params,
            {"lr": lr, "momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay},
        )
        self.velocity = {}

    def step(self):
        i = -1
        for group in self.param_groups:
            for p in group["params"]:
                i += 1
                if p.grad is None:
                    continue
                with torch.no_grad():
                    g = p.grad + group["weight_decay"] * p
                    if group["momentum"] > 0:
                        self.velocity[i] = group["momentum"] * self.velocity.get(i, 0) + g
                        if group["nesterov"]:
                            g = g + group["momentum"] * self.velocity[i]
                        else:
                            g = self.velocity[i]
                    p -= group["lr"] * g

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def state_dict(self):
        return {
            "velocity": {i: v.clone() for i, v in self.velocity.items()},
            "groups": [{k: v for k, v in g.items() if k != "params"} for g in self.param_groups],
        }

    def load_state_dict(self, saved):
        self.velocity = {i: v.clone() for i, v in saved["velocity"].items()}
        for group, options in zip(self.param_groups, saved["groups"]):
            for name in options:
                group[name] = options[name]


# %% adam
class Adam:
    decoupled = False

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        self.param_groups = make_groups(
            params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        )
        count = sum(len(g["params"]) for g in self.param_groups)
        self.m, self.v, self.t = [None] * count, [None] * count, [0] * count

    def step(self):
        i = 0
        for group in self.param_groups:
            (b1, b2), lr = group["betas"], group["lr"]
            for p in group["params"]:
                if p.grad is not None:
                    g = p.grad.clone()
                    if self.decoupled:
                        p.data.mul_(1 - lr * group["weight_decay"])
                    else:
                        g += group["weight_decay"] * p.data
                    if self.t[i] == 0:
                        self.m[i], self.v[i] = torch.zeros_like(g), torch.zeros_like(g)
                    self.t[i] += 1
                    self.m[i] = b1 * self.m[i] + (1 - b1) * g
                    self.v[i] = b2 * self.v[i] + (1 - b2) * g**2
                    rate = lr * math.sqrt(1 - b2 ** self.t[i]) / (1 - b1 ** self.t[i])
                    eps = group["eps"] * math.sqrt(1 - b2 ** self.t[i])
                    p.data -= rate * self.m[i] / (self.v[i].sqrt() + eps)
                i += 1

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def state_dict(self):
        groups = [{k: v for k, v in g.items() if k != "params"} for g in self.param_groups]
        return copy.deepcopy({"m": self.m, "v": self.v, "t": self.t, "groups": groups})

    def load_state_dict(self, saved):
        saved = copy.deepcopy(saved)
        self.m, self.v, self.t = saved["m"], saved["v"], saved["t"]
        for group, options in zip(self.param_groups, saved["groups"]):
            group.update(options)


# %% adamw
class AdamW(Adam):
    decoupled = True

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)
