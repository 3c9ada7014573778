# mistake: The threshold is applied before the gradient step.
# fails: prox-step
# %% prox-gradient
def proximal_step(w, gradient, rate, strength):
    return soft_threshold(w, rate * strength) - rate * gradient
