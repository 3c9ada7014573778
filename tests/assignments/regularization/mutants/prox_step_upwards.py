# mistake: The step goes along the gradient, not against it.
# fails: prox-step
# %% prox-gradient
def proximal_step(w, gradient, rate, strength):
    return soft_threshold(w + rate * gradient, rate * strength)
