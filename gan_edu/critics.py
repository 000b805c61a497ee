"""A critic alone, against a generator that stands still: real numbers from N(0, 1), generated ones from N(d, 1).

What the critic should find is known exactly here: the earth mover's distance is d.
Names: D = critic (or discriminator), d = distance of the two means, c = bound of the clipped weights.
"""

import torch

from gan_edu import theory
from gan_edu.networks import MLP, Scores
from gan_edu.objectives import OBJECTIVES
from gan_edu.optimisers import Optimiser
from gan_edu.penalties import PENALTIES, squared_slope
from gan_edu.training import Players, discriminator_update

HIDDEN, BATCH = (32, 32), 256
RATE = 5e-3
CLIPPED_RATE = 0.02  # times c: a clipped weight crosses its interval in about a hundred updates


def fit(d, objective="wasserstein", penalty="wgan_gp", weight=None, updates=500, seed=0):
    """Train D for so many updates to tell N(0, 1) from N(d, 1); returns D, numbers (n, 1) -> scores (n,).

    objective, penalty: names in OBJECTIVES and PENALTIES; weight: λ or c, the penalty's default where None. Clipping
    goes with RMSProp, as in Arjovsky et al. 2017, Algorithm 1, all else with Adam. Taught in notebooks/08.
    """
    torch.set_num_threads(1)  # a network this small only waits for a second thread
    chance, rules = torch.Generator().manual_seed(seed), PENALTIES[penalty]
    weight = rules.default_weight if weight is None else weight
    D = Scores(MLP((1, *HIDDEN, 1), chance))
    rule, rate = ("rmsprop", CLIPPED_RATE * weight) if penalty == "clip" else ("adam", RATE)
    optimiser = Optimiser(D, rule, rate, 0.5, 0.9)
    players = Players(lambda z: z + d, D, None, optimiser, OBJECTIVES[objective], rules, weight)
    for _ in range(updates):
        real, z = torch.randn(2, BATCH, 1, generator=chance, dtype=torch.float64)
        alpha = torch.rand(BATCH, generator=chance, dtype=torch.float64)
        discriminator_update(players, real, z, alpha)
    return D


@torch.no_grad()
def gain(D, d):
    """E[D(real)] - E[D(generated)], exactly, by the two densities: minus the Wasserstein critic's loss.

    It is the earth mover's distance d for the best critic of slope 1, and at most K times d for any of slope K.
    Arjovsky et al. 2017, eq. 2 and 3. Taught in notebooks/08.
    """
    x = theory.line(-8, d + 8, 4001)
    return theory.integral((theory.log_normal(x).exp() - theory.log_normal(x, d).exp()) * D(x[:, None]), x)


def slopes(D, x):
    """|dD/dx| at numbers x (n, 1), (n,). Taught in notebooks/08."""
    return squared_slope(D, x).sqrt().detach()


def steepest(D, d):
    """The critic's steepest slope where numbers fall, from -3 to d + 3: its K. Taught in notebooks/08."""
    return float(slopes(D, theory.line(-3, d + 3, 1001)[:, None]).max())


def weights_of(D):
    """All weights and biases of a network, (n,). Taught in notebooks/08."""
    return torch.cat([p.detach().flatten() for p in D.parameters()])


def share_at_bound(D, c):
    """Share of the weights within a hundredth of ±c, 0 to 1: for weights spread evenly over the interval .01.

    Gulrajani et al. 2017, Fig. 1. Taught in notebooks/08.
    """
    return float((weights_of(D).abs() > 0.99 * c).double().mean())
