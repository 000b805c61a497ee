"""How a setting and its value are spoken: on sliders, forks, curves and maps, in challenges and sentences alike.

The page's sliders say it by the same rules in widgets/spoken.js.
"""

from gan_edu.objectives import OBJECTIVES

RATES = ("lr_g", "lr_d")
NAMES = {
    "lr_g": "generator learning rate",
    "lr_d": "discriminator learning rate",
    "d_strength": "discriminator strength",
    "lr_halving": "steps until the rates are halved",
    "g_width": "generator width",
    "d_width": "discriminator width",
    "layers": "hidden layers",
    "noise": "numbers in the noise",
    "batch": "batch size",
    "average": "decay of the averaged weights",
    "pack": "samples that the discriminator judges together",
    "unroll": "updates that the generator looks ahead",
    "smoothing": "one-sided label smoothing",
}


def judge_of(recipe):
    """What D is called in a recipe's game: 'discriminator', or 'critic' in a Wasserstein GAN."""
    return OBJECTIVES[recipe.objective].judge


def name_of(name, judge="discriminator"):
    """A setting's name, such as 'discriminator learning rate'; judge: what D is called, see `judge_of`."""
    return in_terms_of(judge, NAMES.get(name, name.replace("_", " ")))


def value_of(name, value):
    """A setting's value: '1e-3' for rates, '1/8' for a strength, 'non-saturating', 'on', else the plain number."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return value.replace("_", "-")
    if name in RATES and value:
        mantissa, exponent = f"{value:e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    if name == "d_strength" and 0 < value < 1:
        return f"1/{1 / value:g}"
    return f"{value:g}".replace("e-0", "e-")


def setting(name, value, judge="discriminator"):
    """Both: 'discriminator strength 1/8'."""
    return f"{name_of(name, judge)} {value_of(name, value)}"


def capitalised(words):
    """The same with a capital at its start, as a label has it."""
    return words[:1].upper() + words[1:]


def in_terms_of(judge, text):
    """A text about a discriminator, with D called by its name in this game."""
    return text.replace("discriminator", judge).replace("Discriminator", capitalised(judge))
