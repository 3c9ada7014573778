# mistake: The network is measured in the mode it is in.
# fails: accuracy-values
# %% accuracy
def accuracy(net: nn.Module, images: Tensor, classes: Tensor) -> float:
    mode = net.training
    with torch.no_grad():
        right = (net(images).argmax(1) == classes).double().mean().item()
    net.train(mode)
    return right
