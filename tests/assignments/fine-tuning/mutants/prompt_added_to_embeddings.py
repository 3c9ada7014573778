# mistake: The prompt's mean is added to every character in place of standing before them.
# fails: prompt-values prompt-gradients
# %% prompt
class PromptedLM(nn.Module):
    def __init__(self, model: CharLM, characters: Tensor) -> None:
        super().__init__()
        self.model = model.requires_grad_(False)
        self.prompt = nn.Parameter(model.embedding(characters).detach().clone())

    def forward(self, tokens: Tensor) -> Tensor:
        prompt = self.prompt.expand(len(tokens), -1, -1)
        logits = self.model.run(self.model.embedding(tokens) + prompt.mean(1, keepdim=True))
        return logits
