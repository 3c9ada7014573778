# style: The plain solution of a good student: dictionaries, no helper.
# %% descent
def gradient_descent(gradient, start, lr, steps):
    path = [start.detach().clone()]
    for _ in range(steps):
        path.append(path[-1] - lr * gradient(path[-1]))
    return torch.stack(path)


# %% minibatches
def minibatches(n, batch_size, epochs, seed):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        order = torch.randperm(n, generator=generator)
        for i in range(0, n, batch_size):
            yield order[i : i + batch_size]


# %% momentum
def heavy_ball(theta, velocity, grad, lr, momentum):
    velocity = momentum * velocity + grad
    theta = theta - lr * velocity
    return theta, velocity


def nesterov(theta, velocity, grad, lr, momentum):
    v = momentum * velocity + grad
    theta = theta - lr * (grad + momentum * v)
    return theta, v


# %% sgd
class Optimizer:
    def __init__(self, params, **defaults):
        params = list(params)
        if not isinstance(params[0], dict):
            params = [{"params": params}]
        self.param_groups = []
        for entry in params:
            group = {**defaults, **entry}
            group["params"] = list(entry["params"])
            self.param_groups.append(group)
        self.state = {}

    def update(self, parameter, grad, state, options):
        raise NotImplementedError

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                if p not in self.state:
                    self.state[p] = {}
                self.update(p, p.grad, self.state[p], group)

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def state_dict(self):
        groups, states = [], []
        for group in self.param_groups:
            groups.append({k: v for k, v in group.items() if k != "params"})
            for p in group["params"]:
                states.append(copy.deepcopy(self.state.get(p, {})))
        return {"groups": groups, "states": states}

    def load_state_dict(self, saved):
        saved = copy.deepcopy(saved)
        i = 0
        for group, options in zip(self.param_groups, saved["groups"]):
            group.update(options)
            for p in group["params"]:
                self.state[p] = saved["states"][i]
                i += 1


class SGD(Optimizer):
    def __init__(self, params, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
        super().__init__(
            params, lr=lr, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay
        )

    def update(self, parameter, grad, state, options):
        mu = options["momentum"]
        grad = grad + options["weight_decay"] * parameter
        if "v" not in state:
            state["v"] = torch.zeros_like(parameter)
        state["v"] = mu * state["v"] + grad
        if options["nesterov"]:
            parameter -= options["lr"] * (grad + mu * state["v"])
        else:
            parameter -= options["lr"] * state["v"]


# %% adaptive
def adagrad(theta, total, grad, lr, eps):
    total = total + grad**2
    theta = theta - lr * grad / (torch.sqrt(total) + eps)
    return theta, total


def rmsprop(theta, average, grad, lr, alpha, eps):
    average = alpha * average + (1 - alpha) * grad**2
    theta = theta - lr * grad / (average.sqrt() + eps)
    return theta, average


# %% adam
class Adam(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, grad, state, options):
        b1, b2 = options["betas"]
        grad = grad + options["weight_decay"] * parameter
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        state["t"] += 1
        t = state["t"]
        state["m"] = b1 * state["m"] + (1 - b1) * grad
        state["v"] = b2 * state["v"] + (1 - b2) * grad**2
        m_hat = state["m"] / (1 - b1**t)
        v_hat = state["v"] / (1 - b2**t)
        parameter -= options["lr"] * m_hat / (v_hat.sqrt() + options["eps"])


# %% adamw
class AdamW(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def update(self, parameter, grad, state, options):
        parameter *= 1 - options["lr"] * options["weight_decay"]
        super().update(parameter, grad, state, {**options, "weight_decay": 0})


# %% clip
def clip_by_global_norm(params, max_norm):
    grads = [p.grad for p in params if p.grad is not None]
    total = 0.0
    for g in grads:
        total += (g.double() ** 2).sum().item()
    norm = total**0.5
    if norm > max_norm:
        for g in grads:
            g *= max_norm / norm
    return norm


# %% schedule
def warmup_cosine(step, peak, warmup, total, floor=0.0):
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= total:
        return floor
    progress = (step - warmup) / (total - warmup)
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


# %% scheduler
class Scheduler:
    def __init__(self, optimizer, factor):
        self.optimizer = optimizer
        self.factor = factor
        self.rates = [group["lr"] for group in optimizer.param_groups]
        self.t = 0
        self.apply()

    def apply(self):
        for group, rate in zip(self.optimizer.param_groups, self.rates):
            group["lr"] = rate * self.factor(self.t)

    def step(self):
        self.t += 1
        self.apply()


# %% accumulate
def accumulate_gradients(loss, inputs, targets, micro_batch_size):
    n = len(inputs)
    mean = 0.0
    for i in range(0, n, micro_batch_size):
        x, y = inputs[i : i + micro_batch_size], targets[i : i + micro_batch_size]
        piece = loss(x, y) * len(x) / n
        piece.backward()
        mean += piece.item()
    return mean
