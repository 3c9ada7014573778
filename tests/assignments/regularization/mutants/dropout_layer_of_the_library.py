# mistake: nn.Dropout does the work.
# fails: dropout-values
# %% dropout
class Dropout(nn.Dropout):
    pass
