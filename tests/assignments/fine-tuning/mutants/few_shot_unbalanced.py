# mistake: The right number of examples is drawn from all classes together.
# fails: few-shot-draws
# %% few-shot
def few_shot(labels: Tensor, per_class: int, generator: torch.Generator) -> Tensor:
    chosen = []
    for label in labels.unique():
        places = (labels == label).nonzero()[:, 0]
        chosen.append(places[torch.randperm(len(places), generator=generator)[:per_class]])
    return torch.randperm(len(labels), generator=generator)[: len(torch.cat(chosen))]
