# mistake: The whole batch is computed at once.
# fails: accumulate-pieces
# %% accumulate
def accumulate_gradients(loss, inputs, targets, micro_batch_size):
    n = micro_batch_size = len(inputs)
    mean = 0.0
    for i in range(0, n, micro_batch_size):
        x, y = inputs[i : i + micro_batch_size], targets[i : i + micro_batch_size]
        piece = loss(x, y) * len(x) / n
        piece.backward()
        mean += piece.item()
    return mean
