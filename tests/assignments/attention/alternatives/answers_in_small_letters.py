# style: Letters in lower case and with spaces; softmax with detached maximum and a correction through logarithms.
# %% softmax
def softmax(x, dim):
    top = x.detach().amax(dim, keepdim=True).clamp(min=torch.finfo(x.dtype).min)
    e = torch.exp(x - top)
    z = e.sum(dim, keepdim=True)
    return e / (z + (z == 0))


# %% question-1-answer
answer_1 = "c"
# %% question-2-answer
answer_2 = " B "
