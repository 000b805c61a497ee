"""Settings for digits, compared at the same computing time: Frechet distance after so many seconds on one thread.

`gan-edu digits` lists what was tried; `gan-edu digits NAME` trains it anew and writes its rows; `gan-edu digits --table`
prints the table of docs/digits.md. Seconds are of processor time spent in `Run.train_step`, measuring not counted.
"""

import math
import time
from dataclasses import dataclass, field
from pathlib import Path

from gan_edu.digits import features
from gan_edu.metrics_images import ENOUGH, class_histogram, frechet_distance, real_features
from gan_edu.presets import PRESETS

FILE = Path(__file__).parent / "course" / "trials" / "digits.jsonl"
MINUTE = (15, 30, 60)  # seconds


@dataclass(frozen=True)
class Tried:
    """start: a preset's name; changes: {field of the recipe: value}; marks: seconds at which it is measured."""

    start: str
    changes: dict = field(default_factory=dict)
    marks: tuple = MINUTE
    seeds: tuple = (0,)

    def recipe(self, seed=0):
        """The Recipe that is trained."""
        return PRESETS[self.start].replace(**self.changes, seed=seed)


TRIED = {
    "mnist_dcgan": Tried("mnist_dcgan"),
}


def floor(n=ENOUGH):
    """The Frechet distance of n real digits from n others: no generator can be told to be better.

    Taught in notebooks/11.
    """
    return frechet_distance(real_features(1, n), real_features(0, n), at_least=n)


def measure(run, n=ENOUGH):
    """What n samples of a run show now, and its mean losses over the last 100 steps: a dict. Taught in notebooks/12."""
    x = run.sample(n)
    drawn = class_histogram(x)
    losses = {name: run.history[name][-100:] for name in ("d_loss", "g_loss")}
    return {"step": run.step, "frechet": round(frechet_distance(features(x), real_features(0, n), at_least=n), 2),
            "classes": drawn.classes, "kl": _rounded(drawn.reverse_kl, 4),
            **{name: _rounded(sum(values) / max(1, len(values)), 4) for name, values in losses.items()}}  # fmt: skip


def _rounded(value, places):
    return round(float(value), places) if math.isfinite(value) else None


def timed(run, marks, n=ENOUGH, tell=None):
    """Train a run to each mark, in seconds of this process's time, and measure it there; a list of dicts.

    It ends early where the run does. Taught in notebooks/12.
    """
    rows, spent = [], 0.0
    for mark in marks:
        while spent < mark and run.failed_at is None:
            began = time.process_time()
            run.train_step()
            spent += time.process_time() - began
        rows.append({"seconds": mark, **measure(run, n)})
        if tell:
            tell(rows[-1])
    return rows
