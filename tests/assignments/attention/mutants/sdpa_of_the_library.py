# mistake: torch's attention is called and gives no weights.
# fails: sdpa-values sdpa-scale sdpa-boolean sdpa-additive sdpa-fully-masked sdpa-gradients
#   sdpa-extremes
# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    return F.scaled_dot_product_attention(query, key, value, mask, scale=scale), None
