# mistake: The cache does not reach the attention.
# fails: block-decode
# %% block
class TransformerBlock(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, theta=None, eps=1e-5):
        super().__init__()
        self.norm_1 = nn.LayerNorm(d_model, eps=eps)
        self.attention = CausalSelfAttention(d_model, n_heads, theta)
        self.norm_2 = nn.LayerNorm(d_model, eps=eps)
        self.up = nn.Linear(d_model, d_ff)
        self.down = nn.Linear(d_ff, d_model)

    def forward(self, x, cache=None):
        x = x + self.attention(self.norm_1(x))
        x = x + self.down(F.gelu(self.up(self.norm_2(x))))
        return x
