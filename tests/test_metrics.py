"""Measures of samples against what perfect, collapsed, broken and hand-made ones must score."""

import math

import numpy as np
import pytest
import torch

from gan_edu.metrics import held, high_quality_share, mode_counts, modes_held, nearest_mode, snapshot
from gan_edu.mixtures import TARGETS

RING = TARGETS["ring"]
PERFECT_2D = 1 - math.exp(-9 / 2)  # mass of a round normal within 3 std
PERFECT_1D = math.erf(3 / math.sqrt(2))


def seeded(number=0):
    return torch.Generator().manual_seed(number)


def at(mode, count, target=RING, stds=0.0):
    """`count` equal points at a mode, moved away from the origin by so many std."""
    place = target.modes[mode]
    return (place + stds * target.std * place / place.norm()).repeat(count, 1)


@pytest.mark.parametrize("name", TARGETS)
def test_a_perfect_generator(name):
    target, n = TARGETS[name], 20_000
    x = target.sample(n, seeded(1))
    perfect = PERFECT_2D if target.dim == 2 else PERFECT_1D
    assert abs(high_quality_share(x, target) - perfect) < 4 * math.sqrt(perfect * (1 - perfect) / n)
    assert modes_held(x, target) == len(target.modes)
    shares, w = mode_counts(x, target).numpy() / n, target.weights.numpy() * perfect
    assert np.all(np.abs(shares - w) < 4 * np.sqrt(w * (1 - w) / n))
    assert perfect == pytest.approx({2: 0.98889, 1: 0.9973}[target.dim], abs=1e-5)


def test_a_collapsed_generator():
    x = at(3, 500)
    assert high_quality_share(x, RING) == 1
    assert modes_held(x, RING) == 1
    assert mode_counts(x, RING).tolist() == [0, 0, 0, 500, 0, 0, 0, 0]


def test_noise_far_away():
    x = 50 + torch.randn(300, 2, generator=seeded(), dtype=torch.float64)
    assert (high_quality_share(x, RING), modes_held(x, RING)) == (0, 0)


def test_three_standard_deviations_are_the_border():
    x = torch.cat([at(2, 1, stds=s) for s in (-2.999, 2.999, 3.001, -3.001)])
    which, good = nearest_mode(x, RING)
    assert which.tolist() == [2, 2, 2, 2]
    assert good.tolist() == [True, True, False, False]
    assert high_quality_share(x, RING) == 0.5


def test_nearest_mode_against_a_plain_loop():
    x = 1.5 * torch.randn(200, 2, generator=seeded(2), dtype=torch.float64)
    which, good = nearest_mode(x, RING)
    for point, found, near in zip(x.numpy(), which.tolist(), good.tolist(), strict=True):
        distances = [math.dist(point, mode) for mode in RING.modes.tolist()]
        assert found == distances.index(min(distances))
        assert near == (min(distances) <= 3 * RING.std)


def test_captured_takes_one_good_sample_held_a_tenth_of_a_fair_share():
    """Of 800 samples a fair share is 100: 10 of high quality hold a mode, 9 do not, though 1 captures it."""
    x = torch.cat([at(0, 771), at(1, 10), at(2, 9), at(3, 9, stds=2.9), at(3, 1, stds=4), at(4, 0)])
    counts = mode_counts(x, RING)
    assert counts.tolist() == [771, 10, 9, 9, 0, 0, 0, 0]
    assert int((counts > 0).sum()) == 4
    assert held(counts, RING, 800).tolist() == [True, True] + [False] * 6
    assert modes_held(x, RING) == 2


def test_a_fair_share_follows_the_weights():
    uneven = TARGETS["imbalanced_ring"]  # weights 8, 4, 4, 2, 2, 1, 1, 1 of 23
    n = 2300  # a tenth of the fair shares: 80, 40, 40, 20, 20, 10, 10, 10
    x = torch.cat([at(i, c, uneven) for i, c in enumerate((2108, 40, 39, 20, 19, 10, 9, 55))])
    assert len(x) == n
    assert held(mode_counts(x, uneven), uneven, n).tolist() == [True, True, False, True, False, True, False, True]


def test_held_takes_many_at_once():
    counts = torch.tensor([[100, 0, 5, 13, 12, 0, 0, 0], [13] * 8])
    assert held(counts, RING, 1000).tolist() == [[True] + [False] * 2 + [True] + [False] * 4, [True] * 8]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_samples_that_are_no_numbers(bad):
    x = at(0, 10)
    x[3, 1] = bad
    found = snapshot(x, RING)
    assert found["finite"] is False
    assert (found["modes"], found["quality"], found["spread"]) == (0, 0, math.inf)
    assert found.keys() == snapshot(at(0, 10), RING).keys()
    assert high_quality_share(x, RING) == 0.9


def test_a_snapshot_holds_the_same_numbers_as_the_measures():
    x = torch.cat([RING.sample(300, seeded(5)), at(0, 212, stds=9)])
    found = snapshot(x, RING)
    assert found["modes"] == modes_held(x, RING)
    assert found["quality"] == pytest.approx(high_quality_share(x, RING), abs=1e-12)
    assert found["shares"] == pytest.approx((mode_counts(x, RING) / 512).tolist())
    assert found["centre"] == pytest.approx(x.numpy().mean(0))
    assert found["spread"] == pytest.approx(np.linalg.norm(x.numpy(), axis=1).max())
    assert found["finite"] is True


def test_one_dimension_and_float32():
    line = TARGETS["two_gaussians"]
    x = torch.tensor([[-1.0], [-1.5], [1.74], [1.76], [0.1]], dtype=torch.float32)  # 3 std are .75
    assert mode_counts(x, line).tolist() == [2, 1]
    assert high_quality_share(x, line) == pytest.approx(3 / 5)
    assert len(snapshot(x, line)["centre"]) == 1
