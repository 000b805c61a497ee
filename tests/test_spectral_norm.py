"""Spectral norm: each layer's largest singular value is 1, with PyTorch's own gradient, so D's slope is bounded."""

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from gan_edu import PRESETS, Recipe, Run
from gan_edu.assembly import networks
from gan_edu.networks import MLP, Scores
from gan_edu.optimisers import Optimiser
from gan_edu.spectral_norm import Divided, spectral_norm

RECIPE = Recipe(g_width=12, d_width=16, batch=16, spectral_norm=True)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("shape", [(2, 16), (16, 16), (16, 1), (3, 16, 9), (3, 9, 16), (1, 1)])
def test_the_largest_singular_value_is_one_and_the_others_keep_their_ratios(shape):
    W = normal(*shape)
    found, before = torch.linalg.svdvals(Divided()(W)), torch.linalg.svdvals(W)
    torch.testing.assert_close(found[..., 0], torch.ones(shape[:-2], dtype=torch.float64), rtol=0, atol=1e-12)
    torch.testing.assert_close(found, before / before[..., :1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("shape", [(7, 5), (5, 7), (8, 3, 2, 2)])
def test_value_and_gradient_are_those_of_pytorchs_power_iteration_run_to_its_end(shape):
    weight, x = normal(*shape), normal(*shape, seed=1)
    layer = nn.Linear(1, 1) if len(shape) == 2 else nn.Conv2d(1, 1, 1)
    layer.weight = nn.Parameter(weight.clone())
    parametrizations.spectral_norm(layer, n_power_iterations=2000)
    theirs = layer.weight
    (theirs * x).square().sum().backward()
    own = weight.clone().requires_grad_()
    ours = Divided(rows=True)(own)
    (ours * x).square().sum().backward()
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-10)
    torch.testing.assert_close(own.grad, layer.parametrizations.weight.original.grad, rtol=0, atol=1e-8)


def test_gradient_by_finite_differences_for_members():
    W, x = normal(3, 4, 5).requires_grad_(), normal(3, 4, 5, seed=1)
    assert torch.autograd.gradcheck(lambda W: (Divided()(W) * x).square().sum((-2, -1)), W, atol=1e-7)


def test_the_singular_vectors_follow_the_weights():
    """The optimiser moves a weight in place: what was kept of the old one must not be used."""
    rule, W = Divided(), normal(6, 6)
    rule(W)
    W.add_(normal(6, 6, seed=2))
    assert float(torch.linalg.svdvals(rule(W))[0]) == pytest.approx(1, abs=1e-12)
    W.fill_(torch.nan)
    assert rule(W).isnan().all()


@pytest.mark.parametrize("changes", [{}, {"layers": 4}, {"data": "two_gaussians"}])
def test_a_discriminators_slope_stays_within_one_as_it_learns(changes):
    run = Run(RECIPE.replace(lr_d=0.05, **changes))
    free = Run(run.recipe.replace(spectral_norm=False))
    x, y = normal(2, 4000, run.target.dim)

    def steepest(run):
        with torch.no_grad():
            return float(((run.players.D(x) - run.players.D(y)).abs() / (x - y).norm(dim=1)).max())

    for _ in range(60):
        run.train_step()
        free.train_step()
        assert steepest(run) <= 1 + 1e-9
    assert steepest(free) > 2, "this test must be able to see a steep discriminator"


def test_a_networks_own_weights_are_its_parameters_and_its_size_does_not_matter():
    D = spectral_norm(Scores(MLP((2, 5, 1))))
    x, before = normal(4, 2), D(normal(4, 2)).detach()
    optimiser = Optimiser(D, "sgd", 1e-3, 0, 0)
    assert optimiser.flat.numel() == 2 * 5 + 5 + 5 + 1
    with torch.no_grad():
        D.body.weights[0].mul_(7)
    torch.testing.assert_close(D(x).detach(), before, rtol=0, atol=1e-12)


def stretch(layer, x):
    """The largest stretch of a layer without its bias, by power iteration from x: its true norm."""
    for _ in range(60):
        x = x / x.norm()
        y = layer(x) - layer(torch.zeros_like(x))
        _, x = torch.autograd.functional.vjp(layer, x, y)
    return float(x.norm().sqrt())


def test_a_convolution_of_norm_one_as_a_matrix_stretches_more_and_at_most_twofold():
    """Lesson 09: kernel 4 × 4, stride 2, each pixel lies in four patches, so √4 = 2 is the bound."""
    _, D = networks(PRESETS["mnist_plain"].replace(spectral_norm=True))
    shapes = []
    layers = [module for module in D.modules() if isinstance(module, nn.Conv2d)]
    for layer in layers:
        layer.register_forward_pre_hook(lambda layer, x: shapes.append(x[0].shape))
    D(torch.zeros(1, 1, 28, 28))
    chance = torch.Generator().manual_seed(0)
    starts = [torch.randn(shape, generator=chance) for shape in shapes]
    found = [stretch(layer, x) for layer, x in zip(layers, starts, strict=True)]
    assert len(found) == 3
    assert all(1.1 < one < 2 for one in found)
    assert 1.4 < max(found) < 1.7
    dense = spectral_norm(nn.Sequential(nn.Linear(8, 6)))[0]
    assert stretch(dense, torch.randn(1, 8, generator=torch.Generator().manual_seed(0))) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("architecture", ["dcgan", "mlp"])
def test_for_images_too(architecture):
    small = PRESETS["mnist_plain"].replace(g_width=8, d_width=8, batch=8)
    recipe = small.replace(architecture=architecture, spectral_norm=True)
    _, D = networks(recipe)
    if architecture == "dcgan":
        weights = [module.weight.detach() for module in D.modules() if isinstance(module, (nn.Linear, nn.Conv2d))]
        assert len(weights) == 4
        for weight in weights:
            assert float(torch.linalg.matrix_norm(weight.flatten(1), 2)) == pytest.approx(1, abs=1e-5)
    run = Run(recipe)
    before = run.players.d_optimiser.flat.clone()
    for _ in range(3):
        assert run.train_step().is_finite
    assert not torch.equal(before, run.players.d_optimiser.flat)
