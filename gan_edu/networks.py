"""Generators and discriminators.

Every network takes a batch and keeps any leading dimension before it, so one MLP holds a lone network, with weights
(in, out), or many at once, with weights (members, in, out).
Names: G = generator, D = discriminator, z = noise (..., batch, noise), x = points or images, W, b = weights, biases.
"""

from itertools import pairwise

import torch
from torch import nn

IMAGE_SHAPE = (1, 28, 28)
IMAGE_PIXELS = 28 * 28


def affine(x, W, b):
    """x @ W + b: x (..., batch, in), W (..., in, out), b (..., 1, out) -> (..., batch, out)."""
    if x.dim() == 2:
        return torch.addmm(b, x, W)
    if W.shape[-1] == 1:  # many products with one column each are slow, and slower still to differentiate
        return (x * W.mT).sum(-1, keepdim=True) + b
    return torch.baddbmm(b, x, W)


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
        for inputs, outputs in pairwise(sizes):
            W = torch.rand(*lead, inputs, outputs, generator=generator, dtype=torch.float64)
            b = torch.rand(*lead, 1, outputs, generator=generator, dtype=torch.float64)
            self.weights.append(nn.Parameter(((2 * W - 1) / inputs**0.5).to(dtype)))
            self.biases.append(nn.Parameter(((2 * b - 1) / inputs**0.5).to(dtype)))
        self._layers = None
        self.rules = None  # one function a layer, of its weight before use; see spectral_norm

    def forward(self, x):
        """(..., batch, in) -> (..., batch, out)."""
        layers = self._layers or self._list_layers()
        for W, b in layers[:-1]:
            x = torch.relu_(affine(x, W, b))  # (..., batch, hidden)
        W, b = layers[-1]
        return affine(x, W, b)  # (..., batch, out)

    def _list_layers(self):
        """[(W, b), ...] as used; kept where no rule changes them, as a ParameterList is slow to walk at every call."""
        layers = list(zip(self.weights, self.biases, strict=True))
        if self.rules is None:
            self._layers = layers
            return layers
        return [(rule(W), b) for rule, (W, b) in zip(self.rules, layers, strict=True)]

    def forget_layers(self):
        """List the layers anew at the next call: before and after other weights are lent to the network."""
        self._layers = None


class Scores(nn.Module):
    """A discriminator: any body whose last layer has one output -> logits of shape (..., batch)."""

    pack = 1  # samples judged as one

    def __init__(self, body):
        super().__init__()
        self.body = body
        self.members = body.members

    def forward(self, x):
        """(..., batch, in) -> logits (..., batch); positive means 'real'."""
        logits = self.body(x).squeeze(-1)
        return logits.float() if logits.dtype == torch.bfloat16 else logits  # a loss needs more than three digits


class Packed(Scores):
    """A discriminator that judges `pack` points of one kind as a single input: x (..., batch, dim), batch a multiple.

    Neighbours in the batch stand side by side, so a pack without variety can give a collapse away.
    Lin et al. 2018 (PacGAN), §1.2. Taught in notebooks/05.
    """

    def __init__(self, body, pack):
        super().__init__(body)
        self.pack = pack

    def forward(self, x):
        """(..., batch, dim) -> logits (..., batch / pack)."""
        return super().forward(x.unflatten(-2, (-1, self.pack)).flatten(-2))  # (..., batch / pack, pack * dim)


def flat_images(x):
    """(batch, 1, 28, 28) -> (batch, 784)."""
    return x.flatten(1)


class ImageMLP(nn.Module):
    """Fully connected layers for images: as a generator z -> (batch, 1, 28, 28) in [-1, 1], else images -> (batch, 1).

    It knows nothing of which pixels are neighbours. Taught in notebooks/11.
    """

    members = None

    def __init__(self, sizes, generator=None, draws=False):
        super().__init__()
        self.body, self.draws = MLP(sizes, generator, dtype=torch.float32), draws

    def forward(self, x):
        if self.draws:
            return torch.tanh(self.body(x)).view(-1, *IMAGE_SHAPE)  # (batch, 1, 28, 28)
        return self.body(flat_images(x))  # (batch, 1)


def _upscale(inputs, outputs):
    """A transposed convolution that doubles height and width."""
    return nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1)


def _downscale(inputs, outputs):
    """A strided convolution that halves height and width."""
    return nn.Conv2d(inputs, outputs, 4, stride=2, padding=1)


def _norm(channels):
    """Batch norm that always uses the batch at hand; see `assembly.generate` for how samples are drawn with it."""
    return nn.BatchNorm2d(channels, track_running_stats=False)


class DCGANGenerator(nn.Sequential):
    """Noise (batch, noise) -> images (batch, 1, 28, 28) in [-1, 1]: 7×7 -> 14×14 -> 28×28.

    Batch norm after every layer but the last (Radford et al. 2016, §3). width: channels at 7×7, a multiple of 4.
    Taught in notebooks/11.
    """

    members = None

    def __init__(self, noise, width):
        super().__init__(
            nn.Linear(noise, width * 49, bias=False),
            nn.Unflatten(1, (width, 7, 7)),  # (batch, width, 7, 7)
            _norm(width),
            nn.ReLU(),
            _upscale(width, width // 4),  # (batch, width/4, 14, 14)
            _norm(width // 4),
            nn.ReLU(),
            _upscale(width // 4, 1),  # (batch, 1, 28, 28)
            nn.Tanh(),
        )


class DCGANDiscriminator(nn.Sequential):
    """Images (batch, 1, 28, 28) -> (batch, 1): 28×28 -> 14×14 -> 7×7 -> 3×3, LeakyReLU 0.2 (Radford et al. 2016, §3).

    No batch norm, so that each image's score, and its slope in a penalty, depends on that image alone.
    width: channels at 3×3, a multiple of 4. Taught in notebooks/11.
    """

    members = None

    def __init__(self, width):
        layers = []
        for inputs, outputs in ((1, width // 4), (width // 4, width // 2), (width // 2, width)):
            layers += [_downscale(inputs, outputs), nn.LeakyReLU(0.2)]
        super().__init__(*layers, nn.Flatten(), nn.Linear(width * 9, 1))


def initialise(network, generator):
    """Draw all weights anew from `generator`, uniform within ±1/√inputs; scales of batch norm stay 1. In place."""
    for module in network.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            inputs = module.weight[0].numel() if not isinstance(module, nn.ConvTranspose2d) else (
                module.weight.shape[1] * module.weight[0, 0].numel())  # as PyTorch counts a transposed one's inputs
            for p in filter(lambda p: p is not None, (module.weight, module.bias)):
                with torch.no_grad():
                    p.copy_((2 * torch.rand(p.shape, generator=generator) - 1) / inputs**0.5)
    return network
