# mistake: A `torch.optim.AdamW` does the work.
# fails: adamw-values
# %% adamw
from torch.optim import AdamW as TheirAdamW


class AdamW(TheirAdamW):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
