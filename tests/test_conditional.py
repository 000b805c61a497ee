"""Conditional networks against independent computations, and what must and must not depend on the condition."""

import numpy as np
import pytest
import torch
from torch.nn.functional import one_hot

from gan_edu import assembly
from gan_edu.conditional import Given, statistics_of
from gan_edu.networks import MLP
from gan_edu.presets import PRESETS
from gan_edu.recipe import Recipe

RING = PRESETS["ring_conditional"]
DIGITS = PRESETS["mnist_plain"].replace(g_width=8, d_width=8, batch=8, condition="class")
HALVES = DIGITS.replace(condition="upper_half")


def numpy_mlp(network, x):
    """The layers of an MLP by hand."""
    pairs = [(W.detach().numpy(), b.detach().numpy()) for W, b in zip(network.weights, network.biases, strict=True)]
    for W, b in pairs[:-1]:
        x = np.maximum(x @ W + b, 0)
    return x @ pairs[-1][0] + pairs[-1][1]


def points(n=20, seed=0):
    chance = torch.Generator().manual_seed(seed)
    which = torch.randint(8, (n,), generator=chance)
    return torch.randn(n, 2, generator=chance, dtype=torch.float64), which, one_hot(which, 8).double()


def test_projection_is_equation_3_of_miyato_and_koyama():
    _, D = assembly.networks(RING.replace(conditioning="projection"))
    x, which, c = points()
    phi = np.maximum(numpy_mlp(D.features[0], x.numpy()), 0)
    V = D.V.detach().numpy()
    expected = numpy_mlp(D.body, phi)[:, 0] + np.einsum("nd,nd->n", V[which.numpy()], phi)
    np.testing.assert_allclose(D(x, c).detach().numpy(), expected, rtol=1e-12)


def test_projection_of_images_adds_one_direction_for_each_class():
    _, D = assembly.networks(DIGITS.replace(conditioning="projection"))
    x = torch.rand(4, 1, 28, 28) * 2 - 1
    with torch.no_grad():
        phi = D.features(x).numpy()
        plain = D.body(torch.from_numpy(phi)).numpy()[:, 0]
        for digit in range(10):
            logits = D(x, one_hot(torch.full((4,), digit), 10).float()).numpy()
            np.testing.assert_allclose(logits - plain, phi @ D.V.detach().numpy()[digit], atol=1e-5)


def test_concatenation_appends_the_condition():
    G, D = assembly.networks(RING)
    x, _, c = points()
    np.testing.assert_allclose(D(x, c).detach(), numpy_mlp(D.body, np.concatenate([x, c], 1))[:, 0], rtol=1e-12)
    np.testing.assert_allclose(G(x, c).detach(), numpy_mlp(G.body, np.concatenate([x, c], 1)), rtol=1e-12)


@pytest.mark.parametrize("conditioning", ["concatenate", "projection", "withheld"])
@pytest.mark.parametrize("recipe", [RING, DIGITS], ids=["points", "digits"])
def test_d_depends_on_the_condition_unless_it_is_withheld(recipe, conditioning):
    G, D = assembly.networks(recipe.replace(conditioning=conditioning))
    x, c = assembly.conditions.drawn(recipe, 6, torch.Generator().manual_seed(0))
    z = torch.randn(6, recipe.noise, dtype=x.dtype)
    other = c.roll(1, dims=1)  # the next class for each
    assert torch.equal(D(x, c), D(x, other)) == (conditioning == "withheld")
    assert D(x, c).shape == (6,)
    assert not torch.equal(G(z, c), G(z, other))
    assert G(z, c).shape == x.shape


def interaction(D, x, other, c, d):
    """What is left of D's scores once the part of x and the part of c are taken away."""
    return D(x, c) - D(x, d) - D(other, c) + D(other, d)


@pytest.mark.parametrize("conditioning", ["concatenate", "projection"])
def test_d_judges_sample_and_condition_together(conditioning):
    """A D of the form a(x) + b(c) could not tell a wrong pair from a right one."""
    _, D = assembly.networks(RING.replace(conditioning=conditioning))
    x, _, c = points()
    assert float(interaction(D, x, x.flip(0), c, c.roll(1, 1)).detach().abs().max()) > 1e-3


def test_the_condition_gets_a_gradient_through_both_networks():
    for conditioning in ("concatenate", "projection", "withheld"):
        G, D = assembly.networks(RING.replace(conditioning=conditioning))
        x, _, c = points()
        c.requires_grad_(True)
        D(G(x, c), c).sum().backward()
        with torch.no_grad():
            above, below = (D(G(x, c + h), c + h).sum() for h in (1e-6, -1e-6))
        assert float(c.grad.sum()) == pytest.approx(float(above - below) / 2e-6, rel=1e-4)
        assert float(c.grad.abs().min()) > 0


@pytest.mark.parametrize("conditioning", ["concatenate", "projection", "withheld"])
def test_members_side_by_side_give_what_each_gives_alone(conditioning):
    recipe = RING.replace(conditioning=conditioning)
    x, _, c = points()
    alone = [assembly.networks(recipe.replace(seed=seed)) for seed in (0, 1)]
    together = assembly.networks(recipe, members=2)
    for many, pair in zip(together, zip(*alone, strict=True), strict=True):
        for p, *own in zip(many.parameters(), *(network.parameters() for network in pair), strict=True):
            p.data = torch.stack([q.detach() for q in own])
        expected = torch.stack([network(x, c) for network in pair])
        torch.testing.assert_close(many(x.expand(2, -1, -1), c.expand(2, -1, -1)), expected, rtol=1e-12, atol=1e-12)


def test_a_completed_digit_keeps_its_upper_half():
    G, D = assembly.networks(HALVES)
    _, blind = assembly.networks(HALVES.replace(conditioning="withheld"))
    x, c = assembly.conditions.drawn(HALVES, 5, torch.Generator().manual_seed(0))
    z = torch.randn(2, 5, HALVES.noise)
    drawn = [G(one, c) for one in z]
    assert torch.equal(drawn[0][:, :, :14].flatten(1), c)
    assert torch.equal(drawn[1][:, :, :14].flatten(1), c)
    assert not torch.equal(drawn[0], drawn[1])
    upper_changed = torch.cat([-x[:, :, :14], x[:, :, 14:]], 2)
    assert not torch.equal(D(x, c), D(upper_changed, c))
    assert torch.equal(blind(x, c), blind(upper_changed, c))


def test_given_fills_in_the_condition_and_passes_all_else_on():
    _, D = assembly.networks(RING)
    x, _, c = points()
    told = Given(D, c)
    assert torch.equal(told(x), D(x, c))
    assert told.pack == 1
    told.requires_grad_(False)
    assert not any(p.requires_grad for p in D.parameters())


def test_a_sample_hangs_on_its_own_noise_and_condition_alone():
    G, _ = assembly.networks(DIGITS)
    z, c = torch.randn(20, DIGITS.noise), one_hot(torch.arange(20) % 10, 10).float()
    with torch.no_grad(), statistics_of(G, z, c):
        torch.testing.assert_close(G(z[:3], c[:3]), G(z, c)[:3], rtol=1e-4, atol=1e-5)
        within = G(z, c)
    torch.testing.assert_close(within, G(z, c).detach(), rtol=1e-4, atol=1e-4)  # the batch's own statistics
    assert G.training
    assert not torch.allclose(G(z[:3], c[:3]), within[:3], atol=1e-3)


def test_an_unconditional_recipe_keeps_its_networks():
    G, D = assembly.networks(Recipe())
    assert isinstance(G, MLP)
    assert sum(p.numel() for p in G.parameters()) == 2 * 64 + 64 + 64 * 64 + 64 + 64 * 2 + 2
    assert sum(p.numel() for p in D.parameters()) == 2 * 64 + 64 + 64 * 64 + 64 + 64 + 1
