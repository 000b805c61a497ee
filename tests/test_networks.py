"""Networks: shapes, the same numbers as torch.nn, members that know nothing of each other, initial weights."""

import math

import numpy as np
import pytest
import torch
from scipy import stats
from torch import nn

from gan_edu import assembly
from gan_edu.networks import MLP, DCGANDiscriminator, DCGANGenerator, ImageMLP, Packed, Scores, initialise
from gan_edu.presets import PRESETS
from gan_edu.recipe import Recipe


def seeded(number=0):
    return torch.Generator().manual_seed(number)


def normal(*shape, seed=0, dtype=torch.float64):
    return torch.randn(*shape, generator=seeded(seed), dtype=dtype)


@pytest.mark.parametrize("sizes", [(2, 1), (2, 5, 2), (3, 4, 6, 1)])
def test_an_mlp_is_matrices_and_relu(sizes):
    """Against a loop in numpy."""
    network, x = MLP(sizes, seeded()), normal(7, sizes[0])
    h = x.numpy()
    for i, (W, b) in enumerate(zip(network.weights, network.biases, strict=True)):
        h = h @ W.detach().numpy() + b.detach().numpy()
        h = h if i == len(sizes) - 2 else np.maximum(h, 0)
    assert network(x).detach().numpy() == pytest.approx(h, abs=1e-13)


@pytest.mark.parametrize("lead", [(), (3,)])
def test_a_packed_discriminator_scores_neighbours_together(lead):
    body = MLP((6, 5, 1), seeded(), *lead)
    x = normal(*lead, 12, 2)
    logits = Packed(body, 3)(x)
    assert logits.shape == (*lead, 4)
    for pack in range(4):
        three = torch.cat([x[..., 3 * pack + i, :] for i in range(3)], dim=-1)  # (..., 6)
        torch.testing.assert_close(logits[..., pack], body(three[..., None, :])[..., 0, 0], rtol=0, atol=1e-14)


def test_members_are_lone_networks_side_by_side():
    many, x = MLP((2, 5, 3), seeded(), members=4), normal(4, 7, 2)
    out = many(x)  # (4, 7, 3)
    assert out.shape == (4, 7, 3)
    for i in range(4):
        lone = MLP((2, 5, 3))
        for p, stacked in zip(lone.parameters(), many.parameters(), strict=True):
            p.data = stacked.detach()[i]
        torch.testing.assert_close(out[i], lone(x[i]), rtol=0, atol=1e-14)
    out[2].square().sum().backward()
    for p in many.parameters():
        touched = p.grad.flatten(1).abs().amax(1) > 0
        assert touched.tolist() == [False, False, True, False]


@pytest.mark.parametrize("inputs", [2, 64])
def test_initial_weights_are_uniform_within_one_over_root_inputs(inputs):
    network = MLP((inputs, 2000), seeded())
    for p in (network.weights[0], network.biases[0]):
        values = p.detach().flatten().numpy() * math.sqrt(inputs)
        assert stats.kstest(values, stats.uniform(-1, 2).cdf).pvalue > 1e-3


def test_a_seed_gives_the_weights():
    assert torch.equal(MLP((2, 3), seeded(1)).weights[0], MLP((2, 3), seeded(1)).weights[0])
    assert not torch.equal(MLP((2, 3), seeded(1)).weights[0], MLP((2, 3), seeded(2)).weights[0])


def test_scores_have_one_number_a_sample():
    assert Scores(MLP((2, 4, 1), seeded()))(normal(7, 2)).shape == (7,)
    assert Scores(MLP((2, 4, 1), seeded(), members=3))(normal(3, 7, 2)).shape == (3, 7)
    assert Scores(DCGANDiscriminator(8))(normal(7, 1, 28, 28, dtype=torch.float32)).shape == (7,)


@pytest.mark.parametrize("G", [DCGANGenerator(5, 8), ImageMLP((5, 16, 784), draws=True)], ids=["dcgan", "mlp"])
def test_generators_of_images(G):
    images = G(100 * normal(6, 5, dtype=torch.float32))  # large noise reaches the ends of tanh
    assert images.shape == (6, 1, 28, 28)
    assert images.dtype == torch.float32
    assert -1 <= images.min() < images.max() <= 1


@pytest.mark.parametrize("D", [DCGANDiscriminator(8), ImageMLP((784, 16, 1), seeded())], ids=["dcgan", "mlp"])
def test_a_discriminator_scores_each_image_by_itself(D):
    x = normal(6, 1, 28, 28, dtype=torch.float32)
    together = D(x)
    assert together.shape == (6, 1)
    alone = torch.cat([D(x[i : i + 1]) for i in range(6)])
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-6)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in D.modules())


def test_an_mlp_knows_nothing_of_neighbours_and_a_convolution_does():
    """Shuffling the pixels of images and first weights alike changes nothing for an MLP."""
    D, x = ImageMLP((784, 16, 1), seeded()), normal(6, 1, 28, 28, dtype=torch.float32)
    before, order = D(x), torch.randperm(784, generator=seeded(3))
    D.body.weights[0].data = D.body.weights[0].data[order]
    torch.testing.assert_close(D(x.flatten(1)[:, order].view_as(x)), before, rtol=0, atol=1e-5)
    convolution = DCGANDiscriminator(8)
    seen = nn.Sequential(*list(convolution)[:2])(torch.zeros(1, 1, 28, 28)), convolution[0].weight
    assert seen[0].shape[-2:] == (14, 14)  # halved by a stride
    assert seen[1].shape[-2:] == (4, 4)


def test_the_generators_batch_norm_uses_the_batch_and_stands_on_every_layer_but_the_last():
    G = DCGANGenerator(5, 8)
    kinds = [type(layer) for layer in G]
    assert kinds == [nn.Linear, nn.Unflatten, nn.BatchNorm2d, nn.ReLU, nn.ConvTranspose2d, nn.BatchNorm2d, nn.ReLU,
                     nn.ConvTranspose2d, nn.Tanh]  # fmt: skip
    first = nn.Sequential(*list(G)[:3])
    hidden = first(normal(64, 5, dtype=torch.float32))  # (64, 8, 7, 7)
    assert hidden.mean((0, 2, 3)).detach().numpy() == pytest.approx(np.zeros(8), abs=1e-5)
    assert hidden.var((0, 2, 3), unbiased=False).detach().numpy() == pytest.approx(np.ones(8), abs=1e-3)
    G.eval()  # no running statistics: evaluating changes nothing
    torch.testing.assert_close(first(normal(64, 5, dtype=torch.float32)), hidden)


@pytest.mark.parametrize("network", [DCGANGenerator(16, 64), DCGANDiscriminator(64)], ids=["G", "D"])
def test_initial_weights_of_convolutions_follow_pytorchs_count_of_inputs(network):
    """The bound that torch.nn itself takes: its own layers, made anew, spread as wide."""
    initialise(network, seeded())
    for layer in network:
        if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            fan_in, _ = nn.init._calculate_fan_in_and_fan_out(layer.weight)
            values = layer.weight.detach().flatten().numpy() * math.sqrt(fan_in)
            assert np.abs(values).max() <= 1
            assert values.std() == pytest.approx(1 / math.sqrt(3), rel=5 / math.sqrt(len(values)))
        if isinstance(layer, nn.BatchNorm2d):
            assert torch.equal(layer.weight, torch.ones_like(layer.weight))


def test_initial_weights_come_from_the_given_generator_alone():
    a, b = (initialise(DCGANGenerator(5, 8), seeded(1)) for _ in range(2))
    c = initialise(DCGANGenerator(5, 8), seeded(2))
    assert all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters(), strict=True))
    assert not torch.equal(a[0].weight, c[0].weight)


@pytest.mark.parametrize("recipe", [
    Recipe(), Recipe(data="two_gaussians", noise=7, layers=3), Recipe(data="mnist", g_width=16), PRESETS["mnist_dcgan"],
], ids=["points", "line", "image mlp", "dcgan"])  # fmt: skip
def test_recipes_become_networks_that_fit_each_other(recipe):
    G, D = assembly.networks(recipe)
    z = assembly.noise(recipe, 6, seeded())
    x = G(z)
    assert x.shape == assembly.real(recipe, 6, seeded()).shape
    assert D(x).shape == (6,)
    assert x.dtype == D(x).dtype == assembly.dtype(recipe)


def test_widths_and_layers_are_the_recipes():
    G, D = assembly.networks(Recipe(g_width=5, d_width=7, layers=3, noise=4))
    assert [tuple(W.shape) for W in G.weights] == [(4, 5), (5, 5), (5, 5), (5, 2)]
    assert [tuple(W.shape) for W in D.body.weights] == [(2, 7), (7, 7), (7, 7), (7, 1)]
