"""Measures on a line against a known density: scipy's integrals, closed forms of Gaussians, and their floors."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy import integrate, optimize, special, stats

from gan_edu import metrics, metrics_1d
from gan_edu.mixtures import TARGETS, Mixture

torch.set_num_threads(1)  # more threads make small work slower
TWO, N = TARGETS["two_gaussians"], 2500
UNEVEN = Mixture("uneven", torch.tensor([[-1.0], [0.5], [2.0]], dtype=torch.float64), 0.3,
                 torch.tensor([0.6, 0.3, 0.1], dtype=torch.float64))  # fmt: skip
UNIT = Mixture("unit", torch.zeros(1, 1, dtype=torch.float64), 1.0)
MEASURES = (metrics_1d.w1_to_density, metrics_1d.js_to_density, metrics_1d.kl_to_density)


def samples(target, n=N, seed=0):
    return target.sample(n, torch.Generator().manual_seed(seed))


def even_normal(shift, wide, n=4000):
    """N(shift, wide²) as its own evenly spaced quantiles, (n, 1)."""
    u = (torch.arange(n, dtype=torch.float64) + 0.5) / n
    return (shift + wide * torch.special.ndtri(u))[:, None]


def scipy_cdf(target, t):
    return float(special.ndtr((t - target.modes[:, 0].numpy()) / target.std) @ target.weights.numpy())


def by_integration(x, target):
    """∫ |Fₙ - F| by scipy's quadrature, in pieces that end at the samples."""
    ticks = np.sort(x.double().numpy().ravel())
    ends = np.concatenate([[-12], ticks, [12]])
    gap = [lambda t, height=height: abs(height - scipy_cdf(target, t)) for height in np.linspace(0, 1, len(ticks) + 1)]
    return sum(integrate.quad(g, a, b, limit=200)[0] for g, (a, b) in zip(gap, pairwise(ends), strict=True))


@pytest.mark.parametrize("target", [TWO, UNEVEN], ids=lambda t: t.name)
def test_cdf_and_its_inverse(target):
    for t in (-1.3, -0.2, 0.4, 2.2):
        found = float(metrics_1d.cdf(torch.tensor([t], dtype=torch.float64), target))
        assert found == pytest.approx(scipy_cdf(target, t), abs=1e-12)
    for u in (1e-6, 0.1, 0.5, 0.77, 1 - 1e-6):
        root = optimize.brentq(lambda t, u=u: scipy_cdf(target, t) - u, -10, 10, xtol=1e-14)
        assert float(metrics_1d.quantile([u], target)) == pytest.approx(root, abs=1e-8)


@pytest.mark.parametrize("target", [TWO, UNEVEN], ids=lambda t: t.name)
def test_w1_is_the_integral_that_scipy_computes(target):
    for x in (samples(target, 17), 3 * samples(target, 6) - 1, torch.zeros(3, 1), torch.full((1, 1), 0.7)):
        assert metrics_1d.w1_to_density(x, target) == pytest.approx(by_integration(x, target), abs=1e-7)


@pytest.mark.parametrize(
    ("m", "s", "expected"), [(0, 1, 0.797885), (1, 1, 1.166631), (3, 2, 3.117227), (2, 0, 2.0), (10, 0, 10.0)]
)
def test_w1_of_two_gaussians(m, s, expected):
    assert metrics_1d.w1_to_density(even_normal(m, 1 + s), UNIT) == pytest.approx(expected, abs=1e-3)
    if s:
        closed = s * math.sqrt(2 / math.pi) * math.exp(-(m**2) / 2 / s**2) + m * math.erf(m / math.sqrt(2) / s)
        assert closed == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("d", [0.5, 1, 2, 4])
def test_kl_of_a_shifted_gaussian(d):
    x = samples(UNIT, 10_000, seed=3)
    found = metrics_1d.kl_to_density(x + d, UNIT)
    error = math.sqrt(1 + d**2) * 0.02  # of the mean of d·x, and of the neighbours' estimate
    assert found == pytest.approx(d**2 / 2, abs=3 * error)


def test_kl_of_a_wider_gaussian_and_the_bias_that_the_docstring_states():
    wide = 2.0
    found = [metrics_1d.kl_to_density(wide * samples(UNIT, seed=i), UNIT) for i in range(20)]
    assert np.mean(found) == pytest.approx((wide**2 - 1) / 2 - math.log(wide), abs=0.06)
    perfect = [metrics_1d.kl_to_density(samples(TWO, seed=i), TWO) for i in range(30)]
    assert np.mean(perfect) == pytest.approx(0.002, abs=0.009)
    assert np.std(perfect) == pytest.approx(0.014, abs=0.006)


def test_the_distance_to_the_kth_neighbour_is_brute_force():
    x = torch.cat([samples(TWO, 60).flatten(), torch.tensor([0.1, 0.1, 0.1], dtype=torch.float64)])
    for k in (1, 2, 5):
        expected = (x[:, None] - x).abs().sort(dim=1).values[:, k].sort().values
        found = metrics_1d._neighbour_distance(x, k).sort().values
        assert torch.equal(found, expected)


@pytest.mark.parametrize(("d", "true"), [(1, 0.111421), (2, 0.336831), (4, 0.632720), (8, 0.693054)])
def test_js_of_two_gaussians(d, true):
    """The closed form of the binned divergence by scipy; it lies below the truth, which bins can only hide."""
    edges = stats.norm.ppf(np.linspace(0, 1, 51))
    q, p = np.diff(stats.norm(d).cdf(edges)), np.full(50, 1 / 50)
    middle = (q + p) / 2
    binned = (stats.entropy(q, middle) + stats.entropy(p, middle)) / 2
    assert metrics_1d.js_to_density(even_normal(d, 1.0, 20_000), UNIT) == pytest.approx(binned, abs=1e-3)
    assert 0.85 * true < binned < true


def test_no_sample_falls_beside_the_bins_and_each_bin_is_fair():
    x = samples(UNEVEN, 20_000)
    bins = (metrics_1d.cdf(x, UNEVEN) * 50).long()
    assert 1e-4 < stats.chisquare(torch.bincount(bins, minlength=50).numpy()).pvalue < 1 - 1e-4
    outside = torch.tensor([[-1e9], [1e9]], dtype=torch.float64)
    two_of_fifty = (math.log(2 / (1 + 2 / 50)) + 0.04 * math.log(0.08 / 1.04) + 0.96 * math.log(2)) / 2
    assert metrics_1d.js_to_density(outside, UNEVEN) == pytest.approx(two_of_fifty, abs=1e-9)


def test_landmarks():
    found = np.array([[measure(samples(TWO, seed=i), TWO) for measure in MEASURES[:2]] for i in range(30)])
    assert found[:, 1].mean() == pytest.approx(49 / 8 / N, rel=0.12)
    unit = [metrics_1d.w1_to_density(samples(UNIT, seed=i), UNIT) for i in range(30)]
    assert np.mean(unit) == pytest.approx(1.29 / 50, rel=0.25)
    point = torch.zeros(N, 1)
    assert metrics_1d.w1_to_density(point, UNIT) == pytest.approx(math.sqrt(2 / math.pi), abs=1e-9)
    assert metrics_1d.js_to_density(point, UNIT) == pytest.approx(0.644, abs=5e-4)
    assert metrics_1d.kl_to_density(point, UNIT) == math.inf


def test_bad_input():
    assert all(math.isnan(measure(torch.tensor([[0.0], [math.inf]]), TWO)) for measure in MEASURES)
    with pytest.raises(ValueError, match="more than k=5 samples, got 5"):
        metrics_1d.kl_to_density(samples(TWO, 5), TWO)


@pytest.mark.parametrize("target", [TWO, UNEVEN], ids=lambda t: t.name)
def test_the_remembered_quantiles_are_the_quantiles(target):
    for n in (1, 2, 7, 500):
        found = metrics_1d.even_quantiles(n, target)
        assert torch.equal(found, metrics_1d.quantile(torch.arange(1, n, dtype=torch.float64) / n, target))


def test_a_snapshot_on_a_line_has_both_distances():
    x = samples(TWO, 512)
    seen, two = metrics_1d.points_snapshot(x, TWO), (metrics_1d.js_to_density(x, TWO), metrics_1d.w1_to_density(x, TWO))
    assert seen == {**metrics.snapshot(x, TWO), "js": two[0], "w1": two[1]}
    assert metrics_1d.points_snapshot(torch.zeros(20, 2), TARGETS["ring"]).keys() == seen.keys() - {"js", "w1"}
    broken = metrics_1d.points_snapshot(torch.full((20, 1), math.inf), TWO)
    assert math.isnan(broken["js"])
    assert math.isnan(broken["w1"])


@pytest.mark.parametrize("n", [512, 2500])
def test_floors_are_what_real_samples_score(n):
    found = [[measure(samples(TWO, n, seed), TWO) for seed in range(200)] for measure in MEASURES[1::-1]]
    for scores, floor in zip(found, metrics_1d.floors(TWO, n), strict=True):
        error = np.std(scores) / math.sqrt(len(scores))
        assert np.mean(scores) == pytest.approx(floor, abs=4 * error + 0.07 * floor)
