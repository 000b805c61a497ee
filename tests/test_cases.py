"""The loss detective's cases: what is drawn, that it is trained as any run is, and its curves in words."""

import re
import threading

import numpy as np
import pytest
import torch

from gan_edu import PRESETS, Run
from gan_edu.cases import KINDS, OF_SYMPTOM, RUNS, SETTINGS, SPARE, Case, chosen, draw, in_words, solve
from gan_edu.diagnosis import ADVICE, Diagnosis, diagnose
from gan_edu.history import COLUMNS, History


def history_of(d_loss, g_loss):
    rows = np.zeros((len(d_loss), len(COLUMNS)))
    rows[:, 0], rows[:, 1], rows[:, 2] = np.arange(1, len(d_loss) + 1), d_loss, g_loss
    made = History()
    made.fill(rows)
    return made


def case(symptom):
    return Case(PRESETS["ring_healthy"], None, None, Diagnosis(symptom, (), ""))


def test_the_same_seed_draws_the_same_and_another_does_not():
    first, again, other = draw(3), draw(3), draw(4)
    assert first == again
    assert first != other
    assert len(first) == RUNS + SPARE
    assert len({recipe.seed for recipe in first}) == len(first)


def test_every_kind_is_drawn_at_least_twice_and_not_in_one_order():
    def kind(recipe):
        """Whose settings the rates are nearest to."""
        def far(change):
            same = all(getattr(recipe, name) == value for name, value in change.items() if not name.startswith("lr"))
            return np.inf if not same else sum(abs(np.log(getattr(recipe, n) / change[n])) for n in ("lr_g", "lr_d"))

        return min((far(change), kind) for kind, changes in SETTINGS.items() for change in changes)[1]

    orders = set()
    for seed in range(12):
        kinds = [kind(recipe) for recipe in draw(seed)]
        assert set(kinds) == set(KINDS)
        assert min(map(kinds.count, KINDS)) >= 2
        orders.add(tuple(kinds))
    assert len(orders) == 12, "neither order nor numbers may give anything away"


def test_each_verdict_has_symptoms_and_each_is_one():
    assert set(OF_SYMPTOM.values()) == set(KINDS) == set(SETTINGS)
    assert set(OF_SYMPTOM) < set(ADVICE)


def test_cases_are_trained_as_lone_runs_are():
    recipes = draw(5, steps=60)
    shares = []
    cases = solve(recipes, tell=shares.append)
    assert [one.recipe for one in cases] == recipes
    assert 0 <= min(shares) <= max(shares) <= 1
    for one in cases:
        lone = Run(one.recipe)
        for _ in lone:
            pass
        assert np.allclose(one.sample, lone.sample(256), atol=0.02), "float32 against float64, after 60 steps"
        for name in ("d_loss", "g_loss"):
            assert np.allclose(one.history[name], lone.history[name], atol=0.02)
        assert one.diagnosis == diagnose(one.history)


def test_stop_ends_the_training():
    stop = threading.Event()
    assert solve(draw(1, steps=10**6), tell=lambda share: stop.set(), stop=stop) is None


def test_undecided_runs_join_only_where_the_decided_are_too_few():
    cases = [case(s) for s in ["undecided", "healthy", "mode_collapse", "undecided", *["oscillation"] * 6]]
    assert chosen(cases) == [one for one in cases if one.kind]
    few = [case(s) for s in ["undecided"] * 6 + ["healthy"] * 4]
    assert len(chosen(few)) == RUNS
    assert [one.kind for one in chosen(few)] == [""] * 4 + ["good"] * 4


@pytest.mark.parametrize(("d_loss", "words"), [
    (np.full(420, 1.386), "starts at 1.39, lies between 1.39 and 1.39, and in the last quarter is level at 1.39"),
    (np.linspace(2, 1, 420), "starts at 2.00, lies between 1.01 and 1.99, and in the last quarter is falling at 1.12"),
    (np.linspace(0, 4, 420), "and in the last quarter is rising at 3.50"),
    (1.2 + 0.4 * np.sin(np.arange(420) * 2 * np.pi / 35), "last quarter swings between 0.86 and 1.57 around 1.20"),
    (1.2 + 0.05 * np.sin(np.arange(420) * 2 * np.pi / 35), "last quarter is level at 1.20"),
])  # fmt: skip
def test_curves_in_words(d_loss, words):
    said = in_words(history_of(d_loss, np.full(420, 0.7)))
    assert words in said.partition("Generator's loss:")[0]
    assert "Generator's loss: starts at 0.70" in said


def test_curves_start_with_the_first_update():
    late = np.concatenate([np.full(7, np.nan), np.full(413, 1.386)])
    said = in_words(history_of(late, np.full(420, np.nan)))
    assert "loss: starts at 1.39, lies between 1.39 and 1.39" in said
    assert "Generator's loss: no number yet." in said
    assert "nan" not in said


def test_the_words_give_no_verdict_away():
    noisy = 1.3 + 0.1 * torch.randn(300, generator=torch.Generator().manual_seed(0)).numpy()
    said = in_words(history_of(noisy, noisy)).lower()
    assert re.search(r"single steps ± 0\.(09|10|11)\)", said)
    assert not [word for word in ("healthy", "collapse", "weak", "mode", "converge", "good") if word in said]
