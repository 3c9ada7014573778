# mistake: A `torch.optim.Adam` inside does the work.
# fails: adam-values
# may fail: adam-state adamw-values adamw-groups
# %% adam
class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        self.inner = torch.optim.Adam(
            params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay
        )
        self.param_groups = self.inner.param_groups

    def step(self):
        self.inner.step()

    def zero_grad(self):
        self.inner.zero_grad()

    def state_dict(self):
        return self.inner.state_dict()

    def load_state_dict(self, saved):
        self.inner.load_state_dict(saved)
