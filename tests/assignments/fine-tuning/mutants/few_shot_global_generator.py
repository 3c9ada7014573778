# mistake: The global generator is used.
# fails: few-shot-draws
# %% few-shot
def few_shot(labels: Tensor, per_class: int, generator: torch.Generator) -> Tensor:
    chosen = []
    for label in labels.unique():
        places = (labels == label).nonzero()[:, 0]
        chosen.append(places[torch.randperm(len(places))[:per_class]])
    return torch.cat(chosen)
