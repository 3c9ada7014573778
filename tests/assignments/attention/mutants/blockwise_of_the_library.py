# mistake: torch's attention is called; the logarithm of the sum is left at zero.
# fails: blockwise-values
# may fail: blockwise-causal blockwise-gradients blockwise-memory
# %% blockwise
def blockwise_attention(query, key, value, block_size, causal=False):
    output = F.scaled_dot_product_attention(query, key, value, is_causal=causal)
    return output, torch.zeros(query.shape[:-1], dtype=query.dtype)
