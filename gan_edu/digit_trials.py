"""Settings for digits at the same computing time: how far from real digits after so many seconds on one thread.

`gan-edu digits` prints the table of docs/digits.md; `gan-edu digits NAME` trains one of its rows anew. Seconds are
processor time spent in `Run.train_step`; measuring does not count. On a busy machine a second buys fewer steps, so each
row tells its steps too.
"""

import math
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from gan_edu import files
from gan_edu.digits import features, named
from gan_edu.metrics_images import ENOUGH, frechet_distance, histogram_of, real_features
from gan_edu.presets import PRESETS
from gan_edu.recipe import Recipe
from gan_edu.run import Run

FILE = Path(__file__).parent / "course" / "trials" / "digits.jsonl"
MINUTE = (15, 30, 60)  # seconds
CLOSELY = (5, 10, 15, 20, 30, 45, 60)


@dataclass(frozen=True)
class Tried:
    """recipe: its settings; marks: seconds at which a run is measured; seeds: those that were run."""

    recipe: Recipe
    marks: tuple = MINUTE
    seeds: tuple = (0,)


def _plain(**changes):
    return Tried(PRESETS["mnist_plain"].replace(**changes))


_PAIRED = {"objective": "relativistic", "penalty": "r1_r2"}
TRIED = {
    "mnist_plain, where the search began": _plain(),
    "batch 32": _plain(batch=32),
    "rates 3e-3, halved after 500 steps": _plain(lr_g=3e-3, lr_d=3e-3, lr_halving=500),
    "rates 5e-3": _plain(lr_g=5e-3, lr_d=5e-3),
    "relativistic, R1 + R2": _plain(**_PAIRED),
    "the same, penalty every 16th update, weight 0.4": _plain(**_PAIRED, penalty_every=16, penalty_weight=0.4),
    "the same, rates 4e-3": _plain(**_PAIRED, penalty_every=16, penalty_weight=0.4, lr_g=4e-3, lr_d=4e-3),
    "mnist_dcgan": Tried(PRESETS["mnist_dcgan"], (*CLOSELY, 90, 120, 300)),
    "mnist_dcgan, more seeds": Tried(PRESETS["mnist_dcgan"], MINUTE, (1, 2, 3)),
    "mnist_dcgan, rates 6e-3": Tried(PRESETS["mnist_dcgan"].replace(lr_g=6e-3, lr_d=6e-3), MINUTE, (2,)),
    "mnist_wgan": Tried(PRESETS["mnist_wgan"], CLOSELY),
    "mnist_wgan_gp": Tried(PRESETS["mnist_wgan_gp"], (*CLOSELY, 90, 120)),
}


def floor(n=ENOUGH):
    """The Frechet distance of n real digits from n others: no generator can be told to be better.

    Taught in notebooks/12.
    """
    return frechet_distance(real_features(1, n), real_features(0, n), at_least=n)


def measure(run, n=ENOUGH):
    """What n samples of a run show now, and its mean losses over the last 100 steps: a dict. Taught in notebooks/12."""
    known = features(run.sample(n))  # (n, 64)
    drawn = histogram_of(named(known) if known.isfinite().all() else known.new_empty(0, dtype=torch.long))
    losses = {name: run.history[name][-100:] for name in ("d_loss", "g_loss")}
    return {"step": run.step, "frechet": _rounded(frechet_distance(known, real_features(0, n), at_least=n), 2),
            "classes": drawn.classes, "kl": _rounded(drawn.reverse_kl, 4),
            **{name: _rounded(sum(values) / max(1, len(values)), 4) for name, values in losses.items()}}  # fmt: skip


def _rounded(value, places):
    return round(float(value), places) if math.isfinite(value) else None


def timed(run, marks, n=ENOUGH, tell=None):
    """Train a run to each mark, in seconds of this process's time, and measure it there; a list of dicts.

    A run that a NaN has stopped is measured as it stands. tell(row) is called at each mark. Taught in notebooks/12.
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


def bundled(name=None):
    """The rows of the bundled file: dicts with name, seed, token, marks; those of one name, or all.

    Raises KeyError listing the known names. Taught in notebooks/12.
    """
    if name is not None and name not in TRIED:
        raise KeyError(f"nothing was tried as {name!r}; known are {', '.join(TRIED)}")
    return [row for row in _rows() if name in (None, row["name"])]


FIELDS = {"name": str, "seed": int, "token": str, "marks": list}  # of a row


def _rows():
    """All rows of the file. ValueError where it is no such table, or a line is damaged."""
    return files.read_rows(FILE, "table of digits", lambda _, row: _is_row(row), ('{"name": "',) * 2)


def _is_row(row):
    return all(isinstance(row.get(name), kind) for name, kind in FIELDS.items()) and row["name"] in TRIED


def remake(name, tell=print):
    """Train every seed of one row of the table, and write it in place of what the file had."""
    rows = [row for row in bundled() if row["name"] != name]
    files.try_out(FILE)
    for seed in TRIED[name].seeds:
        recipe = TRIED[name].recipe.replace(seed=seed)
        rows.append({"name": name, "seed": seed, "token": recipe.token,
                     "marks": timed(Run(recipe), TRIED[name].marks, tell=tell)})  # fmt: skip
    order = list(TRIED)
    rows.sort(key=lambda row: (order.index(row["name"]), row["seed"]))
    files.replace(FILE, files.as_lines(rows))


def table():
    """The table of docs/digits.md: a row a run, Frechet distances at each second that any of them was measured at."""
    rows = bundled()
    seconds = (15, 30, 60, 120, 300)
    lines = ["| settings | seed | " + " | ".join(f"{s} s" for s in seconds) + " | steps | classes |",
             "|---|" + "---|" * (len(seconds) + 3)]  # fmt: skip
    for row in rows:
        at = {mark["seconds"]: mark for mark in row["marks"]}
        cells = [_cell(at[s]["frechet"]) if s in at else "" for s in seconds]
        last = row["marks"][-1]
        lines.append(f"| {row['name']} | {row['seed']} | " + " | ".join(cells)
                     + f" | {last['step']:,} | {last['classes']} |")  # fmt: skip
    return "\n".join(lines)


def arguments(parser):
    """What `gan-edu digits` can be told."""
    parser.add_argument("name", nargs="?", metavar="NAME", choices=TRIED, help="train it anew (default: the table)")


def _cell(distance):
    """A distance as the table shows it; a run that a NaN has stopped has none."""
    return "–" if distance is None else f"{distance:.1f}"


def main(options):
    """`gan-edu digits`: print the table, or train one of its rows anew; returns the exit code."""
    if options.name:
        remake(options.name)
    print(table())
    return 0
