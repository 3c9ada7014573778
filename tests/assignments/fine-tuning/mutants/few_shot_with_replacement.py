# mistake: Examples are drawn with replacement.
# fails: few-shot-draws
# %% few-shot
def few_shot(labels: Tensor, per_class: int, generator: torch.Generator) -> Tensor:
    chosen = []
    for label in labels.unique():
        places = (labels == label).nonzero()[:, 0]
        chosen.append(places[torch.randint(len(places), (per_class,), generator=generator)])
    return torch.cat(chosen)
