# mistake: The largest logit is looked for over the batch.
# fails: accuracy-values
# %% accuracy
def accuracy(net: nn.Module, images: Tensor, classes: Tensor) -> float:
    mode = net.training
    net.eval()
    with torch.no_grad():
        right = (net(images).argmax(0)[: len(classes)].sum() == classes).double().mean().item()
    net.train(mode)
    return right
