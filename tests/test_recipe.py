"""Recipes: checked when made, frozen, shared as text without loss."""

import dataclasses
import inspect
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from gan_edu import tokens
from gan_edu.mixtures import TARGETS
from gan_edu.objectives import OBJECTIVES
from gan_edu.optimisers import RULES
from gan_edu.penalties import PENALTIES
from gan_edu.presets import PRESETS
from gan_edu.recipe import Recipe, check_knob

NAMES = ("data", "objective", "penalty", "optimiser", "architecture", "condition", "conditioning")
WHOLE = {"penalty_every": 1, "lr_halving": 0, "g_width": 1, "d_width": 1, "layers": 1, "noise": 1, "batch": 2,
         "noise_until": 1, "pack": 1, "unroll": 0, "steps": 1, "seed": 0}  # each with its lowest value  # fmt: skip
REAL = ("penalty_weight", "lr_g", "lr_d", "d_strength", "beta1", "beta2", "average", "smoothing", "instance_noise",
        "reconstruction")  # fmt: skip
SWITCHES = ("spectral_norm",)
FIELDS = [field.name for field in dataclasses.fields(Recipe)]


def test_every_field_has_a_check_and_a_comment():
    assert set(FIELDS) == {*NAMES, *WHOLE, *REAL, *SWITCHES}
    lines = [line for line in inspect.getsource(Recipe).splitlines() if line.split(":")[0].strip() in FIELDS]
    assert len(lines) == len(FIELDS)
    assert all("  # " in line for line in lines)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", ["Ring", "", None, 3, ["ring"]])
def test_an_unknown_name_lists_the_known_ones(name, value):
    with pytest.raises(ValueError, match=f"^{name}=") as caught:
        Recipe(**{name: value})
    allowed = {"data": [*TARGETS, "mnist"], "objective": OBJECTIVES, "penalty": PENALTIES, "optimiser": RULES,
               "architecture": ["mlp", "dcgan"], "condition": ["none", "class", "upper_half", "caption"],
               "conditioning": ["concatenate", "projection", "withheld"]}[name]  # fmt: skip
    assert repr(value) in str(caught.value)
    assert all(known in str(caught.value) for known in allowed)


@pytest.mark.parametrize("name", [*WHOLE, *REAL])
@pytest.mark.parametrize("value", [-1, math.nan, math.inf, -math.inf, "1", True, [1], 1j, 10**400, -(10**400)])
def test_a_bad_number_is_refused_by_name_value_and_range(name, value):
    with pytest.raises(ValueError, match=f"^{name}=") as caught:
        Recipe(**{name: value})
    assert repr(value) in str(caught.value)
    assert "a whole number from" in str(caught.value) if name in WHOLE else "a number from" in str(caught.value)


@pytest.mark.parametrize(("name", "lowest"), WHOLE.items())
def test_whole_numbers_are_whole_and_have_a_lowest_value(name, lowest):
    assert getattr(Recipe(**{name: lowest}), name) == lowest
    for value in (lowest - 1, lowest + 0.5):
        with pytest.raises(ValueError, match=rf"{name}={value} .* from {lowest:g} to "):
            Recipe(**{name: value})


@pytest.mark.parametrize(("name", "value", "kept"), [
    ("seed", np.int64(7), 7), ("steps", 300.0, 300), ("lr_g", np.float32(0.5), 0.5),
    ("d_strength", Fraction(1, 4), 0.25), ("lr_d", 1, 1.0),
])  # fmt: skip
def test_numbers_of_numpy_and_others_become_plain_ones(name, value, kept):
    recipe = Recipe(**{name: value})
    assert getattr(recipe, name) == kept
    assert type(getattr(recipe, name)) is type(kept)
    assert Recipe.from_token(recipe.token) == recipe


@pytest.mark.parametrize(("changes", "reason"), [
    ({"architecture": "dcgan"}, "data='ring'"),
    ({"architecture": "dcgan", "data": "mnist", "g_width": 30}, "g_width=30 .*multiple of 4"),
    ({"architecture": "dcgan", "data": "mnist", "d_width": 2}, "d_width=2 .*multiple of 4"),
])  # fmt: skip
def test_fields_that_do_not_fit_each_other_are_refused(changes, reason):
    with pytest.raises(ValueError, match=reason):
        Recipe(**changes)


@pytest.mark.parametrize("value", [1, 0, None, "yes", "True"])
def test_a_switch_is_on_or_off(value):
    with pytest.raises(ValueError, match=f"^spectral_norm={value!r} .*True or False"):
        Recipe(spectral_norm=value)


@pytest.mark.parametrize(("changes", "reason"), [
    ({"pack": 3, "batch": 120}, "^pack=3 .* 1, 2, 4, 8"), ({"pack": 8, "batch": 100}, "^pack=8 .*batch=100"),
    ({"pack": 2, "data": "mnist"}, "^pack=2 .*'mnist'"),
    ({"smoothing": 0.1, "objective": "hinge"}, "^smoothing=0.1 .*minimax, non_saturating"),
    ({"smoothing": 0.2, "objective": "least_squares"}, "^smoothing=0.2 "),
])  # fmt: skip
def test_remedies_that_do_not_fit_are_refused(changes, reason):
    with pytest.raises(ValueError, match=reason):
        Recipe(**changes)


def test_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Recipe().lr_g = 1


def test_replace_changes_only_what_it_is_told_and_checks_again():
    recipe = Recipe(lr_g=0.01, steps=50)
    changed = recipe.replace(seed=7, batch=32)
    assert {n for n in FIELDS if getattr(changed, n) != getattr(recipe, n)} == {"seed", "batch"}
    assert (recipe.seed, changed.seed, changed.batch) == (0, 7, 32)
    with pytest.raises(ValueError, match=r"^batch=1 "):
        recipe.replace(batch=1)
    with pytest.raises(ValueError, match=r"no field lrg; it has .*lr_g"):
        recipe.replace(lrg=0.1)


@pytest.mark.parametrize(("name", "weight"), [("none", 0), ("clip", 0.1), ("wgan_gp", 1), ("r1", 0.1), ("r1_r2", 0.1)])
def test_a_penalty_comes_with_its_own_weight(name, weight):
    assert Recipe(penalty=name).penalty_weight == weight
    assert Recipe(penalty="wgan_gp", penalty_weight=7).replace(penalty=name).penalty_weight == weight
    assert Recipe().replace(penalty=name, penalty_weight=3).penalty_weight == 3
    assert Recipe(penalty=name, penalty_weight=5).replace(seed=3).penalty_weight == 5


EVERY_FIELD = Recipe(
    data="grid", objective="minimax", penalty="clip", penalty_weight=0.031, penalty_every=3, lr_g=1 / 3, lr_d=0.1,
    lr_halving=70, d_strength=0.0625, optimiser="rmsprop", beta1=0.1, beta2=0.95, g_width=33, d_width=17, layers=3,
    noise=5, batch=12, average=0.9, smoothing=0.05, instance_noise=0.2, noise_until=44, pack=4, unroll=3,
    spectral_norm=True, steps=77, seed=2**53,
)  # fmt: skip


@pytest.mark.parametrize("recipe", [Recipe(), EVERY_FIELD, *PRESETS.values(), Recipe(penalty="r1", penalty_weight=0),
                                    Recipe(penalty_weight=0.5), Recipe(penalty="r1", penalty_weight=0.1)])  # fmt: skip
def test_tokens_round_trip(recipe):
    assert Recipe.from_token(recipe.token) == recipe
    assert Recipe.from_token(f"  '{recipe.token[:12]}\n\t{recipe.token[12:]}' \n") == recipe  # as a mail wraps it


def test_the_example_above_differs_from_the_default_everywhere_it_can():
    same = [name for name in FIELDS if getattr(EVERY_FIELD, name) == getattr(Recipe(), name)]
    assert same == ["architecture", "condition", "conditioning", "reconstruction"]  # they do not go with its others


@pytest.mark.parametrize(("content", "reason"), [
    ({}, "no recipe"), ({"recipe": None}, "no recipe"), ({"recipe": [1]}, "no recipe"),
    ({"recipe": {"lr": 1}}, "no field lr"), ({"recipe": {"lr_g": "fast"}}, "^lr_g='fast'"),
    ({"recipe": {"lr_g": math.nan}}, "^lr_g=nan"), ({"recipe": {"seed": 10**400}}, "^seed=1000"),
    ({"recipe": {"data": {"x": 1}}}, "^data="),
])  # fmt: skip
def test_a_token_of_bad_settings_says_what_is_bad(content, reason):
    with pytest.raises(ValueError, match=reason):
        Recipe.from_token(tokens.encode(content))


def test_knobs_have_the_fields_ranges():
    assert check_knob("lr_g", 1e-4) == 1e-4
    for name, value in itertools.product(("lr_g", "lr_d", "d_strength"), (-1, 65, math.nan, "x")):
        with pytest.raises(ValueError, match=f"^{name}="):
            check_knob(name, value)


def test_presets_differ_from_the_healthy_one_only_as_the_lessons_say():
    healthy = PRESETS["ring_healthy"]

    def changed(name):
        return {field for field in FIELDS if getattr(PRESETS[name], field) != getattr(healthy, field)}

    assert changed("mode_collapse") <= {"lr_g", "lr_d", "d_strength"}
    assert len(changed("weak_discriminator")) == 1
    assert changed("weak_discriminator") <= {"lr_g", "lr_d", "d_strength"}
    assert PRESETS["mnist_dcgan"].is_image
    assert not healthy.is_image
