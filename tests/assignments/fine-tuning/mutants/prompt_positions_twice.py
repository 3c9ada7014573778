# mistake: Position vectors are added to the prompt a second time.
# fails: prompt-values prompt-gradients
# %% prompt
class PromptedLM(nn.Module):
    def __init__(self, model: CharLM, characters: Tensor) -> None:
        super().__init__()
        self.model = model.requires_grad_(False)
        self.prompt = nn.Parameter(model.embedding(characters).detach().clone())

    def forward(self, tokens: Tensor) -> Tensor:
        prompt = (self.prompt + self.model.position.weight[: len(self.prompt)]).expand(
            len(tokens), -1, -1
        )
        logits = self.model.run(torch.cat([prompt, self.model.embedding(tokens)], dim=1))
        return logits[:, self.prompt.shape[0] :]
