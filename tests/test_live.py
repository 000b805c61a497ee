"""What the widgets that train share: messages of any kind, a cell that runs again, a look back, an interrupt."""

import ast
import asyncio
import gc
import itertools
import re
import time
import weakref

import pytest
import torch
from jupyter_client.manager import start_new_kernel
from test_alive import WIDGETS
from test_playground import SMALL, click, header, move

from gan_edu import PRESETS, Run, playground
from gan_edu.widgets import pace, registry
from gan_edu.widgets.frames import unpack
from gan_edu.widgets.twin import twin

WRONG = [None, True, -1, 1.5, float("nan"), "", "x" * 50, [], {}, ["a", 1], {"lr_g": None}, {"lr_g": "fast"}, {"": 1}]
GOOD = {"name": "lr_d", "value": "1", "held": False, "step": 1, "seen": ["page", 1], "values": {}, "text": "gan1",
        "index": 0, "verdict": "good"}  # fmt: skip
TRAINING = ("playground", "twin", "map", "challenge", "detective", "explorer")


def hostile(shapes):
    """Messages of wrong shapes: no action, unknown ones, arguments missing, too many, or of another type."""
    yield from (None, [], "play", 3, {}, {"do": None}, {"do": []}, {"do": "launch"}, {"do": "__init__"})
    for name, arguments in shapes.items():
        yield {"do": name, "more": 1}
        if arguments:
            yield {"do": name}
        for key in arguments:
            right = {"do": name, **{other: GOOD[other] for other in arguments}}
            yield from ({**right, key: value} for value in WRONG if not arguments[key](value))


@pytest.mark.parametrize("make", [lambda: playground(SMALL).run(4), lambda: twin(SMALL, lr_d=1e-2).run(4)])
def test_messages_of_wrong_types_are_refused_and_change_nothing(make):
    widget = make()
    run = widget.session if hasattr(widget, "session") else widget.twin.left
    before = dict(widget.controls), run.token, run.step, widget.playing
    shapes = {**{key: {} for key in widget.actions}, **widget.shapes}
    messages = list(hostile(shapes))
    assert len(messages) > 20
    for message in messages:
        widget.notice = ""
        widget.command(message)
        assert widget.notice.endswith("Nothing has changed."), message
        assert (dict(widget.controls), run.token, run.step, widget.playing) == before, message
    assert widget.error == ""


@pytest.mark.parametrize("name", ["challenge", "detective"])
def test_so_are_those_to_challenge_and_detective(name):
    widget = WIDGETS[name]()
    for message in hostile(widget.shapes):
        widget.error = ""
        widget.command(message)
        assert widget.error.startswith("The page asked for "), message
        assert widget.error.endswith("Nothing has changed."), message
    assert widget.share == -1


def test_nothing_listens_for_interrupts_where_no_event_loop_runs():
    widget, loop = WIDGETS["detective"](), asyncio.new_event_loop()
    registry.listen(widget, None)
    registry.listen(widget, loop)
    loop.close()
    assert "_listening" not in vars(widget)


def test_values_out_of_range_are_refused_with_the_reason():
    play = playground(SMALL)
    for values in ({"lr_g": -1}, {"lr_d": 1e9}, {"d_strength": -1}, {"penalty_weight": -3}):
        move(play, **values)
        assert header(play)["notice"].startswith("Not changed: "), values
        (name,) = values
        assert play.controls[name] == getattr(SMALL, name)
    assert play.session.events == []


# --- controls -----------------------------------------------------------------------------------------------------


def test_a_penalty_comes_with_its_own_weight_in_any_order_of_events():
    """Each message says only what was moved: a slider's move cannot take the weight back to 0."""
    moves = [{"penalty": "r1"}, {"lr_d": 1e-3}, {"lr_d": 2e-3}, {"view": "balance"}]
    for order in itertools.permutations(moves):
        play = playground(SMALL)
        for number, values in enumerate(order, start=1):
            click(play, "set", values=values, seen=["page", number])
        knobs = play.session.knobs
        assert (knobs.penalty, knobs.penalty_weight, play.controls["penalty_weight"]) == ("r1", 0.1, 0.1)
        assert play.controls["seen"] == ["page", 4], "so that the page knows that nothing of its own is under way"
    play = playground(SMALL.replace(penalty="clip", penalty_weight=0.03))
    move(play, penalty="wgan_gp")
    assert play.session.knobs.penalty_weight == 1.0, "λ is not what c was"
    move(play, penalty_weight=3)
    assert play.session.knobs.penalty_weight == 3


def test_the_presets_name_stands_only_over_its_own_settings():
    play = playground("ring_healthy")
    assert (play.controls["preset"], play.controls["changed"]) == ("ring_healthy", "")
    move(play, lr_g=1e-2)
    assert (play.controls["preset"], play.controls["changed"]) == ("", "ring_healthy")
    click(play, "restart")
    assert play.controls["preset"] == ""
    move(play, lr_g=PRESETS["ring_healthy"].lr_g)
    assert (play.controls["preset"], play.controls["changed"]) == ("ring_healthy", "")
    move(play, optimiser="sgd")
    assert play.controls["preset"] == ""
    click(play, "reset")
    assert play.controls["preset"] == "ring_healthy"
    own = playground(SMALL)
    move(own, lr_g=1e-2)
    assert (own.controls["preset"], own.controls["changed"]) == ("", "")


def test_each_frame_says_which_run_it_belongs_to():
    play = playground("ring_healthy")
    seen = []

    def note(change):
        seen.append((change["name"], unpack(bytes(change["new"]))[0]["run"]))

    play.observe(note, ["still", "frame"])
    click(play, "preset", name="mode_collapse")
    click(play, "preset", name="ring_healthy")
    stills = [number for name, number in seen if name == "still"]
    frames = [number for name, number in seen if name == "frame"]
    assert stills == sorted(set(stills)), "each run has its own number"
    assert frames[-1] == stills[-1]
    assert set(frames) >= set(stills)


# --- Rewind -------------------------------------------------------------------------------------------------------


def test_a_look_back_keeps_what_was_trained_until_training_goes_on():
    play = playground(SMALL).run(60)
    move(play, lr_g=1e-2)
    play.run(190)
    end, token, rows = play.session.sample(16), play.session.token, play.session.history["d_loss"]
    for step, held, there in ((230, True, 200), (230, False, 230), (40, False, 40), (0, False, 0), (249, False, 249)):
        click(play, "rewind", step=step, held=held)
        assert (play.session.step, header(play)["end"], header(play)["error"]) == (there, 250, "")
    click(play, "rewind", step=250, held=False)
    assert header(play)["notice"] == "Back at step 250."
    assert torch.equal(play.session.sample(16), end)
    assert (play.session.token, play.session.history["d_loss"]) == (token, rows)
    play.run(10)
    straight = playground(SMALL).run(60)
    move(straight, lr_g=1e-2)
    straight.run(200)
    assert torch.equal(play.session.sample(16), straight.session.sample(16)), "as if nobody had looked back"


@pytest.mark.parametrize("go_on", [
    lambda play: play.run(1), lambda play: click(play, "both"), lambda play: move(play, lr_g=1e-3),
    lambda play: click(play, "next"),
])  # fmt: skip
def test_after_a_look_back_the_run_goes_on_from_there(go_on):
    play = playground(SMALL).run(150)
    click(play, "rewind", step=70, held=False)
    go_on(play)
    assert header(play)["end"] == play.session.step <= 71
    click(play, "rewind", step=500, held=False)
    assert play.session.step <= 71, "the rest is gone"
    again = Run.from_token(play.session.token)
    while again.step < play.session.step:
        again.train_step()
    again._replay_events()
    assert torch.equal(again.sample(16), play.session.sample(16)), "and the token tells the new story"


def test_from_step_0_one_key_right_does_nothing():
    play = playground(SMALL)
    click(play, "rewind", step=1, held=False)
    assert (play.session.step, header(play)["error"]) == (0, "")


# --- a sleeping computer ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("speed", "most"), [("1", 1), ("30", 7), ("200", 50)])
def test_after_a_sleep_there_is_no_burst(monkeypatch, speed, most):
    now = [100.0]
    monkeypatch.setattr(pace.time, "perf_counter", lambda: now[0])
    clock = pace.Pace()
    clock.start(speed)
    clock.count()
    now[0] += 3600
    due = clock.steps_due(speed)
    assert due == most
    [clock.count() for _ in range(due)]
    now[0] += 1
    assert clock.steps_due(speed) == pytest.approx(min(pace.RATES[speed], most), abs=1)


# --- a cell that runs again ---------------------------------------------------------------------------------------


def runs_alive():
    gc.collect()
    return sum(type(thing) is Run for thing in gc.get_objects())


@pytest.mark.parametrize("name", TRAINING)
def test_a_cell_that_runs_again_lets_go_of_its_old_runs(monkeypatch, name):
    number = itertools.count(1)
    monkeypatch.setattr(registry, "current_cell", lambda: ("the cell", executions[0]))
    executions, kept, counts = [0], [], []
    for _ in range(4):
        executions[0] = next(number)
        kept.append(WIDGETS[name]())  # as IPython's Out does
        counts.append(runs_alive())
    assert counts[1:] == [counts[1]] * 3, "no run more for each time that the cell has run"
    assert [widget.older for widget in kept] == [True, True, True, False]
    said = []
    monkeypatch.setattr(kept[0], "send", lambda content, buffers=None: said.append(content))
    kept[0]._handle_custom_msg({"do": "play", "asks": ["page", 1]}, [])
    assert said == [{"heard": ["page", 1], "older": True}], "the old picture says so, and does not fail"


def test_a_playground_that_has_trained_forked_and_looked_back_is_let_go_of(monkeypatch):
    executions = [1]
    monkeypatch.setattr(registry, "current_cell", lambda: ("the cell", executions[0]))
    play = playground(SMALL).run(150)
    monkeypatch.setattr(registry, "current_cell", lambda: ("the cell", 7))  # a message has no cell of its own
    click(play, "opinion")
    click(play, "next")
    click(play, "fork")
    click(play, "fork_open", name="lr_d", value="0.05")
    click(play, "rewind", step=20, held=False)
    assert play.forks.board is not None
    assert (play.older, play.forks.board.cell) == (False, play.cell), "a fork is no new run of the cell"
    monkeypatch.setattr(registry, "current_cell", lambda: ("the cell", executions[0]))
    gone = [weakref.ref(run) for run in (play.session, *play.forks.board.twin.runs)]
    executions[0] = 2
    again = playground(SMALL)
    gc.collect()
    assert [run() for run in gone] == [None] * 3
    with pytest.raises(RuntimeError, match="run again"):
        play.session  # noqa: B018
    assert again.session.step == 0


def test_an_older_playground_that_played_stops_and_hears_nothing_more(monkeypatch):
    executions = [1]
    monkeypatch.setattr(registry, "current_cell", lambda: ("the cell", executions[0]))

    async def scenario():
        play = playground(SMALL.replace(steps=10**6))
        click(play, "play")
        while play.session.step < 5:
            await asyncio.sleep(0.01)
        gone = weakref.ref(play.session)
        executions[0] = 2
        playground(SMALL)
        await asyncio.sleep(0.3)
        gc.collect()
        assert gone() is None
        frame = play.frame
        play.command({"do": "play"})
        assert (play.playing, play.frame, play.error) == (False, frame, "")

    asyncio.run(asyncio.wait_for(scenario(), 60))


# --- updates by hand in a pasted recipe ---------------------------------------------------------------------------


def test_a_pasted_recipes_many_updates_by_hand_are_stated_replayed_in_slices_and_paused():
    many = 20_000
    token = Run(SMALL, [(0, "discriminator", None)] * many).token

    async def scenario():
        play = playground(SMALL)
        click(play, "paste", text=token)
        while "Recipe taken" not in header(play)["notice"]:
            await asyncio.sleep(0.01)
        assert header(play)["notice"].endswith(f"It repeats {many:,} updates made by hand.")
        click(play, "play")
        while play.session.players.d_optimiser.updates < 300:
            await asyncio.sleep(0.01)
        assert re.fullmatch(rf"Replaying this recipe's {many:,} updates by hand and moves: [\d,]+ done\.", play.notice)
        assert (play.playing, play.session.step) == (True, 0)
        before = time.perf_counter()
        click(play, "pause")
        while play.playing:
            await asyncio.sleep(0.01)
        assert time.perf_counter() - before < 5, "all of them would take far longer"
        done = play.session.players.d_optimiser.updates
        assert 300 <= done < many / 2
        await asyncio.sleep(0.1)
        assert play.session.players.d_optimiser.updates == done

    asyncio.run(asyncio.wait_for(scenario(), 60))


def test_after_the_replay_the_notice_goes_and_training_goes_on():
    play = playground(SMALL)
    click(play, "paste", text=Run(SMALL, [(0, "discriminator", None)] * 200).token)
    play.run(3)
    assert (play.session.step, play.notice) == (3, "")
    assert play.session.players.d_optimiser.updates == 203


# --- Kernel > Interrupt -------------------------------------------------------------------------------------------

PLAYING = """from gan_edu import Recipe, playground
play = playground(Recipe(g_width=16, d_width=16, batch=32, steps=10**6))
play.play()"""


def test_an_interrupt_stops_a_playing_widget_and_the_kernel_lives():
    """As JupyterLab's Kernel > Interrupt does, against a real kernel."""
    manager, kernel = start_new_kernel(kernel_name="python3")
    try:

        def ask(expression):
            reply = kernel.execute_interactive(
                "", user_expressions={"it": expression}, silent=True, store_history=False, timeout=60)  # fmt: skip
            return ast.literal_eval(reply["content"]["user_expressions"]["it"]["data"]["text/plain"])

        kernel.execute_interactive(PLAYING, timeout=60)
        for _ in range(2):  # the second time it plays by a message from the page, and no cell has run since
            step = ask("play.session.step")
            deadline = time.monotonic() + 60
            while ask("play.session.step") < step + 20 and time.monotonic() < deadline:
                time.sleep(0.1)
            assert ask("(play.playing, play.session.step > 19)") == (True, True)
            manager.interrupt_kernel()
            deadline = time.monotonic() + 60
            while ask("play.playing") and time.monotonic() < deadline:
                time.sleep(0.1)
            assert ask("(play.playing, play.notice[:14], play.error)") == (False, "Paused at step", "")
            kernel.execute_interactive("play.command({'do': 'play'})", timeout=60)
    finally:
        kernel.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.mark.parametrize("name", WIDGETS)
def test_the_page_sets_no_trait_of_its_own(name):
    """A value of the wrong kind would stay, and close the widget, until the cell is run again."""
    widget = WIDGETS[name]()
    for part in (widget, getattr(widget, "grid", widget)):
        before = {trait: getattr(part, trait) for trait in part.traits(sync=True) if not trait.startswith("_")}
        part.set_state({trait: {} if isinstance(value, dict) else value for trait, value in before.items()})
        part.set_state({"busy": True, "cells": [], "controls": {}})
        now = {trait: getattr(part, trait) for trait in before}
        assert {trait for trait in before if now[trait] is not before[trait] and now[trait] != before[trait]} == set()
