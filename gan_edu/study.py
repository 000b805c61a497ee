"""`gan-edu study`: how often is the diagnosis right? Runs over the sliders' whole range, labelled and diagnosed.

Each run is trained once, labelled by `labels` (measurements that the diagnosis cannot see) and named by `diagnosis`:
at the run's own length, and again with failing runs continued to three times that, which tells the slow ones. A hash
of its recipe's token puts it into one of two halves: thresholds may be tuned on 'seen', the figures that count come
from 'unseen'. Rows are kept in a file as they are finished; a second call goes on from there.
"""

import hashlib
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import numpy as np
import torch

from gan_edu import files
from gan_edu.diagnosis import MIN_SNAPSHOTS, diagnose, measure
from gan_edu.ensemble import chunks
from gan_edu.labels import examine
from gan_edu.options import count, number
from gan_edu.recipe import Recipe
from gan_edu.study_report import report

FILE = Path(__file__).with_name("course") / "diagnosis.jsonl"
FRESH = FILE.with_name("diagnosis_fresh.jsonl")  # other runs, drawn when nothing was to be changed any more
SLIDER = (1e-5, 1e-1)  # learning rates
STRENGTHS = tuple(2.0**e for e in range(-4, 5))
WIDE, NEAR = 600, 720  # runs over the whole range, and runs near the presets
# The starts are written down here, so that a changed or a new preset does not change the runs already drawn.
_RING, _R1 = Recipe(), Recipe(penalty="r1", penalty_weight=0.03)
_SQUARE = Recipe(data="far_square", objective="minimax", lr_d=4e-3)
HEALTHY = (_RING, _RING.replace(beta1=0.9), _R1, _SQUARE)
FAILING = (
    _RING.replace(lr_g=1e-4, lr_d=1e-2, d_strength=3),
    _RING.replace(d_strength=1 / 8),
    _SQUARE.replace(lr_g=1e-4, lr_d=3e-2, d_strength=2),
    _RING.replace(beta1=0.9, lr_d=6e-4),
    _R1.replace(lr_g=1e-1, lr_d=2e-2),
)
RARE = (  # oscillation, non-convergence and divergence: drawn later, as chance met them too seldom
    _RING.replace(beta1=0.8, noise=3, lr_g=1e-3, lr_d=8e-4),
    _R1.replace(lr_g=1e-1, lr_d=4e-3, d_strength=2, average=0.8),
    _SQUARE.replace(lr_g=5e-2, lr_d=2e-3, d_strength=1 / 16, average=0.99, steps=1500),
)
RARE_RUNS = 60 * len(RARE)
SEED = 2026  # of the draw
SPREAD = 1.5  # near: both rates are multiplied by a factor between 1/SPREAD and SPREAD


def drawn(wide=WIDE, near=NEAR, rare=RARE_RUNS, seed=SEED):
    """The study's recipes, always the same for the same arguments: a list of (kind, Recipe).

    'wide': bases in turn, rates log-uniform over the sliders, strengths in proportion to 1 / (1 + strength), so that
    the machine spends as long on each. 'near': healthy and failing starts in turn, rates moved a little. 'rare': the
    same near the starts in RARE. Every run has a seed of its own.
    """
    draw, first = np.random.default_rng(seed), (seed - SEED) % 10**6 * 10**7  # no seed comes twice
    odds = np.array([1 / (1 + s) for s in STRENGTHS])
    made = []
    for i in range(wide):
        lr_g, lr_d = np.exp(draw.uniform(*np.log(SLIDER), size=2))
        strength = draw.choice(STRENGTHS, p=odds / odds.sum())
        made.append(("wide", _run(HEALTHY[i % len(HEALTHY)], lr_g, lr_d, strength, first + 10**6 + i)))
    starts = HEALTHY + FAILING
    made += [("near", _near(starts[i % len(starts)], draw, first + 2 * 10**6 + i)) for i in range(near)]
    return made + [("rare", _near(RARE[i % len(RARE)], draw, first + 3 * 10**6 + i)) for i in range(rare)]


def _near(recipe, draw, seed):
    moved = np.exp(draw.uniform(-np.log(SPREAD), np.log(SPREAD), size=2))
    rates = np.clip([recipe.lr_g * moved[0], recipe.lr_d * moved[1]], *SLIDER)
    return _run(recipe, *rates, recipe.d_strength, seed)


def _run(recipe, lr_g, lr_d, strength, seed):
    lr_g, lr_d = (float(f"{rate:.3g}") for rate in (lr_g, lr_d))  # as a slider shows them
    return recipe.replace(lr_g=lr_g, lr_d=lr_d, d_strength=float(strength), seed=seed)


def half(token):
    """'seen' or 'unseen', by the SHA-256 of the recipe's token."""
    return ("seen", "unseen")[hashlib.sha256(token.encode()).digest()[0] % 2]


def judge(kinds, recipes, continued=True):
    """Train recipes that may stand side by side, in float32: a row each with label, diagnosis and their numbers."""
    labels, histories = examine(recipes, continued, dtype=torch.float32)
    return [{"token": recipe.token, "kind": kind, "half": half(recipe.token), "label": label.symptom,
             "diagnosis": diagnose(history).symptom, "label_numbers": _rounded(label.numbers),
             "numbers": _rounded(_measured(history))}
            for kind, recipe, label, history in zip(kinds, recipes, labels, histories, strict=True)]  # fmt: skip


def _measured(history):
    return measure(history) if len(history.snapshots) >= MIN_SNAPSHOTS else {}


def _rounded(numbers):
    """Numbers to four digits; of arrays the least, the median and the most; of a period its four numbers."""
    short = {}
    for name, value in numbers.items():
        if name == "period":
            value = [value.height, value.line, value.length, value.amplitude]
        elif isinstance(value, np.ndarray):
            value = [value.min(), np.median(value), value.max()]
        values = [float(f"{float(v):.4g}") for v in np.atleast_1d(value)]
        short[name] = values if isinstance(value, list) else values[0]
    return short


# --- the file -------------------------------------------------------------------------------------------------


FIELDS = {"token": str, "kind": str, "half": str, "label": str, "diagnosis": str, "label_numbers": dict,
          "numbers": dict}  # of a row  # fmt: skip
BEGINS = ('{"token": "',) * 2  # as the text of every row does


def rows(file):
    """The finished rows of a file, [] where there is none; a last line that was cut off is left out.

    ValueError for a file that is no study, and for a damaged line: when it is deleted, its run is made anew.
    """
    return files.read_rows(file, "study", lambda _, row: _is_row(row), BEGINS)


def _is_row(row):
    return all(isinstance(row.get(name), kind) for name, kind in FIELDS.items())


def study(file, recipes=None, workers=1, size=16, progress=lambda done, wanted: None, continued=True):
    """Train and judge every recipe that the file lacks, writing rows as they are finished; returns all its rows.

    recipes: (kind, Recipe) pairs, `drawn()` else. continued: as in `labels.examine`. ValueError for a file that is
    damaged, or that holds runs of another draw, and then nothing is written. Taught in notebooks/07.
    """
    recipes = drawn() if recipes is None else recipes
    have = rows(file)
    strange = {row["token"] for row in have} - {recipe.token for _, recipe in recipes}
    if strange:
        raise ValueError(f"{file} holds {len(strange)} runs of another draw: name another file, or the --seed and the "
                         "--share that it was made with")  # fmt: skip
    files.ready(file, have)
    known = {row["token"] for row in have}
    left = [(kind, recipe) for kind, recipe in recipes if recipe.token not in known]
    places = chunks([recipe for _, recipe in left], size)
    places.sort(key=lambda p: hashlib.sha256(left[p[0]][1].token.encode()).digest())  # a part of them is a fair sample
    with ProcessPoolExecutor(workers) as pool:
        jobs = [pool.submit(judge, [left[i][0] for i in p], [left[i][1] for i in p], continued) for p in places]
        for job in as_completed(jobs):
            have += job.result()
            files.append(file, job.result())
            progress(len(have), len(recipes))
    return have


def arguments(parser):
    """What `gan-edu study` can be told."""
    parser.add_argument("file", nargs="?", default=str(FILE), help=f"rows as JSON lines (default: {FILE})")
    parser.add_argument("--workers", type=count(high=256), default=os.cpu_count(), help="processes")
    parser.add_argument("--report", action="store_true", help="train nothing, only print the report of the file")
    parser.add_argument("--seed", type=count(0, 10**6), default=SEED, help="draw other runs, into a file of theirs")
    parser.add_argument("--share", type=number(0.001, 10), default=1, help="draw only this part of as many runs")
    parser.add_argument("--short", action="store_true", help="do not continue failing runs, so slow ones are not told")
    parser.add_argument("--whole", action="store_true", help="print one table of all runs, none having been tuned on")


def main(options):
    """`gan-edu study`: make or go on with the study, then print its report; returns the exit code."""
    found = rows(options.file) if options.report else _made(options)
    if not found:
        raise ValueError(f"{options.file} holds no runs yet; leave out --report to train them")
    try:
        print(report(found, options.whole))
    except (KeyError, TypeError) as error:
        raise ValueError(f"{options.file} has rows without the numbers of a study: {error} is missing") from error
    return 0


def _made(options):
    counts = (round(options.share * count) for count in (WIDE, NEAR, RARE_RUNS))
    recipes = drawn(*counts, seed=options.seed)
    return study(options.file, recipes, options.workers, progress=_tell, continued=not options.short)


def _tell(done, wanted):
    print(f"{done} of {wanted} runs", file=sys.stderr, flush=True)
