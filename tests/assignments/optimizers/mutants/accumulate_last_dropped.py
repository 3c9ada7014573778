# mistake: The last piece is dropped if it is smaller.
# fails: accumulate-uneven
# may fail: accumulate-pieces
# %% accumulate
def accumulate_gradients(loss, inputs, targets, micro_batch_size):
    n = len(inputs)
    mean = 0.0
    for i in range(0, n - micro_batch_size + 1, micro_batch_size):
        x, y = inputs[i : i + micro_batch_size], targets[i : i + micro_batch_size]
        piece = loss(x, y) * len(x) / n
        piece.backward()
        mean += piece.item()
    return mean
