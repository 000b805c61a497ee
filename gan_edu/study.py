"""`gan-edu study`: how often is the diagnosis right? Runs over the sliders' whole range, labelled and diagnosed.

Each run is trained once, labelled by `labels` (measurements that the diagnosis cannot see) and named by `diagnosis`:
at the run's own length, and again with failing runs continued to three times that, which tells the slow ones. A hash
of its recipe's token puts it into one of two halves: thresholds may be tuned on 'seen', the figures that count come
from 'unseen'. Rows are kept in a file as they are finished; a second call goes on from there.
"""

import argparse
import hashlib
import json
import os
import platform
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import numpy as np
import torch

from gan_edu.audit import wilson
from gan_edu.diagnosis import CHECKS, MIN_SNAPSHOTS, diagnose, measure
from gan_edu.ensemble import chunks
from gan_edu.labels import MAY_BE_SLOW, decide, examine
from gan_edu.periods import Period
from gan_edu.recipe import Recipe

FILE = Path(__file__).with_name("course") / "diagnosis.jsonl"
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
SPREAD = 1.5  # near: both rates are multiplied by a factor between 1/SPREAD and SPREAD
SYMPTOMS = ("healthy", "mode_collapse", "vanishing_gradients", "weak_discriminator", "oscillation", "non_convergence",
            "divergence", "undecided")  # fmt: skip


def drawn(wide=WIDE, near=NEAR, rare=RARE_RUNS, seed=2026):
    """The study's recipes, always the same for the same arguments: a list of (kind, Recipe).

    'wide': bases in turn, rates log-uniform over the sliders, strengths in proportion to 1 / (1 + strength), so that
    the machine spends as long on each. 'near': healthy and failing starts in turn, rates moved a little. 'rare': the
    same near the starts in RARE. Every run has a seed of its own.
    """
    draw = np.random.default_rng(seed)
    odds = np.array([1 / (1 + s) for s in STRENGTHS])
    made = []
    for i in range(wide):
        lr_g, lr_d = np.exp(draw.uniform(*np.log(SLIDER), size=2))
        strength = draw.choice(STRENGTHS, p=odds / odds.sum())
        made.append(("wide", _run(HEALTHY[i % len(HEALTHY)], lr_g, lr_d, strength, 10**6 + i)))
    starts = HEALTHY + FAILING
    made += [("near", _near(starts[i % len(starts)], draw, 2 * 10**6 + i)) for i in range(near)]
    return made + [("rare", _near(RARE[i % len(RARE)], draw, 3 * 10**6 + i)) for i in range(rare)]


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


def judge(kinds, recipes):
    """Train recipes that may stand side by side, in float32: a row each with label, diagnosis and their numbers."""
    labels, histories = examine(recipes, dtype=torch.float32)
    return [{"token": recipe.token, "kind": kind, "half": half(recipe.token), "label": label.symptom,
             "diagnosis": diagnose(history).symptom, "label_numbers": _rounded(label.numbers),
             "numbers": _rounded(_measured(history))}
            for kind, recipe, label, history in zip(kinds, recipes, labels, histories, strict=True)]  # fmt: skip


def named_again(row):
    """The diagnosis of a row's numbers by today's thresholds; divergence and short runs keep the one of their day."""
    if row["diagnosis"] == "divergence" or not row["numbers"]:
        return row["diagnosis"]
    arrays = {name: np.array(row["numbers"][name]) for name in ("modes", "quality")}  # the least, the median, the most
    seen = {**row["numbers"], **arrays, "period": Period(*row["numbers"]["period"])}
    return next((symptom for symptom, check in CHECKS.items() if check(seen)), "undecided")


def at_length(row):
    """What a row's run shows at its own length, by the numbers of its label; `label` also knows how it went on."""
    numbers = row["label_numbers"]
    return decide({**numbers, "period": Period(*numbers["period"])})


def named_anew(found):
    """The rows with the diagnosis by today's thresholds, `label` at the run's own length, and whether it was `slow`.

    slow: it failed, and came clearly nearer to the data when it was continued to three times its length. Taught in
    notebooks/07.
    """
    shown = [at_length(row) for row in found]
    return [{**row, "diagnosis": named_again(row), "label": label,
             "slow": label in MAY_BE_SLOW and row["label"] == "undecided"}
            for row, label in zip(found, shown, strict=True)]  # fmt: skip


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


def rows(file):
    """The finished rows of a file, [] where there is none; a last line that was cut off is left out."""
    if not Path(file).exists():
        return []
    lines = Path(file).read_text().splitlines()
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            if number < len(lines):
                raise ValueError(f"{file}, line {number} is damaged; delete that line, its run is made anew") from None
    return [row for row in found if "token" in row]


def study(file, recipes=None, workers=1, size=16, progress=lambda done, wanted: None):
    """Train and judge every recipe that the file lacks, writing rows as they are finished; returns all its rows.

    recipes: (kind, Recipe) pairs, `drawn()` else. Taught in notebooks/07.
    """
    recipes = drawn() if recipes is None else recipes
    have = rows(file)
    Path(file).write_text("".join(json.dumps(row) + "\n" for row in have))  # without a line that was cut off
    known = {row["token"] for row in have}
    left = [(kind, recipe) for kind, recipe in recipes if recipe.token not in known]
    places = chunks([recipe for _, recipe in left], size)
    places.sort(key=lambda p: hashlib.sha256(left[p[0]][1].token.encode()).digest())  # a part of them is a fair sample
    with ProcessPoolExecutor(workers) as pool:
        jobs = [pool.submit(judge, [left[i][0] for i in p], [left[i][1] for i in p]) for p in places]
        for job in as_completed(jobs):
            have += job.result()
            with open(file, "a") as out:
                out.writelines(json.dumps(row) + "\n" for row in job.result())
            progress(len(have), len(recipes))
    return have


# --- the report -----------------------------------------------------------------------------------------------


def confusion(found):
    """Counter of (label, diagnosis)."""
    return Counter((row["label"], row["diagnosis"]) for row in found)


def report(found):
    """The confusion matrices of both halves and what follows from them, as Markdown, by today's thresholds."""
    found = named_anew(found)
    lengths = sorted({Recipe.from_token(row["token"]).steps for row in found})
    parts = [f"{len(found):,} runs of {' or '.join(f'{steps:,}' for steps in lengths)} steps, "
             f"printed with PyTorch {torch.__version__}, {platform.machine()}."]  # fmt: skip
    for name in ("unseen", "seen"):
        ours = [row for row in found if row["half"] == name]
        if ours:
            lists = "\n".join([figures(ours), by_kind(ours), slow_runs(ours)])
            parts += [f"### The {name} half, {len(ours)} runs", matrix(ours), lists]
    return "\n\n".join(parts)


def matrix(found):
    """Rows are labels, columns diagnoses; the last columns give the share that is right, with Wilson's interval."""
    counts = confusion(found)
    names = [s for s in SYMPTOMS if any(s in pair for pair in counts)]
    lines = ["| label ↓, diagnosis → | " + " | ".join(names) + " | runs | right |", "|---" * (len(names) + 3) + "|"]
    for label in names:
        total = sum(counts[label, d] for d in names)
        right = share(counts[label, label], total) if total else "–"
        cells = " | ".join(str(counts[label, d] or "·") for d in names)
        lines.append(f"| {label} | {cells} | {total} | {right} |")
    return "\n".join(lines)


def figures(found):
    """Share right over all runs, over those with a symptom, over those with one on both sides; healthy ones accused."""
    counts = confusion(found)
    right = sum(n for (label, diagnosis), n in counts.items() if label == diagnosis)
    healthy = [row for row in found if row["label"] == "healthy"]
    accused = sum(row["diagnosis"] not in ("healthy", "undecided") for row in healthy)
    labelled = [row for row in found if row["label"] != "undecided"]
    named = [row for row in labelled if row["diagnosis"] != "undecided"]
    agree = sum(row["label"] == row["diagnosis"] for row in named)
    return "\n".join([
        f"- Right: {share(right, len(found))} of all runs.",
        f"- Where the label is a symptom: {share(agree, len(labelled))}.",
        f"- Where both name one: {share(agree, len(named))}.",
        f"- Healthy runs that the diagnosis calls a failure: {share(accused, len(healthy))}.",
    ])  # fmt: skip


def by_kind(found):
    """The share right among the runs of each kind of draw."""
    runs = Counter(row["kind"] for row in found)
    right = Counter(row["kind"] for row in found if row["label"] == row["diagnosis"])
    return "- By how they were drawn: " + "; ".join(f"{kind} {share(right[kind], n)}" for kind, n in runs.items()) + "."


def slow_runs(found):
    """How many failures were only slow, by symptom, and the share right if these are to be called undecided.

    Divergence is for good: it is not counted among them.
    """
    failing = Counter(row["label"] for row in found if row["label"] in MAY_BE_SLOW)
    slow = Counter(row["label"] for row in found if row["slow"])
    each = ", ".join(f"{name} {slow[name]} of {failing[name]}" for name in SYMPTOMS if slow[name])
    right = sum(row["diagnosis"] == ("undecided" if row["slow"] else row["label"]) for row in found)
    return "\n".join([
        f"- Failing, but clearly nearer to the data when continued: {share(slow.total(), failing.total())}"
        + (f": {each}." if each else "."),
        f"- Right, if such slow runs are to be called undecided: {share(right, len(found))} of all runs.",
        "- By that count, what someone would reach who always names rightly what the run shows at its length: "
        f"{share(len(found) - slow.total(), len(found))}.",
    ])  # fmt: skip


def share(hits, n):
    """'95 of 100 (95.0 %, 88.8 to 97.8)', or '0 of 0'."""
    if not n:
        return "0 of 0"
    low, high = wilson(hits, n)
    return f"{hits} of {n} ({100 * hits / n:.1f} %, {100 * low:.1f} to {100 * high:.1f})"


def main(arguments=None):
    """`gan-edu study`: make or go on with the study, then print its report; returns the exit code."""
    parser = argparse.ArgumentParser(prog="gan-edu study", description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", default=str(FILE), help=f"rows as JSON lines (default: {FILE})")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--report", action="store_true", help="train nothing, only print the report of the file")
    options = parser.parse_args(arguments)
    found = rows(options.file) if options.report else study(options.file, workers=options.workers, progress=_tell)
    if not found:
        parser.error(f"{options.file} holds no runs yet; leave out --report to train them")
    print(report(found))
    return 0


def _tell(done, wanted):
    print(f"{done} of {wanted} runs", file=sys.stderr, flush=True)
