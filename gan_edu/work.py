"""How much a recipe asks of the computer, told from its numbers alone, before anything is made.

Names: G, D = multiplications for one sample by the generator, the discriminator; recipe = a Recipe.
"""

from itertools import pairwise

from gan_edu.mixtures import TARGETS

PER_SECOND = {False: 8e9, True: 32e9}  # multiplications of one core, on points (float64) and on images (float32)
MOST_SECONDS = 3  # a step
TOLD_SECONDS, TOLD_UPDATES = 0.3, 1000  # more of either is told before the run starts
MOST_BYTES = 800e6
PIXELS = 28 * 28
PENALTIES = {"r1": 8, "r1_r2": 16, "wgan_gp": 8}  # passes through D: forward, its slope, and both of them backward
LOOK = 16  # passes through D for each update that unrolling looks ahead
SLICE = 1e9  # multiplications that may pass before a pause is heard
BLOCK = 32  # draws made at once, see `randomness`
COPIES = 14  # of all weights: gradients, moments, averages, and three checkpoints
FIELDS = ("batch", "g_width", "d_width", "layers", "noise", "d_strength", "unroll", "penalty", "instance_noise")


def check(recipe, usual):
    """ValueError where a step takes too long, or too much memory, naming what differs from the `usual` recipe."""
    seconds = multiplications(recipe) / PER_SECOND[recipe.is_image]
    if seconds > MOST_SECONDS:
        fault = f"about {seconds:,.0f} s of computing a step; at most {MOST_SECONDS} s will do"
    elif held(recipe) > MOST_BYTES:
        fault = f"{held(recipe) / 1e9:.1f} GB of memory; at most {MOST_BYTES / 1e9:.1f} GB will do"
    else:
        return
    values = {name: getattr(recipe, name) for name in FIELDS if getattr(recipe, name) != getattr(usual, name)}
    large = [f"{name}={value if isinstance(value, str) else format(value, 'g')}" for name, value in values.items()]
    raise ValueError(f"{', '.join(large)} ask for {fault}: lower one of them")


def warning(recipe, events):
    """What is to be known before a token's run starts: a slow step, or many updates by hand; '' of any other."""
    seconds = multiplications(recipe) / PER_SECOND[recipe.is_image]
    by_hand = sum(value is None for _, _, value in events)
    slow = f" A step takes about {seconds:.1f} s." if seconds > TOLD_SECONDS else ""
    return slow + (f" It repeats {by_hand:,} updates made by hand." if by_hand > TOLD_UPDATES else "")


def multiplications(recipe):
    """In one step: D's updates, each with G once and D six times (both batches, forward and backward), and G's one."""
    G, D = _sizes(recipe)
    g_update = recipe.batch * (3 * G + (3 + LOOK * recipe.unroll) * D)
    return max(1, recipe.d_strength) * _of_an_update(recipe) + g_update


def _of_an_update(recipe):
    """Multiplications in one update of D."""
    G, D = _sizes(recipe)
    return recipe.batch * (G + (6 + PENALTIES.get(recipe.penalty, 0)) * D)


def updates_at_once(recipe):
    """How many updates of D by hand may follow each other before a pause is to be heard: 1 to 64."""
    return int(min(64, max(1, SLICE / _of_an_update(recipe))))


def held(recipe):
    """Bytes of weights, of random inputs drawn ahead, and of what a step keeps for its way back."""
    sample = PIXELS if recipe.is_image else TARGETS[recipe.data].dim
    blurred = 2 if recipe.instance_noise else 1
    drawn = 2 * BLOCK * recipe.batch * (recipe.noise + blurred * sample)
    G, D = _units(recipe)
    more = PENALTIES.get(recipe.penalty, 0) + LOOK * recipe.unroll
    kept = recipe.batch * (8 * (G + D + sample) + more * (D + sample))
    return (4 if recipe.is_image else 8) * (COPIES * _weights(recipe) + drawn + kept)


def _layers(recipe):
    """Units of each layer of an MLP's G and D."""
    sample = PIXELS if recipe.is_image else TARGETS[recipe.data].dim
    hidden = [[width] * recipe.layers for width in (recipe.g_width, recipe.d_width)]
    return (recipe.noise, *hidden[0], sample), (recipe.pack * sample, *hidden[1], 1)


def _sizes(recipe):
    """(G, D); those of DCGANs as `networks` lays them out, at 7×7, 14×14 and 28×28."""
    if recipe.architecture == "dcgan":
        g, d = recipe.g_width, recipe.d_width
        return 49 * g * recipe.noise + 196 * g * g + 784 * g, 793 * d + 170 * d * d
    G, D = (sum(a * b for a, b in pairwise(layers)) for layers in _layers(recipe))
    return G, D / recipe.pack


def _weights(recipe):
    """How many weights both networks have, but for biases."""
    if recipe.architecture == "dcgan":
        g, d = recipe.g_width, recipe.d_width
        return 49 * g * recipe.noise + 4 * g * g + 4 * g + 13 * d + 10 * d * d
    return sum(a * b for layers in _layers(recipe) for a, b in pairwise(layers))


def _units(recipe):
    """How many numbers one sample leaves in the hidden layers of G, of D."""
    if recipe.architecture == "dcgan":
        return 98 * recipe.g_width, 83 * recipe.d_width
    return recipe.layers * recipe.g_width, recipe.layers * recipe.d_width
