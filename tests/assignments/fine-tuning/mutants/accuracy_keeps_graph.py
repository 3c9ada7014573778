# mistake: The network is measured with gradients, which costs memory for nothing.
# fails: accuracy-values
# %% accuracy
def accuracy(net, images, classes):
    mode = net.training
    net.eval()
    right = (net(images).argmax(1) == classes).double().mean().item()
    net.train(mode)
    return right
