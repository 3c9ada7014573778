# mistake: The penalty is treated by its subgradient.
# fails: prox-step
# %% prox-gradient
def proximal_step(w, gradient, rate, strength):
    return w - rate * (gradient + strength * w.sign())
