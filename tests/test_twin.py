"""Twin runs: what a fork keeps, what it changes, and the two panes that show it, without a page."""

import asyncio
import re

import numpy as np
import pytest
import torch
import traitlets
from plain_gan import plain_samples

from gan_edu import PRESETS, Recipe, Run, playground, twin
from gan_edu.twins import Twin, fork
from gan_edu.widgets import registry
from gan_edu.widgets.forks import as_value
from gan_edu.widgets.frames import unpack

SMALL = Recipe(g_width=16, d_width=16, batch=32, steps=60)
DIGITS = Recipe(data="mnist", architecture="dcgan", g_width=8, d_width=8, batch=8, noise=4, average=0.9, steps=12)
DIVERGES = SMALL.replace(objective="wasserstein", optimiser="sgd", lr_g=1e-4, lr_d=1e-4)


def trained(recipe, steps):
    run = Run(recipe)
    for _ in range(steps):
        run.train_step()
    return run


def more(run, steps):
    for _ in range(steps):
        run.train_step()
    return run


def header(board, side):
    return unpack(bytes(getattr(board, side)))[0]


def click(widget, do, **more):
    """What the page sends when a button is pressed."""
    widget._handle_custom_msg({"do": do, **more}, [])


# --- the fork itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recipe", "steps"),
    [
        (SMALL.replace(d_strength=0.3, lr_halving=20), 37),
        (SMALL.replace(average=0.9, penalty="r1", penalty_every=3), 25),
        (SMALL.replace(instance_noise=0.3, noise_until=40, pack=2, smoothing=0.1), 25),
        (SMALL.replace(spectral_norm=True, unroll=2), 25),
        (DIGITS, 5),
    ],
)
def test_without_a_change_both_go_on_bit_for_bit(recipe, steps):
    run = trained(recipe, steps)
    other = fork(run)
    more(run, 7), more(other, 7)
    for name in ("G", "D"):
        pair = [list(getattr(one.players, name).parameters()) for one in (run, other)]
        assert all(torch.equal(a, b) for a, b in zip(*pair, strict=True))
    assert torch.equal(run.sample(16), other.sample(16))
    assert np.array_equal(run.history.frame(), other.history.frame(), equal_nan=True)
    assert run.history.snapshots == other.history.snapshots
    assert (run.token, run.credit, run.step) == (other.token, other.credit, steps + 7)


def test_a_change_is_the_only_difference_and_the_noise_is_the_same():
    run = trained(SMALL, 30)
    other = fork(run, lr_d=1e-2)
    assert torch.equal(run.sample(64), other.sample(64)), "the fork itself moves nothing"
    assert other.events == [(30, "lr_d", 1e-2)]
    seen = {}
    for name, one in (("run", run), ("other", other)):
        more(one, 20)
        seen[name] = [*one.next_discriminator_batch(), *one._g_stream[one.step]]
    assert all(torch.equal(a, b) for a, b in zip(seen["run"], seen["other"], strict=True))
    expected = [plain_samples(SMALL, 50, events, run.noise(64)) for events in ([], [(30, "lr_d", 1e-2)])]
    for one, wanted in zip((run, other), expected, strict=True):
        assert torch.allclose(one.sample(64), wanted, rtol=0, atol=1e-8)
    assert (expected[0] - expected[1]).norm(dim=1).mean() > 1e-3, "this test must be able to see a difference"


def test_a_fork_can_be_rewound_to_before_it_and_its_token_repeats_it():
    run = trained(SMALL, 40)
    other = more(fork(run, d_strength=3), 10)
    again = Run.from_token(other.token)
    assert torch.equal(more(again, 50).sample(32), other.sample(32))
    other.rewind(20)
    assert torch.equal(other.sample(32), trained(SMALL, 20).sample(32))
    assert run.step == 40
    assert len(run.history) == 40


def test_training_one_side_leaves_the_other_and_its_memory_alone():
    run = trained(SMALL, 30)
    weights, rows = run.players.g_optimiser.flat.clone(), len(run.history)
    other = more(fork(run, lr_g=1e-2), 30)
    assert torch.equal(run.players.g_optimiser.flat, weights)
    assert (len(run.history), len(other.history)) == (rows, rows + 30)
    other.rewind(0)
    run.rewind(30)
    assert torch.equal(run.players.g_optimiser.flat, weights)


def test_from_step_0_any_field_may_differ():
    run = Run(SMALL)
    run.knobs.lr_g = 1e-3  # a slider moved before the first step
    other = fork(run, d_width=4, penalty="r1")
    assert other.recipe == SMALL.replace(lr_g=1e-3, d_width=4, penalty="r1")
    assert other.events == []
    alike = more(fork(run), 20)
    assert torch.equal(alike.sample(16), more(run, 20).sample(16))


def test_a_changed_penalty_brings_its_own_weight_also_on_the_way():
    run = trained(SMALL, 10)
    assert fork(run, penalty="r1").knobs.penalty_weight == SMALL.replace(penalty="r1").penalty_weight
    assert fork(run, penalty="r1", penalty_weight=3).knobs.penalty_weight == 3


def test_what_a_pasted_token_would_still_do_is_left_behind():
    first = trained(SMALL, 20)
    first.knobs.lr_g = 1e-1
    replay = more(Run.from_token(first.token), 10)
    sides = Twin(replay, lr_d=1e-2)
    for _ in range(30):
        sides.train_step()
    assert sides.left.knobs.lr_g == sides.right.knobs.lr_g == SMALL.lr_g
    assert torch.equal(sides.left.sample(8), trained(SMALL, 40).sample(8))


@pytest.mark.parametrize(
    ("steps", "changes", "words"),
    [
        (3, {"d_width": 8}, "d_width can differ from step 0 only, and this run is at step 3; .* lr_g, lr_d"),
        (0, {"data": "grid"}, "data cannot differ"),
        (3, {"steps": 9}, "steps cannot differ"),
        (0, {"lr_g": 7}, "lr_g=7 will not do"),
        (3, {"objective": "best"}, "objective='best' is not known; choose one of minimax"),
        (0, {"rate": 1}, "no field rate"),
    ],
)
def test_what_will_not_do_is_refused_with_words(steps, changes, words):
    run = trained(SMALL, steps)
    with pytest.raises(ValueError, match=words):
        fork(run, **changes)
    assert run.events == []


def test_the_sentence_says_what_differs_and_since_when():
    healthy = Run(PRESETS["ring_healthy"].replace(lr_d=2e-3))
    assert Twin(healthy, lr_d=1e-2).sentence == (
        "Right: discriminator learning rate 1e-2 instead of 2e-3; all else, the noise too, is the same.")
    run = trained(SMALL, 12)
    run.knobs.d_strength = 2
    assert Twin(run, d_strength=1 / 8, objective="minimax").sentence == (
        "Right, from step 12 on: discriminator strength 1/8 instead of 2 and objective minimax instead of "
        "non-saturating; all else, the noise too, is the same.")
    assert "the random inputs differ too" in Twin(healthy, seed=3).sentence
    assert Twin(run, d_strength=2).sentence.startswith("Nothing differs")


# --- the panes ----------------------------------------------------------------------------------------------------


def test_the_panes_train_in_lockstep_what_a_lone_run_trains():
    board = twin(SMALL, lr_d=1e-2).run(45)
    assert [header(board, side)["step"] for side in ("left", "right")] == [45, 45]
    for side, recipe in (("left", SMALL), ("right", SMALL.replace(lr_d=1e-2))):
        alone = trained(recipe, 45)
        run, (head, arrays) = getattr(board.twin, side), unpack(bytes(getattr(board, side)))
        assert torch.equal(run.sample(32), alone.sample(32))
        assert np.allclose(arrays["fake"], alone.sample(256), atol=1e-6)
        last = alone.history.snapshots[-1]
        assert np.allclose(arrays["curve"][-1], [25, last["modes"], last["quality"]])
        assert re.fullmatch(r"step 45 · \d of 8 modes · [a-z -]+", head["status"])
        assert head["alt"].startswith(f"{side.capitalize()}. Step 45: generated points hold {last['modes']} of 8")
    assert board.words["sentence"].startswith("Right: discriminator learning rate 1e-2 instead of 2e-3;")
    spoken_curves = board.words["curves_alt"]
    assert re.match(r"Curves of both sides: left \d of 8 modes, .* at step 45; right \d of 8 modes", spoken_curves)


def test_losses_are_drawn_on_request():
    board = twin(SMALL, lr_d=1e-2).run(10)
    assert "loss_curve" not in unpack(bytes(board.left))[1]
    board.controls = {**board.controls, "losses": True}
    click(board, "show")
    drawn = unpack(bytes(board.right))[1]["loss_curve"]
    history = board.twin.right.history
    assert np.allclose(drawn, np.array([history[n] for n in ("step", "d_loss", "g_loss")]).T, atol=1e-6)
    assert "loss_curve" in unpack(bytes(twin(SMALL, losses=True, lr_d=1e-2).run(2).left))[1]


def test_a_run_can_be_forked_where_it_stands_and_restart_leads_back_there():
    run = trained(SMALL, 30)
    board = twin(run, lr_g=1e-2).run(10)
    first = board.twin.right.sample(16)
    click(board, "restart")
    assert (board.twin.step, board.words["begin"]) == (30, 30)
    assert board.budget_end == 30 + SMALL.steps, "a fork goes on for a whole run's length"
    assert torch.equal(board.twin.left.sample(16), run.sample(16))
    click(board, "step")
    assert [one.step for one in board.twin.runs] == [31, 31]
    assert board.words["notice"] == "By hand: one step of each side."
    assert torch.equal(board.run(9).twin.right.sample(16), first)


def test_nan_in_one_pane_does_not_stop_the_other():
    board = twin(DIVERGES.replace(steps=400), lr_g=1.0, lr_d=1.0).run(400)
    assert board.twin.right.failed_at is not None
    assert (board.twin.left.step, board.twin.left.failed_at) == (400, None)
    assert header(board, "right")["status"].endswith("stopped: a loss became NaN or infinite")
    assert header(board, "left")["status"].startswith("step 400 · ")
    assert not board.words["failed"]
    assert torch.equal(board.twin.left.sample(8), trained(DIVERGES, 400).sample(8))


def test_digits_too():
    board = twin(DIGITS, lr_g=1e-4).run(3)
    head, arrays = unpack(bytes(board.right))
    assert arrays["fake"].shape == (48, 28, 28)
    assert arrays["curve"][0, 1] >= 1
    assert np.isnan(arrays["curve"][:, 2]).all()
    assert re.fullmatch(r"step 3 · \d+ of 10 classes · undecided", head["status"])
    assert board._repr_mimebundle_()[0]["image/png"]


def test_unknown_names_and_settings_are_refused():
    with pytest.raises(ValueError, match="no preset 'ring'; choose one of ring_healthy"):
        twin("ring")
    with pytest.raises(ValueError, match="no field width"):
        twin(SMALL, width=3)
    with pytest.raises(RuntimeError, match=r"\.run\(steps\)"):
        twin(SMALL).play()


# --- live ---------------------------------------------------------------------------------------------------------


def live(scenario):
    asyncio.run(asyncio.wait_for(scenario(), 60))


async def until(condition):
    while not condition():
        await asyncio.sleep(0.005)


def test_play_pause_and_the_other_playgrounds():
    async def scenario():
        long = SMALL.replace(steps=100_000)
        board, play = twin(long, lr_d=1e-2), playground(long)
        click(play, "play")
        await until(lambda: play.session.step > 5)
        click(board, "play")
        await until(lambda: board.twin.step > 20 and board.words["playing"])
        assert not play.playing, "playing one pauses the others"
        assert board.twin.left.step == board.twin.right.step
        assert "steps/s" in header(board, "left")["status"]
        click(board, "pause")
        await until(lambda: not board.words["playing"])
        stopped = board.twin.step
        await asyncio.sleep(0.1)
        assert board.twin.step == stopped
        assert board.words["notice"] == f"Paused at step {stopped:,}."
        click(board, "play")
        await until(lambda: board.twin.step > stopped)
        click(board, "restart")
        await until(lambda: 0 < board.twin.step < stopped and board.playing)
        click(play, "play")
        await until(lambda: not board.playing)
        play.pause()

    live(scenario)


def test_the_planned_end_stops_both_and_a_failed_side_stays_behind_live():
    async def scenario():
        board = twin(DIVERGES.replace(steps=300), lr_g=1.0, lr_d=1.0)
        click(board, "play")
        await until(lambda: board.words["notice"])
        assert board.words["notice"].startswith("Step 300: the planned end.")
        assert board.twin.left.step == 300 > board.twin.right.step
        click(board, "play")
        await until(lambda: board.twin.left.step > 300)
        board.pause()

    live(scenario)


def test_an_error_is_shown(monkeypatch):
    async def scenario():
        board = twin(SMALL, lr_d=1e-2)
        monkeypatch.setattr(board.twin, "train_step", lambda: 1 / 0)
        click(board, "play")
        await until(lambda: board.words["error"])
        assert board.words["error"] == "ZeroDivisionError: division by zero"
        assert not board.playing

    live(scenario)


class Stub(traitlets.HasTraits):
    """A prediction as the panes know it."""

    unlocked = traitlets.Bool(False)
    measured = traitlets.Unicode()

    def expect_play(self):
        self.expects = True

    def report(self, measured):
        self.measured = measured


def test_a_prediction_keeps_play_closed_and_gets_both_measurements():
    async def scenario():
        guess = Stub()
        board = twin(SMALL, prediction=guess, lr_d=1e-2)
        click(board, "play")
        await asyncio.sleep(0.05)
        assert (board.twin.step, board.words["locked"]) == (0, True)
        guess.unlocked = True
        await until(lambda: not board.words["locked"])
        board.run(60)
        assert re.fullmatch(r"left: \d of 8 modes .* step 60 \| right: \d of 8 .* step 60", guess.measured)

    live(scenario)


# --- 'Fork' in a playground ---------------------------------------------------------------------------------------


def test_fork_opens_panes_from_the_runs_own_state_and_closing_gives_the_playground_back():
    play = playground(SMALL).run(30)
    before, token = play.session.sample(16), play.session.token
    click(play, "fork")
    offered = {offer["name"]: offer for offer in play.forking["offers"]}
    assert {"lr_g", "lr_d", "d_strength", "objective", "penalty"} == set(offered)
    assert (offered["lr_d"]["now"], offered["lr_d"]["new"]) == ("2e-3", "1e-2")
    assert "non_saturating" not in [key for key, _ in offered["objective"]["choices"]]
    click(play, "fork_open", name="lr_d", value="1e-2")
    board = play.forks.board
    assert play.forking == {"open": board.model_id}
    assert board.words["closable"]
    said = "Right, from step 30 on: discriminator learning rate 1e-2 instead of 2e-3"
    assert board.words["sentence"].startswith(said)
    board.run(20)
    assert torch.equal(board.twin.left.sample(16), trained(SMALL, 50).sample(16))
    assert (play.session.token, play.session.step) == (token, 30)
    assert torch.equal(play.session.sample(16), before)
    click(board, "close")
    assert play.forking == {}
    assert play.forks.board is None
    assert torch.equal(play.run(20).session.sample(16), trained(SMALL, 50).sample(16))


def test_from_step_0_more_can_differ_and_a_moved_slider_counts():
    play = playground(SMALL)
    play.controls = {**play.controls, "lr_g": 1e-3}
    click(play, "fork")
    offered = {offer["name"]: offer["now"] for offer in play.forking["offers"]}
    assert {"optimiser", "d_width", "batch"} < set(offered)
    assert offered["lr_g"] == "1e-3"
    click(play, "fork_open", name="d_width", value="2")
    sides = play.forks.board.twin
    assert [run.recipe.d_width for run in sides.runs] == [16, 2]
    assert [run.recipe.lr_g for run in sides.runs] == [1e-3, 1e-3]


@pytest.mark.parametrize(("name", "value", "words"), [
    ("lr_d", "fast", "'fast' is no number; write one such as 0.01"), ("lr_d", "7", "lr_d=7.0 will not do"),
    ("d_strength", "1/0", "'1/0' is no number"),
])  # fmt: skip
def test_a_value_that_will_not_do_is_refused_and_nothing_opens(name, value, words):
    play = playground(SMALL)
    click(play, "fork")
    click(play, "fork_open", name=name, value=value)
    assert words in play.forking["notice"]
    assert play.forking["offers"], "the form stays, to be mended"
    assert play.forks.board is None
    assert not play.error


@pytest.mark.parametrize(
    ("remedy", "words", "changed"),
    [
        ("smoothing", "one-sided label smoothing 0.1 instead of 0", {"smoothing": 0.1}),
        ("spectral_norm", "spectral norm on instead of off", {"spectral_norm": True}),
        ("packing", "samples that the discriminator judges together 2 instead of 1", {"pack": 2}),
    ],
)
def test_a_remedy_can_be_what_differs(remedy, words, changed):
    play = playground(SMALL)
    click(play, "fork")
    [offer] = [offer for offer in play.forking["offers"] if offer["name"] == "remedy"]
    assert offer["now"] == "None"
    assert remedy in [key for key, _ in offer["choices"]]
    click(play, "fork_open", name="remedy", value=remedy)
    board = play.forks.board.run(3)
    assert words in board.words["sentence"]
    assert board.twin.right.recipe == SMALL.replace(**changed)
    assert board.twin.left.recipe == SMALL


def test_values_are_read_as_learners_write_them():
    assert [as_value("lr_d", text) for text in ("0.01", " 1e-2", "0,01", "1/100")] == [0.01] * 4
    assert as_value("d_strength", "×1/8") == 0.125
    assert as_value("objective", "hinge") == "hinge"


def test_a_cell_that_runs_again_stops_the_fork_of_its_old_playground(monkeypatch):
    async def scenario():
        cells = iter([("a", 1), ("a", 2)])  # the fork is of its playground's cell
        monkeypatch.setattr(registry, "current_cell", lambda: next(cells))
        play = playground(SMALL.replace(steps=100_000))
        click(play, "fork")
        await until(lambda: play.forking)
        click(play, "fork_open", name="lr_d", value="0.01")
        await until(lambda: play.forks.board)
        board = play.forks.board
        click(board, "play")
        await until(lambda: board.twin.step > 5)
        playground(SMALL)
        assert not board.playing

    live(scenario)


def test_a_locked_playground_does_not_fork():
    guess = Stub()
    play = playground(SMALL, prediction=guess)
    click(play, "fork")
    assert play.forking == {}
    guess.unlocked = True
    click(play, "fork")
    assert play.forking["offers"]
