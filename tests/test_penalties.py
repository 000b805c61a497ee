"""Gradient penalties of a linear critic in closed form, their second-order gradients, and clipping."""

import numpy as np
import pytest
import torch

from gan_edu import assembly
from gan_edu.networks import MLP, Packed, Scores
from gan_edu.optimisers import Optimiser
from gan_edu.penalties import PENALTIES, clip_, squared_slope
from gan_edu.randomness import Stream
from gan_edu.recipe import Recipe
from gan_edu.run import Run

SHAPES = [(7, 2), (7, 1), (7, 1, 4, 3)]  # points in 2-D and 1-D, images


def seeded(number=0):
    return torch.Generator().manual_seed(number)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=seeded(seed), dtype=torch.float64)


def linear_critic(w):
    """D(x) = ⟨w, x⟩ + .3 for samples of w's shape."""
    return lambda x: (x * w).flatten(1).sum(1) + 0.3


def parabola(x):
    """A critic whose slope at x is x itself."""
    return x.square().sum(1) / 2


def closed_forms(norm):
    """Value of each penalty for a critic whose slope is `norm` everywhere, without its weight."""
    return {"wgan_gp": (norm - 1) ** 2, "r1": norm**2 / 2, "r1_r2": norm**2}


@pytest.mark.parametrize("name", ["wgan_gp", "r1", "r1_r2"])
@pytest.mark.parametrize("shape", SHAPES)
def test_linear_critic(name, shape):
    w = 2 * normal(*shape[1:], seed=1)
    real, fake, alpha = normal(*shape), normal(*shape, seed=2), torch.rand(shape[0], dtype=torch.float64)
    found = PENALTIES[name].loss(linear_critic(w), real, fake, alpha)
    assert found.item() == pytest.approx(closed_forms(float(w.norm()))[name], rel=1e-12)


@pytest.mark.parametrize("name", ["wgan_gp", "r1", "r1_r2"])
def test_linear_critics_side_by_side(name):
    critics = MLP((2, 1), seeded(3), members=3)
    D = Scores(critics)
    found = PENALTIES[name].loss(D, normal(3, 7, 2), normal(3, 7, 2, seed=2), torch.rand(3, 7, dtype=torch.float64))
    norms = critics.weights[0].detach().flatten(1).norm(dim=1).tolist()
    assert found.tolist() == pytest.approx([closed_forms(norm)[name] for norm in norms], rel=1e-12)


@pytest.mark.parametrize("name", ["wgan_gp", "r1", "r1_r2"])
def test_packs_count_as_one_input(name):
    """A linear critic of packs: the slope is the norm of all its weights, and one α serves a whole pack."""
    D = Packed(MLP((4, 1), seeded(3)), 2)
    real, fake, alpha = Run(Recipe(pack=2, batch=6)).next_discriminator_batch()
    assert alpha[::2].tolist() == alpha[1::2].tolist()
    found = PENALTIES[name].loss(D, real, fake, alpha)
    assert found.item() == pytest.approx(closed_forms(float(D.body.weights[0].detach().norm()))[name], rel=1e-12)


def test_gradient_of_the_penalties_by_a_linear_critics_weights():
    """∂/∂w of (‖w‖ - 1)² is 2(‖w‖ - 1)w/‖w‖; of ½‖w‖² it is w; of ‖w‖² it is 2w."""
    for name in ("wgan_gp", "r1", "r1_r2"):
        w = normal(2, seed=5).requires_grad_(True)
        loss = PENALTIES[name].loss(linear_critic(w), normal(7, 2), normal(7, 2, seed=2), torch.full((7,), 0.4))
        (found,) = torch.autograd.grad(loss, w)
        norm, w = float(w.detach().norm()), w.detach()
        wanted = {"wgan_gp": 2 * (norm - 1) / norm * w, "r1": w, "r1_r2": 2 * w}[name]
        torch.testing.assert_close(found, wanted, rtol=1e-10, atol=1e-12)


def numeric_slopes(D, x, h=1e-5):
    """‖∇D‖² of each sample by central differences over every coordinate, without autograd."""
    total = torch.zeros(len(x), dtype=torch.float64)
    for i in range(x.shape[1]):
        step = torch.zeros_like(x)
        step[:, i] = h
        with torch.no_grad():
            total += ((D(x + step) - D(x - step)) / (2 * h)).square()
    return total


def by_hand(name, D, real, fake, alpha):
    """The penalties' definitions over numeric slopes."""
    if name == "r1":
        return numeric_slopes(D, real).mean() / 2
    if name == "r1_r2":
        return (numeric_slopes(D, real).mean() + numeric_slopes(D, fake).mean()) / 2
    between = alpha[:, None] * real + (1 - alpha[:, None]) * fake
    return (numeric_slopes(D, between).sqrt() - 1).square().mean()


@pytest.mark.parametrize("name", ["wgan_gp", "r1", "r1_r2"])
def test_second_order_gradients_of_a_curved_critic(name):
    """The penalty of a tanh network, and its gradient by every weight, by finite differences of finite differences."""
    torch.manual_seed(4)
    D = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1), torch.nn.Flatten(0)).double()
    real, fake, alpha = normal(5, 2), normal(5, 2, seed=2), torch.linspace(0.1, 0.9, 5, dtype=torch.float64)
    loss = PENALTIES[name].loss(D, real, fake, alpha)
    assert loss.item() == pytest.approx(float(by_hand(name, D, real, fake, alpha)), rel=1e-7)
    loss.backward()
    h = 1e-4
    for p in D.parameters():
        for i in range(p.numel()):
            value, ends = float(p.data.view(-1)[i]), []
            for sign in (1, -1):
                p.data.view(-1)[i] = value + sign * h
                ends.append(float(by_hand(name, D, real, fake, alpha)))
            p.data.view(-1)[i] = value
            found = 0.0 if p.grad is None else float(p.grad.view(-1)[i])  # the last bias does not enter any slope
            assert found == pytest.approx((ends[0] - ends[1]) / (2 * h), abs=2e-6)


def test_the_wgan_penalty_looks_where_alpha_says():
    """D(x) = x²/2 has slope x: at α = 1 the penalty sees the reals (3), at 0 the fakes (-5), at ¼ the point -3."""
    real, fake = torch.full((2, 1), 3.0), torch.full((2, 1), -5.0)
    for alpha, wanted in ((1.0, (3 - 1) ** 2), (0.0, (5 - 1) ** 2), (0.25, (3 - 1) ** 2)):
        found = PENALTIES["wgan_gp"].loss(parabola, real, fake, torch.full((2,), alpha))
        assert found.item() == pytest.approx(wanted, rel=1e-6)
    mixed = PENALTIES["wgan_gp"].loss(parabola, real, fake, torch.tensor([1.0, 0.0]))
    assert mixed.item() == pytest.approx((4 + 16) / 2, rel=1e-6)  # one number for each sample


def test_r1_sees_reals_only_and_r2_adds_the_fakes():
    real, fake, alpha = torch.full((2, 1), 3.0), torch.full((2, 1), -5.0), torch.zeros(2)
    assert PENALTIES["r1"].loss(parabola, real, fake, alpha).item() == pytest.approx(9 / 2)
    assert PENALTIES["r1_r2"].loss(parabola, real, fake, alpha).item() == pytest.approx(9 / 2 + 25 / 2)


def test_a_flat_critic_has_a_finite_gradient():
    """Where the slope is 0 its root has no derivative; the penalty must still give numbers, not NaN."""
    w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    loss = PENALTIES["wgan_gp"].loss(linear_critic(w), normal(4, 2), normal(4, 2, seed=1), torch.zeros(4))
    assert loss.item() == pytest.approx(1, abs=1e-9)
    assert torch.isfinite(torch.autograd.grad(loss, w)[0]).all()


def test_squared_slope_leaves_the_samples_alone():
    x = normal(4, 2)
    assert squared_slope(linear_critic(normal(2)), x).shape == (4,)
    assert not x.requires_grad
    assert x.grad is None


@pytest.mark.parametrize("data", ["ring", "mnist"])
def test_alpha_is_one_uniform_number_a_sample(data):
    """From the stream that really feeds the updates: shape (batch,), and uniform, not normal, on [0, 1]."""
    stream, _ = assembly.streams(Recipe(data=data, batch=64))
    assert stream[0][2].shape == (64,)
    block = stream.block(0)[2].double().flatten().numpy()  # (32 · 64,)
    assert 0 <= block.min() < 0.01 < 0.99 < block.max() <= 1
    assert block.mean() == pytest.approx(1 / 2, abs=4 * np.sqrt(1 / 12 / len(block)))
    assert block.var() == pytest.approx(1 / 12, abs=4 * np.sqrt(1 / 180 / len(block)))


def test_streams_draw_alpha_anew_for_every_update():
    stream = Stream(0, "discriminator", lambda count, g: (torch.rand(count, 5, generator=g),))
    draws = torch.stack([stream[i][0] for i in range(70)])
    assert len(draws.unique(dim=0)) == 70


def test_clip_clamps_every_weight_after_the_step():
    network = MLP((2, 3, 1), seeded())
    optimiser = Optimiser(network, "sgd", 1.0, 0.5, 0.99)
    before = optimiser.flat.clone()
    optimiser.gradient.fill_(0.02)
    optimiser.step()
    clip_(optimiser.flat, 0.1)
    wanted = (before.numpy() - 0.02).clip(-0.1, 0.1)
    assert torch.cat([p.detach().flatten() for p in network.parameters()]).numpy() == pytest.approx(wanted, abs=1e-15)


def test_clipping_run_keeps_the_critics_weights_in_bounds_and_not_the_generators():
    run = Run(Recipe(objective="wasserstein", penalty="clip", penalty_weight=0.05, batch=16, lr_d=0.02))
    for _ in range(5):
        run.train_step()
        weights = run.players.d_optimiser.flat
        assert float(weights.abs().max()) == 0.05  # touched, never passed
    assert float(run.players.g_optimiser.flat.abs().max()) > 0.05


def test_penalties_are_documented_defaults():
    assert {name: p.default_weight for name, p in PENALTIES.items()} == {
        "none": 0, "clip": 0.1, "wgan_gp": 1, "r1": 0.1, "r1_r2": 0.1}  # fmt: skip
