"""From what a run remembers to a named symptom with its evidence. It sees the history only, never the recipe.

The window is the last quarter of the run so far; a period is looked for in its last three quarters. Every threshold
stands in one place, with its reason. Names: k = modes (or classes of digits), n = snapshots in the window.
"""

import math
from dataclasses import dataclass

import numpy as np

from gan_edu.evidence import Evidence
from gan_edu.periods import strongest_period

MIN_SNAPSHOTS = 12  # a last quarter of three snapshots is the least that can show a movement
MOST_SNAPSHOTS = 240  # of a longer window every second, third, ... one is looked at, to decide within 5 ms
FAR = 10  # times the data's radius
LOW_QUALITY, HIGH_QUALITY = 0.3, 0.7
VANISHED = 1e-3  # of the first steps' gradient norm
FIRST_STEPS = 20
GUESSING = 0.6  # the run's own discriminator below this; a coin scores 0.5
SEPARABLE = 0.9  # what a good discriminator would score on these samples
BY_MODES = 0.87  # the same, told from mode counts alone, which say less: two of eight modes held score .876
STILL = 0.15  # total variation between the mode shares of the window's two halves
WANDERING = 0.3  # root mean square distance of the samples' centre from its mean, in radii of the data
TREND = 0.1  # gain in overlap with the data, from the window before to this one, that counts as improvement
SWING = 0.25  # amplitude of a period, in radii of the data or in parts of all modes
CLASSES, FEW_CLASSES = 10, 5  # digits; half of them
NEAR_DIGITS, FAR_FROM_DIGITS = 500, 3000  # kernel distance: most can be read; none can (one and the same: from 5,000)
OWN_AUC = "AUC of its own discriminator, mean over the last quarter of the run"

ADVICE = {  # what the tables in course/trials, and the audit of the presets, say (test_advice.py)
    "divergence": "Let the discriminator answer more often: raise its strength, then restart.",
    "vanishing_gradients": "Lower the discriminator's learning rate, or add R1 or instance noise; restart for longer.",
    "weak_discriminator": "Raise the discriminator's strength; where it is 1 already, its learning rate; then restart.",
    "mode_collapse": "Add R1, spectral norm, or a Wasserstein critic with gradient penalty; restart, and train longer. "
                     "Rates nearer to each other help less.",
    "oscillation": "Raise the discriminator's learning rate, then restart. R1 ends the circling too, but is slower.",
    "non_convergence": "Lower the generator's learning rate, then restart.",
    "healthy": "Nothing to mend.",
    "undecided": "Train on, then look again.",
}


@dataclass(frozen=True)
class Diagnosis:
    """A symptom (a key of ADVICE), the evidence for it (a tuple of Evidence) and what to do."""

    symptom: str
    evidence: tuple
    advice: str


def diagnose(history):
    """Name what a run shows, by the criteria in the order of ADVICE.

    history: run.history. Returns a Diagnosis; 'undecided' with the reason where the history is too short.
    Digits are judged by the classes drawn and by the kernel distance from real ones. Taught in notebooks/02.
    """
    evidence = _broken(history)
    if evidence:
        return _named("divergence", evidence)
    if len(history.snapshots) < MIN_SNAPSHOTS:
        reason = "too early: the last quarter must hold three of them"
        return _named("undecided", Evidence("looks at the run so far", len(history.snapshots), "at least",
                                            MIN_SNAPSHOTS, reason))
    if history.target is None:
        return _digits(history)
    return named_by(measure(history))


def named_by(seen):
    """The Diagnosis of a dict of numbers, as `measure` returns it."""
    for symptom, check in CHECKS.items():
        evidence = check(seen)
        if evidence:
            return _named(symptom, *evidence)
    return _named("undecided", *_undecided(seen))


def _named(symptom, *evidence):
    return Diagnosis(symptom, evidence, ADVICE[symptom])


def _broken(history):
    """Evidence of NaN, infinity or samples far out, or None; before D's first update its loss is NaN without harm."""
    if len(history):
        d_loss, g_loss, d_norm = (history.columns[name][-1] for name in ("d_loss", "g_loss", "d_grad_norm"))
        if not math.isfinite(g_loss) or (not math.isfinite(d_loss) and d_norm != 0):
            loss = d_loss if math.isfinite(g_loss) else g_loss
            return Evidence("loss", loss, "not finite", math.inf, "no update can follow")
    limit = FAR * history.target.radius if history.target else math.inf
    reaches = [s.get("spread", 0.0) if s["finite"] else math.inf for s in last_snapshots(history, 1 / 4)]
    if (farthest := max(reaches, default=0.0)) > limit or math.isinf(farthest):
        reason = f"{FAR}× the data's radius: what the discriminator knows of the data means nothing out there"
        side = "above" if math.isfinite(farthest) else "not finite"
        return Evidence("farthest sample", farthest, side, limit, reason)
    return None


def measure(history):
    """The numbers that the checks look at, from the last quarter of the run: a dict."""
    window = last_snapshots(history, 1 / 4)
    half = last_snapshots(history, 1 / 2)
    norms, auc = (_recent(history, name, window[0]["step"]) for name in ("g_grad_norm", "auc"))
    first = float(np.median(history.columns["g_grad_norm"][:FIRST_STEPS]))
    shares, weights = _with_rest(window), fair_shares(history.target)  # (n, k + 1), (k + 1,)
    centres = np.array([s["centre"] for s in window]) / history.target.radius  # (n, dim)
    older, newer = np.array_split(shares[:, :-1], 2)
    return {
        "k": len(history.target.modes),
        "modes": np.array([s["modes"] for s in window]),
        "quality": np.array([s["quality"] for s in window]),
        "moved": float(np.abs(older.mean(0) - newer.mean(0)).sum() / 2),
        "wandering": float(np.sqrt(((centres - centres.mean(0)) ** 2).sum(1).mean())),
        "separable": best_score(shares, weights),
        "trend": overlap(shares, weights) - overlap(_with_rest(half[: len(half) // 2]), weights),
        "auc": float(auc.mean()),
        "gradient": float(np.median(norms)) / first if first else 0.0,
        "period": _period(history),
        "spacing": window[-1]["step"] - window[-2]["step"],
    }


def last_snapshots(history, part):
    """The last `part` of the snapshots, oldest first; of many only every second, third, ..., always the newest."""
    window = history.snapshots[-int(len(history.snapshots) * part) :]
    stride = max(1, -(-len(window) // MOST_SNAPSHOTS))
    return window[::-1][::stride][::-1]


def _recent(history, name, start):
    """A column's values from step `start` on, without copying what lies before it."""
    column = history.columns[name]
    count = int((history.columns["step"][-1] - start) / history.spacing) + 1 if len(history) else 0
    return np.array(column[-count:]) if count else np.full(1, np.nan)


def _with_rest(window):
    """Shares of the samples at each mode, and in the last column of those at none: (n, k + 1)."""
    shares = np.array([s["shares"] for s in window])
    return np.column_stack([shares, 1 - shares.sum(1)])


def fair_shares(target):
    """What a perfect generator would score, in the same columns; .0111 of a 2-D Gaussian lies beyond 3 std."""
    within = {1: math.erf(3 / math.sqrt(2)), 2: -math.expm1(-4.5)}[target.dim]
    return np.append(target.weights.numpy() * within, 1 - within)


def overlap(shares, weights):
    """The part of the mass that lies where the data's lies: 1 - total variation, mean over the snapshots."""
    return float(np.minimum(shares, weights).sum(1).mean())


def overlap_at_end(history):
    """`overlap` in the run's last quarter."""
    return overlap(_with_rest(last_snapshots(history, 1 / 4)), fair_shares(history.target))


def best_score(shares, weights):
    """How often the best judge of cells ranks a real sample above a fake one (ties count half): median over snapshots.

    A cell is a mode, or 'at none'. 0.5 for a perfect generator; one mode of eight scores 1 - 1/16.
    """
    order = np.argsort(shares / weights, axis=1)  # the most real-looking cells first
    fake, real = np.take_along_axis(shares, order, 1), weights[order]  # (n, k + 1)
    return float(np.median((real * (1 - np.cumsum(fake, 1) + fake / 2)).sum(1)))


def _period(history):
    """The strongest period of the modes held (in parts of all) and the samples' centre (in radii), in steps."""
    window = last_snapshots(history, 3 / 4)
    centres = np.array([s["centre"] for s in window]) / history.target.radius  # (n, dim)
    modes = np.array([s["modes"] for s in window]) / len(history.target.modes)
    return strongest_period(np.column_stack([modes, centres]), centres if centres.shape[1] == 2 else None)


def _vanishing(seen):
    quality = float(np.median(seen["quality"]))
    if quality < LOW_QUALITY and seen["gradient"] <= VANISHED and _stands_still(seen):
        return (Evidence("generator's gradient, of its first", seen["gradient"], "at most", VANISHED,
                         "too little to move by"),
                Evidence("high-quality share, median", quality, "below", LOW_QUALITY, "they are far from the data"),
                *_at_rest(seen))
    return None


def _stands_still(seen):
    return all(evidence.holds for evidence in _at_rest(seen))


def _at_rest(seen):
    return (Evidence("mass that moved between modes", seen["moved"], "below", STILL, "it stays with the same modes"),
            Evidence("wandering of the centre, in radii", seen["wandering"], "below", WANDERING, "it stands still"))


def _weak(seen):
    if seen["auc"] < GUESSING and seen["separable"] >= BY_MODES:
        return (Evidence(OWN_AUC, seen["auc"], "below", GUESSING, "a coin scores 0.5"),
                Evidence("AUC of a good one, from the mode counts", seen["separable"], "at least", BY_MODES,
                         "the fakes are easy to tell"))
    return None


def _collapsed(seen):
    """Evidence of few modes, held at rest, and of samples that are good one by one: all three are a collapse."""
    quality = Evidence("high-quality share, median", float(np.median(seen["quality"])), "at least", LOW_QUALITY,
                       "a collapse draws good samples of few modes")
    few = _few_modes(seen)
    return (*few, quality) if few and quality.holds else None


def _few_modes(seen):
    most = Evidence("modes held, at the best look", float(seen["modes"].max()), "at most", seen["k"] / 2,
                    "half of the modes")
    return (most, *_at_rest(seen)) if most.holds and _stands_still(seen) else None


def _oscillating(seen):
    period = seen["period"]
    if period.is_real and period.amplitude >= SWING:
        return (Evidence("peak of the spectrum", period.height, "above", period.line, "99 % of noise stays below"),
                Evidence("amplitude", period.amplitude, "at least", SWING, "in radii, or parts of all modes"),
                Evidence("steps in a cycle", period.length * seen["spacing"], "at least", 2 * seen["spacing"],
                         "shorter ones slip between two snapshots and look longer"))
    return None


def _moving(seen):
    """Evidence of movement, of whichever of the two kinds there is, that leads nowhere."""
    if not _stands_still(seen) and seen["trend"] < TREND:
        moves = (Evidence("mass that moved between modes", seen["moved"], "at least", STILL, "it does not settle"),
                 Evidence("wandering of the centre, in radii", seen["wandering"], "at least", WANDERING,
                          "it does not rest; a quarter of a ring is .4"))  # fmt: skip
        return (*(move for move in moves if move.holds),
                Evidence("gain in overlap with the data", seen["trend"], "below", TREND, "nor does it come nearer"))
    return None


def _healthy(seen):
    good = _worst_look(seen)
    return good if all(evidence.holds for evidence in good) else None


def _worst_look(seen):
    """What 'healthy' asks of every look in the window: of modes and quality the least."""
    return (Evidence("modes held, at the worst look", float(seen["modes"].min()), "at least", seen["k"] * 7 / 8,
                     "healthy: seven eighths of the modes"),
            Evidence("high-quality share, at the worst look", float(seen["quality"].min()), "at least", HIGH_QUALITY,
                     "healthy: a perfect generator comes close to 1"))  # fmt: skip


CHECKS = {
    "vanishing_gradients": _vanishing,
    "weak_discriminator": _weak,
    "mode_collapse": _collapsed,
    "oscillation": _oscillating,
    "non_convergence": _moving,
    "healthy": _healthy,
}


def _undecided(seen):
    """Which criterion failed: that of 'healthy'; or, at few modes, that of good samples; or movement that improves."""
    shown = _worst_look(seen)
    if _few_modes(seen):
        quality = float(np.median(seen["quality"]))
        shown += (Evidence("high-quality share, median", quality, "at least", LOW_QUALITY,
                           "mode collapse: its samples are good, and these lie where no data is"),)  # fmt: skip
    elif not _stands_still(seen):
        shown += (Evidence("gain in overlap with the data", seen["trend"], "below", TREND,
                           "non-convergence: it moves, but it comes nearer"),)  # fmt: skip
    return shown


def _digits(history):
    """Digits are judged by the classes that a classifier names and by the kernel distance from real digits."""
    window = last_snapshots(history, 1 / 4)
    classes, distances = ([s[name] for s in window] for name in ("modes", "distance"))
    distance = float(np.median(distances))
    norms, auc = (_recent(history, name, window[0]["step"]) for name in ("g_grad_norm", "auc"))
    first = float(np.median(history.columns["g_grad_norm"][:FIRST_STEPS])) if len(history) else 0.0
    gradient = float(np.median(norms)) / first if first else 1.0
    far = Evidence("kernel distance from real digits, median", distance, "at least", FAR_FROM_DIGITS,
                   "real digits from others: 0 ± 60")
    if distance >= FAR_FROM_DIGITS and gradient <= VANISHED:
        return _named("vanishing_gradients",
                      Evidence("generator's gradient, of its first", gradient, "at most", VANISHED,
                               "too little to move by"), far)
    if distance >= FAR_FROM_DIGITS and auc.mean() < GUESSING:
        return _named("weak_discriminator",
                      Evidence(OWN_AUC, float(auc.mean()), "below", GUESSING, "a coin scores 0.5"), far)
    if max(classes) <= FEW_CLASSES:
        reason = "half of the ten digits, all through the last quarter"
        return _named("mode_collapse",
                      Evidence("classes drawn, at the best look", max(classes), "at most", FEW_CLASSES, reason))
    shown = (Evidence("classes drawn, at the worst look", min(classes), "at least", CLASSES, "healthy: all ten digits"),
             Evidence("kernel distance from real digits, at the worst look", max(distances), "at most", NEAR_DIGITS,
                      "healthy: most digits can be read"))
    return _named("healthy" if min(classes) == CLASSES and max(distances) <= NEAR_DIGITS else "undecided", *shown)
