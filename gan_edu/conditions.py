"""What a conditional GAN is asked for: drawn with the real samples in training, read from the learner's words later.

Names: x = real samples, c = conditions (n, numbers) as the networks take them; see gan_edu.conditional.
"""

from dataclasses import replace

import torch
from torch.nn.functional import one_hot

from gan_edu import captions
from gan_edu.conditional import UPPER, Given
from gan_edu.mixtures import TARGETS
from gan_edu.mnist import load_mnist, to_unit

PIXELS = 14 * 28


def classes(recipe):
    """How many classes the recipe's data has: modes, or 10 digits."""
    return 10 if recipe.is_image else len(TARGETS[recipe.data].modes)


def numbers(recipe):
    """How many numbers a condition has; 0 where the recipe has none."""
    return {"none": 0, "class": classes(recipe), "caption": len(captions.WORDS), "upper_half": PIXELS}[recipe.condition]


def drawn(recipe, n, generator):
    """(x,), or (x, c) where there is a condition: n real samples, each with its own. Always the same x for a generator.

    x: points (n, dim), float64, or digits (n, 1, 28, 28) in [-1, 1]. c: (n, numbers) of x's dtype.
    """
    if not recipe.is_image:
        x, which = TARGETS[recipe.data].sample_labelled(n, generator)
        return (x,) if recipe.condition == "none" else (x, one_hot(which, classes(recipe)).to(x.dtype))
    images, labels = load_mnist("train")
    index = torch.randint(len(images), (n,), generator=generator)
    x = to_unit(images[index])
    return (x,) if recipe.condition == "none" else (x, _OF_DIGITS[recipe.condition](x, index, labels))


_OF_DIGITS = {
    "class": lambda x, index, labels: one_hot(labels[index].long(), 10).float(),
    "caption": lambda x, index, labels: captions.training_codes()[index].float(),
    "upper_half": lambda x, index, labels: x[:, :, :14].flatten(1),
}


def bound(players, *given):
    """The players with both networks told the condition; without one, the players themselves."""
    if not given:
        return players
    return replace(players, G=Given(players.G, *given), D=Given(players.D, *given))


def best_of(recipe, D):
    """D as a function of x alone: its highest score over all classes, or over the ten plain captions."""
    if recipe.condition == "none":
        return D
    if recipe.condition == "caption":
        every = torch.stack([captions.encode(word) for word in captions.DIGIT_WORDS])
    else:  # a D that judges halves needs no c: x holds it
        every = torch.eye(classes(recipe)) if recipe.condition == "class" else torch.zeros(1, PIXELS)
    return lambda x: torch.stack([D(x, c.to(x.dtype).expand(len(x), -1)) for c in every]).amax(0)


def read(recipe, condition, n):
    """A condition in the learner's words as (n, numbers): one for all n samples, or n of them.

    class: a whole number, or n; caption: a text such as 'thick slanted seven', or n; upper_half: an image (1, 28, 28)
    or (1, 14, 28) in [-1, 1], or n of them stacked. Raises ValueError with what will do. Taught in notebooks/10.
    """
    if recipe.condition == "none":
        raise ValueError(f"condition={_shown(condition)} was asked for, but this generator takes none; train a recipe "
                         "with condition='class' (or 'caption', 'upper_half')")  # fmt: skip
    return _READERS[recipe.condition](recipe, condition, n)


def _shown(value):
    return f"a {type(value).__name__} of shape {tuple(value.shape)}" if hasattr(value, "shape") else repr(value)


def _read_class(recipe, condition, n):
    most = classes(recipe) - 1
    try:
        values = torch.as_tensor(condition)
        which = values.long()
        good = values.dtype != torch.bool and bool((which == values).all()) and which.shape in ((), (1,), (n,))
        good = good and int(which.min()) >= 0 and int(which.max()) <= most
    except (TypeError, ValueError, RuntimeError):
        good = False
    if not good:
        raise ValueError(f"condition={_shown(condition)} will not do: with condition='class' on data={recipe.data!r} "
                         f"give a whole number from 0 to {most}, or {n} of them, one for each sample")  # fmt: skip
    return one_hot(which.expand(n), most + 1).to(torch.float32 if recipe.is_image else torch.float64)


def _read_caption(recipe, condition, n):
    texts = [condition] * n if isinstance(condition, str) else list(condition) if hasattr(condition, "__len__") else []
    if len(texts) != n:
        raise ValueError(f"condition={_shown(condition)} will not do: with condition='caption' give a text such as "
                         f"'thick slanted seven', or {n} of them, one for each sample")  # fmt: skip
    return torch.stack([captions.encode(text) for text in texts])


def _read_upper(recipe, condition, n):
    shape = tuple(getattr(condition, "shape", ()))
    good = torch.is_tensor(condition) and shape[-3:] in (UPPER, (1, 28, 28)) and shape[:-3] in ((), (1,), (n,))
    if not good or float(condition.abs().max()) > 1:
        raise ValueError(f"condition={_shown(condition)} will not do: with condition='upper_half' give an image "
                         f"(1, 28, 28) or its upper half (1, 14, 28) in [-1, 1], or {n} of them stacked")  # fmt: skip
    return condition.float()[..., :14, :].reshape(-1, PIXELS).expand(n, PIXELS)


_READERS = {"class": _read_class, "caption": _read_caption, "upper_half": _read_upper}
