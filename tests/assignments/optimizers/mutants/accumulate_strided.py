# mistake: The pieces take every k-th example, and are not consecutive.
# fails: accumulate-pieces
# %% accumulate
def accumulate_gradients(loss, inputs, targets, micro_batch_size):
    n, mean = len(inputs), 0.0
    k = math.ceil(n / micro_batch_size)
    for i in range(k):
        x, y = inputs[i::k], targets[i::k]
        piece = loss(x, y) * len(x) / n
        piece.backward()
        mean += piece.item()
    return mean
