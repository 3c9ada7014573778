# mistake: Every micro-batch has the same weight, the smaller one too.
# fails: accumulate-uneven
# %% accumulate
def accumulate_gradients(loss, inputs, targets, micro_batch_size):
    n = len(inputs)
    mean = 0.0
    for i in range(0, n, micro_batch_size):
        x, y = inputs[i : i + micro_batch_size], targets[i : i + micro_batch_size]
        piece = loss(x, y) / math.ceil(n / micro_batch_size)
        piece.backward()
        mean += piece.item()
    return mean
