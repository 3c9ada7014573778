# style: Python loops, one number after the other where that is possible.
# %% descent
def gradient_descent(gradient, start, lr, steps):
    out = torch.empty((steps + 1, *start.shape), dtype=start.dtype)
    out[0] = start.detach()
    for t in range(steps):
        out[t + 1] = out[t] - lr * gradient(out[t].clone())
    return out


# %% minibatches
import random


def minibatches(n, batch_size, epochs, seed):
    rng = random.Random(seed)
    batches = []
    for epoch in range(epochs):
        order = list(range(n))
        rng.shuffle(order)
        while order:
            batches.append(torch.tensor(order[:batch_size]))
            order = order[batch_size:]
    return batches


# %% momentum
def heavy_ball(theta, velocity, grad, lr, momentum):
    new_theta, new_velocity = torch.empty_like(theta).flatten(), torch.empty_like(theta).flatten()
    for i, (x, v, g) in enumerate(zip(theta.flatten(), velocity.flatten(), grad.flatten())):
        new_velocity[i] = momentum * v + g
        new_theta[i] = x - lr * new_velocity[i]
    return new_theta.reshape(theta.shape), new_velocity.reshape(theta.shape)


def nesterov(theta, velocity, grad, lr, momentum):
    moved, velocity = heavy_ball(theta, velocity, grad, lr, momentum)
    return theta - lr * grad - lr * momentum * velocity, velocity


# %% clip
def clip_by_global_norm(params, max_norm):
    params = list(params)
    squares = []
    for p in params:
        if p.grad is not None:
            for number in p.grad.flatten().tolist():
                squares.append(number * number)
    norm = math.sqrt(math.fsum(squares))
    if norm > max_norm:
        for p in params:
            if p.grad is not None:
                p.grad = p.grad * (max_norm / norm)
    return norm


# %% schedule
def warmup_cosine(step, peak, warmup, total, floor=0.0):
    rates = []
    for t in range(total):
        if t < warmup:
            rates.append((t + 1) / warmup * peak)
        else:
            turn = (t - warmup) / (total - warmup) * math.pi
            rates.append(floor + 0.5 * (peak - floor) * (1 + math.cos(turn)))
    return rates[step] if step < total else floor
