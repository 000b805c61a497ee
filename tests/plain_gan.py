"""An oracle that shares no update rule with the package: the same GAN in plain PyTorch, by torch.nn and torch.optim.

It takes from the package only the first weights and the numbered random batches, then trains on its own.
"""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from gan_edu import assembly


def as_torch(mlp):
    """One of the package's MLPs as torch.nn layers with the same weights."""
    layers = []
    for W, b in zip(mlp.weights, mlp.biases, strict=True):
        linear = torch.nn.Linear(*W.shape, dtype=W.dtype)
        linear.weight.data, linear.bias.data = W.detach().T.clone(), b.detach().flatten().clone()
        layers += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


class PlainGan:
    """A recipe with the non-saturating loss and Adam, trained a step at a time; attributes may change between steps."""

    def __init__(self, recipe):
        assert (recipe.objective, recipe.optimiser, recipe.penalty) == ("non_saturating", "adam", "none")
        g, d = assembly.networks(recipe)
        self.G, self.D = as_torch(g), as_torch(d.body)
        betas = (recipe.beta1, recipe.beta2)
        self.g_adam = torch.optim.Adam(self.G.parameters(), recipe.lr_g, betas)
        self.d_adam = torch.optim.Adam(self.D.parameters(), recipe.lr_d, betas)
        self.d_batches, self.g_batches = assembly.streams(recipe)
        self.strength, self.credit, self.steps, self.d_updates = recipe.d_strength, 0.0, 0, 0

    def discriminator(self):
        """One update of D: real points towards 1, generated ones towards 0."""
        real, z, _ = self.d_batches[self.d_updates]
        on_real, on_fake = self.D(real), self.D(self.G(z).detach())
        loss = bce(on_real, torch.ones_like(on_real)) + bce(on_fake, torch.zeros_like(on_fake))
        self.d_adam.zero_grad()
        loss.backward()
        self.d_adam.step()
        self.d_updates += 1

    def generator(self):
        """One update of G: its points towards 1."""
        on_fake = self.D(self.G(self.g_batches[self.steps][0]))
        loss = bce(on_fake, torch.ones_like(on_fake))
        self.g_adam.zero_grad()
        loss.backward()
        self.g_adam.step()
        self.steps += 1

    def step(self):
        """One step as the course counts it: an update of D for each whole credit, then one of G."""
        self.credit += self.strength
        while self.credit >= 1:
            self.credit -= 1
            self.discriminator()
        self.generator()

    def turn(self, name, value):
        """What an event of a run does: a knob turned, or an update by hand."""
        if name == "d_strength":
            self.strength = value
        elif name in ("lr_g", "lr_d"):
            adam = self.g_adam if name == "lr_g" else self.d_adam
            adam.param_groups[0]["lr"] = value
        else:
            {"discriminator": self.discriminator, "generator": self.generator}[name]()


def plain_samples(recipe, steps, events, z):
    """Points (n, dim) that a plain GAN makes of noise z after so many steps, with (step, name, value) events."""
    torch.set_num_threads(1)  # a hundred times faster than two on a busy machine with two cores
    gan, events = PlainGan(recipe), list(events)
    while True:
        while events and events[0][0] <= gan.steps:
            gan.turn(*events.pop(0)[1:])
        if gan.steps >= steps:
            break
        gan.step()
    with torch.no_grad():
        return gan.G(z)
