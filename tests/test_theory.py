"""Theory against closed forms, against scipy's own quadrature, and against the published table of two Gaussians."""

import math

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from gan_edu import theory
from gan_edu.metrics_1d import js_to_density, w1_to_density
from gan_edu.mixtures import TARGETS
from gan_edu.objectives import OBJECTIVES

X = theory.line()
P = theory.log_normal(X)
LN4 = math.log(4)
# Real N(0, 1) against fake N(d, 1): d, JS, D's loss 2 ln 2 - 2 JS, mean gradients saturating and not, each as published
TABLE = [
    (1, 0.111421, 1.1635, 3.98e-1, 0.602),
    (2, 0.336831, 0.7126, 4.50e-1, 1.550),
    (4, 0.632720, 0.1209, 1.37e-1, 3.863),
    (6, 0.689298, 0.0077, 1.25e-2, 5.988),
    (8, 0.693054, 0.0002, 3.93e-4, 8.000),
    (10, 0.693146, 0.0000, 4.46e-6, 10.00),
]


def wide(d):
    return theory.line(-12, 12 + d)


def last_digit(number, digits):
    """Half a unit of the last of so many significant digits."""
    return 0.5 * 10 ** (math.floor(math.log10(abs(number))) - digits + 1)


@pytest.mark.parametrize(("d", "js", "d_loss", "saturating", "climbing"), TABLE)
def test_the_table_of_two_gaussians(d, js, d_loss, saturating, climbing):
    x = wide(d)
    log_p, log_q = theory.log_normal(x), theory.log_normal(x, d)
    assert theory.jensen_shannon(log_p, log_q, x) == pytest.approx(js, abs=5.1e-7)
    assert -theory.best_value(log_p, log_q, x) == pytest.approx(d_loss, abs=5.1e-5)
    falls, climbs = theory.mean_gradients(d)
    assert falls == pytest.approx(saturating, abs=1.01 * last_digit(saturating, 3))
    assert climbs == pytest.approx(climbing, abs=5.1e-4)
    assert theory.w1(log_p, log_q, x) == pytest.approx(d, abs=1e-6)


@pytest.mark.parametrize("d", [0.5, 2, 6])
@pytest.mark.parametrize("std", [0.3, 1.0])
def test_divergences_against_scipy(d, std):
    p, q, x = stats.norm(0, 1), stats.norm(d, std), wide(d)
    log_p, log_q = theory.log_normal(x), theory.log_normal(x, d, std)

    def mean_log(first, second, at):
        """first · ln(first / middle)."""
        return first.pdf(at) * (first.logpdf(at) - np.logaddexp(first.logpdf(at), second.logpdf(at)) + math.log(2))

    def quad(f):
        return integrate.quad(f, -11, d + 11, points=[0, d], limit=400, epsabs=1e-11, epsrel=1e-11)[0]

    js = (quad(lambda at: mean_log(p, q, at)) + quad(lambda at: mean_log(q, p, at))) / 2
    assert theory.jensen_shannon(log_p, log_q, x) == pytest.approx(js, abs=1e-9)
    closed_kl = math.log(std) + (1 + d**2) / (2 * std**2) - 0.5
    assert theory.kullback_leibler(log_p, log_q, x) == pytest.approx(closed_kl, rel=1e-9)
    w1 = quad(lambda at: abs(p.cdf(at) - q.cdf(at)))
    assert theory.w1(log_p, log_q, x) == pytest.approx(w1, abs=1e-6)
    assert theory.w1_of_normals(d, 1 - std) == pytest.approx(w1, abs=1e-9)


@pytest.mark.parametrize(("m", "s", "known"), [(0, 1, 0.797885), (1, 1, 1.166631), (3, 2, 3.117227), (2, 0, 2.0)])
def test_w1_of_gaussians_in_closed_form(m, s, known):
    assert theory.w1_of_normals(m, s) == pytest.approx(known, abs=5.1e-7)
    assert theory.w1_of_normals(-m, -s) == theory.w1_of_normals(m, s)


def test_w2_of_gaussians_by_quantiles():
    """W2² = ∫ (F⁻¹(u) - G⁻¹(u))² du."""
    first, second = stats.norm(0, 1), stats.norm(3, 3)
    squared = integrate.quad(lambda u: (first.ppf(u) - second.ppf(u)) ** 2, 0, 1, limit=200)[0]
    assert theory.w2_of_normals(3, 2) == pytest.approx(math.sqrt(squared), abs=1e-6)
    assert theory.w2_of_normals(3, 2) == pytest.approx(math.sqrt(13), abs=1e-12)


def test_no_discriminator_beats_the_optimal_one():
    log_q = theory.log_normal(X, 1.5, 0.6)
    best = theory.best_value(P, log_q, X)
    assert best == pytest.approx(-LN4 + 2 * theory.jensen_shannon(P, log_q, X), abs=1e-12)
    chance = torch.Generator().manual_seed(0)
    for size in (1e-3, 0.1, 1.0):
        bumps = size * torch.randn(5, 3, generator=chance, dtype=torch.float64)
        for a, b, c in bumps.tolist():
            other = P - log_q + a * torch.sin(X * (1 + b)) + c
            assert theory.value(other, P, log_q, X) < best
            assert theory.gap(other, P, log_q, X) > 0
    assert theory.gap(P - log_q, P, log_q, X) == 0


def test_the_slope_of_the_value_is_zero_only_at_the_optimal_discriminator():
    """∂V/∂t(x) = p(1 - D) - qD, by autograd."""
    log_q = theory.log_normal(X, 1.0)
    for shift, flat in ((0.0, True), (0.5, False)):
        t = (P - log_q + shift).requires_grad_(True)
        total = (P.exp() * torch.nn.functional.logsigmoid(t) + log_q.exp() * torch.nn.functional.logsigmoid(-t)).sum()
        (slope,) = torch.autograd.grad(total, t)
        assert (float(slope.abs().max()) < 1e-12) == flat


def test_optimal_discriminator_is_the_ratio_and_survives_where_both_densities_vanish():
    log_q = theory.log_normal(X, 2.0, 0.5)
    ratio = P.exp() / (P.exp() + log_q.exp())
    near = X.abs() < 5
    assert torch.allclose(theory.optimal_discriminator(P, log_q)[near], ratio[near], rtol=1e-12, atol=0)
    far = torch.tensor([1e3], dtype=torch.float64)
    assert theory.optimal_discriminator(theory.log_normal(far), theory.log_normal(far, 2.0, 0.5)) == 1.0


def test_optimal_discriminator_between_equal_gaussians_is_a_sigmoid():
    """D*(x) = σ(d(d/2 - x))."""
    found = theory.optimal_discriminator(P, theory.log_normal(X, 3.0))
    assert torch.allclose(found, torch.sigmoid(3 * (1.5 - X)), atol=1e-12)


def test_landmarks_of_the_game():
    """-ln 4 where nothing can be told apart, or D says ½; 0 and ln 2 where no place is shared."""
    half = torch.zeros_like(X)
    apart = theory.log_normal(X, 11.0, 0.01)
    left = theory.log_normal(X, -11.0, 0.01)
    assert theory.value(half, P, apart, X) == pytest.approx(-LN4, abs=1e-9)
    assert theory.best_value(P, P, X) == pytest.approx(-LN4, abs=1e-12)
    assert theory.jensen_shannon(P, P, X) == pytest.approx(0, abs=1e-15)
    assert theory.best_value(left, apart, X) == pytest.approx(0, abs=1e-12)
    assert theory.jensen_shannon(left, apart, X) == pytest.approx(math.log(2), abs=1e-9)
    assert theory.gap(half, left, apart, X) == pytest.approx(0.5, abs=1e-9)


def test_minus_the_value_is_the_discriminators_loss():
    """On the same points, weighted as the densities are: the loss that the course trains with."""
    log_q = theory.log_normal(X, 1.0)
    chance = torch.Generator().manual_seed(0)
    real = torch.randn(400_000, generator=chance, dtype=torch.float64)
    fake = 1 + torch.randn(400_000, generator=chance, dtype=torch.float64)
    loss = OBJECTIVES["minimax"].discriminator(0.3 - 0.7 * real, 0.3 - 0.7 * fake)
    assert float(loss) == pytest.approx(-theory.value(0.3 - 0.7 * X, P, log_q, X), abs=0.005)


@pytest.mark.parametrize("d", [0.5, 1, 2, 4])
def test_mean_gradients_by_monte_carlo_and_their_sum(d):
    """As autograd finds them through the losses on samples; together they are d, D*'s slope."""
    fake = (d + torch.randn(200_000, generator=torch.Generator().manual_seed(1), dtype=torch.float64)).requires_grad_(
        True
    )
    expected = theory.mean_gradients(d)
    for name, pull in zip(("minimax", "non_saturating"), expected, strict=True):
        loss = OBJECTIVES[name].generator(None, d * (d / 2 - fake))
        (gradient,) = torch.autograd.grad(loss, fake)
        assert float(gradient.sum()) == pytest.approx(pull, rel=0.02)
    assert sum(expected) == pytest.approx(d, abs=1e-9)


@pytest.mark.parametrize("d", [0.1, 1, 3, 5])
def test_gradient_ratio_at_the_fakes_mean(d):
    fake = torch.tensor([float(d)], dtype=torch.float64, requires_grad=True)
    slopes = [torch.autograd.grad(OBJECTIVES[name].generator(None, d * (d / 2 - fake)), fake)[0].item()
              for name in ("minimax", "non_saturating")]  # fmt: skip
    assert slopes[0] / slopes[1] == pytest.approx(theory.gradient_ratio(d), rel=1e-12)


def test_a_mixture_is_the_targets_own_density():
    target = TARGETS["two_gaussians"]
    found = theory.log_mixture(X, [-1, 1], [0.25, 0.25], [0.5, 0.5])
    assert torch.allclose(found, target.log_prob(X[:, None]), atol=1e-12)
    one = theory.log_mixture(X, [-1, 1], [0.25, 0.25], [0, 1])
    assert torch.allclose(one, theory.log_normal(X, 1, 0.25), atol=1e-12)


@pytest.mark.parametrize(("mean", "std", "weight"), [(1, 0.25, 1.0), (0.3, 0.4, 0.5), (1, 0.25, 0.2)])
def test_what_samples_measure_is_what_the_densities_say(mean, std, weight):
    """The two measures of a live run, on 100,000 samples of a known density, against the integrals."""
    target = TARGETS["two_gaussians"]
    x = theory.line(-5, 5)
    log_p, log_q = target.log_prob(x[:, None]), theory.log_mixture(x, [-1, mean], [0.25, std], [1 - weight, weight])
    chance = torch.Generator().manual_seed(0)
    second = torch.rand(100_000, generator=chance) < weight
    noise = torch.randn(100_000, generator=chance, dtype=torch.float64)
    sample = torch.where(second, mean + std * noise, -1 + 0.25 * noise)[:, None]
    assert w1_to_density(sample, target) == pytest.approx(theory.w1(log_p, log_q, x), abs=0.01)
    assert js_to_density(sample, target, bins=400) == pytest.approx(theory.jensen_shannon(log_p, log_q, x), abs=0.005)


def test_accuracy_as_stated():
    """Spacing of a quarter of the smallest std is enough for V, KL and JS; W1 has an error of about spacing squared."""
    coarse = theory.line(-12, 12, 241)
    p, q = theory.log_normal(coarse), theory.log_normal(coarse, 1.0, 0.4)
    for divergence in (theory.jensen_shannon, theory.kullback_leibler):
        exact = divergence(P, theory.log_normal(X, 1.0, 0.4), X)
        assert divergence(p, q, coarse) == pytest.approx(exact, abs=1e-9)
    assert theory.w1(p, q, coarse) == pytest.approx(theory.w1_of_normals(1.0, 0.6), abs=0.1**2)
