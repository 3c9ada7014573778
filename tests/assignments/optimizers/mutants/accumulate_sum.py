# mistake: The gradients of the micro-batches are added up, not averaged.
# fails: accumulate-values
# may fail: accumulate-uneven
# %% accumulate
def accumulate_gradients(loss, inputs, targets, micro_batch_size):
    n = len(inputs)
    mean = 0.0
    for i in range(0, n, micro_batch_size):
        x, y = inputs[i : i + micro_batch_size], targets[i : i + micro_batch_size]
        piece = loss(x, y)
        piece.backward()
        mean += piece.item()
    return mean
