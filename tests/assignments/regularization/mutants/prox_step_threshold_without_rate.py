# mistake: The threshold is the strength, not the rate times the strength.
# fails: prox-step
# %% prox-gradient
def proximal_step(w, gradient, rate, strength):
    return soft_threshold(w - rate * gradient, strength)
