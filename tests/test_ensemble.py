"""Many GANs at once are the same as each alone, whatever they stand beside."""

import math

import numpy as np
import pytest
import torch

from gan_edu.ensemble import FREE_FIELDS, Group, chunk_size, chunks, train_ensemble
from gan_edu.history import COLUMNS
from gan_edu.recipe import Recipe
from gan_edu.run import Run

BASE = Recipe(steps=500, batch=16, g_width=16, d_width=16, lr_g=1e-3, lr_d=1e-3)
SHORT = BASE.replace(steps=60)


def alone(recipe):
    run = Run(recipe)
    for _ in run:
        pass
    return run


def assert_same(ensemble, member, run, tolerance):
    """Rows, snapshots and samples of a member against those of a lone run."""
    history = ensemble.histories[member]
    for name in COLUMNS:
        np.testing.assert_allclose(history[name], run.history[name], rtol=0, atol=tolerance, err_msg=name)
    assert len(history.snapshots) == len(run.history.snapshots)
    for ours, theirs in zip(history.snapshots, run.history.snapshots, strict=True):
        assert (ours["step"], ours["modes"], ours["finite"]) == (theirs["step"], theirs["modes"], theirs["finite"])
        assert ours.keys() == theirs.keys()
        for name in ours.keys() - {"step", "modes", "finite"}:
            np.testing.assert_allclose(ours[name], theirs[name], rtol=0, atol=max(tolerance, 1e-12), err_msg=name)
    torch.testing.assert_close(ensemble.sample(20)[member], run.sample(20), rtol=0, atol=tolerance)


def test_members_are_lone_runs_after_500_steps():
    """Two of one group (seeds and rates differ), between them one of another strength, and one with a penalty."""
    recipes = [
        BASE, BASE.replace(d_strength=0.5, seed=3), BASE.replace(seed=1, lr_g=5e-4, lr_d=3e-3),
        BASE.replace(penalty="r1", penalty_every=2, seed=4),
    ]  # fmt: skip
    ensemble = train_ensemble(recipes, progress=False)
    assert ensemble.recipes == recipes
    for place, recipe in enumerate(recipes):
        assert_same(ensemble, place, alone(recipe), 1e-6)


@pytest.mark.parametrize("changes", [
    {"lr_halving": 15}, {"average": 0.8}, {"d_strength": 1 / 8}, {"optimiser": "rmsprop"},
    {"objective": "wasserstein", "penalty": "clip"}, {"objective": "hinge", "penalty": "r1_r2", "penalty_weight": 2},
    {"smoothing": 0.2}, {"instance_noise": 0.3, "noise_until": 40}, {"pack": 2}, {"unroll": 2}, {"spectral_norm": True},
    {"pack": 4, "penalty": "wgan_gp", "spectral_norm": True}, {"unroll": 1, "pack": 2, "optimiser": "rmsprop"},
    {"data": "grid", "objective": "least_squares"}, {"data": "two_gaussians", "objective": "minimax", "noise": 5},
])  # fmt: skip
def test_every_setting_acts_on_members_as_on_a_lone_run(changes):
    recipes = [SHORT.replace(seed=5, **changes), SHORT.replace(seed=6, lr_g=3e-3, **changes)]
    ensemble = train_ensemble(recipes, progress=False)
    for place, recipe in enumerate(recipes):
        assert_same(ensemble, place, alone(recipe), 1e-7)
    without = alone(SHORT.replace(seed=5)).history.snapshots[-1]  # the setting does act
    assert ensemble.histories[0].snapshots[-1]["centre"] != pytest.approx(without["centre"], abs=1e-4)


def test_many_members_train_in_larger_chunks_and_no_core_idles():
    sizes = {members: chunk_size(members, 2) for members in (0, 1, 2, 8, 20, 40, 64, 1000)}
    assert sizes == {0: 1, 1: 1, 2: 1, 8: 4, 20: 8, 40: 10, 64: 16, 1000: 16}
    assert chunk_size(64, 8) == 8


def test_a_members_neighbours_do_not_matter():
    few = Group([SHORT.replace(seed=2)])
    many = Group([SHORT.replace(seed=s, lr_g=1e-3 * (s + 1)) for s in (0, 1)] + [SHORT.replace(seed=2)])
    while few.step < 40:
        few.train_step()
        many.train_step()
    torch.testing.assert_close(many.players.g_optimiser.flat[2], few.players.g_optimiser.flat[0], rtol=0, atol=1e-10)
    assert not torch.allclose(many.players.g_optimiser.flat[1], many.players.g_optimiser.flat[2], atol=1e-3)


def test_a_member_that_explodes_harms_no_other():
    wild = SHORT.replace(objective="wasserstein", optimiser="sgd", lr_g=1, lr_d=1)
    calm = wild.replace(lr_g=1e-3, lr_d=1e-3, seed=1)
    ensemble = train_ensemble([wild.replace(steps=300), calm.replace(steps=300)], progress=False)
    assert math.isnan(ensemble.histories[0]["g_loss"][-1])
    assert ensemble.diagnoses[0].symptom == "divergence"
    assert_same(ensemble, 1, alone(calm.replace(steps=300)), 1e-9)


def test_groups_hold_only_what_may_differ_and_nobody_is_lost():
    recipes = [SHORT.replace(seed=i, lr_g=1e-3 * (i + 1), lr_d=1e-3 * (i + 2), d_strength=(1, 2, 4)[i % 3],
                             objective=("minimax", "hinge")[i % 2]) for i in range(20)]  # fmt: skip
    groups = chunks(recipes, size=3)
    assert sorted(place for places in groups for place in places) == list(range(20))
    assert max(map(len, groups)) == 3
    for places in groups:
        rules = [{n: v for n, v in recipes[i].as_dict().items() if n not in FREE_FIELDS} for i in places]
        assert all(rule == rules[0] for rule in rules)
    assert len(chunks([recipe.replace(d_strength=1, objective="hinge") for recipe in recipes], size=20)) == 1


@pytest.mark.parametrize(("odd", "reason"), [
    (SHORT.replace(batch=8), "member 1 has batch=8, but member 0 has 16"),
    (SHORT.replace(data="grid"), "member 1 has data='grid'"), (SHORT.replace(steps=61), "member 1 has steps=61"),
    (Recipe(data="mnist"), "member 1: data='mnist'"),
])  # fmt: skip
def test_members_that_do_not_fit_are_named(odd, reason):
    with pytest.raises(ValueError, match=reason):
        train_ensemble([SHORT, odd], progress=False)


def test_samples_use_the_noise_of_the_seed_asked_for():
    recipe = SHORT.replace(steps=3)
    ensemble, run = train_ensemble([recipe, recipe.replace(seed=1)], progress=False), alone(recipe)
    assert ensemble.sample(4).shape == (2, 4, 2)
    torch.testing.assert_close(ensemble.sample(4, seed=9)[0], run.sample(4, seed=9), rtol=0, atol=1e-12)
    assert not torch.allclose(ensemble.sample(4), ensemble.sample(4, seed=9))
