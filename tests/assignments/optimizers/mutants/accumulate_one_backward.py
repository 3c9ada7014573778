# mistake: The losses are added up, and differentiated together at the end.
# fails: accumulate-pieces
# %% accumulate
def accumulate_gradients(loss, inputs, targets, micro_batch_size):
    total = 0.0
    for x, y in zip(inputs.split(micro_batch_size), targets.split(micro_batch_size)):
        total = total + loss(x, y) * len(x) / len(inputs)
    total.backward()
    return total.item()
