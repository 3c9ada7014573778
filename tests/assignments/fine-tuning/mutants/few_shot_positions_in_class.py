# mistake: Positions within the class are returned in place of indices.
# fails: few-shot-draws
# %% few-shot
def few_shot(labels: Tensor, per_class: int, generator: torch.Generator) -> Tensor:
    chosen = []
    for label in labels.unique():
        places = (labels == label).nonzero()[:, 0]
        chosen.append(torch.randperm(len(places), generator=generator)[:per_class])
    return torch.cat(chosen)
