"""What each player minimises, as pure functions of the discriminator's raw outputs (logits).

Every loss takes real_logits and fake_logits of shape (..., batch) and returns the mean over the batch, shape (...).
Names: D = discriminator, G = generator, t = a fake's logit, σ = sigmoid; softplus(t) = log(1 + eᵗ) = -log σ(-t).
Written with softplus, no logarithm of a rounded zero can occur, so gradients stay right at any logit.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch.nn.functional import softplus


def minimax_discriminator(real_logits, fake_logits):
    """-E[log σ(D(x))] - E[log(1 - σ(D(G(z))))], minimised by D. Goodfellow et al. 2014, eq. 1.

    Taught in notebooks/02.
    """
    return softplus(-real_logits).mean(-1) + softplus(fake_logits).mean(-1)


def minimax_generator(real_logits, fake_logits):
    """E[log(1 - σ(D(G(z))))], minimised by G; its gradient at logit t is -σ(t), so it dies where D is sure of 'fake'.

    The saturating loss of Goodfellow et al. 2014, eq. 1. Taught in notebooks/04.
    """
    return -softplus(fake_logits).mean(-1)


def non_saturating_generator(real_logits, fake_logits):
    """-E[log σ(D(G(z)))], minimised by G; its gradient at logit t is -σ(-t). Goodfellow et al. 2014, §3.

    Taught in notebooks/02.
    """
    return softplus(-fake_logits).mean(-1)


def least_squares_discriminator(real_logits, fake_logits):
    """E[(D(x) - 1)²] + E[D(G(z))²], minimised by D. Mao et al. 2017 (LSGAN), eq. 2, with targets 0 and 1, no ½.

    Taught in notebooks/09.
    """
    return (real_logits - 1).square().mean(-1) + fake_logits.square().mean(-1)


def least_squares_generator(real_logits, fake_logits):
    """E[(D(G(z)) - 1)²], minimised by G. Mao et al. 2017, eq. 2. Taught in notebooks/09."""
    return (fake_logits - 1).square().mean(-1)


def hinge_discriminator(real_logits, fake_logits):
    """E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))], minimised by D. Lim & Ye 2017. Taught in notebooks/09."""
    return torch.relu(1 - real_logits).mean(-1) + torch.relu(1 + fake_logits).mean(-1)


def wasserstein_discriminator(real_logits, fake_logits):
    """E[D(G(z))] - E[D(x)], minimised by the critic D. Arjovsky et al. 2017 (WGAN), eq. 2. Taught in notebooks/08."""
    return fake_logits.mean(-1) - real_logits.mean(-1)


def critic_generator(real_logits, fake_logits):
    """-E[D(G(z))], minimised by G against a hinge or Wasserstein critic. Taught in notebooks/08."""
    return -fake_logits.mean(-1)


def relativistic_discriminator(real_logits, fake_logits):
    """E[softplus(-(D(x) - D(G(z))))] over pairs, minimised by D. Huang et al. 2025 (R3GAN), eq. 2.

    Taught in notebooks/09.
    """
    return softplus(fake_logits - real_logits).mean(-1)


def relativistic_generator(real_logits, fake_logits):
    """E[softplus(-(D(G(z)) - D(x)))] over pairs, minimised by G. Huang et al. 2025, eq. 2. Taught in notebooks/09."""
    return softplus(real_logits - fake_logits).mean(-1)


@dataclass(frozen=True)
class Objective:
    """A pair of losses and what is known of them.

    discriminator, generator: losses (real_logits, fake_logits) -> (...). is_probability: σ(logit) means 'P(real)'.
    equilibrium: (D loss, G loss) where D cannot tell real from fake, None where the value is not fixed.
    needs_real: whether the generator's loss looks at real logits. judge: what D is called.
    """

    discriminator: Callable
    generator: Callable
    is_probability: bool
    equilibrium: tuple
    needs_real: bool = False
    judge: str = "discriminator"


def smoothed(objective, smoothing):
    """The objective with one-sided label smoothing s: D is to call a real sample real with probability 1 - s, not 1.

    D minimises (1-s)·E[softplus(-D(x))] + s·E[softplus(D(x))] + E[softplus(D(G(z)))], which is its old loss plus
    s·E[D(x)], as softplus(t) - softplus(-t) = t. Its optimum is (1-s)·p / (p+q). Salimans et al. 2016, §3.4.
    Raises ValueError for an objective without labels. Taught in notebooks/04.
    """
    if not smoothing:
        return objective
    if not objective.is_probability:
        labelled = ", ".join(name for name, o in OBJECTIVES.items() if o.is_probability)
        raise ValueError(f"smoothing={smoothing!r} lowers a label that only these objectives have: {labelled}")

    def discriminator(real_logits, fake_logits):
        return objective.discriminator(real_logits, fake_logits) + smoothing * real_logits.mean(-1)

    undecided = torch.tensor([math.log((1 - smoothing) / (1 + smoothing))])  # D's logit where p = q
    losses = float(discriminator(undecided, undecided)), float(objective.generator(undecided, undecided))
    return replace(objective, discriminator=discriminator, equilibrium=losses)


_LN2 = 0.6931471805599453
OBJECTIVES = {
    "minimax": Objective(minimax_discriminator, minimax_generator, True, (2 * _LN2, -_LN2)),
    "non_saturating": Objective(minimax_discriminator, non_saturating_generator, True, (2 * _LN2, _LN2)),
    "least_squares": Objective(least_squares_discriminator, least_squares_generator, False, (0.5, 0.25)),
    "hinge": Objective(hinge_discriminator, critic_generator, False, (2.0, None)),
    "wasserstein": Objective(wasserstein_discriminator, critic_generator, False, (0.0, None), judge="critic"),
    "relativistic": Objective(relativistic_discriminator, relativistic_generator, False, (_LN2, _LN2), needs_real=True),
}
