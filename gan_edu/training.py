"""The two updates that make a GAN, each on one screen. All random inputs are passed in.

Names: G = generator, D = discriminator, z = noise (..., batch, noise), real, fake = samples (..., batch, features...),
alpha = (..., batch) in [0, 1] for the gradient penalty. Everything works for one network or for many side by side.
"""

from dataclasses import dataclass

import torch

from gan_edu.objectives import Objective
from gan_edu.optimisers import Optimiser
from gan_edu.penalties import Penalty


@dataclass
class Players:
    """Both networks, their optimisers and the rules of their game."""

    G: torch.nn.Module
    D: torch.nn.Module
    g_optimiser: Optimiser
    d_optimiser: Optimiser
    objective: Objective
    penalty: Penalty
    penalty_weight: float
    penalty_every: int = 1
    smoothing: float = 0.0  # already in the objective; kept for when that changes
    unroll: int = 0  # updates of D that `unrolling` looks ahead
    reconstruction: float = 0.0  # weight of the mean |G(z, c) - x| in the generator's loss


def discriminator_update(players, real, z, alpha):
    """One step of D: raise its scores on real samples, lower them on fakes. G stands still (detach).

    minimised: objective.discriminator(D(real), D(G(z))) + weight · penalty.
    Returns (loss, real_logits, fake_logits), detached. Goodfellow et al. 2014, Algorithm 1. Taught in notebooks/02.
    """
    D, optimiser, penalty = players.D, players.d_optimiser, players.penalty
    with torch.no_grad():
        fake = players.G(z)
    real_logits, fake_logits = D(real), D(fake)  # (..., batch) each
    loss = players.objective.discriminator(real_logits, fake_logits)
    total = loss
    if penalty.loss and optimiser.updates % players.penalty_every == 0:
        total = loss + players.penalty_weight * penalty.loss(D, real, fake, alpha)
    optimiser.zero_grad()
    total.sum().backward()
    optimiser.step()
    if penalty.after_step:
        penalty.after_step(optimiser.flat, players.penalty_weight)
    return loss.detach(), real_logits.detach(), fake_logits.detach()


def generator_update(players, z, real):
    """One step of G: make D score its samples higher. D stands still, but the gradient flows through it.

    minimised: objective.generator(D(real), D(G(z))). Returns the loss, detached. Taught in notebooks/02.
    """
    D, objective = players.D, players.objective
    D.requires_grad_(False)
    real_logits = D(real) if objective.needs_real else None
    loss = objective.generator(real_logits, D(players.G(z)))
    players.g_optimiser.zero_grad()
    loss.sum().backward()
    players.g_optimiser.step()
    D.requires_grad_(True)
    return loss.detach()


def paired_generator_update(players, z, real):
    """One step of G where each real sample is the one right answer to its condition, from which G may not stray far.

    minimised: objective.generator(D(real), D(G(z))) + reconstruction · mean |G(z) - real|. Returns the loss's first
    part, detached. Isola et al. 2017 (pix2pix), eq. 4. Taught in notebooks/10.
    """
    D, objective = players.D, players.objective
    D.requires_grad_(False)
    fake = players.G(z)
    loss = objective.generator(D(real) if objective.needs_real else None, D(fake))
    total = loss + players.reconstruction * (fake - real).abs().mean()
    players.g_optimiser.zero_grad()
    total.backward()
    players.g_optimiser.step()
    D.requires_grad_(True)
    return loss.detach()


def outputs(objective, real_logits, fake_logits):
    """D's mean output on real and on fake samples, and its AUC, each of shape (...).

    AUC is P(D(real) > D(fake)), here over the pairs of the batch, ties counted half. Outputs are probabilities where
    the objective reads σ(logit) as one, otherwise the raw values.
    Taught in notebooks/03.
    """
    auc = ((real_logits > fake_logits).double() + (real_logits == fake_logits).double() / 2).mean(-1)
    if objective.is_probability:
        real_logits, fake_logits = torch.sigmoid(real_logits), torch.sigmoid(fake_logits)
    return real_logits.mean(-1), fake_logits.mean(-1), auc
