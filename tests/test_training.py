"""Each update moves its own player, towards lower loss, and leaves the other exactly as it was."""

import math

import pytest
import torch

from gan_edu import assembly
from gan_edu.objectives import OBJECTIVES
from gan_edu.penalties import PENALTIES
from gan_edu.recipe import Recipe
from gan_edu.training import discriminator_update, generator_update, outputs

RECIPE = Recipe(batch=32, g_width=16, d_width=16, optimiser="sgd", lr_g=1e-3, lr_d=1e-3)


def start(**changes):
    recipe = RECIPE.replace(**changes)
    d_stream, g_stream = assembly.streams(recipe)
    return assembly.players(recipe), d_stream[0], g_stream[0]


def weights(players):
    return players.g_optimiser.flat.clone(), players.d_optimiser.flat.clone()


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("penalty", PENALTIES)
def test_the_discriminators_update_moves_only_the_discriminator(name, penalty):
    players, (real, z, alpha), _ = start(objective=name, penalty=penalty)
    g_before, d_before = weights(players)
    players.g_optimiser.gradient.fill_(7.0)
    discriminator_update(players, real, z, alpha)
    g_after, d_after = weights(players)
    assert torch.equal(g_before, g_after)
    assert not torch.equal(d_before, d_after)
    assert (players.g_optimiser.gradient == 7).all()  # nothing flowed into G


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_generators_update_moves_only_the_generator(name):
    players, _, (z, real) = start(objective=name)
    g_before, d_before = weights(players)
    players.d_optimiser.gradient.fill_(7.0)
    generator_update(players, z, real)
    g_after, d_after = weights(players)
    assert torch.equal(d_before, d_after)
    assert not torch.equal(g_before, g_after)
    assert (players.d_optimiser.gradient == 7).all()
    assert all(p.requires_grad for p in players.D.parameters())  # D can learn again


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_small_step_lowers_its_own_loss_on_the_same_batch(name):
    players, (real, z, alpha), (g_z, g_real) = start(objective=name)
    first, *logits = discriminator_update(players, real, z, alpha)
    again, *_ = discriminator_update(players, real, z, alpha)
    assert again < first
    assert first == OBJECTIVES[name].discriminator(*logits)
    assert generator_update(players, g_z, g_real) > generator_update(players, g_z, g_real)


def test_a_step_of_plain_descent_is_the_rate_times_the_gradient_by_finite_differences():
    players, _, (z, real) = start()
    before = players.g_optimiser.flat.clone()

    def loss(place, shift):
        players.g_optimiser.flat.copy_(before)
        players.g_optimiser.flat[place] += shift
        with torch.no_grad():
            value = OBJECTIVES["non_saturating"].generator(None, players.D(players.G(z))).item()
        players.g_optimiser.flat.copy_(before)
        return value

    numeric = [(loss(i, 1e-6) - loss(i, -1e-6)) / 2e-6 for i in range(0, len(before), 17)]
    generator_update(players, z, real)
    moved = (before - players.g_optimiser.flat)[::17] / 1e-3
    assert moved.tolist() == pytest.approx(numeric, abs=1e-8)


@pytest.mark.parametrize("every", [1, 3])
def test_the_penalty_is_used_at_every_so_many_updates(every):
    """Counted by a penalty that does nothing but count."""
    players, (real, z, alpha), _ = start(penalty="r1", penalty_every=every)
    used = []

    def counting(D, real, fake, alpha):
        used.append(players.d_optimiser.updates)
        return D(real).mean() * 0

    players.penalty = type(players.penalty)(loss=counting)
    for _ in range(7):
        discriminator_update(players, real, z, alpha)
    assert used == list(range(0, 7, every))


def test_the_reported_loss_is_without_its_penalty_and_the_step_with_it():
    plain, batch, _ = start()
    heavy, _, _ = start(penalty="r1", penalty_weight=100)
    loss, *_ = discriminator_update(plain, *batch)
    same, *_ = discriminator_update(heavy, *batch)
    assert loss == same
    assert not torch.allclose(plain.d_optimiser.flat, heavy.d_optimiser.flat)


def test_outputs():
    real, fake = torch.tensor([2.0, -1.0, 0.5, 3.0]), torch.tensor([1.0, 0.0, 0.5, -3.0])
    d_real, d_fake, auc = outputs(OBJECTIVES["minimax"], real, fake)
    assert d_real.item() == pytest.approx(sum(1 / (1 + math.exp(-t)) for t in real.tolist()) / 4, rel=1e-6)
    assert d_fake.item() == pytest.approx(sum(1 / (1 + math.exp(-t)) for t in fake.tolist()) / 4, rel=1e-6)
    assert auc.item() == 0.625  # a tie counts half
    assert [value.item() for value in outputs(OBJECTIVES["hinge"], real, fake)] == [1.125, -0.375, 0.625]
    many = outputs(OBJECTIVES["minimax"], real.repeat(3, 1), fake.repeat(3, 1))
    assert [tuple(value.shape) for value in many] == [(3,)] * 3
