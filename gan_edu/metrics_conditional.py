"""Does a conditional generator obey, and how much variety is left within one condition?

Names: x = points (n, dim) or images (n, 1, 28, 28), asked = what each was asked for, (n,) whole numbers from 0.
"""

import torch

from gan_edu import captions
from gan_edu.digits import classify, features
from gan_edu.metrics import nearest_mode


def obeyed(x, asked, target=None):
    """Share of samples that show what they were asked for, in [0, 1].

    Points: within 3 std of the mode asked for, given the `target`. Images: named as asked by the course's classifier,
    which itself is right on 99 % of real digits. Perfect .989 (points in 2-D) and .99; a generator that does not listen
    1/k with k classes. Standard error √(p(1-p)/n). Taught in notebooks/10.
    """
    if target is None:
        return float((classify(x) == asked).double().mean())
    which, good = nearest_mode(x, target)
    return float(((which == asked) & good).double().mean())


def variety(x, real):
    """Spread of samples over the spread of real ones: tr cov(x) / tr cov(real), from 0 up; 1 is as varied as real.

    Of points (n, dim) as they are; of images by the 64 features of the course's classifier. Give samples and real ones
    of *one* class to see the variety within it. At n = 100 a side the standard error is about .1 for points.
    Taught in notebooks/10.
    """
    if min(len(x), len(real)) < 2:
        raise ValueError(f"variety needs two samples a side, got {len(x)} and {len(real)}")
    spreads = [(features(one) if one.dim() == 4 else one).double().var(0).sum() for one in (x, real)]
    return float(spreads[0] / spreads[1])


def caption_obeyed(images, asked):
    """How images meet their captions (n texts): {'digit', 'thickness', 'slant'} -> share of the words that are met.

    The digit by the classifier; the other two only over captions that have such a word, by the third in which the
    image's stroke width and slant fall (`captions.grades`). By chance 1/10, 1/3, 1/3. NaN where no caption has one.
    Taught in notebooks/10.
    """
    codes = torch.stack([captions.encode(text) for text in asked])  # (n, 14)
    digits = codes[:, captions.WORDS.index("zero") :].argmax(1)
    third, shares = captions.grades(images, digits), {"digit": obeyed(images, digits)}
    for column, name in enumerate(("thickness", "slant")):
        low, high = codes[:, 2 * column] == 1, codes[:, 2 * column + 1] == 1
        right = (low & (third[:, column] == 0)) | (high & (third[:, column] == 2))
        shares[name] = float(right[low | high].double().mean())
    return shares
