"""Measures for numbers on a line, against a density that is known: exact earth mover's distance, KL and JS.

The landmarks: 'perfect' draws from the target itself, 'collapsed' draws one single number again and again.
Names: x = samples (n, 1), target = a Mixture with dim 1, F = its distribution function, p = its density.
"""

import math
from functools import lru_cache

import torch

from gan_edu.metrics import snapshot
from gan_edu.metrics_2d import js_of_shares
from gan_edu.mixtures import Mixture

BINS = 50
NEIGHBOURS = 5  # k of the nearest-neighbour estimate
BISECTIONS = 60


def _standard(t, target):
    """(t - mode) / std at every mode: (n, k)."""
    return (t.double().reshape(-1, 1) - target.modes.reshape(1, -1)) / target.std


def cdf(t, target):
    """F(t), the target's share at or below t: (n,) -> (n,) in [0, 1]. Taught in notebooks/01."""
    return torch.special.ndtr(_standard(t, target)) @ target.weights


def quantile(u, target):
    """F⁻¹(u) for u strictly between 0 and 1, (n,) -> (n,), by bisection, to about 1e-15 of the data's width."""
    u = torch.as_tensor(u, dtype=torch.float64)
    low = torch.full_like(u, float(target.modes.min()) - 40 * target.std)
    high = torch.full_like(u, float(target.modes.max()) + 40 * target.std)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        below = cdf(middle, target) < u
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    return (low + high) / 2


def even_quantiles(n, target):
    """F⁻¹(1/n), ..., F⁻¹((n-1)/n), (n-1,); remembered, as a run in training asks for them again and again."""
    return _even_quantiles(n, tuple(target.modes.flatten().tolist()), target.std, tuple(target.weights.tolist()))


@lru_cache(maxsize=16)
def _even_quantiles(n, modes, std, weights):
    centres = torch.tensor(modes, dtype=torch.float64)[:, None]  # (k, 1)
    target = Mixture("", centres, std, torch.tensor(weights, dtype=torch.float64))
    return quantile(torch.arange(1, n, dtype=torch.float64) / n, target)


def _left_area(t, target):
    """∫ F from -∞ to t, (n,)."""
    z = _standard(t, target)
    bell = torch.exp(-z.square() / 2) / math.sqrt(2 * math.pi)
    return (target.std * (z * torch.special.ndtr(z) + bell)) @ target.weights


def _right_area(t, target):
    """∫ (1 - F) from t to ∞, (n,)."""
    z = _standard(t, target)
    bell = torch.exp(-z.square() / 2) / math.sqrt(2 * math.pi)
    return (target.std * (bell - z * torch.special.ndtr(-z))) @ target.weights


def w1_to_density(x, target):
    """Earth mover's distance ∫|Fₙ - F| between the samples (n, 1) and the density itself, exact to rounding.

    Between two neighbouring samples Fₙ is flat, and F crosses it at most once, at F⁻¹(i/n): each piece has a closed
    form. Perfect: √(2/πn) ∫√(F(1-F)), for N(0, σ²) 1.29 σ/√n; collapsed at c: the mean of |real - c|, at best (the
    median) .80 σ for one Gaussian. Taught in notebooks/08.
    """
    if not torch.isfinite(x).all():
        return math.nan
    x = x.double().flatten().sort().values
    share = torch.arange(1, len(x), dtype=torch.float64) / len(x)  # (n-1,): height of Fₙ between neighbours
    start, end = x[:-1], x[1:]
    cross = even_quantiles(len(x), target).clamp(start, end)
    area = _left_area(torch.cat([start, cross, end]), target).view(3, -1)
    pieces = share * (2 * cross - start - end) + area[0] + area[2] - 2 * area[1]
    return float(_left_area(x[:1], target) + pieces.sum() + _right_area(x[-1:], target))


def js_to_density(x, target, bins=BINS):
    """Jensen-Shannon divergence of the samples (n, 1) from the density, on bins of equal mass, in nats.

    The bins end at the density's own quantiles, the outer two at infinity: each holds 1/bins of the real data, no
    sample is left out. Bias: upwards by (bins-1)/8n from chance, .0025 at n = 2,500, what a perfect generator scores;
    downwards because a bin hides what happens inside it. Collapsed: .644 at 50 bins. Taught in notebooks/01.
    """
    if not torch.isfinite(x).all():
        return math.nan
    which = (cdf(x, target) * bins).long().clamp_max(bins - 1)  # (n,)
    q = torch.bincount(which, minlength=bins) / len(x)
    return js_of_shares(q, torch.full((bins,), 1 / bins, dtype=torch.float64))


def floors(target, n, bins=BINS):
    """What n samples of a perfect generator score on average: (js_to_density, w1_to_density), by large-sample theory.

    (bins-1)/8n, and √(2/πn) ∫√(F(1-F)). Taught in notebooks/01.
    """
    edges = target.modes.min() - 8 * target.std, target.modes.max() + 8 * target.std
    t = torch.linspace(*(float(edge) for edge in edges), 4001, dtype=torch.float64)
    F = cdf(t, target).clamp(0, 1)
    spread = torch.trapezoid((F * (1 - F)).sqrt(), t)
    return (bins - 1) / (8 * n), float(spread) * math.sqrt(2 / (math.pi * n))


def kl_to_density(x, target, k=NEIGHBOURS):
    """KL(generated ‖ real) = E ln q(x) - E ln p(x) of samples (n, 1), in nats; q from each sample's k-th neighbour.

    Kozachenko & Leonenko 1987: ln q(x) is about ψ(k) - ψ(n) - ln 2r, r the distance to the k-th nearest other sample.
    Perfect: .003 ± .014 at n = 2,500 (two_gaussians, so the bias is below .01), often below 0; collapsed: infinite, as
    it is in truth. Needs n > k. Taught in notebooks/01.
    """
    if not torch.isfinite(x).all():
        return math.nan
    if len(x) <= k:
        raise ValueError(f"kl_to_density needs more than k={k} samples, got {len(x)}")
    log_p = target.log_prob(x).mean()
    counts = torch.tensor([k, len(x)], dtype=torch.float64)
    digamma_k, digamma_n = torch.special.digamma(counts)
    log_q = digamma_k - digamma_n - (2 * _neighbour_distance(x.double().flatten(), k)).log().mean()
    return float(log_q - log_p)


def _neighbour_distance(x, k):
    """Distance of each number (n,) to its k-th nearest other: among the windows of k + 1 neighbours that hold it, the
    smallest reach."""
    x = x.sort().values
    edge = torch.full((k,), math.inf, dtype=x.dtype)
    padded = torch.cat([-edge, x, edge])  # (n + 2k,)
    n = len(x)
    reach = [torch.maximum(x - padded[k - left : k - left + n], padded[2 * k - left : 2 * k - left + n] - x)
             for left in range(k + 1)]  # `left` of the k neighbours lie below
    return torch.stack(reach).amin(0)  # (n,)


def points_snapshot(x, target):
    """What a run measures of itself every few steps: `metrics.snapshot`, and for numbers on a line also 'js' and 'w1'.

    Taught in notebooks/01.
    """
    line = {"js": js_to_density(x, target), "w1": w1_to_density(x, target)} if target.dim == 1 else {}
    return {**snapshot(x, target), **line}
