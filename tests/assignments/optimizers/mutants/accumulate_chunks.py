# mistake: The batch is cut into so many pieces, not into pieces of that size.
# fails: accumulate-pieces
# may fail: accumulate-values accumulate-uneven
# %% accumulate
def accumulate_gradients(loss, inputs, targets, micro_batch_size):
    mean = 0.0
    for x, y in zip(inputs.chunk(micro_batch_size), targets.chunk(micro_batch_size)):
        piece = loss(x, y) * len(x) / len(inputs)
        piece.backward()
        mean += piece.item()
    return mean
