# mistake: The rates are not set when the scheduler is made.
# fails: scheduler-groups
# %% scheduler
class Scheduler:
    def __init__(self, optimizer, factor):
        self.optimizer = optimizer
        self.factor = factor
        self.rates = [group["lr"] for group in optimizer.param_groups]
        self.t = 0

    def apply(self):
        for group, rate in zip(self.optimizer.param_groups, self.rates):
            group["lr"] = rate * self.factor(self.t)

    def step(self):
        self.t += 1
        self.apply()
