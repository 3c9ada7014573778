# mistake: One matrix of all scores is made and worked on in place.
# fails: blockwise-memory
# may fail: blockwise-gradients
# %% blockwise
def blockwise_attention(query, key, value, block_size, causal=False):
    n_q, n_k = query.shape[-2], key.shape[-2]
    scores = (query / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
    if causal:
        for i in range(n_q):
            scores[..., i, max(0, i + n_k - n_q + 1) :] = -torch.inf
    largest = scores.amax(-1, keepdim=True)
    largest[largest == -torch.inf] = 0.0
    scores.sub_(largest).exp_()
    total = scores.sum(-1)
    output = scores @ value / torch.where(total == 0, 1.0, total)[..., None]
    return output, largest.squeeze(-1) + torch.log(total)
