"""Losses and their gradients against closed forms, at logits from -20 to 20 and far beyond."""

import math

import numpy as np
import pytest
import torch
from scipy.special import expit as sigmoid  # scipy's, apart from torch's
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from gan_edu.objectives import OBJECTIVES, smoothed

LOGITS = np.arange(-20, 21.0)
LN2 = math.log(2)

# Derivative of a sample's own loss by its logit, t = LOGITS, with the other side at s: {objective: (by real, by fake)}
OF_DISCRIMINATOR = {
    "minimax": lambda r, f: (-sigmoid(-r), sigmoid(f)),
    "non_saturating": lambda r, f: (-sigmoid(-r), sigmoid(f)),
    "least_squares": lambda r, f: (2 * (r - 1), 2 * f),
    "hinge": lambda r, f: (-1.0 * (r < 1), 1.0 * (f > -1)),
    "wasserstein": lambda r, f: (-np.ones_like(r), np.ones_like(f)),
    "relativistic": lambda r, f: (-sigmoid(f - r), sigmoid(f - r)),
}
OF_GENERATOR = {
    "minimax": lambda r, f: (0 * r, -sigmoid(f)),
    "non_saturating": lambda r, f: (0 * r, -sigmoid(-f)),
    "least_squares": lambda r, f: (0 * r, 2 * (f - 1)),
    "hinge": lambda r, f: (0 * r, -np.ones_like(f)),
    "wasserstein": lambda r, f: (0 * r, -np.ones_like(f)),
    "relativistic": lambda r, f: (sigmoid(r - f), -sigmoid(r - f)),
}
# The loss of one pair (real logit r, fake logit f), written as the papers do
VALUES = {
    "minimax": (lambda r, f: -np.log(sigmoid(r)) - np.log(1 - sigmoid(f)), lambda r, f: np.log(1 - sigmoid(f))),
    "non_saturating": (lambda r, f: -np.log(sigmoid(r)) - np.log(1 - sigmoid(f)), lambda r, f: -np.log(sigmoid(f))),
    "least_squares": (lambda r, f: (r - 1) ** 2 + f**2, lambda r, f: (f - 1) ** 2),
    "hinge": (lambda r, f: np.maximum(0, 1 - r) + np.maximum(0, 1 + f), lambda r, f: -f),
    "wasserstein": (lambda r, f: f - r, lambda r, f: -f),
    "relativistic": (lambda r, f: -np.log(sigmoid(r - f)), lambda r, f: -np.log(sigmoid(f - r))),
}


def gradients(loss, real, fake):
    """Derivatives of the mean loss by each logit, times the batch: those of each sample's own loss, as numpy."""
    real = torch.tensor(real, requires_grad=True)
    fake = torch.tensor(fake, requires_grad=True)
    found = torch.autograd.grad(loss(real, fake), (real, fake), allow_unused=True)
    return [np.zeros(len(real)) if g is None else g.numpy() * len(real) for g in found]


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("player", ["discriminator", "generator"])
@pytest.mark.parametrize("other", [-4.0, 0.3, 7.0])  # none on a kink of the hinge
def test_gradient_by_every_logit(name, player, other):
    expected = (OF_DISCRIMINATOR if player == "discriminator" else OF_GENERATOR)[name]
    loss = getattr(OBJECTIVES[name], player)
    t = LOGITS + 1e-3  # beside the hinge's kinks at -1 and 1
    for real, fake in ((t, np.full_like(t, other)), (np.full_like(t, other), t)):
        for found, wanted in zip(gradients(loss, real, fake), expected(real, fake), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=3e-9)  # torch's softplus is a straight line above 20


@pytest.mark.parametrize("name", OBJECTIVES)
def test_value_is_the_papers_formula_averaged_over_the_batch(name):
    real, fake = np.array([-3.0, 0.2, 5]), np.array([1.0, -0.5, 2])
    for loss, formula in zip((OBJECTIVES[name].discriminator, OBJECTIVES[name].generator), VALUES[name], strict=True):
        found = loss(torch.tensor(real), torch.tensor(fake))
        assert float(found) == pytest.approx(formula(real, fake).mean(), rel=1e-12)


def test_the_generators_gradient_where_the_discriminator_is_sure():
    """The two figures of every lesson on vanishing gradients: at t = -10 the one is dead and the other alive."""
    at = {t: {name: float(gradients(OBJECTIVES[name].generator, np.zeros(1), np.array([t]))[1][0])
              for name in ("minimax", "non_saturating")} for t in (-10.0, -20.0)}  # fmt: skip
    assert at[-10.0]["minimax"] == pytest.approx(-4.5398e-5, rel=1e-4)
    assert at[-10.0]["non_saturating"] == pytest.approx(-0.9999546, abs=1e-7)
    assert at[-20.0]["minimax"] == pytest.approx(-2.0612e-9, rel=1e-4)
    assert at[-20.0]["non_saturating"] == pytest.approx(-1, abs=1e-8)  # log(sigmoid(t) + 1e-8) would give -.17


@pytest.mark.parametrize(("name", "logit", "d_loss", "g_loss"), [
    ("minimax", 0, 2 * LN2, -LN2),
    ("non_saturating", 0, 2 * LN2, LN2),
    ("least_squares", 0.5, 0.5, 0.25),
    ("hinge", 0.7, 2, None),
    ("wasserstein", 3.3, 0, None),
    ("relativistic", -2, LN2, LN2),
])  # fmt: skip
def test_equilibrium(name, logit, d_loss, g_loss):
    """Where D gives every sample the best constant; None where the generator's loss can then be anything."""
    objective, same = OBJECTIVES[name], torch.full((5,), logit, dtype=torch.float64)
    assert float(objective.discriminator(same, same)) == pytest.approx(d_loss, abs=1e-12)
    assert objective.equilibrium[0] == pytest.approx(d_loss, abs=1e-12)
    if g_loss is None:
        assert objective.equilibrium[1] is None
        assert float(objective.generator(same, same)) == pytest.approx(-logit)
    else:
        assert objective.equilibrium[1] == pytest.approx(g_loss, abs=1e-12)
        assert float(objective.generator(same, same)) == pytest.approx(g_loss, abs=1e-12)


@pytest.mark.parametrize("name", ["minimax", "non_saturating", "least_squares"])
def test_where_real_and_fake_look_alike_the_best_constant_is_the_equilibrium(name):
    constants = torch.linspace(-3, 3, 6001, dtype=torch.float64)[:, None]  # (candidates, batch = 1)
    losses = OBJECTIVES[name].discriminator(constants, constants)  # (candidates,)
    assert float(losses.min()) == pytest.approx(OBJECTIVES[name].equilibrium[0], abs=1e-6)


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_nothing_overflows_at_logits_of_a_thousand(name, dtype):
    for r, f in ((1000.0, -1000.0), (-1000.0, 1000.0), (1000.0, 1000.0), (-1000.0, -1000.0)):
        real = torch.tensor([r], dtype=dtype, requires_grad=True)
        fake = torch.tensor([f], dtype=dtype, requires_grad=True)
        for loss in (OBJECTIVES[name].discriminator, OBJECTIVES[name].generator):
            value = loss(real, fake)
            slopes = [g for g in torch.autograd.grad(value, (real, fake), allow_unused=True) if g is not None]
            assert all(torch.isfinite(number).all() for number in (value, *slopes))


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_leading_dimension_of_members_gives_one_loss_each(name):
    real, fake = torch.randn(2, 3, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for loss in (OBJECTIVES[name].discriminator, OBJECTIVES[name].generator):
        assert loss(real, fake).tolist() == pytest.approx([float(loss(real[i], fake[i])) for i in range(3)], rel=1e-14)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_needs_real_says_whether_the_generator_looks_at_real_logits(name):
    objective, fake = OBJECTIVES[name], torch.zeros(4)
    if objective.needs_real:
        assert not torch.equal(objective.generator(fake, fake), objective.generator(fake + 1, fake))
    else:
        assert torch.isfinite(objective.generator(None, fake))


def test_only_the_cross_entropy_games_have_probabilities():
    """σ(logit) estimates P(real) for them alone; a relativistic output means something only beside another one."""
    assert {name for name, o in OBJECTIVES.items() if o.is_probability} == {"minimax", "non_saturating"}


# --- one-sided label smoothing --------------------------------------------------------------------------------------


def soft(n, smoothing):
    return torch.full((n,), 1 - smoothing, dtype=torch.float64)


@pytest.mark.parametrize("name", ["minimax", "non_saturating"])
@pytest.mark.parametrize("smoothing", [0.1, 0.5])
def test_smoothing_is_cross_entropy_against_a_softer_label_on_reals_alone(name, smoothing):
    objective = smoothed(OBJECTIVES[name], smoothing)
    real, fake = torch.randn(2, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(3)).mul(3)
    real, fake = real.requires_grad_(), fake.requires_grad_()
    wanted = bce(real, soft(9, smoothing)) + bce(fake, torch.zeros_like(fake))
    found = objective.discriminator(real, fake)
    torch.testing.assert_close(found, wanted, rtol=1e-12, atol=0)
    for ours, theirs in zip(*(torch.autograd.grad(loss, (real, fake)) for loss in (found, wanted)), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-14)
    assert objective.generator is OBJECTIVES[name].generator


@pytest.mark.parametrize("share", [1.0, 0.5, 0.02])
def test_the_best_smoothed_discriminator_still_gives_fakes_almost_nothing_where_data_is_rare(share):
    """(1-s)·p / (p+q) by minimising over all logits, where a share p/(p+q) of the samples at a point is real."""
    loss, t = smoothed(OBJECTIVES["minimax"], 0.1).discriminator, torch.linspace(-9, 9, 18001)[:, None].double()
    losses = share * loss(t, 0 * t) + (1 - share) * loss(0 * t, t)  # but for a constant, the loss at logit t
    best = float(torch.sigmoid(t[losses.argmin()]))
    assert best == pytest.approx(0.9 * share, abs=1e-3)


@pytest.mark.parametrize("name", ["minimax", "non_saturating"])
def test_where_a_smoothed_game_stands_still(name):
    d_loss, g_loss = smoothed(OBJECTIVES[name], 0.1).equilibrium
    assert d_loss == pytest.approx(-0.9 * math.log(0.45) - 1.1 * math.log(0.55), abs=1e-6)
    assert g_loss == pytest.approx({"minimax": math.log(0.55), "non_saturating": -math.log(0.45)}[name], abs=1e-6)


def test_no_smoothing_is_the_objective_itself_and_no_label_cannot_be_smoothed():
    assert smoothed(OBJECTIVES["hinge"], 0.0) is OBJECTIVES["hinge"]
    for name in ("hinge", "wasserstein", "relativistic", "least_squares"):
        with pytest.raises(ValueError, match=r"smoothing=0.1 .*minimax, non_saturating"):
            smoothed(OBJECTIVES[name], 0.1)
