# mistake: The biases are left out.
# fails: mha-values mha-head-size
# %% mha
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads, head_dim=None, bias=True):
        super().__init__()
        if head_dim is None:
            head_dim = d_model // n_heads
        self.n_heads = n_heads
        self.head_dim = head_dim
        self.qkv = nn.Linear(d_model, 3 * n_heads * head_dim, bias=False)
        self.out = nn.Linear(n_heads * head_dim, d_model, bias=False)

    def forward(self, x, mask=None):
        batch, n, _ = x.shape
        qkv = self.qkv(x).reshape(batch, n, 3, self.n_heads, self.head_dim)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        heads = F.scaled_dot_product_attention(q, k, v, mask)
        return self.out(heads.transpose(1, 2).reshape(batch, n, self.n_heads * self.head_dim))
