# mistake: The rates are written into copies of the groups.
# fails: scheduler-groups
# %% scheduler
class Scheduler:
    def __init__(self, optimizer, factor):
        self.optimizer = optimizer
        self.factor = factor
        self.rates = [group["lr"] for group in optimizer.param_groups]
        self.t = 0
        self.apply()

    def apply(self):
        for group, rate in zip([dict(g) for g in self.optimizer.param_groups], self.rates):
            group["lr"] = rate * self.factor(self.t)

    def step(self):
        self.t += 1
        self.apply()
