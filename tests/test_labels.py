"""Labels: a fresh discriminator scores as theory says, and each criterion decides on both sides of its threshold."""

import math

import numpy as np
import pytest
import torch

from gan_edu import TARGETS, Recipe, assembly
from gan_edu.labels import CRITERIA, Label, Watched, decide, examine, fresh_scores, measured, ranked, unless_slow
from gan_edu.periods import NONE, Period

RING = TARGETS["ring"]


def perfect(z):
    """Four normal numbers to the ring: the angle of the first two picks a mode, the others are its noise."""
    sector = (torch.atan2(z[..., 1], z[..., 0]) / (math.pi / 4)).floor().long() % 8
    return RING.modes[sector] + RING.std * z[..., 2:]


def collapsed(z):
    return RING.modes[3] + RING.std * z[..., 2:]


@pytest.mark.parametrize(("G", "low", "high"), [(perfect, 0.47, 0.53), (collapsed, 0.92, 0.945)])
def test_a_fresh_discriminator_knows_a_collapse_and_not_a_perfect_copy(G, low, high):
    score = fresh_scores(G, [Recipe(noise=4)] * 2)  # one mode of eight: at best 1 - 1/16
    assert (low <= score).all()
    assert (score <= high).all()


def test_ranking_counts_ties_half():
    real, fake = torch.tensor([[1.0, 2, 0, 5]]), torch.tensor([[1.0, 1, 3, 4]])
    assert ranked(real, fake).tolist() == [(0.5 + 1 + 0 + 1) / 4]


def test_ten_thousand_samples_of_the_data_measure_as_perfect():
    seen = measured(RING.sample(10_000, torch.Generator().manual_seed(0)), RING)
    assert seen["modes"] == 8
    assert seen["quality"] == pytest.approx(1 - math.exp(-4.5), abs=0.005)
    assert seen["shares"].sum() == pytest.approx(1)
    assert 1 < seen["reach"] < 1.3
    assert measured(torch.full((5, 2), math.nan, dtype=torch.float64), RING)["reach"] == math.inf


GOOD = {"reach": 1.2, "quality": 0.9, "lowest quality": 0.8, "fewest modes": 1.0, "most modes": 1.0, "moved": 0.02,
        "wandering": 0.02, "gradient": 1.0, "own": 0.55, "fresh": 0.7, "overlap": 0.8, "trend": 0.0, "period": NONE}
CASES = [
    ({}, "healthy"),
    ({"reach": 11}, "divergence"),
    ({"reach": math.nan}, "divergence"),
    ({"quality": 0.2, "gradient": 1e-4, "fresh": 1.0, "own": 1.0}, "vanishing_gradients"),
    ({"fresh": 0.91}, "weak_discriminator"),
    ({"fresh": 0.91, "own": 0.61}, "healthy"),
    ({"most modes": 0.5, "fewest modes": 0.1}, "mode_collapse"),
    ({"most modes": 0.5, "fewest modes": 0.1, "moved": 0.2}, "non_convergence"),
    ({"most modes": 0.5, "wandering": 1.0, "period": Period(9.0, 8.0, 4.0, 0.9)}, "oscillation"),
    ({"period": Period(9.0, 8.0, 4.0, 0.1)}, "healthy"),
    ({"wandering": 0.4}, "non_convergence"),
    ({"wandering": 0.4, "trend": 0.2, "lowest quality": 0.6}, "undecided"),
    ({"lowest quality": 0.69}, "undecided"),
    ({"fewest modes": 6 / 8}, "undecided"),
]


@pytest.mark.parametrize(("changes", "symptom"), CASES)
def test_criteria_decide_in_their_order(changes, symptom):
    assert decide({**GOOD, **changes}) == symptom


def test_every_criterion_has_a_case():
    assert {symptom for _, symptom in CASES} == {*CRITERIA, "undecided"}


def test_a_failing_run_that_improves_when_continued_is_slow():
    assembly.use_threads(Recipe())
    watched = Watched([Recipe(steps=100)])
    watched.train(100, start=75)
    overlap = unless_slow(Label("mode_collapse", {"overlap": 0.0}), watched, 0).numbers["overlap when continued"]
    for gain, symptom in ((0.26, "undecided"), (0.24, "mode_collapse")):
        assert unless_slow(Label("mode_collapse", {"overlap": overlap - gain}), watched, 0).symptom == symptom
    assert unless_slow(Label("healthy", {"overlap": overlap - 0.5}), watched, 0).symptom == "healthy"


def test_histories_end_where_the_recipe_does_however_long_it_is_continued():
    recipes = [Recipe(steps=200, lr_g=1e-3, lr_d=1e-5, seed=seed) for seed in (1, 2)]
    labels, histories = examine(recipes)
    _, plain = examine(recipes, continued=False)
    assert all(label.symptom in {*CRITERIA, "undecided"} for label in labels)
    for ours, theirs in zip(histories, plain, strict=True):
        assert ours.snapshots == theirs.snapshots
        np.testing.assert_array_equal(ours["g_loss"], theirs["g_loss"])
        assert ours["step"][-1] == 200
