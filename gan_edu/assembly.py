"""From a recipe to what a run is made of: target, players, streams of random inputs, precision and thread count."""

import os
from contextlib import nullcontext
from functools import lru_cache

import torch

from gan_edu import conditions
from gan_edu.conditional import completing_dcgans, conditional_dcgans, conditional_mlps, statistics_of
from gan_edu.mixtures import TARGETS
from gan_edu.networks import (
    IMAGE_PIXELS,
    IMAGE_SHAPE,
    MLP,
    DCGANDiscriminator,
    DCGANGenerator,
    ImageMLP,
    Packed,
    Scores,
    initialise,
)
from gan_edu.objectives import OBJECTIVES, smoothed
from gan_edu.optimisers import Optimiser
from gan_edu.penalties import PENALTIES
from gan_edu.randomness import Stream, generator_for
from gan_edu.spectral_norm import spectral_norm
from gan_edu.training import Players


def target(recipe):
    """The Mixture that a recipe's generator is to learn, or None for images."""
    return TARGETS.get(recipe.data)


def networks(recipe, members=None):
    """A new (G, D), initial weights drawn from the recipe's seed; with `members`, that many side by side."""
    init = generator_for(recipe.seed, "weights")
    make = ARCHITECTURES[recipe.architecture, recipe.is_image] if recipe.condition == "none" else _told
    G, D = make(recipe, init, members)
    return G, spectral_norm(D) if recipe.spectral_norm else D


def _hidden(recipe):
    return [recipe.g_width] * recipe.layers, [recipe.d_width] * recipe.layers


def _points_mlp(recipe, init, members):
    dim = TARGETS[recipe.data].dim
    g_hidden, d_hidden = _hidden(recipe)
    G = MLP((recipe.noise, *g_hidden, dim), init, members)
    body = MLP((recipe.pack * dim, *d_hidden, 1), init, members)
    return G, Packed(body, recipe.pack) if recipe.pack > 1 else Scores(body)


def _image_mlp(recipe, init, members):
    g_hidden, d_hidden = _hidden(recipe)
    G = ImageMLP((recipe.noise, *g_hidden, IMAGE_PIXELS), init, draws=True)
    return G, Scores(ImageMLP((IMAGE_PIXELS, *d_hidden, 1), init))


def _dcgan(recipe, init, members):
    G, D = DCGANGenerator(recipe.noise, recipe.g_width), DCGANDiscriminator(recipe.d_width)
    return initialise(G, init), Scores(initialise(D, init))


def _told(recipe, init, members):
    """Networks that take a condition."""
    if recipe.condition == "upper_half":
        return completing_dcgans(recipe, init)
    numbers = conditions.numbers(recipe)
    if recipe.is_image:
        return conditional_dcgans(recipe, numbers, init)
    return conditional_mlps(recipe, TARGETS[recipe.data].dim, numbers, init, members)


ARCHITECTURES = {("mlp", False): _points_mlp, ("mlp", True): _image_mlp, ("dcgan", True): _dcgan}


def optimiser(network, recipe, lr):
    """The recipe's optimiser over a network; lr is a number, or a tensor (members, 1)."""
    return Optimiser(network, recipe.optimiser, lr, recipe.beta1, recipe.beta2)


def players(recipe):
    """New networks with their optimisers and rules."""
    G, D = networks(recipe)
    g_optimiser, d_optimiser = optimiser(G, recipe, recipe.lr_g), optimiser(D, recipe, recipe.lr_d)
    objective = smoothed(OBJECTIVES[recipe.objective], recipe.smoothing)
    return Players(G, D, g_optimiser, d_optimiser, objective, PENALTIES[recipe.penalty], recipe.penalty_weight,
                   recipe.penalty_every, recipe.smoothing, recipe.unroll, recipe.reconstruction)


def apply_rules(players, knobs):
    """Let the players follow the knobs' objective and penalty."""
    players.objective = smoothed(OBJECTIVES[knobs.objective], players.smoothing)
    players.penalty, players.penalty_weight = PENALTIES[knobs.penalty], knobs.penalty_weight


def streams(recipe):
    """A run's numbered random inputs: (real, z, alpha) of discriminator updates, (z, real) of generator updates.

    With a condition it comes last: that of each real sample, which the generated sample beside it is to meet too.
    """

    def reals(count, generator):
        """[x] or [x, c]: (count, batch, 2) or (count, batch, 1, 28, 28), and (count, batch, numbers)."""
        parts = conditions.drawn(recipe, count * recipe.batch, generator)
        return [part.view(count, recipe.batch, *part.shape[1:]) for part in parts]

    def z(count, generator):
        return noise(recipe, count * recipe.batch, generator).view(count, recipe.batch, recipe.noise)

    def for_discriminator(count, generator):
        alpha = torch.rand(count, recipe.batch, generator=generator, dtype=dtype(recipe))
        alpha = alpha[:, :: recipe.pack].repeat_interleave(recipe.pack, -1)  # one a pack
        x, *given = reals(count, generator)
        return x, z(count, generator), alpha, *given

    def for_generator(count, generator):
        return z(count, generator), *reals(count, generator)

    return Stream(recipe.seed, "discriminator", for_discriminator), Stream(recipe.seed, "generator", for_generator)


def blurs(recipe):
    """Numbered instance noise of σ = 1, (on reals, on fakes): a stream for discriminator, one for generator updates."""
    shape = (recipe.batch, *(IMAGE_SHAPE if recipe.is_image else (TARGETS[recipe.data].dim,)))

    def draw(count, generator):
        return tuple(torch.randn(count, *shape, generator=generator, dtype=dtype(recipe)) for _ in range(2))

    return Stream(recipe.seed, "blur discriminator", draw), Stream(recipe.seed, "blur generator", draw)


def real(recipe, n, generator):
    """n real samples: points (n, dim), or digits (n, 1, 28, 28) in [-1, 1] drawn with replacement."""
    return conditions.drawn(recipe, n, generator)[0]


def dtype(recipe):
    """float64 for points, where two computations must agree; float32 for images."""
    return torch.float32 if recipe.is_image else torch.float64


def noise(recipe, n, generator):
    """Standard normal noise (n, recipe.noise)."""
    return torch.randn(n, recipe.noise, generator=generator, dtype=dtype(recipe))


REFERENCE = 256  # extra noise that fixes batch norm's statistics
CHUNK = 744  # images drawn at once


def generate(recipe, G, z, *given):
    """G(z) for points, or G(z, c). Images are drawn beside a fixed reference batch, so that batch norm's statistics
    hardly depend on which and how many images are asked for (Salimans et al. 2016, §3.4, 'virtual batch
    normalisation').
    """
    if not recipe.is_image:
        return G(z, *given)
    if given:
        return _told_images(recipe, G, z, *given)
    reference = noise(recipe, REFERENCE, generator_for(recipe.seed, "reference"))
    with precision(recipe):
        parts = [G(torch.cat([reference, part]))[REFERENCE:] for part in z.split(CHUNK)]
    return torch.cat(parts).float()  # (n, 1, 28, 28)


def _told_images(recipe, G, z, c):
    """Images on condition, with the batch norm of a reference batch of mixed conditions."""
    chance = generator_for(recipe.seed, "reference")
    reference, mixed = noise(recipe, REFERENCE, chance), conditions.drawn(recipe, REFERENCE, chance)[1]
    with precision(recipe), statistics_of(G, reference, mixed):
        parts = [G(*part) for part in zip(z.split(CHUNK), c.split(CHUNK), strict=True)]
    return torch.cat(parts).float()  # (n, 1, 28, 28)


def precision(recipe):
    """The context in which updates run: float64 for points; for images bfloat16 where the processor is fast at it.

    GAN_EDU_PRECISION=float32 in the environment keeps images in float32.
    """
    if not recipe.is_image:
        return nullcontext()
    return torch.autocast("cpu", torch.bfloat16, enabled=has_fast_bfloat16())


@lru_cache
def has_fast_bfloat16():
    """Whether bfloat16 arithmetic is built into this processor, and not turned off by GAN_EDU_PRECISION."""
    if os.environ.get("GAN_EDU_PRECISION") == "float32":
        return False
    capabilities = getattr(torch.backends.cpu, "get_cpu_capability", lambda: "")()
    flags = _cpu_flags()
    return capabilities.startswith("AVX512") and ("avx512_bf16" in flags or "amx_bf16" in flags)


def _cpu_flags():
    """The processor's feature flags on Linux; elsewhere none, and then float32 is used."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            return next((line for line in info if line.startswith("flags")), "").split()
    except OSError:
        return []


def use_threads(recipe):
    """One thread: on a busy machine a second one makes a step many times slower, and the browser needs a core too."""
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
