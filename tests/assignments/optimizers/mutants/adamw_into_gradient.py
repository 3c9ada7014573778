# mistake: The decay is taken from the gradient in place.
# fails: adamw-groups
# may fail: adamw-values
# %% adamw
class AdamW(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def update(self, parameter, grad, state, options):
        grad += options["weight_decay"] * parameter
        super().update(parameter, grad, state, {**options, "weight_decay": 0})
