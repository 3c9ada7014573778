# style: Updates are closures that keep their own variables, and numpy does the arithmetic of the rules.
# %% descent
def gradient_descent(gradient, start, lr, steps):
    x = start.detach().numpy().copy()
    path = [x]
    for _ in range(steps):
        x = x - np.asarray(lr, x.dtype) * gradient(torch.from_numpy(np.array(x))).detach().numpy()
        path.append(x)
    return torch.from_numpy(np.stack(path))


# %% minibatches
def minibatches(n, batch_size, epochs, seed):
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        order = rng.permutation(n)
        for part in np.split(order, range(batch_size, n, batch_size)):
            yield torch.as_tensor(part, dtype=torch.int64)


# %% momentum
def rule_of(look_ahead):
    def rule(theta, velocity, grad, lr, momentum):
        v = momentum * velocity.detach().numpy() + grad.detach().numpy()
        step = grad.detach().numpy() + momentum * v if look_ahead else v
        return torch.as_tensor(theta.detach().numpy() - lr * step).to(theta), torch.as_tensor(v).to(
            theta
        )

    return rule


heavy_ball, nesterov = rule_of(False), rule_of(True)


# %% adaptive
def adagrad(theta, total, grad, lr, eps):
    with torch.no_grad():
        total = torch.addcmul(total, grad, grad)
        return torch.addcdiv(theta, grad, total.sqrt().add_(eps), value=-lr), total


def rmsprop(theta, average, grad, lr, alpha, eps):
    with torch.no_grad():
        average = torch.lerp(grad.square(), average, alpha)
        return theta - grad.div(average.sqrt() + eps) * lr, average


# %% schedule
def warmup_cosine(step, peak, warmup, total, floor=0.0):
    ramp = lambda t: peak * (t + 1) / warmup
    wave = lambda t: (
        floor + (peak - floor) * math.cos(math.pi / 2 * (t - warmup) / (total - warmup)) ** 2
    )
    return ramp(step) if step < warmup else wave(min(step, total))


# %% scheduler
class Scheduler:
    def __init__(self, optimizer, factor):
        def rates(t):
            for group in optimizer.param_groups:
                group["lr"] = group["initial_lr"] * factor(t)

        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        self.rates, self.now = rates, 0
        rates(0)

    def step(self):
        self.now = self.now + 1
        self.rates(self.now)


# %% accumulate
def accumulate_gradients(loss, inputs, targets, micro_batch_size):
    def pieces():
        rest = list(range(len(inputs)))
        while rest:
            now, rest = rest[:micro_batch_size], rest[micro_batch_size:]
            yield inputs[now[0] : now[-1] + 1], targets[now[0] : now[-1] + 1]

    def mean(piece):
        value = loss(*piece)
        share = len(piece[0]) / len(inputs)
        value.backward(torch.tensor(share, dtype=value.dtype))
        return float(value.detach()) * share

    return sum(map(mean, pieces()))
