# style: All parameters of a group at once, with the torch._foreach functions; the base class has another hook.
# %% sgd
class Optimizer:
    def __init__(self, params, **defaults):
        self.param_groups = []
        self.slots = {}
        entries = list(params)
        for entry in entries if isinstance(entries[0], dict) else [{"params": entries}]:
            self.param_groups.append(defaults | entry | {"params": [*entry["params"]]})

    def slot(self, name, parameters):
        table = self.slots.setdefault(name, {})
        for p in parameters:
            if id(p) not in table:
                table[id(p)] = torch.zeros_like(p, requires_grad=False)
        return [table[id(p)] for p in parameters]

    def update_group(self, parameters, grads, group):
        raise NotImplementedError

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            parameters = [p for p in group["params"] if p.grad is not None]
            if parameters:
                self.update_group(parameters, [p.grad for p in parameters], group)

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def state_dict(self):
        flat = [p for group in self.param_groups for p in group["params"]]
        return {
            "slots": {
                name: {i: table[id(p)].clone() for i, p in enumerate(flat) if id(p) in table}
                for name, table in self.slots.items()
            },
            "options": [{k: v for k, v in g.items() if k != "params"} for g in self.param_groups],
        }

    def load_state_dict(self, saved):
        flat = [p for group in self.param_groups for p in group["params"]]
        self.slots = {
            name: {id(flat[i]): value.clone() for i, value in table.items()}
            for name, table in saved["slots"].items()
        }
        for group, options in zip(self.param_groups, saved["options"], strict=True):
            group |= options


class SGD(Optimizer):
    def __init__(self, params, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
        super().__init__(
            params, lr=lr, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay
        )

    def update_group(self, parameters, grads, group):
        if group["weight_decay"]:
            grads = torch._foreach_add(grads, parameters, alpha=group["weight_decay"])
        velocities = self.slot("velocity", parameters)
        torch._foreach_mul_(velocities, group["momentum"])
        torch._foreach_add_(velocities, grads)
        if group["nesterov"]:
            torch._foreach_add_(parameters, grads, alpha=-group["lr"])
            torch._foreach_add_(parameters, velocities, alpha=-group["lr"] * group["momentum"])
        else:
            torch._foreach_add_(parameters, velocities, alpha=-group["lr"])


# %% adam
class Adam(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update_group(self, parameters, grads, group, decoupled=False):
        b1, b2 = group["betas"]
        if decoupled:
            torch._foreach_mul_(parameters, 1 - group["lr"] * group["weight_decay"])
        elif group["weight_decay"]:
            grads = torch._foreach_add(grads, parameters, alpha=group["weight_decay"])
        m, v = self.slot("m", parameters), self.slot("v", parameters)
        counts = self.slot("t", parameters)
        torch._foreach_add_(counts, 1)
        torch._foreach_lerp_(m, grads, 1 - b1)
        torch._foreach_mul_(v, b2)
        torch._foreach_addcmul_(v, grads, grads, value=1 - b2)
        c1 = [1 - b1**t for t in counts]
        c2 = [1 - b2**t for t in counts]
        below = torch._foreach_sqrt(torch._foreach_div(v, c2))
        torch._foreach_add_(below, group["eps"])
        torch._foreach_addcdiv_(parameters, torch._foreach_div(m, c1), below, value=-group["lr"])


# %% adamw
class AdamW(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def update_group(self, parameters, grads, group):
        super().update_group(parameters, grads, group, decoupled=True)
