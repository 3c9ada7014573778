# mistake: The decay comes from the constructor, not from the group.
# fails: adamw-groups
# %% adamw
class AdamW(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        self.weight_decay = weight_decay
        super().__init__(params, lr, betas, eps, weight_decay)

    def update(self, parameter, grad, state, options):
        parameter *= 1 - options["lr"] * self.weight_decay
        super().update(parameter, grad, state, {**options, "weight_decay": 0})
