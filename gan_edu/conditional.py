"""Conditional generators and discriminators: networks that are told what to draw, or what to judge.

Names: G = generator, D = discriminator, z = noise (..., batch, noise), x = points or images, c = condition (..., batch,
numbers): a class as one 1 among 0s, a caption as one 1 for each of its words, or the pixels of an upper half.
"""

from contextlib import contextmanager

import torch
from torch import nn

from gan_edu.networks import (
    IMAGE_PIXELS,
    IMAGE_SHAPE,
    MLP,
    DCGANDiscriminator,
    DCGANGenerator,
    Scores,
    _norm,
    initialise,
)

UPPER = (1, 14, 28)  # shape of an upper half
CODE = 64  # numbers into which an upper half is read


class ConditionalGenerator(nn.Module):
    """G(z, c): the condition is appended to the noise. body: any generator of len(z) + len(c) numbers.

    Mirza & Osindero 2014, §3.2. Taught in notebooks/10.
    """

    def __init__(self, body):
        super().__init__()
        self.body = body
        self.members = body.members

    def forward(self, z, c):
        """z (..., batch, noise), c (..., batch, numbers) -> samples (..., batch, ...)."""
        return self.body(torch.cat([z, c], -1))


class ConcatenatedScores(Scores):
    """D(x, c) by concatenation: the condition is appended to the point. Mirza & Osindero 2014, §3.2.

    Taught in notebooks/10.
    """

    def forward(self, x, c):
        """x (..., batch, dim), c (..., batch, numbers) -> logits (..., batch)."""
        return super().forward(torch.cat([x, c], -1))


class ConcatenatedImageScores(Scores):
    """The same for images: a layer turns the condition into a picture, which becomes a second channel."""

    def __init__(self, body, numbers):
        super().__init__(body)
        self.picture = nn.Linear(numbers, IMAGE_PIXELS)

    def forward(self, x, c):
        """x (batch, 1, 28, 28), c (batch, numbers) -> logits (batch,)."""
        picture = self.picture(c).view(-1, *IMAGE_SHAPE)
        return super().forward(torch.cat([x, picture], 1))  # of (batch, 2, 28, 28)


class ProjectionScores(Scores):
    """D(x, c) = ψ(φ(x)) + ⟨cV, φ(x)⟩: features φ, a linear ψ that sees x alone, and one direction V for each class.

    features: x -> (..., batch, width); body: ψ, (..., batch, width) -> (..., batch, 1); V: (..., numbers, width).
    Miyato & Koyama 2018, eq. 3. Taught in notebooks/10.
    """

    def __init__(self, features, body, V):
        super().__init__(body)
        self.features, self.V = features, nn.Parameter(V)

    def forward(self, x, c):
        """x (..., batch, ...), c (..., batch, numbers) -> logits (..., batch)."""
        phi = self.features(x)  # (..., batch, width)
        return super().forward(phi) + (phi * (c @ self.V)).sum(-1)


class WithheldScores(Scores):
    """D(x, c) that never sees c: it judges whether a sample looks real, not whether it is what was asked for.

    Taught in notebooks/10.
    """

    def forward(self, x, c):
        """x (..., batch, ...) -> logits (..., batch); c goes unused."""
        return super().forward(x)


class CompletingGenerator(nn.Module):
    """G(z, c) for digits whose upper half is given: convolutions read it, a DCGAN draws, the upper half is put back.

    Isola et al. 2017 (pix2pix) in small, where the source image is a part of the target. Taught in notebooks/10.
    """

    members = None

    def __init__(self, noise, width):
        super().__init__()
        self.reader = nn.Sequential(
            nn.Conv2d(1, 16, 4, stride=2, padding=1), nn.LeakyReLU(0.2),  # (batch, 16, 7, 14)
            nn.Conv2d(16, 32, 4, stride=2, padding=1), _norm(32), nn.LeakyReLU(0.2),  # (batch, 32, 3, 7)
            nn.Conv2d(32, CODE, (3, 7)), _norm(CODE), nn.Flatten(),  # (batch, CODE), each of mean 0 and spread 1, as z
        )  # fmt: skip
        self.body = DCGANGenerator(noise + CODE, width)

    def forward(self, z, c):
        """z (batch, noise), c (batch, 392) -> images (batch, 1, 28, 28) whose upper half is c."""
        upper = c.view(-1, *UPPER)
        drawn = self.body(torch.cat([z, self.reader(upper)], -1))  # (batch, 1, 28, 28)
        return torch.cat([upper, drawn[:, :, 14:]], 2)


class CompletedScores(Scores):
    """D(x, c) for completed digits: x holds its upper half c already. sees_upper=False blackens it.

    Taught in notebooks/10.
    """

    def __init__(self, body, sees_upper):
        super().__init__(body)
        self.sees_upper = sees_upper

    def forward(self, x, c):
        """x (batch, 1, 28, 28) -> logits (batch,)."""
        lower = torch.cat([-torch.ones_like(x[:, :, :14]), x[:, :, 14:]], 2)
        return super().forward(x if self.sees_upper else lower)


def conditional_mlps(recipe, dim, numbers, init, members=None):
    """(G, D) for points of `dim` coordinates and conditions of so many numbers; as `assembly.networks`."""
    g_hidden, d_hidden = [recipe.g_width] * recipe.layers, [recipe.d_width] * recipe.layers
    G = ConditionalGenerator(MLP((recipe.noise + numbers, *g_hidden, dim), init, members))
    if recipe.conditioning == "concatenate":
        return G, ConcatenatedScores(MLP((dim + numbers, *d_hidden, 1), init, members))
    if recipe.conditioning == "withheld":
        return G, WithheldScores(MLP((dim, *d_hidden, 1), init, members))
    features, psi = MLP((dim, *d_hidden), init, members), MLP((recipe.d_width, 1), init, members)
    features = nn.Sequential(features, nn.ReLU())
    lead = () if members is None else (members,)
    return G, ProjectionScores(features, psi, _directions((*lead, numbers, recipe.d_width), init))


def _directions(shape, init):
    return (2 * torch.rand(shape, generator=init, dtype=torch.float64) - 1) / shape[-1] ** 0.5


def conditional_dcgans(recipe, numbers, init):
    """(G, D) for digits, told a class or a caption of so many numbers; as `assembly.networks`."""
    G = ConditionalGenerator(DCGANGenerator(recipe.noise + numbers, recipe.g_width))
    body = DCGANDiscriminator(recipe.d_width)
    if recipe.conditioning == "concatenate":
        first = body[0]
        body[0] = nn.Conv2d(2, first.out_channels, first.kernel_size, first.stride, first.padding)
        D = ConcatenatedImageScores(body, numbers)
    elif recipe.conditioning == "withheld":
        D = WithheldScores(body)
    else:
        *features, last = body.children()  # φ is all but the last layer
        psi = MLP((last.in_features, 1), init, dtype=torch.float32)
        D = ProjectionScores(nn.Sequential(*features), psi, _directions((numbers, last.in_features), init).float())
    return initialise(G, init), initialise(D, init)


def completing_dcgans(recipe, init):
    """(G, D) for digits of which the upper half is given; as `assembly.networks`."""
    G, body = CompletingGenerator(recipe.noise, recipe.g_width), DCGANDiscriminator(recipe.d_width)
    return initialise(G, init), initialise(CompletedScores(body, recipe.conditioning == "concatenate"), init)


class Given:
    """A conditional network with its condition filled in: `Given(D, c)(x)` is D(x, c); all else is the network's own.

    So the updates, objectives and penalties need not know of conditions. Taught in notebooks/10.
    """

    def __init__(self, network, condition):
        self.network, self.condition = network, condition

    def __call__(self, x):
        return self.network(x, self.condition)

    def __getattr__(self, name):
        return getattr(self.network, name)


@contextmanager
def statistics_of(G, *inputs):
    """Inside, G's batch norm uses the means and variances of this batch, so a sample hangs on its own inputs alone.

    Without it, asking for many samples of one class would shift them. inputs: what G takes, z or z and c.
    Salimans et al. 2016, §3.4.
    """
    norms = [module for module in G.modules() if isinstance(module, nn.BatchNorm2d)]

    def keep(module, inputs):
        x = inputs[0].float()
        module.running_mean, module.running_var = x.mean((0, 2, 3)), x.var((0, 2, 3), unbiased=False)

    hooks = [module.register_forward_pre_hook(keep) for module in norms]
    try:
        G(*inputs)
        for hook in hooks:
            hook.remove()
        G.eval()
        yield
    finally:
        G.train()
        for module in norms:
            module.running_mean = module.running_var = None
