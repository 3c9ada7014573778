# mistake: The accuracy is given in percent.
# fails: accuracy-values
# %% accuracy
def accuracy(net, images, classes):
    mode = net.training
    net.eval()
    with torch.no_grad():
        right = (net(images).argmax(1) == classes).double().mean().item()
    net.train(mode)
    return 100 * right
