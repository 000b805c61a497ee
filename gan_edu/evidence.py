"""One piece of evidence: a measured number, held against a threshold, and how both are shown."""

import math
import operator
from dataclasses import dataclass

SIDES = {"at least": operator.ge, "at most": operator.le, "above": operator.gt, "below": operator.lt,
         "not finite": lambda value, _: not math.isfinite(value)}  # fmt: skip
LARGE = 1e9  # from here on a power of ten reads better than thousands


def _shown(number, digits):
    """A number to so many significant digits: '0.62', '2.3e-05', '5,210'; only a very large one is '3.1e+12'."""
    rounded = float(f"{number:.{digits}g}")
    thousands = rounded.is_integer() and abs(rounded) < LARGE
    return f"{rounded:,.0f}" if thousands else f"{rounded:,.{digits}g}"


@dataclass(frozen=True)
class Evidence:
    """A number, the side of the threshold on which a criterion wants it, and why the threshold lies there."""

    name: str
    value: float
    side: str  # a key of SIDES
    threshold: float
    reason: str

    @property
    def holds(self):
        """Whether the number is what the criterion asks for."""
        return SIDES[self.side](self.value, self.threshold)

    @property
    def number(self):
        """The value as it is shown, such as '0.62'."""
        return _shown(self.value, self._digits())

    @property
    def asked(self):
        """What the criterion asks for, such as 'at least 0.7', or 'not met: at least 0.7'."""
        asked = self.side if self.side == "not finite" else f"{self.side} {_shown(self.threshold, self._digits())}"
        return asked if self.holds else f"not met: {asked}"

    def _digits(self):
        """Three, or as many as it takes to see on which side the number lies: 0.6996 is not at least 0.7."""
        for digits in range(3, 17):
            value, threshold = (float(f"{number:.{digits}g}") for number in (self.value, self.threshold))
            if SIDES[self.side](value, threshold) == self.holds:
                return digits
        return 17

    def __str__(self):
        return f"{self.name}: {self.number} ({self.asked}; {self.reason})"
