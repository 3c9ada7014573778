# mistake: The weights are multiplied by a factor, which is the proximal step of the L2 penalty.
# fails: prox-step
# %% prox-gradient
def proximal_step(w, gradient, rate, strength):
    return (w - rate * gradient) / (1 + rate * strength)
