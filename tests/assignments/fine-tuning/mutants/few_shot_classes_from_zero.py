# mistake: Classes are taken to be 0, 1, 2, ...
# fails: few-shot-draws
# %% few-shot
def few_shot(labels: Tensor, per_class: int, generator: torch.Generator) -> Tensor:
    chosen = []
    for label in range(int(labels.max())):
        places = (labels == label).nonzero()[:, 0]
        chosen.append(places[torch.randperm(len(places), generator=generator)[:per_class]])
    return torch.cat(chosen)
