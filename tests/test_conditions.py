"""Conditions: drawn with the right samples, read from a learner's words, obeyed in shape, refused with a remedy."""

import numpy as np
import pytest
import torch

from gan_edu import assembly, captions, conditions, views
from gan_edu.conditional import Given
from gan_edu.digits import classify
from gan_edu.ensemble import train_ensemble
from gan_edu.labels import Watched
from gan_edu.metrics import nearest_mode
from gan_edu.mnist import load_mnist
from gan_edu.presets import PRESETS
from gan_edu.recipe import Recipe
from gan_edu.run import Run
from gan_edu.second_opinion import probe
from gan_edu.widgets.explain import Explainer

RING = PRESETS["ring_conditional"]
DIGITS = PRESETS["mnist_plain"].replace(g_width=8, d_width=8, batch=8, condition="class")
CAPTIONS, HALVES = DIGITS.replace(condition="caption"), DIGITS.replace(condition="upper_half")


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


def trained(recipe, steps):
    run = Run(recipe)
    while run.step < steps:
        run.train_step()
    return run


@pytest.mark.parametrize("data", ["ring", "imbalanced_ring", "grid", "two_gaussians"])
def test_each_real_point_comes_with_the_mode_it_was_drawn_from(data):
    recipe = Recipe(data=data, condition="class")
    x, c = conditions.drawn(recipe, 500, chance())
    which, _ = nearest_mode(x, assembly.target(recipe))
    assert float((c.argmax(1) == which).double().mean()) > 0.999  # two wide Gaussians may overlap
    assert torch.equal(c.sum(1), torch.ones(500, dtype=torch.float64))
    assert torch.equal(x, assembly.target(recipe).sample(500, chance()))


def test_each_real_digit_comes_with_its_own_label():
    x, c = conditions.drawn(DIGITS, 300, chance())
    index = torch.randint(60_000, (300,), generator=chance())
    assert torch.equal(c.argmax(1), load_mnist("train")[1][index].long())
    assert float((classify(x) == c.argmax(1)).double().mean()) > 0.97  # the course's classifier reads the same


def test_each_real_digit_comes_with_its_own_caption_and_upper_half():
    x, c = conditions.drawn(CAPTIONS, 50, chance())
    labels = c[:, captions.WORDS.index("zero") :].argmax(1)
    assert torch.equal(c, torch.stack([captions.encode(text) for text in captions.captions(x, labels)]))
    x, c = conditions.drawn(HALVES, 5, chance())
    assert torch.equal(c.view(5, 1, 14, 28), x[:, :, :14])


@pytest.mark.parametrize("recipe", [RING, DIGITS])
def test_the_streams_hand_each_sample_its_condition(recipe):
    d_stream, g_stream = assembly.streams(recipe)
    real, z, alpha, c = d_stream[3]
    assert (c.shape, c.dtype) == ((recipe.batch, conditions.numbers(recipe)), real.dtype)
    assert (len(z), alpha.shape) == (recipe.batch, (recipe.batch,))
    named = classify(real) if recipe.is_image else nearest_mode(real, assembly.target(recipe))[0]
    assert float((named == c.argmax(1)).double().mean()) > 0.8
    z, real, c = g_stream[3]
    assert c.shape == (recipe.batch, conditions.numbers(recipe))
    plain = assembly.streams(recipe.replace(condition="none"))
    for told, bare in zip((d_stream, g_stream), plain, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(told[3], bare[3], strict=False))  # the same numbers as without


def test_a_run_learns_to_obey_and_one_without_labels_for_d_does_not():
    asked = torch.arange(800) % 8
    shares = {}
    for conditioning in ("concatenate", "projection", "withheld"):
        run = trained(RING.replace(conditioning=conditioning), 300)
        which, _ = nearest_mode(run.sample(800, condition=asked), run.target)
        shares[conditioning] = float((which == asked).double().mean())
    assert shares["concatenate"] > 0.95
    assert shares["projection"] > 0.95
    assert 0.02 < shares["withheld"] < 0.3  # chance is 1/8


def test_an_ensemble_trains_as_lone_runs_do():
    recipes = [RING.replace(seed=seed, steps=30) for seed in (3, 4)]
    ensemble = train_ensemble(recipes, progress=False)
    for recipe, history, x in zip(recipes, ensemble.histories, ensemble.sample(10), strict=True):
        run = trained(recipe, 30)
        np.testing.assert_allclose(history["g_loss"], run.history["g_loss"], rtol=1e-9)
        torch.testing.assert_close(x, run.sample(10), rtol=1e-9, atol=1e-9)
        assert history.snapshots[-1]["quality"] == run.history.snapshots[-1]["quality"]


@pytest.mark.parametrize("recipe", [RING, DIGITS, CAPTIONS, HALVES, HALVES.replace(reconstruction=10.0)])
def test_a_run_is_replayed_and_rewound_exactly(recipe):
    run = trained(recipe, 4)
    before = run.sample(3)
    again = trained(Run.from_token(run.token).recipe, 4)
    assert torch.equal(again.sample(3), before)
    run.train_step()
    run.rewind(4)
    assert torch.equal(run.sample(3), before)


@pytest.mark.parametrize(("recipe", "condition"), [
    (RING, 3), (RING, [3] * 5), (RING, np.array([0, 1, 2, 3, 7])), (RING, torch.tensor(3)), (DIGITS, 9),
    (DIGITS, [0, 1, 2, 3, 9]), (CAPTIONS, "thick slanted seven"), (CAPTIONS, ["one", "two", "thin six", "four", "six"]),
    (HALVES, torch.zeros(1, 28, 28)), (HALVES, torch.zeros(1, 14, 28)), (HALVES, torch.zeros(5, 1, 28, 28)),
])  # fmt: skip
def test_a_sample_has_the_runs_shape_and_is_the_same_each_time(recipe, condition):
    run = Run(recipe)
    x = run.sample(5, condition=condition)
    assert (x.shape, x.dtype) == ((5, 1, 28, 28), torch.float32) if recipe.is_image else ((5, 2), torch.float64)
    assert torch.equal(x, run.sample(5, condition=condition))
    assert not torch.equal(x, run.sample(5, seed=1, condition=condition))
    assert run.sample(5).shape == x.shape


def test_a_digit_does_not_depend_on_how_many_are_asked_for():
    run = trained(DIGITS, 2)
    many, few = run.sample(40, condition=3), run.generate(run.noise(40)[:5], condition=3)
    torch.testing.assert_close(many[:5], few, rtol=0.02, atol=0.02)  # bfloat16 where the processor has it


@pytest.mark.parametrize("condition", [8, -1, 1.5, True, "three", [1, 2], [[1] * 5], None, torch.zeros(5, 2), [], 1e30])
def test_a_class_that_will_not_do_is_refused_with_the_remedy(condition):
    with pytest.raises(ValueError, match=r"^condition=.*a whole number from 0 to 7, or 5 of them"):
        conditions.read(RING, condition, 5)


@pytest.mark.parametrize("condition", [7, ["one"] * 4, None])
def test_captions_that_will_not_do_are_refused_with_the_remedy(condition):
    with pytest.raises(ValueError, match=r"^condition=.*a text such as 'thick slanted seven', or 5 of them"):
        conditions.read(CAPTIONS, condition, 5)


@pytest.mark.parametrize("condition", [7, torch.zeros(28, 28), torch.zeros(4, 1, 28, 28), torch.full((1, 28, 28), 255)])
def test_upper_halves_that_will_not_do_are_refused_with_the_remedy(condition):
    with pytest.raises(ValueError, match=r"^condition=.*its upper half \(1, 14, 28\) in \[-1, 1\], or 5 of them"):
        conditions.read(HALVES, condition, 5)


def test_a_run_without_a_condition_says_what_to_train():
    with pytest.raises(ValueError, match=r"condition=3 was asked for.*condition='class'"):
        Run(Recipe()).sample(5, condition=3)


@pytest.mark.parametrize(("changes", "remedy"), [
    ({"conditioning": "projection"}, "set condition='class'"), ({"condition": "caption"}, "need data='mnist'"),
    ({"condition": "class", "data": "mnist"}, "architecture='dcgan' only"),
    ({"condition": "upper_half", "data": "mnist", "architecture": "dcgan", "conditioning": "projection"}, "'withheld'"),
    ({"condition": "class", "reconstruction": 1.0}, "set condition='upper_half'"),
    ({"condition": "class", "pack": 2}, "pack must be 1"), ({"condition": "class", "unroll": 2}, "unroll 0"),
])  # fmt: skip
def test_a_recipe_that_cannot_be_is_refused_with_the_remedy(changes, remedy):
    with pytest.raises(ValueError, match=remedy):
        Recipe(**changes)


def test_a_recipe_with_a_condition_is_not_labelled():
    with pytest.raises(ValueError, match="condition='class' cannot be labelled: set condition='none'"):
        Watched([RING])


def test_the_penalties_look_at_the_sample_alone():
    run = Run(RING.replace(penalty="r1", penalty_weight=1.0))
    real, z, alpha = run.next_discriminator_batch()
    players = run.next_players()
    x = real.clone().requires_grad_(True)
    (slope,) = torch.autograd.grad(players.D(x).sum(), x)
    expected = slope.square().sum(1).mean() / 2  # over the two coordinates, not over the eight of the condition
    torch.testing.assert_close(players.penalty.loss(players.D, real, players.G(z), alpha), expected)


def test_reconstruction_pulls_the_generator_to_the_real_image():
    """By far the larger part of the loss at weight 1000: the mean difference falls within a few steps."""
    run = Run(HALVES.replace(reconstruction=1000.0))
    x, c = conditions.drawn(HALVES, 64, chance(1))
    z = run.noise(64)

    def gap():
        with torch.no_grad():
            return float((run.players.G(z, c) - x).abs().mean())

    before = gap()
    for _ in range(40):
        run.train_step()
    assert gap() < 0.75 * before


@pytest.mark.parametrize("recipe", [RING, DIGITS, CAPTIONS, HALVES])
def test_what_a_playground_shows_can_be_shown(recipe):
    run = trained(recipe, 1)
    x, given = run.sample(16), run.conditions(16)
    if not recipe.is_image:
        heat = views.scores(run, x)
        each = torch.stack([Given(run.players.D, torch.eye(8, dtype=x.dtype)[[k] * 16])(x) for k in range(8)])
        torch.testing.assert_close(heat, torch.sigmoid(each.amax(0)))
        assert views.manifold(run).shape == (15, 15, 2)
    arrows = views.arrows(run, x, given)
    told = x.clone().requires_grad_(True)
    run.players.objective.generator(None, run.players.D(told, *given)).backward()
    torch.testing.assert_close(arrows, -told.grad * 16)
    explainer = Explainer(run)
    stages = [explainer.next()[0]["stage"] for _ in range(8)]
    assert stages[-1] == "generator"
    assert 0 <= probe(run, steps=2).own_auc <= 1
