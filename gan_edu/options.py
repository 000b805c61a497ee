"""Numbers on a command line, checked while they are read."""

import argparse
import math


def number(low, high=math.inf, whole=False):
    """What argparse takes as a `type`: text -> a number from low to high. NaN and infinity are none."""
    kind = "a whole number" if whole else "a number"
    allowed = f"{kind} of at least {low:g}" if high == math.inf else f"{kind} from {low:g} to {high:g}"

    def read(text):
        try:
            value = int(text) if whole else float(text)
        except (ValueError, OverflowError):
            value = math.nan
        if not (low <= value <= high and value < math.inf):
            raise argparse.ArgumentTypeError(f"{text[:40]!r} will not do: it must be {allowed}")
        return value

    return read


def count(low=1, high=10_000):
    """The same for whole numbers, as runs, seeds and processes are."""
    return number(low, high, whole=True)
