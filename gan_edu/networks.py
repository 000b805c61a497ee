"""Generators and discriminators.

Every network takes a batch and keeps any leading dimension before it, so one MLP holds a lone network, with weights
(in, out), or many at once, with weights (members, in, out).
Names: G = generator, D = discriminator, z = noise (..., batch, noise), x = points or images, W, b = weights, biases.
"""

import torch
from torch import nn
from torch.nn import functional as F

IMAGE_SHAPE = (1, 28, 28)
IMAGE_PIXELS = 28 * 28


def affine(x, W, b):
    """x @ W + b in one call: x (..., batch, in), W (..., in, out), b (..., 1, out) -> (..., batch, out)."""
    return torch.baddbmm(b, x, W) if x.dim() == 3 else torch.addmm(b, x, W)


class MLP(nn.Module):
    """Fully connected layers with ReLU between them; no activation after the last.

    sizes: (in, hidden, ..., out). generator: torch.Generator of the initial weights, uniform within ±1/√in.
    members: None for one network, or a count for as many independent ones side by side. Taught in notebooks/02.
    """

    def __init__(self, sizes, generator=None, members=None, dtype=torch.float64):
        super().__init__()
        self.members = members
        lead = () if members is None else (members,)
        self.weights, self.biases = nn.ParameterList(), nn.ParameterList()
        for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
            W = torch.rand(*lead, inputs, outputs, generator=generator, dtype=torch.float64)
            b = torch.rand(*lead, 1, outputs, generator=generator, dtype=torch.float64)
            self.weights.append(nn.Parameter(((2 * W - 1) / inputs**0.5).to(dtype)))
            self.biases.append(nn.Parameter(((2 * b - 1) / inputs**0.5).to(dtype)))
        self._layers = None

    def forward(self, x):
        """(..., batch, in) -> (..., batch, out)."""
        layers = self._layers or self._list_layers()
        for W, b in layers[:-1]:
            x = torch.relu_(affine(x, W, b))  # (..., batch, hidden)
        W, b = layers[-1]
        return affine(x, W, b)  # (..., batch, out)

    def _list_layers(self):
        """A ParameterList is slow to walk at every call; the parameters themselves never change identity."""
        self._layers = list(zip(self.weights, self.biases, strict=True))
        return self._layers


class Scores(nn.Module):
    """A discriminator: any body whose last layer has one output -> logits of shape (..., batch)."""

    def __init__(self, body):
        super().__init__()
        self.body = body
        self.members = body.members

    def forward(self, x):
        """(..., batch, in) -> logits (..., batch); positive means 'real'."""
        return self.body(x).squeeze(-1)
