# mistake: The network is put into training mode afterwards, whatever it was.
# fails: accuracy-values
# %% accuracy
def accuracy(net: nn.Module, images: Tensor, classes: Tensor) -> float:
    mode = net.training
    net.eval()
    with torch.no_grad():
        right = (net(images).argmax(1) == classes).double().mean().item()
    net.train()
    return right
