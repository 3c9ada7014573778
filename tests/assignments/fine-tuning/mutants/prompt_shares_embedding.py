# mistake: The prompt is a view of the embedding, and training it changes the model.
# fails: prompt-gradients
# may fail: prompt-start prompt-values
# %% prompt
class PromptedLM(nn.Module):
    def __init__(self, model: CharLM, characters: Tensor) -> None:
        super().__init__()
        self.model = model.requires_grad_(False)
        self.prompt = nn.Parameter(
            model.embedding.weight.detach()[
                int(characters[0]) : int(characters[0]) + len(characters)
            ]
        )

    def forward(self, tokens: Tensor) -> Tensor:
        prompt = self.prompt.expand(len(tokens), -1, -1)
        logits = self.model.run(torch.cat([prompt, self.model.embedding(tokens)], dim=1))
        return logits[:, self.prompt.shape[0] :]
