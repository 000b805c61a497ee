"""Toy captions for digits, from what can be measured: 'thick slanted seven'.

Thick, thin, slanted and upright compare a digit with the training digits of its own class: the third with the widest
strokes is thick, the third with the narrowest thin; in between no word is said. The same for the slant.
Names: images (n, 1, 28, 28) in [-1, 1]; ink = the same in [0, 1].
"""

from functools import lru_cache

import torch
from torch.nn.functional import pad

from gan_edu.mnist import load_mnist, to_unit

WIDTH_WORDS, SLANT_WORDS = ("thin", "", "thick"), ("upright", "", "slanted")
DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
WORDS = (*filter(None, WIDTH_WORDS), *filter(None, SLANT_WORDS), *DIGIT_WORDS)  # the whole language: 14 words


def _ink(images):
    return (images[:, 0] + 1) / 2  # (n, 28, 28)


def stroke_width(images):
    """Mean width of the strokes in pixels, (n,): twice the ink over the length of its outline.

    A stroke of width w and length L has ink w·L and an outline of 2L. The outline is the total variation, the sum of
    ‖∇ink‖. Images (n, 1, 28, 28) in [-1, 1]; an empty one has width 0. Taught in notebooks/10.
    """
    ink = _ink(images)
    more = pad(ink, (0, 1, 0, 1), mode="replicate")  # (n, 29, 29): no outline where a stroke leaves the image
    down, right = more[:, 1:, :-1] - ink, more[:, :-1, 1:] - ink
    outline = (down.square() + right.square()).sqrt().sum((1, 2))  # (n,)
    return 2 * ink.sum((1, 2)) / outline.clamp_min(1e-9)


def slant(images):
    """How far a digit leans to the right for each pixel upwards, (n,): the slope of its ink's regression of x on y.

    0 is upright, 1 leans by 45°, negative leans to the left. Images (n, 1, 28, 28) in [-1, 1]. Taught in notebooks/10.
    """
    ink = _ink(images)
    ink = ink / ink.sum((1, 2), keepdim=True).clamp_min(1e-9)  # weights that sum to 1
    ticks = torch.arange(ink.shape[-1], dtype=ink.dtype)
    x, y = ink.sum(1) @ ticks, ink.sum(2) @ ticks  # (n,) each: the centre
    across, along = ticks - x[:, None], ticks - y[:, None]  # (n, 28) each
    covariance = (ink * along[:, :, None] * across[:, None, :]).sum((1, 2))
    variance = (ink.sum(2) * along.square()).sum(1)
    return -covariance / variance.clamp_min(1e-9)  # rows count downwards


def measured(images):
    """Stroke width and slant of each image, (2, n)."""
    return torch.stack([stroke_width(images), slant(images)])


@lru_cache
def _training():
    """`measured` of the training digits, (2, 60000)."""
    return torch.cat([measured(to_unit(part)) for part in load_mnist("train")[0].split(1000)], 1)


@lru_cache
def thirds():
    """Where the thirds of the training digits end, (2, 10, 2): of stroke width and slant, for each digit."""
    values, labels, ends = _training(), load_mnist("train")[1], torch.tensor([1 / 3, 2 / 3])
    return torch.stack([values[:, labels == digit].quantile(ends, dim=1).T for digit in range(10)], 1)


def grades(images, digits):
    """In which third each image is, 0, 1 or 2, of its digit's stroke widths and slants: (n, 2).

    digits: (n,), which digit each one is, or is meant to be. Taught in notebooks/10.
    """
    return _grades(measured(images), digits)


def _grades(values, digits):
    ends = thirds()[:, digits.long()]  # (2, n, 2)
    return (values[..., None] > ends).sum(-1).T  # (n, 2)


def captions(images, digits):
    """The caption of each image, a list of texts, all words in the order of a sentence. Taught in notebooks/10."""
    return [" ".join(filter(None, (WIDTH_WORDS[w], SLANT_WORDS[s], DIGIT_WORDS[d])))
            for (w, s), d in zip(grades(images, digits).tolist(), digits.tolist(), strict=True)]  # fmt: skip


def encode(caption):
    """A caption as (14,) numbers: 1 for each word in it, so their order does not count. Taught in notebooks/10.

    Raises ValueError for an unknown word, and where the digit is missing or two words contradict each other.
    """
    words = caption.lower().split() if isinstance(caption, str) else [str(caption)]
    unknown = [word for word in words if word not in WORDS]
    if unknown:
        raise ValueError(f"caption {caption!r} will not do: {unknown[0]!r} is no word of it; use {', '.join(WORDS)}")
    for group, least in ((WIDTH_WORDS, 0), (SLANT_WORDS, 0), (DIGIT_WORDS, 1)):
        found = {word for word in words if word in group}
        if not least <= len(found) <= 1:
            wanted = "exactly one" if least else "at most one"
            raise ValueError(f"caption {caption!r} will not do: it needs {wanted} of {', '.join(filter(None, group))}")
    return torch.tensor([float(word in words) for word in WORDS])


@lru_cache
def training_codes():
    """`encode` of the caption of every training digit, (60000, 14) uint8, in the order of `load_mnist`."""
    labels = load_mnist("train")[1]
    codes, third = torch.zeros(len(labels), len(WORDS), dtype=torch.uint8), _grades(_training(), labels)
    for column, words in enumerate((WIDTH_WORDS, SLANT_WORDS)):
        for grade in (0, 2):
            codes[:, WORDS.index(words[grade])] = third[:, column] == grade
    codes[torch.arange(len(labels)), WORDS.index("zero") + labels.long()] = 1
    return codes
