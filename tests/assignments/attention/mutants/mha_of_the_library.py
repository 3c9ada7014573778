# mistake: torch's multi-head attention does the work, and knows no head size of its own.
# fails: mha-head-size
# %% mha
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads, head_dim=None, bias=True):
        super().__init__()
        if head_dim is None:
            head_dim = d_model // n_heads
        self.n_heads = n_heads
        self.head_dim = head_dim
        self.qkv = nn.Linear(d_model, 3 * n_heads * head_dim, bias=bias)
        self.out = nn.Linear(n_heads * head_dim, d_model, bias=bias)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = mask.expand(x.shape[0], self.n_heads, x.shape[1], x.shape[1]).flatten(0, 1)
            mask = ~mask if mask.dtype == torch.bool else mask
        y = x.transpose(0, 1)
        out, _ = F.multi_head_attention_forward(
            y,
            y,
            y,
            x.shape[-1],
            self.n_heads,
            self.qkv.weight,
            self.qkv.bias,
            None,
            None,
            False,
            0.0,
            self.out.weight,
            self.out.bias,
            attn_mask=mask,
        )
        return out.transpose(0, 1)
