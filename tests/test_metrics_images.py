"""Measures for digits: closed forms of Gaussians, brute force, oracles that hold for any data, and real digits."""

import math

import numpy as np
import pytest
import torch
from scipy import linalg, spatial, stats

from gan_edu import metrics_images
from gan_edu.digits import features
from gan_edu.mnist import load_mnist, to_unit

torch.set_num_threads(1)  # more threads make small work slower
RISE = np.linspace(0.5, 3, 64)


def normal(n, dim=64, seed=0):
    return torch.randn(n, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def exactly(mean, covariance, n=200):
    """Samples whose mean and covariance are these to rounding."""
    x = normal(n).numpy()
    x = (x - x.mean(0)) @ linalg.inv(linalg.cholesky(np.cov(x.T)))
    return torch.tensor(mean + x @ linalg.cholesky(covariance))


@pytest.fixture(scope="module")
def digits():
    """In random order: the file goes writer by writer, so two stretches of it are not of one distribution."""
    images, labels = load_mnist("train")
    some = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))[:4000]
    return to_unit(images[some]), labels[some]


@pytest.fixture(scope="module")
def real(digits):
    return features(digits[0])


# --- classes ------------------------------------------------------------------------------------------------------


def test_the_shares_held_as_real_are_those_of_the_training_digits():
    counts = torch.bincount(load_mnist("train")[1].long())
    assert torch.equal(metrics_images.REAL_SHARES, counts.double() / 60_000)


def test_histogram_of_real_digits_names_them_and_stays_at_its_floor(digits):
    images, labels = digits
    found = metrics_images.class_histogram(images[:2000])
    true = np.bincount(labels[:2000].numpy(), minlength=10) / 2000
    assert found.classes == 10
    assert found.shares.numpy() == pytest.approx(true, abs=0.005)
    assert found.reverse_kl == pytest.approx(9 / 2 / 2000, abs=4 * math.sqrt(18) / 2 / 2000)


def test_histogram_of_a_few_classes_and_of_one(digits):
    images, labels = digits
    for wanted in ([1], [5], [3, 8], [0, 1, 2, 3, 4]):
        chosen = torch.cat([images[labels == digit][:60] for digit in wanted])
        found = metrics_images.class_histogram(chosen)
        q = np.isin(np.arange(10), wanted) / len(wanted)
        assert found.classes in (len(wanted), len(wanted) + 1), "at most one class more, by a wrong name"
        assert found.reverse_kl == pytest.approx(stats.entropy(q, metrics_images.REAL_SHARES.numpy()), abs=0.12)
    one = metrics_images.class_histogram(images[labels == 1][:1].expand(50, -1, -1, -1))
    assert (one.classes, one.reverse_kl) == (1, pytest.approx(math.log(60_000 / 6742), abs=1e-9))


def test_a_class_counts_when_it_has_more_than_one_in_a_hundred(digits):
    images, labels = digits
    one, zero = images[labels == 1][:1], images[labels == 0][:1]
    for strays, classes in ((1, 1), (2, 2)):
        mixed = torch.cat([one.expand(100 - strays, -1, -1, -1), zero.expand(strays, -1, -1, -1)])
        assert metrics_images.class_histogram(mixed).classes == classes


# --- Frechet distance ---------------------------------------------------------------------------------------------


def test_frechet_distance_of_gaussians_with_common_axes():
    a, b = exactly(np.zeros(64), np.diag(RISE)), exactly(np.full(64, 0.5), np.diag(RISE[::-1] ** 2))
    closed = 64 * 0.25 + ((np.sqrt(RISE) - RISE[::-1]) ** 2).sum()
    assert metrics_images.frechet_distance(a, b, at_least=200) == pytest.approx(closed, rel=1e-9)
    assert metrics_images.frechet_distance(b, a, at_least=200) == pytest.approx(closed, rel=1e-9)
    assert metrics_images.frechet_distance(a, a, at_least=200) == pytest.approx(0, abs=1e-9)


def test_frechet_distance_of_any_gaussians_by_scipys_matrix_root():
    one, other = (np.cov(normal(100, seed=seed).numpy().T) + np.diag(RISE) for seed in (1, 2))
    found = metrics_images.frechet_distance(exactly(np.ones(64), one), exactly(np.zeros(64), other), at_least=200)
    root = linalg.sqrtm(one @ other).real
    assert found == pytest.approx(64 + np.trace(one + other - 2 * root), rel=1e-7)


def test_frechet_distance_survives_a_feature_that_never_fires_and_a_full_collapse():
    a, b = normal(300), normal(300, seed=1)
    a[:, 7] = b[:, 7] = 0
    assert 0 < metrics_images.frechet_distance(a, b, at_least=300) < 40
    point = torch.full((300, 64), 2.0)
    expected = float((a.mean(0) - 2).square().sum() + a.var(0).sum())
    assert metrics_images.frechet_distance(a, point, at_least=300) == pytest.approx(expected, rel=1e-9)


def test_frechet_distance_is_refused_below_ten_thousand_unless_told():
    few = normal(9_999, dim=2)
    with pytest.raises(ValueError, match=r"at least 10,000 samples a side, got 9,999.*at_least="):
        metrics_images.frechet_distance(normal(10_000, dim=2), few)
    assert metrics_images.frechet_distance(normal(10_000, dim=2), normal(10_000, dim=2, seed=1)) < 0.01
    assert metrics_images.frechet_distance(few, few, at_least=9_999) == pytest.approx(0, abs=1e-9)


def test_frechet_floor_of_real_digits_falls_with_n(real):
    pairs = zip(real[:1792].split(256), real[2000:3792].split(256), strict=True)
    few = np.mean([metrics_images.frechet_distance(a, b, at_least=256) for a, b in pairs])
    assert few == pytest.approx(18, abs=7)
    assert metrics_images.frechet_distance(real[:2000], real[2000:], at_least=2000) == pytest.approx(2.8, abs=1.6)


# --- kernel distance ----------------------------------------------------------------------------------------------


def test_kernel_distance_is_the_double_sum():
    a, b = normal(7).numpy(), normal(9, seed=1).numpy() + 0.4

    def kernel(x, y):
        return (sum(p * q for p, q in zip(x, y, strict=True)) / 64 + 1) ** 3

    own = [np.mean([kernel(x, y) for i, x in enumerate(s) for j, y in enumerate(s) if i != j]) for s in (a, b)]
    across = np.mean([kernel(x, y) for x in a for y in b])
    found = metrics_images.kernel_distance(torch.tensor(a), torch.tensor(b))
    assert found == pytest.approx(sum(own) - 2 * across, abs=1e-12)


@pytest.mark.parametrize("n", [10, 80])
def test_kernel_distance_is_unbiased_at_every_n(n):
    found = [metrics_images.kernel_distance(normal(n, seed=i), normal(n, seed=1000 + i)) for i in range(300)]
    assert abs(np.mean(found)) < 3.5 * np.std(found) / math.sqrt(300)
    biased = 2 * 3 * np.mean(normal(n).numpy() ** 2) / n  # what the diagonal would add, to first order in 1/64
    assert np.std(found) / math.sqrt(300) < biased / 20, "this test must be able to see that bias"


def test_kernel_distance_of_digits(real):
    halves = zip(real[:1792].split(256), real[2000:3792].split(256), strict=True)
    perfect = [metrics_images.kernel_distance(a, b) for a, b in halves]
    assert abs(np.mean(perfect)) < 100
    assert 20 < np.std(perfect) < 160
    collapsed = [metrics_images.kernel_distance(real[:500], real[i : i + 1].expand(500, 64)) for i in range(600, 620)]
    assert min(collapsed) > 2000
    assert max(collapsed) < 200_000


# --- precision, recall, density, coverage -------------------------------------------------------------------------


@pytest.mark.parametrize("k", [1, 3, 5])
def test_two_samples_of_one_distribution(k):
    """Coverage 1 - 2⁻ᵏ and density 1 hold in any number of dimensions, for equally many reals and fakes."""
    found = [metrics_images.closeness(normal(400, 8, i), normal(400, 8, 500 + i), k) for i in range(8)]
    assert np.mean([f.coverage for f in found]) == pytest.approx(1 - 2**-k, abs=0.015)
    assert np.mean([f.density for f in found]) == pytest.approx(1, abs=0.06)
    swapped = metrics_images.closeness(normal(400, 8, 500), normal(400, 8, 0), k)
    assert (swapped.precision, swapped.recall) == (found[0].recall, found[0].precision)


def test_closeness_by_trees_of_neighbours():
    real, fake = normal(150, 3), 1.3 * normal(120, 3, seed=1) + 0.5
    trees = [spatial.cKDTree(x.numpy()) for x in (real, fake)]
    reach = [tree.query(tree.data, k=6)[0][:, 5] for tree in trees]
    balls_of_real = trees[1].query_ball_point(real.numpy(), reach[0] * (1 + 1e-12))  # the fakes in each
    balls_of_fake = trees[0].query_ball_point(fake.numpy(), reach[1] * (1 + 1e-12))
    found = metrics_images.closeness(real, fake)
    assert found.precision == pytest.approx(len(set().union(*balls_of_real)) / 120, abs=1e-12)
    assert found.recall == pytest.approx(len(set().union(*balls_of_fake)) / 150, abs=1e-12)
    assert found.density == pytest.approx(sum(map(len, balls_of_real)) / (5 * 120), abs=1e-12)
    assert found.coverage == pytest.approx(np.mean([len(ball) > 0 for ball in balls_of_real]), abs=1e-12)
    assert 0.1 < found.coverage < 0.95


def test_closeness_of_digits_perfect_far_off_and_collapsed(real):
    perfect = metrics_images.closeness(real[:1000], real[2000:3000])
    assert perfect.coverage == pytest.approx(0.969, abs=0.025)
    assert perfect.density == pytest.approx(1, abs=0.1)
    assert perfect.precision == pytest.approx(0.94, abs=0.04)
    assert perfect.recall == pytest.approx(0.94, abs=0.04)
    far = metrics_images.closeness(real[:300], real[:300] + 1000)
    assert (far.precision, far.recall, far.density, far.coverage) == (0, 0, 0, 0)
    collapsed = metrics_images.closeness(real[:1000], real[1500:1501].expand(1000, 64))
    assert collapsed.recall == 0
    assert collapsed.coverage < 0.015
    assert collapsed.precision in (0, 1)


# --- bad input ----------------------------------------------------------------------------------------------------


def test_too_few_and_not_finite(digits):
    with pytest.raises(ValueError, match="more than k=5 samples a side, got 5 and 9"):
        metrics_images.closeness(normal(5), normal(9))
    with pytest.raises(ValueError, match="two samples a side, got 1 and 4"):
        metrics_images.kernel_distance(normal(1), normal(4))
    broken = digits[0][:20].clone()
    broken[3, 0, 5, 5] = math.nan
    found = metrics_images.class_histogram(broken)
    assert found.classes == 0
    assert math.isnan(found.reverse_kl)
    assert math.isnan(metrics_images.frechet_distance(torch.full((9, 4), math.inf), normal(9, 4), at_least=9))


def test_a_snapshot_counts_classes_and_measures_the_distance(digits, real):
    """By hand: shares from the labels that the classifier gives, the distance from 1,000 real digits."""
    images = digits[0]
    seen = metrics_images.image_snapshot(images[:256])
    drawn, known = metrics_images.class_histogram(images[:256]), metrics_images.real_features(0, 1000)
    assert (seen["modes"], seen["finite"]) == (10, True)
    assert seen["shares"] == pytest.approx(drawn.shares.tolist(), abs=1e-7)
    assert seen["distance"] == pytest.approx(metrics_images.kernel_distance(real[:256], known), rel=1e-6)
    assert abs(seen["distance"]) < 200
    one = metrics_images.image_snapshot(images[:1].expand(256, -1, -1, -1))
    assert one["modes"] == 1
    assert one["distance"] > 3000
    broken = images[:4].clone()
    broken[0, 0, 0, 0] = math.nan
    nothing = {"modes": 0, "shares": [0.0] * 10, "distance": math.inf, "finite": False}
    assert metrics_images.image_snapshot(broken) == nothing


def test_parts_of_the_real_digits_share_none():
    a, b = (metrics_images.real_features(part, 200) for part in (0, 1))
    assert a.shape == b.shape == (200, 64)
    assert not (a[:, None] == b[None]).all(-1).any()
    assert metrics_images.real_features(59, 1000).shape == (1000, 64)
    with pytest.raises(ValueError, match="part 60 of 1,000"):
        metrics_images.real_features(60, 1000)
