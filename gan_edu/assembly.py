"""From a recipe to what a run is made of: target, players, streams of random inputs, precision and thread count."""

from contextlib import nullcontext

import torch

from gan_edu.mixtures import TARGETS
from gan_edu.networks import MLP, Scores
from gan_edu.objectives import OBJECTIVES
from gan_edu.optimisers import Optimiser
from gan_edu.penalties import PENALTIES
from gan_edu.randomness import Stream, generator_for
from gan_edu.training import Players


def target(recipe):
    """The Mixture that a recipe's generator is to learn, or None for images."""
    return TARGETS.get(recipe.data)


def networks(recipe, members=None):
    """A new (G, D), initial weights drawn from the recipe's seed; with `members`, that many side by side."""
    dim = TARGETS[recipe.data].dim
    init = generator_for(recipe.seed, "weights")
    G = MLP((recipe.noise, *[recipe.g_width] * recipe.layers, dim), init, members)
    D = Scores(MLP((dim, *[recipe.d_width] * recipe.layers, 1), init, members))
    return G, D


def optimiser(network, recipe, lr):
    """The recipe's optimiser over a network; lr is a number, or a tensor (members, 1)."""
    return Optimiser(network, recipe.optimiser, lr, recipe.beta1, recipe.beta2)


def players(recipe):
    """New networks with their optimisers and rules."""
    G, D = networks(recipe)
    return Players(G, D, optimiser(G, recipe, recipe.lr_g), optimiser(D, recipe, recipe.lr_d), OBJECTIVES[recipe.objective], PENALTIES[recipe.penalty],
                   recipe.penalty_weight, recipe.penalty_every)


def apply_rules(players, knobs):
    """Let the players follow the knobs' objective and penalty."""
    players.objective, players.penalty = OBJECTIVES[knobs.objective], PENALTIES[knobs.penalty]
    players.penalty_weight = knobs.penalty_weight


def streams(recipe):
    """The numbered random inputs of a run: (real, z, alpha) of discriminator updates, (z, real) of generator updates."""
    mixture = TARGETS[recipe.data]

    def real(count, generator):
        return mixture.sample(count * recipe.batch, generator).view(count, recipe.batch, mixture.dim)

    def z(count, generator):
        return noise(recipe, count * recipe.batch, generator).view(count, recipe.batch, recipe.noise)

    def for_discriminator(count, generator):
        alpha = torch.rand(count, recipe.batch, generator=generator, dtype=torch.float64)
        return real(count, generator), z(count, generator), alpha

    def for_generator(count, generator):
        return z(count, generator), real(count, generator)

    return Stream(recipe.seed, "discriminator", for_discriminator), Stream(recipe.seed, "generator", for_generator)


def noise(recipe, n, generator):
    """Standard normal noise (n, recipe.noise)."""
    return torch.randn(n, recipe.noise, generator=generator, dtype=torch.float32 if recipe.is_image else torch.float64)


def generate(G, z):
    """G(z) without a gradient."""
    return G(z)


def precision(recipe):
    """The context in which updates run: float64 for points."""
    return nullcontext()


def use_threads(recipe):
    """One thread for toy networks: more make a small step far slower on a busy machine."""
    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)


def state_bytes(players):
    """Size of one checkpoint in bytes: weights and two moments of both networks."""
    return 3 * 8 * sum(o.flat.numel() for o in (players.g_optimiser, players.d_optimiser))


def state(players):
    """A copy of everything that training changes."""
    return {"G": players.g_optimiser.state(), "D": players.d_optimiser.state()}


def load(players, state):
    """Go back to such a copy."""
    players.g_optimiser.load(state["G"])
    players.d_optimiser.load(state["D"])
