# style: einsum everywhere, with an ellipsis for the leading dimensions.
# %% sdpa
def scaled_dot_product_attention(query, key, value, mask=None, scale=None):
    scale = query.size(-1) ** -0.5 if scale is None else scale
    logits = torch.einsum("...id,...jd->...ij", query, key).mul(scale)
    if mask is None:
        weights = logits.softmax(dim=-1)
    else:
        if mask.dtype == torch.bool:
            mask = torch.zeros_like(mask, dtype=logits.dtype).masked_fill(
                mask.logical_not(), float("-inf")
            )
        logits = logits + mask
        dead = torch.isneginf(logits).all(dim=-1, keepdim=True)
        weights = logits.masked_fill(dead, 0.0).softmax(dim=-1).masked_fill(dead, 0.0)
    return torch.einsum("...ij,...jd->...id", weights, value), weights


# %% mha
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads, head_dim=None, bias=True):
        super().__init__()
        head_dim = d_model // n_heads if head_dim is None else head_dim
        self.shape = (3, n_heads, head_dim)
        self.qkv = nn.Linear(d_model, math.prod(self.shape), bias=bias)
        self.out = nn.Linear(n_heads * head_dim, d_model, bias=bias)

    def forward(self, x, mask=None):
        weight = self.qkv.weight.view(*self.shape, -1)
        qkv = torch.einsum("bnm,shdm->sbhnd", x, weight)
        if self.qkv.bias is not None:
            qkv = qkv + self.qkv.bias.view(3, 1, self.shape[1], 1, self.shape[2])
        heads, _ = scaled_dot_product_attention(*qkv, mask)
        out = self.out.weight.view(-1, *self.shape[1:])
        y = torch.einsum("bhnd,mhd->bnm", heads, out)
        return y if self.out.bias is None else y + self.out.bias


# %% csa
class CausalSelfAttention(nn.Module):
    def __init__(self, d_model, n_heads, theta=None):
        super().__init__()
        self.d, self.h, self.theta = d_model // n_heads, n_heads, theta
        self.qkv = nn.Linear(d_model, 3 * d_model, bias=False)
        self.out = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, cache=None):
        q, k, v = torch.einsum("bnm,shdm->sbhnd", x, self.qkv.weight.view(3, self.h, self.d, -1))
        start = len(cache) if cache is not None else 0
        if self.theta is not None:
            at = torch.arange(x.size(1)) + start
            q, k = rotary_embedding(q, at, self.theta), rotary_embedding(k, at, self.theta)
        if cache is not None:
            k, v = cache.append(k, v)
        scores = torch.einsum("bhid,bhjd->bhij", q, k) / self.d**0.5
        scores = scores.masked_fill(
            torch.ones(scores.shape[-2:]).triu(start + 1).bool(), -torch.inf
        )
        heads = torch.einsum("bhij,bhjd->bihd", scores.softmax(-1), v)
        return self.out(heads.flatten(2))
