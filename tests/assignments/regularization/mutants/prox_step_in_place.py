# mistake: The weights are changed in place.
# fails: prox-step
# %% prox-gradient
def proximal_step(w, gradient, rate, strength):
    w.sub_(rate * gradient)
    return soft_threshold(w, rate * strength)
