"""The targets: modes where they are said to be, the density that scipy gives, samples that follow it."""

import math

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from gan_edu.mixtures import TARGETS, Mixture, grid_modes, ring_modes

MANY = 40_000  # samples, where their shares or moments are looked at


def seeded(number=0):
    return torch.Generator().manual_seed(number)


def by_scipy(target, x):
    """Log density of a mixture as a sum of scipy's normal densities, computed apart from the package."""
    parts = [stats.multivariate_normal(mode.numpy(), target.std**2 * np.eye(target.dim)).logpdf(x)
             for mode in target.modes]  # fmt: skip
    return np.logaddexp.reduce([part + math.log(w) for part, w in zip(parts, target.weights, strict=True)])


def test_every_target_of_the_course_is_here_under_its_own_name():
    shapes = {name: tuple(target.modes.shape) for name, target in TARGETS.items()}
    assert shapes == {"two_gaussians": (2, 1), "line": (5, 2), "one_blob": (1, 2), "two_blobs": (2, 2), "ring": (8, 2),
                      "grid": (25, 2), "imbalanced_ring": (8, 2), "far_square": (4, 2)}  # fmt: skip
    assert all(target.name == name for name, target in TARGETS.items())


@pytest.mark.parametrize("name", ["ring", "imbalanced_ring"])
def test_the_ring_has_eight_distinct_modes_at_equal_angles(name):
    modes = TARGETS[name].modes.numpy()
    angles = np.sort(np.arctan2(modes[:, 1], modes[:, 0]) % (2 * np.pi))
    gaps = np.diff(np.append(angles, angles[0] + 2 * np.pi))
    assert gaps == pytest.approx(np.full(8, np.pi / 4), abs=1e-12)
    assert np.hypot(*modes.T) == pytest.approx(np.ones(8), abs=1e-12)
    apart = np.linalg.norm(modes[:, None] - modes, axis=-1)[~np.eye(8, dtype=bool)]
    assert apart.min() == pytest.approx(2 * math.sin(math.pi / 8), abs=1e-12)  # neighbours on a circle, none twice


def test_ring_of_another_size():
    assert ring_modes(3, 2.0).numpy() == pytest.approx(
        np.array([[2, 0], [-1, math.sqrt(3)], [-1, -math.sqrt(3)]]), abs=1e-12
    )


def test_the_grid_is_five_by_five_and_centred():
    ticks = np.array([-1, -0.5, 0, 0.5, 1])
    assert {tuple(mode) for mode in TARGETS["grid"].modes.tolist()} == {(x, y) for x in ticks for y in ticks}
    assert grid_modes(2, 3.0).tolist() == [[-1.5, -1.5], [1.5, -1.5], [-1.5, 1.5], [1.5, 1.5]]


def test_radius_is_the_distance_of_the_farthest_mode():
    assert TARGETS["ring"].radius == pytest.approx(1, abs=1e-12)
    assert TARGETS["grid"].radius == pytest.approx(math.sqrt(2), abs=1e-12)
    assert TARGETS["two_gaussians"].radius == 1


@pytest.mark.parametrize("name", TARGETS)
def test_weights_sum_to_one(name):
    assert float(TARGETS[name].weights.sum()) == pytest.approx(1, abs=1e-12)
    fair = np.array([8, 4, 4, 2, 2, 1, 1, 1]) / 23 if name == "imbalanced_ring" else 1 / len(TARGETS[name].modes)
    assert np.allclose(TARGETS[name].weights, fair, rtol=0, atol=1e-15)


@pytest.mark.parametrize("name", TARGETS)
def test_log_prob_is_scipys(name):
    target = TARGETS[name]
    x = torch.cat([target.sample(40, seeded()), 3 * torch.randn(40, target.dim, dtype=torch.float64)])
    assert target.log_prob(x).numpy() == pytest.approx(by_scipy(target, x.numpy()), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", ["two_gaussians", "two_blobs", "ring", "imbalanced_ring"])
def test_density_integrates_to_one(name):
    target = TARGETS[name]
    ticks = torch.linspace(-2.2, 2.2, 441, dtype=torch.float64)  # cells of .01, a fifth of the smallest std
    x = torch.cartesian_prod(*[ticks] * target.dim).view(-1, target.dim)
    density = target.log_prob(x).exp().view([len(ticks)] * target.dim).numpy()
    for _ in range(target.dim):
        density = integrate.trapezoid(density, ticks.numpy(), axis=0)
    assert float(density) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "one_blob"])  # whose one mode has every sample
def test_shares_of_the_modes_follow_the_weights(name):
    target = TARGETS[name]
    x = target.sample(MANY, seeded(3))
    counts = torch.cdist(x, target.modes).argmin(1).bincount(minlength=len(target.modes)).numpy()
    w = target.weights.numpy()
    assert np.all(np.abs(counts / MANY - w) < 4 * np.sqrt(w * (1 - w) / MANY))  # 4 standard errors of a share


@pytest.mark.parametrize("name", TARGETS)
def test_samples_have_the_mixtures_mean_and_covariance(name):
    target = TARGETS[name]
    x, modes, w = target.sample(MANY, seeded(4)).numpy(), target.modes.numpy(), target.weights.numpy()
    mean = w @ modes
    covariance = target.std**2 * np.eye(target.dim) + (modes - mean).T @ ((modes - mean) * w[:, None])
    error = np.sqrt(np.diag(covariance) / MANY)
    assert np.all(np.abs(x.mean(0) - mean) < 4 * error)
    assert np.cov(x.T).reshape(target.dim, -1) == pytest.approx(covariance, abs=4 * target.radius**2 / MANY**0.5)


def test_samples_lie_around_their_mode_as_a_normal_does():
    target = TARGETS["ring"]
    x = target.sample(MANY, seeded(5))
    offsets = (x - target.modes[torch.cdist(x, target.modes).argmin(1)]) / target.std
    for coordinate in offsets.T.numpy():
        assert stats.kstest(coordinate, "norm").pvalue > 1e-3  # a seed once drawn: this cannot flicker
    assert float(offsets.std()) == pytest.approx(1, abs=4 / math.sqrt(2 * offsets.numel()))


def test_a_seed_gives_the_same_points_and_another_one_others():
    target = TARGETS["ring"]
    assert torch.equal(target.sample(9, seeded(1)), target.sample(9, seeded(1)))
    assert not torch.equal(target.sample(9, seeded(1)), target.sample(9, seeded(2)))


def test_a_generator_of_its_own_leaves_the_global_one_alone():
    before = torch.get_rng_state()
    TARGETS["ring"].sample(9, seeded(1))
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("shape", [(3,), (3, 1), (3, 3), (2, 3, 2)])
def test_points_of_a_wrong_shape_are_refused_by_their_shape(shape):
    with pytest.raises(ValueError, match=r"shape \(n, 2\), got \(" + ", ".join(map(str, shape))):
        TARGETS["ring"].log_prob(torch.zeros(shape))


def test_weights_that_are_not_given_are_equal_shares():
    assert Mixture("three", ring_modes(3), 0.1).weights.tolist() == pytest.approx([1 / 3] * 3)
