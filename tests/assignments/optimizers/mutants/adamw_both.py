# mistake: The weights are shrunk, and the decay is added to the gradient as well.
# fails: adamw-values
# %% adamw
class AdamW(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def update(self, parameter, grad, state, options):
        parameter *= 1 - options["lr"] * options["weight_decay"]
        super().update(parameter, grad, state, options)
