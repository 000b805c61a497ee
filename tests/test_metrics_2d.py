"""Measures for points in the plane, against closed forms, brute force and scipy."""

import math

import numpy as np
import pytest
import torch
from scipy import optimize, spatial, stats

from gan_edu import metrics_2d
from gan_edu.metrics import modes_held
from gan_edu.mixtures import TARGETS, Mixture, ring_modes

torch.set_num_threads(1)  # more threads make small work slower
RING, N = TARGETS["ring"], 2500
PLANE = [name for name, target in TARGETS.items() if target.dim == 2]


def seeded(number=0):
    return torch.Generator().manual_seed(number)


def samples(target, n=N, seed=0):
    return target.sample(n, seeded(seed))


def over_modes(count, n=N):
    """The ring with all samples on its first `count` modes, exactly as many on each."""
    return RING.modes[torch.arange(n) % count] + 0.01 * torch.randn(n, 2, generator=seeded(), dtype=torch.float64)


def measured(function, target, repeats, n=N):
    return np.array([function(samples(target, n, seed), target) for seed in range(repeats)])


# --- modes --------------------------------------------------------------------------------------------------------


def test_one_stray_sample_captures_a_mode_but_does_not_hold_it():
    x = torch.cat([RING.modes[:1].expand(N - 1, 2), RING.modes[3:4] + 2.9 * RING.std * torch.tensor([1.0, 0.0])])
    assert metrics_2d.modes_captured(x, RING) == 2
    assert modes_held(x, RING) == 1
    x[-1, 0] += 0.2 * RING.std  # now 3.1 std away
    assert metrics_2d.modes_captured(x, RING) == 1
    assert metrics_2d.modes_captured(samples(TARGETS["grid"]), TARGETS["grid"]) == 25


@pytest.mark.parametrize(("count", "expected"), [(1, 2.079), (2, math.log(4)), (4, 0.693), (7, 0.134), (8, 0.0)])
def test_reverse_kl_of_samples_spread_over_a_few_modes(count, expected):
    x = over_modes(count, 56 * 45)  # divisible by 1 ... 8
    assert metrics_2d.reverse_kl(x, RING) == pytest.approx(math.log(8 / count), abs=1e-6)
    assert metrics_2d.reverse_kl(x, RING) == pytest.approx(expected, abs=5e-4)


def test_reverse_kl_is_scipys_entropy_with_uneven_weights_and_a_collapse_on_the_rarest_mode():
    target = TARGETS["imbalanced_ring"]
    x = over_modes(3)
    nearest = spatial.cKDTree(target.modes.numpy()).query(x.numpy())[1]
    q = np.bincount(nearest, minlength=8) / N
    assert metrics_2d.reverse_kl(x, target) == pytest.approx(stats.entropy(q, target.weights.numpy()), abs=1e-6)
    rare = target.modes[7:].expand(N, 2)
    assert metrics_2d.reverse_kl(rare, target) == pytest.approx(math.log(23), abs=1e-6)  # its share is 1/23


@pytest.mark.parametrize(("name", "n"), [("ring", 2500), ("ring", 500), ("grid", 2500)])
def test_the_floor_of_reverse_kl(name, n):
    target, repeats = TARGETS[name], 60
    free = len(target.modes) - 1
    found = measured(metrics_2d.reverse_kl, target, repeats, n)
    error = math.sqrt(2 * free) / (2 * n)
    assert found.mean() == pytest.approx(free / (2 * n), abs=4 * error / math.sqrt(repeats))
    assert found.std() == pytest.approx(error, rel=0.4)


@pytest.mark.parametrize(("q", "p"), [([0.5, 0.5, 0], [0.25, 0.25, 0.5]), ([0.1, 0.2, 0.7], [0.3, 0.3, 0.4])])
def test_divergences_of_shares_are_scipys(q, p):
    assert metrics_2d.kl_of_shares(q, p) == pytest.approx(stats.entropy(q, p), abs=1e-12)
    assert metrics_2d.js_of_shares(q, p) == pytest.approx(spatial.distance.jensenshannon(q, p) ** 2, abs=1e-12)


def test_divergences_of_shares_that_do_not_meet():
    assert metrics_2d.kl_of_shares([0, 1.0], [1.0, 0]) == math.inf
    assert metrics_2d.js_of_shares([0, 1.0], [1.0, 0]) == pytest.approx(math.log(2), abs=1e-12)


# --- duplicates ---------------------------------------------------------------------------------------------------


def test_duplicates_are_those_that_a_tree_of_neighbours_finds():
    x = samples(RING, 1500)
    x = torch.cat([x, x[:300] + 1e-4])  # the copies lie in another block of 1,000
    second = spatial.cKDTree(x.numpy()).query(x.numpy(), k=2)[0][:, 1]
    found = metrics_2d.duplicate_rate(x, RING)
    assert found == pytest.approx((second <= 0.01 * RING.std).mean(), abs=1e-12)
    assert found > 0.3, "each of the 300 lies beside its copy"


def test_duplicates_of_a_perfect_and_of_a_collapsed_generator():
    expected = 1 - math.exp(-(N - 1) / 8 * 0.01**2 / 4)
    found = measured(metrics_2d.duplicate_rate, RING, 12)
    assert found.mean() == pytest.approx(expected, rel=0.25)
    assert expected == pytest.approx(0.0078, abs=5e-5)
    assert metrics_2d.duplicate_rate(RING.modes[2:3].expand(N, 2), RING) == 1
    apart = torch.arange(N, dtype=torch.float64)[:, None] * torch.ones(2, dtype=torch.float64)
    assert metrics_2d.duplicate_rate(apart, RING) == 0


# --- earth mover's distance ---------------------------------------------------------------------------------------


def test_w1_of_numbers_is_scipys_and_its_floor_that_of_the_docstring():
    x, y = torch.randn(2, 200, N, generator=seeded(), dtype=torch.float64)
    found = metrics_2d.sort_and_pair(x, y)
    expected = [stats.wasserstein_distance(a, b) for a, b in zip(x.numpy(), y.numpy(), strict=True)]
    assert found.numpy() == pytest.approx(np.array(expected), abs=1e-12)
    t = np.linspace(-8, 8, 4001)
    floor = 2 / math.sqrt(math.pi * N) * np.sqrt(stats.norm.cdf(t) * stats.norm.sf(t)).sum() * (t[1] - t[0])
    assert floor == pytest.approx(1.82 / math.sqrt(N), rel=2e-3)
    assert float(found.mean()) == pytest.approx(floor, rel=0.1)
    with pytest.raises(ValueError, match=r"same size, got \(200, 2500\) and \(200, 2499\)"):
        metrics_2d.sort_and_pair(x, y[:, 1:])


@pytest.mark.parametrize(
    ("shift", "wide", "expected"), [(0, 2, 0.797885), (1, 2, 1.166631), (3, 3, 3.117227), (2, 1, 2)]
)
def test_w1_of_two_gaussians(shift, wide, expected):
    u = (torch.arange(20_000, dtype=torch.float64) + 0.5) / 20_000
    z = torch.special.ndtri(u)  # evenly spaced quantiles in place of chance
    assert float(metrics_2d.sort_and_pair(z, shift + wide * z)) == pytest.approx(expected, abs=3e-4)


def test_sliced_distance_of_a_shift_is_two_over_pi_of_it_and_never_above_the_true_one():
    x = samples(RING, 300)
    assert metrics_2d.sliced_w1(x, x + torch.tensor([0.6, -0.8])) == pytest.approx(2 / math.pi, rel=2e-3)
    y = over_modes(3, 300)
    cost = spatial.distance.cdist(x.numpy(), y.numpy())
    exact = cost[optimize.linear_sum_assignment(cost)].mean()
    assert 0.5 * exact < metrics_2d.sliced_w1(x, y) < exact
    alone = [stats.wasserstein_distance(*(p.numpy() @ [math.cos(a), math.sin(a)] for p in (x, y)))
             for a in np.linspace(0, math.pi, 1000, endpoint=False)]  # fmt: skip
    assert metrics_2d.sliced_w1(x, y) == pytest.approx(np.mean(alone), rel=5e-3)


def test_landmarks_of_the_sliced_distance():
    pairs = [metrics_2d.sliced_w1(samples(RING, seed=i), samples(RING, seed=100 + i)) for i in range(15)]
    assert np.mean(pairs) == pytest.approx(0.019, abs=0.006)
    assert metrics_2d.sliced_w1(RING.modes[:1].expand(N, 2), samples(RING)) == pytest.approx(0.81, abs=0.015)


# --- the fair grid ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLANE)
def test_the_fair_cells_hold_equal_mass_and_every_sample(name):
    target = TARGETS[name]
    cells, p = metrics_2d.fair_cells(samples(target, 40_000), target)
    counts = torch.bincount(cells, minlength=len(p)).numpy()
    assert counts.sum() == 40_000
    assert len(counts) == len(p) == 16 * len(target.modes)
    assert float(p.sum()) == pytest.approx(1, abs=1e-12)
    assert 1e-4 < stats.chisquare(counts, 40_000 * p.numpy()).pvalue < 1 - 1e-4


def test_landmarks_of_the_js_divergence():
    found = measured(metrics_2d.js, RING, 30)
    assert found.mean() == pytest.approx(127 / 8 / N, rel=0.08)
    lone = 1 / 128
    collapsed = (math.log(2 / (1 + lone)) + lone * math.log(2 * lone / (1 + lone)) + (1 - lone) * math.log(2)) / 2
    for c in (RING.modes[:1], RING.modes[:1] * 50, torch.zeros(1, 2)):
        assert metrics_2d.js(c.expand(N, 2), RING) == pytest.approx(collapsed, abs=1e-9)
    assert collapsed == pytest.approx(0.670, abs=5e-4)


@pytest.mark.parametrize(("d", "true"), [(1, 0.111421), (2, 0.336831), (4, 0.632720)])
def test_js_of_two_gaussians_is_somewhat_floor_the_truth_as_the_cells_hide_a_part(d, true):
    """The Jensen-Shannon divergence of two round Gaussians depends on their distance in std alone."""
    one = Mixture("one", torch.zeros(1, 2, dtype=torch.float64), 0.3)
    x = samples(one, 40_000) + 0.3 * d * torch.tensor([0.6, 0.8])
    assert 0.8 * true < metrics_2d.js(x, one) < true + 16 / 8 / 40_000


def test_what_is_not_finite_has_no_distance():
    x = samples(RING, 50)
    x[7, 1] = math.nan
    for measure in (metrics_2d.reverse_kl, metrics_2d.js, metrics_2d.duplicate_rate):
        assert math.isnan(measure(x, RING))
    assert metrics_2d.modes_captured(x[7:8], RING) == 0


def test_seven_modes_by_the_doubled_end_point_would_be_seen():
    """The linspace trap: eight angles with the end point make seven places, one of them twice as often."""
    angles = torch.linspace(0, 2 * math.pi, 8, dtype=torch.float64)
    wrong = Mixture("wrong", torch.stack([angles.cos(), angles.sin()], 1), 0.05)
    right = Mixture("right", ring_modes(7), 0.05)
    expected = stats.entropy([2 / 8, *[1 / 8] * 6], [1 / 7] * 7)
    assert metrics_2d.reverse_kl(samples(wrong), right) == pytest.approx(expected, abs=0.02)
