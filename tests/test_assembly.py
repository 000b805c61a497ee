"""From a recipe to its parts: everything follows from the seed, and a state that was kept comes back whole."""

import pytest
import torch

from gan_edu import assembly
from gan_edu.mixtures import TARGETS
from gan_edu.objectives import OBJECTIVES
from gan_edu.penalties import PENALTIES
from gan_edu.recipe import Recipe
from gan_edu.run import Run

SMALL = Recipe(g_width=8, d_width=8, batch=16)
DIGITS = Recipe(data="mnist", architecture="dcgan", g_width=8, d_width=8, batch=16, noise=4)


def test_targets():
    assert assembly.target(SMALL) is TARGETS["ring"]
    assert assembly.target(DIGITS) is None


@pytest.mark.parametrize("recipe", [SMALL, DIGITS])
def test_first_weights_follow_from_the_seed_alone(recipe):
    def flat(r):
        return torch.cat([p.detach().flatten() for network in assembly.networks(r) for p in network.parameters()])

    assert torch.equal(flat(recipe), flat(recipe.replace(lr_g=0.5, objective="hinge", d_strength=4)))
    assert not torch.equal(flat(recipe), flat(recipe.replace(seed=1)))


@pytest.mark.parametrize("recipe", [SMALL, DIGITS])
def test_two_runs_with_one_knob_different_see_the_same_batches(recipe):
    for a, b in zip(assembly.streams(recipe), assembly.streams(recipe.replace(d_strength=4, lr_d=0.1)), strict=True):
        assert all(torch.equal(x, y) for x, y in zip(a[37], b[37], strict=True))
    d_stream, g_stream = assembly.streams(recipe)
    real, z, alpha = d_stream[0]
    shape = (16, 1, 28, 28) if recipe.is_image else (16, 2)
    assert [tuple(part.shape) for part in (real, z, alpha)] == [shape, (16, recipe.noise), (16,)]
    assert [tuple(part.shape) for part in g_stream[0]] == [(16, recipe.noise), shape]
    assert {part.dtype for part in (real, z, alpha)} == {torch.float32 if recipe.is_image else torch.float64}


def test_players_follow_the_recipe_and_then_the_knobs():
    recipe = SMALL.replace(objective="hinge", penalty="r1", penalty_weight=3, penalty_every=5, lr_g=0.1, lr_d=0.2)
    players = assembly.players(recipe)
    assert players.objective is OBJECTIVES["hinge"]
    assert players.penalty is PENALTIES["r1"]
    assert (players.penalty_weight, players.penalty_every) == (3, 5)
    assert (players.g_optimiser.lr, players.d_optimiser.lr) == (0.1, 0.2)
    run = Run(recipe)
    run.knobs.objective, run.knobs.penalty, run.knobs.penalty_weight = "minimax", "wgan_gp", 7
    assert run.players.objective is OBJECTIVES["minimax"]
    assert run.players.penalty is PENALTIES["wgan_gp"]
    assert run.players.penalty_weight == 7


@pytest.mark.parametrize("recipe", [SMALL, DIGITS])
def test_a_kept_state_comes_back_whole(recipe):
    run = Run(recipe)
    run.train_step()
    kept = assembly.state(run.players)
    at_that_time = run.players.g_optimiser.flat.clone(), run.sample(3)
    run.train_step()
    assert not torch.equal(run.players.g_optimiser.flat, at_that_time[0])
    assembly.load(run.players, kept)
    assert torch.equal(run.players.g_optimiser.flat, at_that_time[0])
    assert torch.equal(run.sample(3), at_that_time[1])
    assert (run.players.g_optimiser.updates, run.players.d_optimiser.updates) == (1, 1)


def test_toy_networks_run_on_one_thread():
    torch.set_num_threads(2)
    Run(SMALL).train_step()
    assert torch.get_num_threads() == 1


def test_points_are_float64_and_images_float32():
    assert (assembly.dtype(SMALL), assembly.dtype(DIGITS)) == (torch.float64, torch.float32)
    with assembly.precision(SMALL):
        assert not torch.is_autocast_enabled("cpu")
    with assembly.precision(DIGITS):
        assert torch.is_autocast_enabled("cpu") == assembly.has_fast_bfloat16()
