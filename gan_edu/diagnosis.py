"""From what a run remembers to a named symptom with its evidence. It sees the history only, never the recipe.

The window is the last quarter of the run so far. Thresholds stand in one place each, with their reason.
"""

import math
from dataclasses import dataclass

import numpy as np

MIN_SNAPSHOTS = 12  # a last quarter of three snapshots is the least that can show a movement
FAR = 10  # times the data's radius
LOW_QUALITY, HIGH_QUALITY = 0.3, 0.7
VANISHED = 1e-3  # of the first steps' gradient norm
GUESSING = 0.6  # discriminator accuracy; a coin scores 0.5
STILL = 0.15  # total variation between the mode shares of the window's two halves

ADVICE = {
    "divergence": "Lower both learning rates, then restart.",
    "vanishing_gradients": "Weaken the discriminator (strength or rate), or take the non-saturating loss; restart.",
    "weak_discriminator": "Raise the discriminator's strength or its learning rate, then restart.",
    "mode_collapse": "Let the generator keep up: raise its learning rate, or lower the discriminator's; restart.",
    "non_convergence": "Lower the generator's learning rate, or raise the discriminator's; restart.",
    "healthy": "Nothing to mend.",
    "undecided": "Train on, then look again.",
}


@dataclass(frozen=True)
class Evidence:
    """One measured number beside its threshold, and why the threshold lies there."""

    name: str
    value: float
    threshold: float
    reason: str


@dataclass(frozen=True)
class Diagnosis:
    """A symptom (a key of ADVICE), the evidence for it (a tuple of Evidence) and what to do."""

    symptom: str
    evidence: tuple
    advice: str


def diagnose(history):
    """Name what a run shows, by the criteria in the order of ADVICE.

    history: run.history of a run on points. Returns a Diagnosis; 'undecided' where the history is too short.
    Taught in notebooks/02.
    """
    if history.target is None:
        return _named("undecided", Evidence("measured targets", 0, 1, "images are not measured in this version"))
    broken = _broken_loss(history)
    if broken is not None:
        return _named("divergence", Evidence("loss", broken, math.inf, "NaN or infinite: no update can follow"))
    latest = history.snapshots[-1] if history.snapshots else None
    if latest and (not latest["finite"] or latest["spread"] > FAR * history.target.radius):
        reason = f"{FAR}× the data's radius: nothing pulls samples back from there"
        return _named("divergence", Evidence("farthest sample", latest["spread"], FAR * history.target.radius, reason))
    if len(history.snapshots) < MIN_SNAPSHOTS:
        reason = "the last quarter must hold three snapshots"
        return _named("undecided", Evidence("snapshots", len(history.snapshots), MIN_SNAPSHOTS, reason))
    seen = measure(history)
    for symptom, check in CHECKS.items():
        evidence = check(seen)
        if evidence:
            return _named(symptom, *evidence)
    return _named("undecided", *_summary(seen))


def _broken_loss(history):
    """The last loss that is NaN or infinite, or None; before D's first update its loss is NaN without harm."""
    if not len(history):
        return None
    d_loss, g_loss, d_norm = (history.columns[name][-1] for name in ("d_loss", "g_loss", "d_grad_norm"))
    if not math.isfinite(g_loss):
        return g_loss
    return d_loss if not math.isfinite(d_loss) and d_norm != 0 else None


def _named(symptom, *evidence):
    return Diagnosis(symptom, evidence, ADVICE[symptom])


def measure(history):
    """The numbers that the checks look at, from the last quarter of the run: a dict."""
    window = history.snapshots[-(len(history.snapshots) // 4) :]
    start = window[0]["step"]
    steps, norms, accuracy = (np.array(history[name]) for name in ("step", "g_grad_norm", "accuracy"))
    recent = steps >= start
    shares = np.array([s["shares"] for s in window])  # (snapshots, modes)
    older, newer = np.array_split(shares, 2)
    return {
        "k": len(history.target.modes),
        "modes": np.array([s["modes"] for s in window]),
        "quality": np.array([s["quality"] for s in window]),
        "moved": float(np.abs(_shares(older) - _shares(newer)).sum() / 2),
        "travelled": float(np.linalg.norm(np.ptp([s["centre"] for s in window], axis=0)) / history.target.radius),
        "accuracy": float(accuracy[recent].mean()),
        "gradient": float(np.median(norms[recent]) / max(np.median(norms[:20]), 1e-300)),
    }


def _shares(shares):
    total = shares.sum()
    return shares.sum(0) / total if total else np.full(shares.shape[1], 1 / shares.shape[1])


def _vanishing(seen):
    quality = float(np.median(seen["quality"]))
    if quality < LOW_QUALITY and seen["gradient"] <= VANISHED:
        return (Evidence("generator's gradient, of its first", seen["gradient"], VANISHED, "a thousandth moves nothing"),
                Evidence("high-quality share", quality, LOW_QUALITY, "the samples are far from the data"))
    return None


def _weak(seen):
    quality = float(np.median(seen["quality"]))
    if quality < LOW_QUALITY and seen["accuracy"] < GUESSING:
        return (Evidence("discriminator's accuracy", seen["accuracy"], GUESSING, "a coin scores 0.5"),
                Evidence("high-quality share", quality, LOW_QUALITY, "yet the samples are far from the data"))
    return None


def _collapsed(seen):
    if seen["modes"].max() <= seen["k"] / 2 and seen["moved"] < STILL:
        return (Evidence("modes held, at most", float(seen["modes"].max()), seen["k"] / 2, "half of the modes"),
                Evidence("mass that moved between modes", seen["moved"], STILL, "it stays with the same modes"))
    return None


def _healthy(seen):
    if seen["modes"].min() >= seen["k"] * 7 / 8 and seen["quality"].min() >= HIGH_QUALITY:
        return (Evidence("modes held, at least", float(seen["modes"].min()), seen["k"] * 7 / 8, "seven of eight"),
                Evidence("high-quality share, at least", float(seen["quality"].min()), HIGH_QUALITY, "perfect is .989"))
    return None


def _moving(seen):
    if np.median(seen["quality"]) < HIGH_QUALITY and (seen["moved"] >= STILL or seen["travelled"] > STILL):
        return (Evidence("mass that moved between modes", seen["moved"], STILL, "the samples do not settle"),
                Evidence("high-quality share", float(np.median(seen["quality"])), HIGH_QUALITY, "nor fit the data"))
    return None


CHECKS = {
    "vanishing_gradients": _vanishing,
    "weak_discriminator": _weak,
    "mode_collapse": _collapsed,
    "healthy": _healthy,
    "non_convergence": _moving,
}


def _summary(seen):
    return (Evidence("modes held, median", float(np.median(seen["modes"])), seen["k"] * 7 / 8, "seven of eight"),
            Evidence("high-quality share, median", float(np.median(seen["quality"])), HIGH_QUALITY, "perfect is .989"))
