"""What the study found: its rows named by today's thresholds, and the confusion matrices with what follows from them.

A row is a dict as `study.judge` makes it.
"""

import platform
from collections import Counter

import numpy as np
import torch

from gan_edu.audit import wilson
from gan_edu.diagnosis import named_by
from gan_edu.labels import MAY_BE_SLOW, decide
from gan_edu.periods import Period
from gan_edu.recipe import Recipe

SYMPTOMS = ("healthy", "mode_collapse", "vanishing_gradients", "weak_discriminator", "oscillation", "non_convergence",
            "divergence", "undecided")  # fmt: skip
HALVES = (("The unseen half", ("unseen",)), ("The seen half", ("seen",)))
ALL = (("All", ("unseen", "seen")),)


def named_again(row):
    """The diagnosis of a row's numbers by today's thresholds; divergence and short runs keep the one of their day."""
    if row["diagnosis"] == "divergence" or not row["numbers"]:
        return row["diagnosis"]
    return named_by(seen(row)).symptom


def seen(row):
    """A row's numbers as `diagnosis.measure` gives them; of modes and quality the least, the median and the most."""
    arrays = {name: np.array(row["numbers"][name]) for name in ("modes", "quality")}
    return {**row["numbers"], **arrays, "period": Period(*row["numbers"]["period"])}


def at_length(row):
    """What a row's run shows at its own length, by the numbers of its label; `label` also knows how it went on."""
    numbers = row["label_numbers"]
    return decide({**numbers, "period": Period(*numbers["period"])})


def kept_anew(row):
    """A row as the file keeps it, with label and diagnosis by today's criteria: from its numbers, nothing is trained.

    A run that was undecided, as slow ones are, stays so.
    """
    label = row["label"] if row["label"] == "undecided" else at_length(row)
    return {**row, "label": label, "diagnosis": named_again(row)}


def named_anew(found):
    """The rows with the diagnosis by today's thresholds, `label` at the run's own length, and whether it was `slow`.

    slow: it failed, and came clearly nearer to the data when it was continued to three times its length. Taught in
    notebooks/07.
    """
    shown = [at_length(row) for row in found]
    return [{**row, "diagnosis": named_again(row), "label": label,
             "slow": label in MAY_BE_SLOW and row["label"] == "undecided"}
            for row, label in zip(found, shown, strict=True)]  # fmt: skip


def confusion(found):
    """Counter of (label, diagnosis)."""
    return Counter((row["label"], row["diagnosis"]) for row in found)


def report(found, whole=False):
    """The confusion matrices of both halves and what follows from them, as Markdown, by today's thresholds.

    whole: one matrix of all runs, where none of them has been looked at for tuning.
    """
    found = named_anew(found)
    lengths = sorted({Recipe.from_token(row["token"]).steps for row in found})
    parts = [f"{len(found):,} runs of {' or '.join(f'{steps:,}' for steps in lengths)} steps, "
             f"printed with PyTorch {torch.__version__}, {platform.machine()}."]  # fmt: skip
    for title, halves in ALL if whole else HALVES:
        ours = [row for row in found if row["half"] in halves]
        if ours:
            lists = [figures(ours), by_kind(ours), *([slow_runs(ours)] if _was_continued(ours) else [])]
            parts += [f"### {title}, {len(ours)} runs", matrix(ours), "\n".join(lists)]
    return "\n\n".join(parts)


def _was_continued(found):
    return any("overlap when continued" in row["label_numbers"] for row in found)


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
