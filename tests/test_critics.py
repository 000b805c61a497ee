"""A critic against a generator that stands still: closed forms of what it should find, and what clipping does to it."""

import pytest
import torch

from gan_edu import critics, theory
from gan_edu.networks import MLP, Scores


def line(d):
    return theory.line(-3, d + 3, 401)[:, None]


@pytest.fixture(scope="module")
def fitted():
    """(penalty, weight) -> a critic trained at d = 2."""
    wanted = [("wgan_gp", 1.0), ("wgan_gp", 10.0), ("clip", 0.01), ("clip", 0.1), ("clip", 1.0)]
    return {key: critics.fit(2, penalty=key[0], weight=key[1]) for key in wanted}


@pytest.mark.parametrize("d", [0, 1, 5])
def test_a_straight_critic_gains_its_slope_times_the_distance(d):
    D = Scores(MLP((1, 1)))
    with torch.no_grad():
        D.body.weights[0].fill_(-3)
        D.body.biases[0].fill_(7)  # any constant may be added
    assert critics.gain(D, d) == pytest.approx(3 * d, abs=1e-9)
    assert critics.slopes(D, line(d)).tolist() == pytest.approx([3] * 401, abs=1e-9)
    assert critics.steepest(D, d) == pytest.approx(3, abs=1e-9)
    assert critics.weights_of(D).tolist() == [-3, 7]
    assert critics.share_at_bound(D, 7.0) == 0.5


@pytest.mark.parametrize("weight", [1.0, 10.0])
def test_the_penalty_leaves_a_slope_of_one_plus_d_over_two_lambda(fitted, weight):
    """A straight critic of slope K minimises -Kd + λ(K - 1)², so K = 1 + d/2λ, and it says Kd."""
    D, wanted = fitted["wgan_gp", weight], 1 + 2 / (2 * weight)
    assert float(critics.slopes(D, theory.line(0, 2, 201)[:, None]).mean()) == pytest.approx(wanted, rel=0.06)
    assert critics.gain(D, 2) == pytest.approx(2 * wanted, rel=0.06)
    assert critics.share_at_bound(D, float(critics.weights_of(D).abs().max())) < 0.01


def test_clipped_weights_pile_up_and_the_slope_follows_the_cube_of_the_bound(fitted):
    """Three layers: a bound ten times larger lets the slope grow a thousandfold. None of the three is near 1."""
    steep = {}
    for c in (0.01, 0.1, 1.0):
        D = fitted["clip", c]
        assert critics.weights_of(D).abs().max() == c
        assert 0.3 < critics.share_at_bound(D, c) < 0.97
        steep[c] = critics.steepest(D, 2)
        assert steep[c] <= 32 * 32 * c**3 + 1e-12, "more than the layers allow"
        assert 1 < critics.gain(D, 2) / steep[c] < 2, "at most K times the distance"
    assert 500 < steep[0.1] / steep[0.01] < 2000
    assert 400 < steep[1.0] / steep[0.1] < 2000


def test_a_discriminator_comes_near_the_best_one():
    D = critics.fit(2, "non_saturating", "none")
    x = theory.line(-6, 8, 1401)
    with torch.no_grad():
        t = D(x[:, None])
    assert 0 < theory.gap(t, theory.log_normal(x), theory.log_normal(x, 2), x) < 0.03


def test_a_fit_repeats_itself_and_follows_its_seed():
    one, again, other = (critics.weights_of(critics.fit(1, updates=3, seed=seed)) for seed in (4, 4, 5))
    assert torch.equal(one, again)
    assert not torch.allclose(one, other)
