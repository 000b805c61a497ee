"""Recipe: every setting of a run in one frozen object, checked when it is made, with a token to share it."""

import dataclasses
import numbers
from dataclasses import dataclass

from gan_edu import tokens, work
from gan_edu.mixtures import TARGETS
from gan_edu.objectives import OBJECTIVES, smoothed
from gan_edu.optimisers import RULES
from gan_edu.penalties import PENALTIES

DATA = (*TARGETS, "mnist")
ARCHITECTURES = ("mlp", "dcgan")
CONDITIONS = ("none", "class", "upper_half", "caption")
CONDITIONINGS = ("concatenate", "projection", "withheld")


@dataclass(frozen=True)
class Recipe:
    """Every setting of a run. Raises ValueError naming the field, the value and what is allowed.

    Taught in notebooks/02.
    """

    data: str = "ring"  # a name in TARGETS, or "mnist"
    objective: str = "non_saturating"  # a name in OBJECTIVES
    penalty: str = "none"  # a name in PENALTIES
    penalty_weight: float | None = None  # γ (r1, r1_r2), λ (wgan_gp) or c (clip); None = the penalty's default
    penalty_every: int = 1  # discriminator updates between two uses of the penalty
    lr_g: float = 5e-4  # generator learning rate
    lr_d: float = 2e-3  # discriminator learning rate
    lr_halving: int = 0  # both rates fall as 1 / (1 + step / lr_halving); 0 = constant
    d_strength: float = 1.0  # discriminator updates for each generator update
    optimiser: str = "adam"  # a name in RULES
    beta1: float = 0.5  # Adam's momentum
    beta2: float = 0.99  # decay of Adam's and RMSProp's squared gradient
    architecture: str = "mlp"  # "mlp", or "dcgan" for images
    g_width: int = 64  # units in each hidden layer of the generator (dcgan: channels of its widest layer)
    d_width: int = 64  # the same for the discriminator
    layers: int = 2  # hidden layers of each MLP
    noise: int = 2  # numbers in the generator's input z
    batch: int = 128  # samples in each update, real and fake each
    average: float = 0.0  # decay of the generator's averaged weights, which sample() then uses; 0 = none
    smoothing: float = 0.0  # real samples are labelled 1 - smoothing in place of 1
    instance_noise: float = 0.0  # σ at the start of the noise added to all that the discriminator sees; 0 = none
    noise_until: int = 1500  # step at which that σ has fallen to 0, along a straight line
    pack: int = 1  # samples of one kind that the discriminator judges together, a divisor of batch
    unroll: int = 0  # discriminator updates that the generator's gradient looks ahead
    spectral_norm: bool = False  # whether the discriminator's weights are divided by their largest singular value
    condition: str = "none"  # what G is told to draw: a "class", an "upper_half" to complete, a "caption"
    conditioning: str = "concatenate"  # how D is told the same: "concatenate", "projection", or "withheld", not at all
    reconstruction: float = 0.0  # weight of the mean |G(z, c) - x| in G's loss, where an upper half is completed
    steps: int = 3000  # generator updates in a whole run
    seed: int = 0  # every random number follows from it

    def __post_init__(self):
        for name, allowed in _CHOICES.items():
            value = getattr(self, name)
            if value not in allowed:
                raise ValueError(f"{name}={shown(value)} is not known; choose one of {', '.join(allowed)}")
        for name, (low, high, whole) in _RANGES.items():
            object.__setattr__(self, name, _checked(name, getattr(self, name), low, high, whole))
        if self.penalty_weight is None:
            object.__setattr__(self, "penalty_weight", PENALTIES[self.penalty].default_weight)
        self._check_remedies()
        if (self.condition, self.conditioning, self.reconstruction) != ("none", "concatenate", 0):
            self._check_condition()
        if self.architecture == "dcgan":
            self._check_dcgan()
        work.check(self, Recipe)

    def replace(self, /, **changes):
        """A copy with some fields changed, checked again."""
        unknown = set(changes) - {field.name for field in dataclasses.fields(self)}
        if unknown:
            named = ", ".join(sorted(name[:80] for name in unknown)[:5])
            raise ValueError(f"Recipe has no field {named}; it has {', '.join(self.as_dict())}")
        if "penalty" in changes:  # a weight that was right for another penalty means nothing here
            changes.setdefault("penalty_weight", None)
        return dataclasses.replace(self, **changes)

    def as_dict(self):
        """Field name -> value, in order."""
        return dataclasses.asdict(self)

    @property
    def is_image(self):
        """Whether samples are images (n, 1, 28, 28) and not points (n, dim)."""
        return self.data == "mnist"

    @property
    def token(self):
        """A short text from which `Recipe.from_token` makes this recipe again."""
        return tokens.encode({"recipe": self._changes()})

    @classmethod
    def from_token(cls, text):
        """The recipe in a token. Raises ValueError saying what is wrong with a damaged one."""
        return cls.from_dict(tokens.decode(text).get("recipe"))

    @classmethod
    def from_dict(cls, values):
        """A recipe from a dict of the fields that differ from the defaults."""
        if not isinstance(values, dict):
            raise ValueError("this token holds no recipe; copy it again from 'Copy recipe'")
        return cls().replace(**values)

    def _changes(self):
        default = Recipe()
        changes = {name: value for name, value in self.as_dict().items() if value != getattr(default, name)}
        if "penalty" in changes:  # its weight would be lost where it equals the default recipe's, which is 0
            changes["penalty_weight"] = self.penalty_weight
        return changes

    def _check_remedies(self):
        smoothed(OBJECTIVES[self.objective], self.smoothing)  # refuses what has no labels
        if not isinstance(self.spectral_norm, bool):
            raise ValueError(f"spectral_norm={shown(self.spectral_norm)} will not do: it must be True or False")
        if self.pack not in PACKS or self.batch % self.pack:
            raise ValueError(f"pack={self.pack} will not do: it must be one of {', '.join(map(str, PACKS))}, and batch="
                             f"{self.batch} a multiple of it")  # fmt: skip
        if self.pack > 1 and self.is_image:
            raise ValueError(f"pack={self.pack} will not do with data='mnist': only points are packed")

    def _check_condition(self):
        images = self.architecture == "dcgan"
        faults = {
            "conditioning needs a condition; set condition='class'": self.condition == "none",
            "condition='upper_half' and 'caption' need data='mnist'": self.condition in CONDITIONS[2:] and not images,
            "digits take a condition with architecture='dcgan' only": self.is_image and not images,
            "an upper half is a part of the image, so conditioning must be 'concatenate' or 'withheld'": (
                self.condition == "upper_half" and self.conditioning == "projection"),
            "reconstruction needs a real image to compare with: set condition='upper_half'": (
                self.reconstruction > 0 and self.condition != "upper_half"),
            "with a condition, pack must be 1 and unroll 0": self.pack > 1 or self.unroll > 0,
        }  # fmt: skip
        for remedy, wrong in faults.items():
            if wrong:
                raise ValueError(f"condition={self.condition!r}, conditioning={self.conditioning!r} and reconstruction="
                                 f"{self.reconstruction:g} will not do on data={self.data!r}: {remedy}")  # fmt: skip

    def _check_dcgan(self):
        if self.data != "mnist":
            raise ValueError(f"architecture='dcgan' draws images, but data={self.data!r}; use 'mlp', or data='mnist'")
        for name in ("g_width", "d_width"):
            if getattr(self, name) % 4:
                raise ValueError(f"{name}={getattr(self, name)} will not do: a dcgan's must be a multiple of 4")


PACKS = (1, 2, 4, 8)
_CHOICES = {
    "data": DATA,
    "objective": tuple(OBJECTIVES),
    "penalty": tuple(PENALTIES),
    "optimiser": tuple(RULES),
    "architecture": ARCHITECTURES,
    "condition": CONDITIONS,
    "conditioning": CONDITIONINGS,
}
_RANGES = {  # field: (lowest, highest, whole number?)
    "penalty_weight": (0, 1e3, False),
    "penalty_every": (1, 1000, True),
    "lr_g": (0, 1, False),
    "lr_d": (0, 1, False),
    "lr_halving": (0, 10**7, True),
    "d_strength": (0, 64, False),
    "beta1": (0, 0.9999, False),
    "beta2": (0, 0.99999, False),
    "g_width": (1, 1024, True),
    "d_width": (1, 1024, True),
    "layers": (1, 8, True),
    "noise": (1, 512, True),
    "batch": (2, 4096, True),
    "average": (0, 0.99999, False),
    "smoothing": (0, 0.5, False),
    "instance_noise": (0, 100, False),
    "noise_until": (1, 10**7, True),
    "pack": (1, 8, True),
    "unroll": (0, 100, True),
    "reconstruction": (0, 1e4, False),
    "steps": (1, 10**7, True),
    "seed": (0, 2**53, True),
}


def _checked(name, value, low, high, whole):
    """The value as int or float, or a ValueError that names the field and its range."""
    if name == "penalty_weight" and value is None:
        return None
    kind = "a whole number" if whole else "a number"
    good = isinstance(value, numbers.Real) and not isinstance(value, bool) and low <= value <= high  # NaN is not
    if not good or (whole and value != int(value)):
        raise ValueError(f"{name}={shown(value)} will not do: it must be {kind} from {low:g} to {high:g}")
    return int(value) if whole else float(value)


def shown(value):
    """A value as an error says it, cut where it is long; Python itself refuses to write thousands of digits."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        return f"(a {type(value).__name__} too long to be written)"
    return text if len(text) <= 500 else f"{text[:60]}... ({len(text):,} characters)"


def check_knob(name, value):
    """A knob's new value, checked like the recipe's field of that name."""
    return _checked(name, value, *_RANGES[name])
