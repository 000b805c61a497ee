"""The loss detective without a page: nothing is told before a verdict, verdicts are kept, and the score adds up."""

import asyncio
import json

import numpy as np
import pytest

from gan_edu import cases, detective
from gan_edu.course import progress
from gan_edu.course.text import plain
from gan_edu.diagnosis import Diagnosis
from gan_edu.evidence import Evidence
from gan_edu.widgets.detective import VERDICTS

SYMPTOMS = ("healthy", "mode_collapse", "weak_discriminator", "oscillation", "healthy", "undecided", "non_convergence",
            "mode_collapse", "mode_collapse", "undecided")  # fmt: skip
GIVEAWAYS = ("told", "sample", "modes", "symptom", "settings", "recipe", "lr_g", "seed")


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """Cases as they come, after 20 steps, with symptoms set from outside; the seeds asked for are returned."""
    asked, real_draw, real_solve = [], cases.draw, cases.solve

    def draw(seed, steps):
        asked.append(seed)
        return real_draw(seed, 20)

    def solve(recipes, tell=None, stop=None):
        made = real_solve(recipes, tell, stop)
        if made is None:
            return None
        verdicts = [Diagnosis(s, (Evidence("modes held", 3, "at most", 4, "half"),), "") for s in SYMPTOMS]
        return [cases.Case(c.recipe, c.history, c.sample, d) for c, d in zip(made, verdicts, strict=True)]

    monkeypatch.setattr(cases, "draw", draw)
    monkeypatch.setattr(cases, "solve", solve)
    monkeypatch.setenv("GAN_EDU_PROGRESS", str(tmp_path))
    return asked


def test_nothing_is_trained_before_it_is_asked_for(quick):
    tested = detective(seed=1)
    assert (tested.state["phase"], tested.cases, quick) == ("idle", [], [])
    with pytest.raises(ValueError, match="begin a round"):
        tested.commit("good")


def test_a_round_from_losses_to_the_score(quick):
    tested = detective(seed=7).begin()
    assert quick == [7]
    kinds = [case.kind for case in tested.cases]
    assert kinds == ["good", "few", "moving", "moving", "good", "moving", "few", "few"]
    says = ["good", "good", "moving", "unsure", "few", "moving", "few", "unsure"]
    results = []
    for place, said in enumerate(says):
        assert tested.state["phase"] == "open"
        shown = {name: value for name, value in tested.state.items() if name != "options"}
        assert not [name for name in GIVEAWAYS if name in json.dumps(shown)]
        assert np.shape(tested.state["losses"])[1] == 3
        results.append(tested.commit(said))
        state = tested.state
        assert state["phase"] == "told"
        assert plain(state["told"]["said"]) == VERDICTS[said]
        assert np.allclose(state["told"]["sample"], tested.cases[place].sample)
        assert state["told"]["right"] is results[-1]
        with pytest.raises(ValueError, match="go on to the next run"):
            tested.commit("good")
        tested.next()
    assert results == [True, False, True, None, False, True, True, None]
    assert tested.state["phase"] == "done"
    assert tested.score == (4, 2, 2)
    assert tested.state["score"] == "4 right, 2 wrong, 2 not said"
    rows = tested.state["rows"]
    assert sorted(row[0] for row in rows) == [f"Run {n}" for n in range(1, 9)]
    assert [float(row[1]) for row in rows] == sorted(float(row[1]) for row in rows)
    kept = progress.load().of("detective")
    assert [(r["right"], r["wrong"], r["unsure"], r["seed"], r["lesson"]) for r in kept] == [(4, 2, 2, 7, "03")]


def test_undecided_runs_count_for_nobody(quick, monkeypatch):
    monkeypatch.setattr(cases, "chosen", lambda made: [c for c in made if not c.kind])
    tested = detective(seed=1).begin()
    assert [tested.commit("good"), tested.next(), tested.commit("unsure")] == [None, None, None]
    assert "nobody could be right" in plain(tested.state["told"]["kind"])


def test_losses_shown_are_those_of_the_run(quick):
    tested = detective(seed=3).begin()
    shown, history = np.array(tested.state["losses"]), tested.cases[0].history
    assert np.allclose(shown.T, [history["step"], history["d_loss"], history["g_loss"]])
    assert np.allclose(tested.state["levels"], [np.log(4), np.log(2)])
    assert tested.state["words"] == cases.in_words(history)


def test_new_rounds_draw_new_runs_and_earlier_scores_stay(quick):
    tested = detective(seed=7)
    for _ in range(2):
        tested.begin()
        for _ in range(8):
            tested.commit("unsure")
            tested.next()
    assert quick == [7, 8]
    assert tested.state["earlier"] == "Rounds so far: 0 right, 0 wrong, 8 not said; 0 right, 0 wrong, 8 not said."
    assert detective().state["earlier"].startswith("Rounds so far: 0 right")
    free = detective()
    free.begin()
    assert free.drawn != 7


def test_what_is_said_must_be_known(quick):
    tested = detective(seed=1).begin()
    with pytest.raises(ValueError, match="choose one of good, few, moving, unsure"):
        tested.commit("bad")
    tested.command({"do": "commit", "verdict": "bad"})
    assert tested.error.startswith("The page asked for 'commit'")
    assert tested.error.endswith("Nothing has changed.")
    progress.record("learner", name="A")
    assert tested.error.endswith("Nothing has changed."), "what is said on the saved progress takes no word away"
    assert tested.said == []
    tested.command({"do": "commit", "verdict": "few"})
    assert (tested.error, tested.said) == ("", ["few"])


def test_text_stands_for_it(quick):
    tested = detective(seed=1)
    assert "eight real runs" in tested.text()
    tested.begin()
    assert "Run 1 of 8. Discriminator's loss: starts at" in tested.text()
    assert "healthy" not in tested.text()
    tested.commit("few")
    assert "You said: Only a few modes, at rest (mode collapse). It is: Good points" in tested.text()
    assert tested._repr_mimebundle_()[0]["text/plain"].split() == tested.text().split()


async def until(condition):
    while not condition():
        await asyncio.sleep(0.01)


def test_from_the_page_it_trains_in_the_background_and_can_be_cancelled(quick):
    async def scenario():
        tested = detective(seed=1)
        tested.command({"do": "begin"})
        assert tested.state["phase"] == "training"
        await until(lambda: tested.state["phase"] == "open")
        assert tested.share == -1
        for _ in range(8):
            tested.command({"do": "commit", "verdict": "unsure"})
            tested.command({"do": "next"})
        tested.command({"do": "begin"})
        tested.command({"do": "begin"})  # twice: one training
        await until(lambda: tested.state["phase"] == "open")
        assert quick == [1, 2]

    asyncio.run(asyncio.wait_for(scenario(), 60))


def test_cancel(monkeypatch):
    real = cases.draw
    monkeypatch.setattr(cases, "draw", lambda seed, steps: real(seed, 10**6))

    async def scenario():
        tested = detective(seed=1)
        tested.command({"do": "begin"})
        await until(lambda: tested.share > 0 or tested.error)
        tested.command({"do": "cancel"})
        await until(lambda: tested.state["phase"] == "idle")
        assert not tested.error

    asyncio.run(asyncio.wait_for(scenario(), 60))


def test_a_round_that_ends_after_the_cell_ran_again_is_not_shown_and_nothing_listens_on(monkeypatch):
    tested = detective(seed=1)

    def late(*args, **more):
        tested.retire()
        raise ArithmeticError("made to fail")

    monkeypatch.setattr(cases, "solve", late)
    tested.share = 0.5
    tested.begin()
    assert (tested.busy, tested.error) == (False, "")
    assert not {"cases", "said"} & set(vars(tested))


def test_an_error_in_the_training_is_shown(monkeypatch):
    monkeypatch.setattr(cases, "solve", lambda *args, **more: 1 / 0)
    tested = detective(seed=1).begin()
    assert tested.error == "ZeroDivisionError: division by zero"
    assert tested.state["phase"] == "idle"


def test_whatever_the_page_sends_the_detective_goes_on(quick):
    made = detective(seed=1).begin()
    before = made.text()
    for value in (None, 3, "x", [], [[]], {}, {"a": []}, True, 10**400):
        for message in (value, {"do": value}, {"do": "commit", "verdict": value}, {"do": "next", "more": value}):
            made._handle_custom_msg(message, [])
        data = {"method": "update", "state": dict.fromkeys(("state", "share", "error"), value), "buffer_paths": []}
        made._handle_msg({"content": {"data": data}, "buffers": []})
    assert made.text() == before
    made._handle_custom_msg({"do": "commit", "verdict": "good"}, [])
    assert made.said == ["good"]
    assert made.error == ""
