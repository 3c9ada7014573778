# mistake: Only the first group is scheduled.
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
        self.optimizer.param_groups[0]["lr"] = self.rates[0] * self.factor(self.t)

    def step(self):
        self.t += 1
        self.apply()
