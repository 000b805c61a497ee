"""The button 'Second opinion' without a page: what it tells, that the loop stays alive, when it is forgotten."""

import asyncio
import time

import pytest
import torch

from gan_edu import PRESETS, Recipe, playground
from gan_edu import second_opinion as module
from gan_edu.second_opinion import Size, probe
from gan_edu.widgets.frames import unpack

torch.set_num_threads(1)  # more threads make small work slower
SMALL = Recipe(g_width=16, d_width=16, batch=32, steps=60)


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setattr(module, "SIZES", {False: Size(40, 64, 500), True: Size(3, 16, 64)})


def click(play, do, **more):
    play._handle_custom_msg({"do": do, **more}, [])


def told(play):
    return unpack(bytes(play.opinion))


def test_it_tells_the_opinion_that_probe_has_and_leaves_the_run():
    play = playground(SMALL).run(20)
    assert play.opinion == b""
    frame, sample = bytes(play.frame), play.session.sample(16)
    click(play, "opinion")
    expected = probe(play.session)
    header, arrays = told(play)
    assert (header["sentence"], header["busy"]) == (expected.sentence, False)
    assert arrays["heat"] == pytest.approx(expected.heat * 255, abs=0.51)
    assert arrays["fake"] == pytest.approx(expected.sample, abs=1e-6)
    assert play.desk.last.auc == expected.auc
    assert torch.equal(play.session.sample(16), sample)
    assert unpack(frame)[0]["token"] == play.session.token


@pytest.mark.parametrize(("recipe", "parts"), [
    (SMALL.replace(data="two_gaussians"), {"fake": (256, 1), "curve": (200,)}),
    (PRESETS["mnist_plain"].replace(g_width=8, d_width=8, batch=8), {}),
])  # fmt: skip
def test_lines_and_digits(recipe, parts):
    play = playground(recipe)
    click(play, "opinion")
    header, arrays = told(play)
    assert header["sentence"].startswith("Step 0: a fresh discriminator tells real from generated with AUC ")
    assert {name: array.shape for name, array in arrays.items()} == parts


@pytest.mark.parametrize(
    ("do", "more"),
    [("restart", {}), ("reset", {}), ("rewind", {"step": 3, "held": False}), ("preset", {"name": "mode_collapse"})],
)
def test_it_is_forgotten_with_the_run_that_it_judged(do, more):
    play = playground(SMALL).run(5)
    click(play, "opinion")
    assert play.opinion
    click(play, do, **more)
    assert (play.opinion, play.desk.last, play.error) == (b"", None, "")


def test_training_on_keeps_it_with_the_step_at_which_it_was_asked():
    play = playground(SMALL).run(5)
    click(play, "opinion")
    play.run(5)
    assert told(play)[0]["sentence"].startswith("Step 5: ")


def test_samples_that_are_no_numbers():
    play = playground(Recipe(objective="wasserstein", optimiser="sgd", lr_g=1.0, lr_d=1.0)).run(500)
    assert play.session.failed_at
    play.session.train_step()
    click(play, "opinion")
    assert told(play)[0]["sentence"].startswith("No second opinion: the generator's samples are not finite")
    assert play.error == ""


def test_in_the_loop_it_pauses_the_run_and_lets_others_have_their_turn(monkeypatch):
    monkeypatch.setattr(module, "SIZES", {False: Size(400, 64, 500)})

    async def scene():
        play = playground(SMALL.replace(steps=10**6))
        click(play, "play")
        await asyncio.sleep(0.1)
        click(play, "opinion")
        gaps, ticks, last = 0.0, 0, time.perf_counter()
        while not (play.opinion and not told(play)[0]["busy"]):
            await asyncio.sleep(0)
            now = time.perf_counter()
            gaps, ticks, last = max(gaps, now - last), ticks + 1, now
        return play, gaps, ticks

    play, gaps, ticks = asyncio.run(scene())
    assert not play.playing
    assert play.desk.last.step == play.session.step > 0
    assert ticks > 5
    assert gaps < 1.0, "the page would freeze"


def test_in_the_loop_an_unfinished_one_is_dropped_at_a_restart(monkeypatch):
    monkeypatch.setattr(module, "SIZES", {False: Size(10**4, 8, 50)})

    async def scene():
        play = playground(SMALL)
        click(play, "opinion")
        await asyncio.sleep(0.05)
        assert told(play)[0]["busy"]
        click(play, "restart")
        await asyncio.sleep(0.2)
        return play, play.desk._task.done()

    play, ended = asyncio.run(scene())
    assert ended
    assert (play.opinion, play.error) == (b"", "")


def test_an_error_on_the_way_is_shown(monkeypatch):
    monkeypatch.setattr(module.Examiner, "train_step", lambda self: 1 / 0)
    play = playground(SMALL)
    click(play, "opinion")
    assert play.error == "ZeroDivisionError: division by zero"
