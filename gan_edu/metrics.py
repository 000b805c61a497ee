"""Samples -> numbers. Each function states what a perfect and a fully collapsed generator score.

Names: x = samples (n, 2) or (n, 1), target = a Mixture with k modes.
"""

import torch

HELD_SHARE = 0.1  # a mode is held when it gets at least this part of its fair share of the samples
HIGH_QUALITY_STDS = 3  # a sample is of high quality within this many standard deviations of its nearest mode


def nearest_mode(x, target):
    """Index of each sample's nearest mode (n,) and whether it is within 3 std of it (n,)."""
    distance, which = torch.cdist(x.to(target.modes.dtype), target.modes).min(dim=1)  # (n,), (n,)
    return which, distance <= HIGH_QUALITY_STDS * target.std


def mode_counts(x, target):
    """High-quality samples at each mode, shape (k,). Srivastava et al. 2017 (VEEGAN), §4.1. Taught in notebooks/02."""
    which, good = nearest_mode(x, target)
    return torch.bincount(which[good], minlength=len(target.modes))


def modes_held(x, target):
    """Modes with at least 10 % of their fair share of the n samples; 0 to k, perfect k, collapsed 1.

    Needs about 40 samples a mode: with fewer a fair mode can miss its 10 % by chance. Taught in notebooks/02.
    """
    return int(held(mode_counts(x, target), target, len(x)).sum())


def held(counts, target, n):
    """Which modes hold at least 10 % of their fair share of n samples; counts (..., k) -> bool (..., k)."""
    return counts >= HELD_SHARE * target.weights * n


def high_quality_share(x, target):
    """Share of samples within 3 std of their nearest mode, in [0, 1].

    A perfect 2-D generator scores 1 - exp(-9/2) = .9889; a collapsed one can score 1. Standard error √(p(1-p)/n).
    Taught in notebooks/02.
    """
    return float(nearest_mode(x, target)[1].double().mean())


def snapshot(x, target):
    """What a run measures of itself every few steps: a dict of numbers and the share at each mode."""
    if not torch.isfinite(x).all():
        return {"modes": 0, "quality": 0.0, "shares": [0.0] * len(target.modes), "centre": [0.0] * target.dim,
                "spread": float("inf"), "finite": False}
    counts = mode_counts(x, target)
    return {
        "modes": int(held(counts, target, len(x)).sum()),
        "quality": float(counts.sum()) / len(x),
        "shares": (counts / len(x)).tolist(),
        "centre": x.mean(0).tolist(),
        "spread": float(x.norm(dim=1).max()),
        "finite": True,
    }


CLASS_SHARE = 0.01  # a class of digits counts as drawn when it gets more than this share of the samples
