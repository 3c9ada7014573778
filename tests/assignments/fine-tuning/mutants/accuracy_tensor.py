# mistake: A tensor is returned in place of a float.
# fails: accuracy-values
# %% accuracy
def accuracy(net: nn.Module, images: Tensor, classes: Tensor) -> float:
    mode = net.training
    net.eval()
    with torch.no_grad():
        right = (net(images).argmax(1) == classes).double().mean()
    net.train(mode)
    return right
