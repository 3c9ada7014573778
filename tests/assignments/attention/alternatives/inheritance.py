# style: Modules built on one another, buffers for tables, a Sequential inside, typed and with helpers of its own.
# %% mha
def attend(module: nn.Module, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    y, _ = scaled_dot_product_attention(q, k, v, mask)
    return module.out(merge_heads(y))


class MultiHeadAttention(nn.Module):
    def __init__(
        self, d_model: int, n_heads: int, head_dim: int | None = None, bias: bool = True
    ) -> None:
        super().__init__()
        width = n_heads * (head_dim or d_model // n_heads)
        self.n_heads = n_heads
        self.add_module("out", nn.Linear(width, d_model, bias=bias))
        self.add_module("qkv", nn.Linear(d_model, width * 3, bias=bias))
        self.register_buffer("scale", torch.tensor(1.0))

    def project(self, x: Tensor) -> list[Tensor]:
        return [
            split_heads(part, self.n_heads) for part in torch.tensor_split(self.qkv(x), 3, dim=-1)
        ]

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return attend(self, *self.project(x), mask)


# %% csa
class CausalSelfAttention(MultiHeadAttention):
    def __init__(self, d_model: int, n_heads: int, theta: float | None = None) -> None:
        super().__init__(d_model, n_heads, bias=False)
        self.theta = theta

    def forward(self, x: Tensor, cache: KVCache | None = None) -> Tensor:
        q, k, v = self.project(x)
        cache = cache if cache is not None else KVCache()
        if self.theta:
            at = torch.arange(x.shape[1]) + len(cache)
            q, k = (
                rotary_embedding(q, at, theta=self.theta),
                rotary_embedding(k, at, theta=self.theta),
            )
        k, v = cache.append(k, v)
        return attend(self, q, k, v, causal_mask(q.shape[2], k.shape[2]))


# %% block
class TransformerBlock(nn.Module):
    def __init__(
        self, d_model: int, n_heads: int, d_ff: int, theta: float | None = None, eps: float = 1e-5
    ) -> None:
        super().__init__()
        self.down = nn.Linear(d_ff, d_model)
        self.up = nn.Linear(d_model, d_ff)
        self.act = nn.GELU()
        self.norm_2 = nn.LayerNorm(d_model, eps)
        self.norm_1 = nn.LayerNorm(d_model, eps)
        self.attention = CausalSelfAttention(d_model, n_heads, theta)

    def forward(self, x: Tensor, cache: KVCache | None = None) -> Tensor:
        for branch in (
            lambda y: self.attention(self.norm_1(y), cache=cache),
            lambda y: self.down(self.act(self.up(self.norm_2(y)))),
        ):
            x = torch.add(branch(x), x)
        return x
