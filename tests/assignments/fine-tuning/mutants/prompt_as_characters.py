# mistake: The characters are put before the text, and the vectors are never used.
# fails: prompt-values prompt-gradients
# %% prompt
class PromptedLM(nn.Module):
    def __init__(self, model: CharLM, characters: Tensor) -> None:
        super().__init__()
        self.characters = characters
        self.model = model.requires_grad_(False)
        self.prompt = nn.Parameter(model.embedding(characters).detach().clone())

    def forward(self, tokens: Tensor) -> Tensor:
        logits = self.model(torch.cat([self.characters.expand(len(tokens), -1), tokens], dim=1))
        return logits[:, self.prompt.shape[0] :]
