"""Measures for points: how many modes, how evenly, how far off. Each says its sampling floor and two landmarks.

The landmarks: 'perfect' draws from the target itself, 'collapsed' draws one single point again and again.
Names: x = samples (n, dim), target = a Mixture of k modes with weights p, q = shares of the samples. All are in nats or
in the data's own unit; NaN where x is not finite. For one dimension see metrics_1d as well.
"""

import math

import torch

from gan_edu.metrics import mode_counts, nearest_mode

DUPLICATE_STDS = 0.01  # two samples closer than this many standard deviations of a mode are duplicates
RINGS, SECTORS = 4, 4  # cells of the fair grid at each mode: 4 · 4 = 16


def kl_of_shares(q, p):
    """KL(q ‖ p) = Σ q ln(q / p) in nats, for shares (k,) that sum to 1; infinite where q > 0 = p."""
    q, p = torch.as_tensor(q, dtype=torch.float64), torch.as_tensor(p, dtype=torch.float64)
    return float((torch.xlogy(q, q) - torch.xlogy(q, p)).sum())


def js_of_shares(q, p):
    """Jensen-Shannon divergence of shares (k,) in nats: from 0 to ln 2 = .693, the latter when they share nothing.

    Taught in notebooks/01.
    """
    q, p = torch.as_tensor(q, dtype=torch.float64), torch.as_tensor(p, dtype=torch.float64)
    middle = (q + p) / 2
    return (kl_of_shares(q, middle) + kl_of_shares(p, middle)) / 2


def modes_captured(x, target):
    """Modes with at least one high-quality sample (within 3 std), the count of the VEEGAN and PacGAN papers: 0 to k.

    They use n = 2,500. Perfect: k (a mode of share p is missed by chance (1 - .989 p)ⁿ of the time); collapsed: 1.
    One stray sample is enough, so it flatters: `modes_held` is stricter. Taught in notebooks/05.
    """
    return int((mode_counts(x, target) > 0).sum())


def reverse_kl(x, target):
    """KL(q ‖ p) over modes, q being the shares of samples nearest to each mode, all samples counted, in nats.

    Perfect: the floor (k-1)/2n ± √(2(k-1))/2n, for the ring .0014 ± .0007 at n = 2,500; collapsed on a mode of share
    p: ln(1/p), for the ring ln 8 = 2.079; even over j of 8 modes: ln(8/j). It sees which mode is nearest, not how
    near: read it beside `high_quality_share`. Taught in notebooks/05.
    """
    if not torch.isfinite(x).all():
        return math.nan
    which, _ = nearest_mode(x, target)
    return kl_of_shares(torch.bincount(which, minlength=len(target.modes)) / len(x), target.weights)


def duplicate_rate(x, target, stds=DUPLICATE_STDS):
    """Share of samples (n, 2) that have another sample within `stds` standard deviations of a mode, in [0, 1].

    Perfect: not 0 but about 1 - exp(-(n-1) Σp² stds²/4) (pairs from one mode; twice as many at its centre), .0078 for
    the ring at n = 2,500; collapsed: 1. Compare only at the same n: it grows with it. Taught in notebooks/05.
    """
    if not torch.isfinite(x).all():
        return math.nan
    found = 0
    for start in range(0, len(x), 1000):
        part = x[start : start + 1000]
        close = _exact_distances(part, x) <= stds * target.std  # (1000, n)
        found += int((close.sum(1) > 1).sum())  # each is close to itself
    return found / len(x)


def _exact_distances(a, b):
    """Distances (n, m), without the matrix-product shortcut, which is blind below about 1e-8 of the points' size."""
    return torch.cdist(a.double(), b.double(), compute_mode="donot_use_mm_for_euclid_dist")


def sort_and_pair(x, y):
    """Exact earth mover's distance of two equally large samples of numbers, (..., n) each: sort, pair, average.

    Floor, two samples of one distribution function F: (2/√(πn)) ∫√(F(1-F)) in the limit, for N(0, σ²) 1.82 σ/√n.
    Taught in notebooks/08.
    """
    if x.shape != y.shape:
        raise ValueError(f"sort_and_pair needs two samples of the same size, got {tuple(x.shape)} and {tuple(y.shape)}")
    return (x.sort(dim=-1).values - y.sort(dim=-1).values).abs().mean(-1)


def sliced_w1(x, y, directions=32):
    """Sliced earth mover's distance of samples (n, 2) each: `sort_and_pair` along evenly spaced directions, averaged.

    It never exceeds the true distance; two clouds that differ only by a shift m score 2m/π = .64 m. Floor: perfect
    scores about .96/√n on the ring (.019 ± .006 at n = 2,500), collapsed on one mode .81. Bonneel et al. 2015.
    Taught in notebooks/08.
    """
    angles = torch.arange(directions, dtype=torch.float64) * (math.pi / directions)
    across = torch.stack([angles.cos(), angles.sin()])  # (2, directions)
    return float(sort_and_pair((x.double() @ across).T, (y.double() @ across).T).mean())


def fair_cells(x, target):
    """The cell of each sample (n, 2) on the fair grid, (n,), and the share of the real data in each cell (cells,).

    Each mode has 16 cells, bounded by four quantiles of the distance and four right angles, all of equal mass under
    that mode's Gaussian, the outer ones reaching out to where another mode is nearer. So no sample is left out, and
    no cell is empty by design. Exact up to the modes' overlap, below 1e-5 of the mass for the course's targets.
    """
    which, _ = nearest_mode(x, target)
    offset = x.double() - target.modes[which]  # (n, 2)
    within = 1 - torch.exp(-offset.square().sum(1) / (2 * target.std**2))  # Rayleigh: evenly spread over [0, 1)
    ring = (within * RINGS).long().clamp_max(RINGS - 1)
    angle = torch.atan2(offset[:, 1], offset[:, 0]) / (2 * math.pi) + 0.5
    sector = (angle * SECTORS).long().clamp_max(SECTORS - 1)
    size = RINGS * SECTORS
    return (which * RINGS + ring) * SECTORS + sector, target.weights.repeat_interleave(size) / size


def js(x, target):
    """Jensen-Shannon divergence of samples (n, 2) from the target's density, on `fair_cells`, in nats.

    Bias: upwards by about (cells-1)/8n from chance, .0064 for the ring at n = 2,500: what a perfect generator scores;
    downwards because a cell hides what happens inside it. Collapsed: .670 on the ring, wherever the point lies; ln 2
    = .693 is out of reach, as every cell holds real data. Taught in notebooks/05.
    """
    if not torch.isfinite(x).all():
        return math.nan
    cells, p = fair_cells(x, target)
    return js_of_shares(torch.bincount(cells, minlength=len(p)) / len(x), p)
