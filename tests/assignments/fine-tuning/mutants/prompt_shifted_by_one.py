# mistake: The rows are one position too early.
# fails: prompt-values prompt-gradients
# %% prompt
class PromptedLM(nn.Module):
    def __init__(self, model: CharLM, characters: Tensor) -> None:
        super().__init__()
        self.model = model.requires_grad_(False)
        self.prompt = nn.Parameter(model.embedding(characters).detach().clone())

    def forward(self, tokens: Tensor) -> Tensor:
        prompt = self.prompt.expand(len(tokens), -1, -1)
        logits = self.model.run(torch.cat([prompt, self.model.embedding(tokens)], dim=1))
        return logits[:, self.prompt.shape[0] - 1 : -1]
