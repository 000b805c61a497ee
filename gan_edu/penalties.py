"""What is added to the discriminator's loss, or done to its weights, to keep its slope in bounds.

A penalty gets the discriminator D, a batch of real and of fake samples (..., batch, features...) and α, one number
in [0, 1] a sample, (..., batch); it returns one number a network, (...). Nothing random is drawn in here.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch


def squared_slope(D, x):
    """‖∇D(x)‖² at each input of D, over all coordinates or pixels of the sample, or of the pack: (..., batch).

    Taught in notebooks/06.
    """
    x = x.detach().requires_grad_(True)
    logits = D(x)  # (..., batch)
    (gradient,) = torch.autograd.grad(logits.sum(), x, create_graph=True)
    return gradient.reshape(*logits.shape, -1).square().sum(-1)  # (..., batch)


def r1(D, real, fake, alpha):
    """½ E[‖∇D(x)‖²] on real samples; times γ in the loss. Mescheder et al. 2018, eq. 9. Taught in notebooks/06."""
    return squared_slope(D, real).mean(-1) / 2


def r1_r2(D, real, fake, alpha):
    """½ E[‖∇D‖²] on real samples plus the same on fakes. Huang et al. 2025 (R3GAN), §2. Taught in notebooks/09."""
    return (squared_slope(D, real).mean(-1) + squared_slope(D, fake).mean(-1)) / 2


def wgan_gp(D, real, fake, alpha):
    """E[(‖∇D(x̂)‖ - 1)²] at x̂ = α·real + (1 - α)·fake; times λ in the loss. Gulrajani et al. 2017, eq. 3.

    Taught in notebooks/08.
    """
    alpha = alpha.reshape(alpha.shape + (1,) * (real.dim() - alpha.dim()))  # (..., batch, 1 ...)
    between = alpha * real + (1 - alpha) * fake
    return (squared_slope(D, between).add(1e-24).sqrt() - 1).square().mean(-1)


def clip_(flat, bound):
    """Clamp every weight of the discriminator to [-bound, bound], in place, after its step.

    Arjovsky et al. 2017 (WGAN), Algorithm 1. Taught in notebooks/08.
    """
    return flat.clamp_(-bound, bound)


@dataclass(frozen=True)
class Penalty:
    """loss(D, real, fake, alpha) to add, or after_step(flat_weights, weight) to apply; default_weight is γ, λ or c."""

    loss: Callable | None = None
    after_step: Callable | None = None
    default_weight: float = 0.0


PENALTIES = {
    "none": Penalty(),
    "clip": Penalty(after_step=clip_, default_weight=0.1),
    "wgan_gp": Penalty(loss=wgan_gp, default_weight=1.0),
    "r1": Penalty(loss=r1, default_weight=0.1),
    "r1_r2": Penalty(loss=r1_r2, default_weight=0.1),
}
