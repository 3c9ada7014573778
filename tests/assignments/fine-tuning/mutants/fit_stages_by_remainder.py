# mistake: The number of stages is the remainder of the step, not the quotient.
# fails: fit-values fit-schedule
# %% fit
def gradual_fit(net, batches, lr, decay, every):
    optimizer = torch.optim.SGD(layer_groups(net, lr, decay))
    for step, (images, classes) in enumerate(batches):
        unfreeze(net, min(3, step % every))
        optimizer.zero_grad()
        F.cross_entropy(net(images), classes).backward()
        optimizer.step()
    return net
