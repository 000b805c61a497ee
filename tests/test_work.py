"""What a recipe asks of the computer: near what PyTorch counts, bounded, and no setting of the course is refused."""

import itertools

import pytest
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from gan_edu import assembly, work
from gan_edu.knobs import check_together
from gan_edu.penalties import PENALTIES
from gan_edu.presets import PRESETS, REMEDIES
from gan_edu.recipe import Recipe
from gan_edu.remedies import REMEDY_CHOICES, changes_to
from gan_edu.run import Run
from gan_edu.widgets import choices

DIGITS = PRESETS["mnist_plain"].replace(batch=16, penalty="none")
COUNTED = {
    "points": Recipe(g_width=32, d_width=48, layers=3, noise=9),
    "R1": Recipe(penalty="r1"),
    "R1 and R2": Recipe(penalty="r1_r2", d_strength=3),
    "gradient penalty": Recipe(penalty="wgan_gp", objective="wasserstein", d_strength=2),
    "unrolling": Recipe(unroll=5),
    "packing": Recipe(pack=4),
    "a class": Recipe(condition="class"),
    "digits": DIGITS,
    "digits, wide": DIGITS.replace(g_width=128, d_width=32, d_strength=2),
    "digits, R1": DIGITS.replace(penalty="r1", penalty_every=1),
    "digits, an upper half": DIGITS.replace(condition="upper_half"),
    "digits without convolutions": DIGITS.replace(architecture="mlp", layers=2),
}


class Counter(TorchDispatchMode):
    """Counts the multiplications of all matrix products and convolutions by PyTorch's own formulas."""

    multiplications = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if func._overloadpacket in flop_registry:  # a multiplication and an addition are two to PyTorch
            self.multiplications += flop_registry[func._overloadpacket](*args, **(kwargs or {}), out_val=out) / 2
        return out


@pytest.mark.parametrize("name", COUNTED)
def test_the_estimate_is_near_what_pytorch_counts(name, monkeypatch):
    monkeypatch.setenv("GAN_EDU_PRECISION", "float32")
    assembly.has_fast_bfloat16.cache_clear()
    run = Run(COUNTED[name])
    monkeypatch.setattr(run, "_remember", lambda: None)  # looking at samples is not counted
    with Counter() as counter:
        run.train_step()
    assembly.has_fast_bfloat16.cache_clear()
    assert 0.75 < work.multiplications(run.recipe) / counter.multiplications < 1.4


def offered():
    """(name, recipe) of every preset and remedy, with every value of each slider and select, one at a time."""
    moved = {"d_strength": choices.STRENGTHS, "g_width": choices.WIDTHS, "d_width": choices.WIDTHS,
             "penalty": list(PENALTIES), "penalty_weight": choices.WEIGHTS}  # fmt: skip
    for name, preset in PRESETS.items():
        remedied = [(remedy, changes_to(preset, remedy)) for remedy in REMEDY_CHOICES if _fits(preset, remedy)]
        for (remedy, changes), (field, values) in itertools.product(remedied, moved.items()):
            for value in values:
                yield f"{name}, {remedy}, {field}={value}", preset, {**changes, field: value}
    for name, remedy in REMEDIES.items():
        yield name, remedy, {}


def _fits(preset, remedy):
    """Whether the select offers it: not what has no labels to smooth, or no points to pack."""
    try:
        preset.replace(**changes_to(preset, remedy))
    except ValueError as error:
        return " ask for " in str(error)  # that is no reason here, and fails the test
    return True


def test_nothing_that_the_course_offers_is_refused():
    seen = [name for name, recipe, changes in offered() if recipe.replace(**changes)]
    assert len(seen) > 3000


def test_on_points_all_sliders_may_stand_at_their_ends_together():
    for name, preset in PRESETS.items():
        if not preset.is_image:
            ends = {"d_strength": 16, "g_width": 256, "d_width": 256, "penalty": "r1_r2"}
            assert preset.replace(**ends, **({"unroll": 5} if preset.condition == "none" else {})), name


HUGE = [  # settings of a recipe, and what the reason names
    ({"batch": 4096, "g_width": 1024, "d_width": 1024, "layers": 8, "noise": 512, "d_strength": 64},
     "batch=4096, g_width=1024, d_width=1024, layers=8, noise=512, d_strength=64 ask for about 1,725 s of computing a "
     "step; at most 3 s will do: lower one of them"),
    ({"batch": 4096, "d_width": 256, "d_strength": 16}, "batch=4096, d_width=256, d_strength=16 ask for about "),
    ({"batch": 4096, "unroll": 100}, "batch=4096, unroll=100 ask for about "),
    ({"data": "mnist", "architecture": "dcgan", "d_width": 1024}, "d_width=1024 ask for "),
    ({"batch": 4096, "noise": 512}, "batch=4096, noise=512 ask for 1.2 GB of memory; at most 0.8 GB will do"),
    ({"g_width": 1024, "d_width": 1024, "layers": 8, "batch": 2}, "layers=8 ask for 1.6 GB of memory"),
    ({"data": "mnist", "batch": 4096}, "batch=4096 ask for 1.0 GB of memory"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "reason"), HUGE)
def test_what_would_freeze_the_page_is_refused_with_fields_values_and_limit(settings, reason):
    with pytest.raises(ValueError, match="lower one of them") as caught:
        Recipe(**settings)
    assert reason in str(caught.value)


def test_a_low_strength_hides_no_heavy_update():
    """An update of the discriminator is one piece of work, however rare it is."""
    heavy = {"batch": 1024, "d_width": 256, "layers": 8}
    asked = [work.multiplications(Recipe(**heavy, d_strength=strength)) for strength in (1 / 16, 1)]
    assert asked[0] == asked[1]


def test_knobs_that_a_token_turns_on_the_way_are_bounded_too():
    recipe = Recipe(batch=1024, d_width=256, layers=2)
    check_together(recipe, [(5, "d_strength", 8.0), (9, "lr_g", 0.1), (9, "generator", None)])
    with pytest.raises(ValueError, match=r"d_strength=64 ask for"):
        check_together(recipe, [(5, "d_strength", 64.0), (6, "d_strength", 1.0)])
    check_together(recipe, [(5, "d_strength", 24.0), (6, "d_strength", 1.0), (7, "penalty", "r1_r2")])
    with pytest.raises(ValueError, match=r"penalty=r1_r2 ask for"):
        check_together(recipe, [(5, "d_strength", 24.0), (7, "penalty", "r1_r2")])
    with pytest.raises(ValueError, match=r"^smoothing=0.1 "):
        check_together(Recipe(smoothing=0.1), [(5, "objective", "wasserstein")])


@pytest.mark.parametrize(("recipe", "by_hand", "told"), [
    (Recipe(), 1000, ""), (Recipe(), 1001, " It repeats 1,001 updates made by hand."),
    (Recipe(batch=4096, d_width=256, g_width=256, d_strength=4), 0, " A step takes about 1.2 s."),
])  # fmt: skip
def test_a_slow_or_long_token_says_so_before_it_starts(recipe, by_hand, told):
    events = [*[(0, "discriminator", None)] * by_hand, (3, "lr_g", 0.1)]
    assert work.warning(recipe, events) == told


@pytest.mark.parametrize(("recipe", "updates"), [
    (Recipe(), 64), (Recipe(d_width=256, g_width=256), 16), (PRESETS["mnist_plain"], 1), (Recipe(batch=4096), 8),
])  # fmt: skip
def test_updates_by_hand_come_in_slices_of_about_a_tenth_of_a_second(recipe, updates):
    assert work.updates_at_once(recipe) == updates
