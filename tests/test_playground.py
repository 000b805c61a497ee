"""The playground without a page: what trains, what it tells the page, and what the page's messages do to it."""

import asyncio
import math
import re

import pytest
import torch
import traitlets
from plain_gan import plain_samples

from gan_edu import PRESETS, TARGETS, Recipe, Run, playground, progress_bar
from gan_edu.course import progress
from gan_edu.course.counts import counts
from gan_edu.diagnosis import diagnose
from gan_edu.remedies import NONE, REMEDY_CHOICES, with_remedy
from gan_edu.widgets import choices, deeds, registry
from gan_edu.widgets.explain import STAGES
from gan_edu.widgets.frames import unpack

SMALL = Recipe(g_width=16, d_width=16, batch=32, steps=60)
DIVERGES = Recipe(objective="wasserstein", optimiser="sgd", lr_g=1.0, lr_d=1.0)  # plain descent with huge steps: NaN
STATUS = r"step [\d,]+( · [\d,]+ steps/s)? · \d of 8 modes · [a-z -]+"


def header(play):
    """The words of the frame that the page has now."""
    return unpack(bytes(play.frame))[0]


def arrays(play):
    return unpack(bytes(play.frame))[1]


def click(play, do, **more):
    """What the page sends when a button is pressed."""
    play._handle_custom_msg({"do": do, **more}, [])


def move(play, **values):
    """What the page sends when a control is moved."""
    click(play, "set", values=values, seen=["page", 1])


def updates(play):
    """(discriminator's updates, generator's updates) so far."""
    players = play.session.players
    return players.d_optimiser.updates, players.g_optimiser.updates


# --- training -----------------------------------------------------------------------------------------------------


def test_it_trains_as_plain_pytorch_does_and_the_sliders_act():
    play = playground("ring_healthy")
    play.run(120)
    move(play, lr_g=2e-3, d_strength=0.25)
    play.run(80)
    move(play, lr_d=5e-4, d_strength=2.0)
    play.run(50)
    events = [(120, "lr_g", 2e-3), (120, "d_strength", 0.25), (200, "lr_d", 5e-4), (200, "d_strength", 2.0)]
    assert play.session.events == events
    expected = plain_samples(PRESETS["ring_healthy"], 250, events, play.session.noise(256))
    assert torch.allclose(play.session.sample(256), expected, rtol=0, atol=1e-7)
    assert torch.allclose(torch.tensor(arrays(play)["fake"]), expected.float(), rtol=0, atol=1e-6)
    assert header(play)["step"] == 250
    unmoved = plain_samples(PRESETS["ring_healthy"], 250, [], play.session.noise(256))
    assert (unmoved - expected).norm(dim=1).mean() > 0.05, "this test must be able to see that a slider acts"


def test_with_rates_of_zero_nothing_moves():
    play = playground(SMALL.replace(lr_g=0, lr_d=0))
    before, heat = play.session.sample(64), arrays(play)["heat"]
    play.run(40)
    assert play.session.step == 40
    assert torch.equal(play.session.sample(64), before)
    assert (arrays(play)["heat"] == heat).all()


def test_presets_end_where_their_names_say():
    modes = {name: playground(name).run(800).session.history.snapshots[-1]["modes"]
             for name in ("ring_healthy", "mode_collapse", "weak_discriminator")}
    assert modes["ring_healthy"] >= 7
    assert modes["mode_collapse"] <= 4
    assert modes["weak_discriminator"] <= 2


def test_run_returns_the_playground_and_errors_are_raised(monkeypatch):
    play = playground(SMALL)
    assert play.run(3) is play
    monkeypatch.setattr(play.session, "train_step", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        play.run(1)


def test_making_one_trains_nothing():
    play = playground("mode_collapse", view="watch")
    assert updates(play) == (0, 0)
    assert header(play)["step"] == 0
    assert not header(play)["playing"]


def test_nan_stops_the_run_and_restart_recovers():
    play = playground(DIVERGES).run(500)
    stop = play.session.failed_at
    assert stop in range(1, 301)
    assert header(play)["failed"]
    assert header(play)["status"] == f"step {stop:,} · stopped: a loss became NaN or infinite"
    assert header(play)["symptom"] == "divergence"
    play.run(10)
    assert play.session.step == stop, "a run that failed does not go on"
    move(play, lr_g=1e-4, lr_d=1e-4)
    click(play, "restart")
    assert play.session.step == 0
    assert not header(play)["failed"]
    play.run(300)
    assert (play.session.step, play.session.failed_at) == (300, None)


# --- what it offers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("arguments", "words"), [
    ({"name_or_recipe": "ring_helthy"}, "'ring_helthy'.*ring_healthy"),
    ({"view": "Everything"}, "'Everything'.*watch, balance, all"),
])  # fmt: skip
def test_unknown_names_are_refused_with_the_known_ones(arguments, words):
    with pytest.raises(ValueError, match=words):
        playground(**arguments)


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("noise", [1, 3])
def test_every_target_is_drawn_and_explained(name, noise):
    play = playground(SMALL.replace(data=name, noise=noise))
    move(play, manifold=True)
    play.run(30)
    still, real = unpack(bytes(play.still))
    dim, shown = TARGETS[name].dim, arrays(play)
    assert still["kind"] == {1: "line", 2: "plane"}[dim]
    assert real["real"].shape == shown["fake"].shape == (256, dim)
    assert still["k"] == len(TARGETS[name].modes)
    assert abs(real["real"]).max() < still["extent"]
    assert ("heat" in shown, "curve" in shown, "manifold" in shown) == ((dim == 2), (dim == 1), (dim == 2))
    assert shown["arrows"].shape == (16, dim)
    for stage in STAGES:
        click(play, "next")
        assert header(play)["explain"]["stage"] == stage, play.error
    assert f"of {len(TARGETS[name].modes)} modes" in header(play)["alt"]


def test_one_dimension_is_drawn_as_density_and_curve():
    play = playground(SMALL.replace(data="two_gaussians"))
    still, real = unpack(bytes(play.still))
    x = torch.linspace(-still["extent"], still["extent"], 200, dtype=torch.float64)
    density = sum(torch.exp(-((x - m) ** 2) / (2 * 0.25**2)) / (0.25 * (2 * torch.pi) ** 0.5) / 2 for m in (-1, 1))
    assert torch.allclose(torch.tensor(real["density"]).double(), density, atol=1e-6)
    logits = play.session.players.D(x[:, None])
    assert torch.allclose(torch.tensor(arrays(play)["curve"]).double(), torch.sigmoid(logits), atol=1e-6)


@pytest.mark.parametrize(("view", "parts"), [
    ("watch", set()), ("balance", {"modes_curve"}), ("all", {"modes_curve", "loss_curve", "arrows"}),
])  # fmt: skip
def test_a_view_asks_for_its_own_parts(view, parts):
    play = playground(SMALL, view=view).run(30)
    assert set(arrays(play)) == {"fake", "heat"} | parts
    move(play, view="all", arrows=False)
    assert set(arrays(play)) == {"fake", "heat", "modes_curve", "loss_curve"}


def test_curves_hold_what_the_run_measured():
    play = playground(SMALL).run(60)
    shown, history = arrays(play), play.session.history
    assert shown["loss_curve"][:, 0].tolist() == list(range(1, 61))
    assert shown["loss_curve"][:, 1] == pytest.approx(history["d_loss"], abs=1e-5)
    assert shown["loss_curve"][:, 2] == pytest.approx(history["g_loss"], abs=1e-5)
    assert shown["modes_curve"][:, 0].tolist() == [0, 25, 50]
    assert shown["modes_curve"][:, 1].tolist() == history.snapshot_column("modes")


def test_before_the_first_steps_the_verdict_says_why_it_is_undecided():
    words = header(playground(SMALL))
    assert words["symptom"] == "undecided"
    assert words["evidence"] == [["looks at the run so far", "1", "not met: at least 12",
                                  "too early: the last quarter must hold three of them"]]  # fmt: skip


def test_status_text_and_evidence_say_what_was_measured():
    play = playground("ring_healthy").run(400)
    last, words = play.session.history.snapshots[-1], header(play)
    assert re.fullmatch(STATUS, words["status"])
    assert words["status"].startswith(f"step 400 · {last['modes']} of 8 modes")
    assert f"{last['quality']:.0%} lie within three" in words["alt"]
    verdict = diagnose(play.session.history)
    assert words["symptom"] == verdict.symptom.replace("_", " ")
    assert [row[0] for row in words["evidence"]] == [e.name for e in verdict.evidence]
    assert all(reason for *_, reason in words["evidence"])
    assert words["advice"] == verdict.advice


def test_the_display_carries_a_picture_and_a_sentence_besides_the_widget():
    data, _ = playground(SMALL).run(30)._repr_mimebundle_()
    assert data["image/png"][:4] in (b"\x89PNG", "iVBO")
    assert data["text/plain"].startswith("Step 30: generated points hold ")
    assert "application/vnd.jupyter.widget-view+json" in data


# --- buttons ------------------------------------------------------------------------------------------------------


def test_restart_keeps_sliders_and_seed_and_reset_takes_the_presets():
    play = playground(PRESETS["ring_healthy"].replace(seed=7, g_width=16, d_width=16)).run(20)
    move(play, lr_g=1e-2, d_strength=4.0, optimiser="sgd", g_width=8)
    click(play, "restart")
    recipe = play.session.recipe
    assert (recipe.lr_g, recipe.d_strength, recipe.optimiser, recipe.g_width, recipe.seed) == (1e-2, 4, "sgd", 8, 7)
    assert (play.session.step, play.session.events) == (0, [])
    assert updates(play.run(3)) == (12, 3)
    click(play, "reset")
    assert play.session.recipe == PRESETS["ring_healthy"].replace(seed=7, g_width=16, d_width=16)
    assert (play.controls["lr_g"], play.controls["g_width"], play.session.step) == (5e-4, 16, 0)


def test_a_preset_can_be_chosen_and_is_then_what_reset_means():
    play = playground("ring_healthy").run(5)
    click(play, "preset", name="mode_collapse")
    assert play.session.recipe == PRESETS["mode_collapse"]
    assert (play.controls["preset"], play.controls["lr_d"]) == ("mode_collapse", PRESETS["mode_collapse"].lr_d)
    move(play, lr_d=1e-5)
    click(play, "reset")
    assert play.controls["lr_d"] == PRESETS["mode_collapse"].lr_d


@pytest.mark.parametrize(("button", "counts"), [("discriminator", (1, 0)), ("generator", (0, 1)), ("both", (1, 1))])
def test_steps_by_hand_are_exactly_one_update_each(button, counts):
    play = playground(SMALL.replace(d_strength=4))
    flat = [o.flat.clone() for o in (play.session.players.d_optimiser, play.session.players.g_optimiser)]
    click(play, button)
    now = [o.flat for o in (play.session.players.d_optimiser, play.session.players.g_optimiser)]
    assert updates(play) == counts
    assert [not torch.equal(a, b) for a, b in zip(flat, now, strict=True)] == [bool(c) for c in counts]
    assert "one" in header(play)["notice"]


def test_a_penalty_chosen_on_the_way_acts_with_its_default_weight():
    play = playground(SMALL).run(5)
    move(play, penalty="r1")
    assert play.session.players.penalty_weight == 0.1
    play.run(5)
    plain = playground(SMALL).run(10)
    assert not torch.equal(play.session.players.d_optimiser.flat, plain.session.players.d_optimiser.flat)
    move(play, penalty="clip")
    play.run(1)
    assert 0 < play.session.players.d_optimiser.flat.abs().max() <= 0.1


def test_rewind_goes_back_exactly_and_the_sliders_follow():
    play = playground(SMALL).run(130)
    then = play.session.sample(32)
    play.run(20)
    move(play, lr_g=1e-2)
    play.run(30)
    click(play, "rewind", step=130, held=False)
    assert torch.equal(play.session.sample(32), then)
    assert (play.session.step, play.session.events, play.controls["lr_g"]) == (130, [], SMALL.lr_g)
    kept = "The rest, to step 180, is kept until you train or move a setting."
    assert header(play)["notice"] == f"Rewound to step 130. {kept}"
    assert play.end == 180
    move(play, lr_d=5e-3)
    assert play.end == 130


def test_explain_walks_through_one_step_and_says_its_numbers():
    play = playground(SMALL)
    said = []
    for stage in STAGES:
        before = updates(play)
        click(play, "next")
        said.append(header(play)["explain"])
        moved = tuple(b - a for a, b in zip(before, updates(play), strict=True))
        assert moved == {"update": (1, 0), "generator": (0, 1)}.get(stage, (0, 0)), stage
    assert [(s["stage"], s["number"], s["of"]) for s in said] == [(s, i + 1, 8) for i, s in enumerate(STAGES)]
    assert all(re.search(r"\d", s["sentence"]) for s in said)
    losses = [float(re.search(r"loss is (\d+\.\d+)", said[3]["sentence"])[1]),
              *map(float, re.search(r"from (\d+\.\d+) to (\d+\.\d+)", said[5]["sentence"]).groups())]
    assert losses[0] == losses[1]
    assert losses[2] < losses[1], "the discriminator's update lowers its loss on the batch that it saw"
    first = plain_samples(SMALL, 1, [], play.session.noise(16))
    assert torch.allclose(play.session.sample(16), first, atol=1e-9), "eight parts make exactly one step"


def test_explain_gives_the_critic_as_many_updates_as_its_strength_does():
    recipe = PRESETS["ring_wgan_gp"].replace(g_width=16, d_width=16, batch=32)
    play = playground(recipe)
    said = []
    for _ in range(2):
        for stage in STAGES:
            click(play, "next")
            said.append(header(play)["explain"]["sentence"]) if stage == "update" else None
    assert updates(play) == (6, 2), "three updates of the critic a step"
    three = r"The critic's 3 updates, as its strength is 3: .* norm (\d+\.\d+, ){2}\d+\.\d+\."
    assert all(re.match(three, sentence) for sentence in said)
    plain = Run(recipe)
    plain.train_step()
    plain.train_step()
    assert torch.equal(play.session.sample(16), plain.sample(16)), "two steps, bit for bit"


def test_explain_says_that_a_slow_discriminator_waits_for_its_turn():
    play = playground(SMALL.replace(d_strength=1 / 4))
    said = []
    for _ in range(4 * len(STAGES)):
        click(play, "next")
        said += [header(play)["explain"]["sentence"]] if header(play)["explain"]["stage"] == "update" else []
    assert updates(play) == (1, 4)
    assert said[0] == "No update of the discriminator in this step: its strength is 1/4, so it waits for its turn."
    assert said[3].startswith("The discriminator's update: its weights move against a gradient of norm ")


def test_explain_speaks_of_images_and_draws_them():
    play = playground(PRESETS["mnist_plain"].replace(g_width=16, d_width=16, batch=16))
    grids = []
    for stage in STAGES:
        click(play, "next")
        assert header(play)["error"] == ""
        assert header(play)["explain"]["stage"] == stage
        assert "points" not in header(play)["explain"]["sentence"]
        grids.append(arrays(play)["fake"])
        assert grids[-1].shape in ((48, 28, 28), (16, 28, 28))
    assert updates(play) == (1, 1)
    assert (grids[2] != grids[6][:16]).any(), "the arrows differ from the images"


def test_explain_begins_anew_after_other_steps():
    for other in (lambda play: play.run(2), lambda play: click(play, "both")):
        play = playground(SMALL)
        for _ in range(5):
            click(play, "next")
        other(play)
        click(play, "next")
        assert header(play)["explain"]["stage"] == "noise"


def test_an_unknown_message_is_shown_and_loses_nothing():
    play = playground(SMALL).run(4)
    click(play, "launch")
    assert header(play)["notice"] == ("The page asked for 'launch' in a way that this widget does not know. Nothing "
                                      "has changed.")
    assert (play.session.step, header(play)["error"]) == (4, "")


def test_provoked_and_mended_are_measured_on_runs_from_step_0(monkeypatch, tmp_path):
    monkeypatch.setenv("GAN_EDU_PROGRESS", str(tmp_path))
    monkeypatch.setattr(deeds, "ENOUGH", 400)  # steps; a learner's runs need more, this test shall be short
    progress_bar("00")  # as on top of the lesson
    play = playground("mode_collapse").run(50)
    move(play, **{name: getattr(PRESETS["mode_collapse"], name) * 1.01 for name in ("lr_g", "lr_d")})
    play.run(400)
    assert recorded() == [], "a run that was steered on the way does not count"
    click(play, "reset")
    play.run(450)
    assert recorded() == [("provoked", "mode_collapse")]
    move(play, **{name: getattr(PRESETS["ring_healthy"], name) for name in ("lr_g", "lr_d", "d_strength")})
    click(play, "restart")
    play.run(1300)
    assert header(play)["symptom"] == "healthy"
    assert recorded() == [("provoked", "mode_collapse"), ("mended", "mode_collapse")]
    assert [count.done for count in counts("00")] == [0, 1, 1]
    for other in ("02", "05", "10"):
        assert [count.done for count in counts(other)] == [0, 0, 0], "they list a collapse too, but not this one"


def recorded():
    """(kind, failure) of each deed that was written down."""
    made = progress.load()
    return [(kind, record["failure"]) for kind in ("provoked", "mended") for record in made.of(kind)]


# --- recipes to share ---------------------------------------------------------------------------------------------


def test_a_copied_recipe_repeats_the_run_with_its_moves():
    first = playground(SMALL).run(20)
    move(first, lr_g=1e-2)
    click(first, "discriminator")
    first.run(15)
    token = header(first)["token"]
    assert Run.from_token(token).recipe == SMALL
    second = playground("mode_collapse").run(3)
    click(second, "paste", text=f"  {token[:30]}\n{token[30:]} ")  # as e-mail wraps it
    assert (second.session.step, second.session.recipe, second.controls["preset"]) == (0, SMALL, "")
    second.run(35)
    assert torch.equal(second.session.sample(32), first.session.sample(32))
    assert second.controls["lr_g"] == 1e-2, "the sliders follow the moves that are repeated"
    assert header(second)["token"] == token


@pytest.mark.parametrize(("damage", "reason"), [
    (lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"), "checksum"),
    (lambda token: token[: token.rindex("-")], "cut off"),
    (lambda token: token.replace("gan1-", "gan9-"), "must start with 'gan1-'"),
    (lambda token: "lr_g=1e-3", "not a token"),
    (lambda token: token[:12] + token[13:], "damaged"),
])  # fmt: skip
def test_a_damaged_recipe_is_refused_with_its_reason_and_nothing_is_lost(damage, reason):
    play = playground("ring_healthy").run(6)
    move(play, lr_d=1e-3)
    before = play.session, play.session.token, dict(play.controls)
    click(play, "paste", text=damage(play.session.token))
    assert header(play)["notice"].startswith("This recipe was not taken: ")
    assert reason in header(play)["notice"]
    assert not header(play)["error"]
    assert (play.session, play.session.token, dict(play.controls)) == before


def test_frames_have_room_for_every_array():
    from gan_edu.widgets.frames import pack

    shown = {"bytes": torch.arange(7, dtype=torch.uint8).numpy(), "none": torch.zeros(0, 2).numpy(),
             "points": torch.randn(5, 2, dtype=torch.float64).numpy(), "flag": torch.ones(1, 3, 1).byte().numpy()}
    data = pack({"words": "7 of 8 · äöü", "n": 3}, shown)
    head, back = unpack(data)
    assert (head["words"], head["n"]) == ("7 of 8 · äöü", 3)
    assert {name: back[name].shape for name in back} == {name: shown[name].shape for name in shown}
    assert all((back[name] == shown[name].astype(back[name].dtype)).all() for name in shown)
    start = len(data) - sum(-(-array.nbytes // 4) * 4 for array in back.values())
    assert start % 4 == 0
    assert all(place % 4 == 0 for *_, place in head["arrays"]), "the browser reads floats at multiples of four"


def test_sliders_offer_what_the_house_promised():
    offered = choices.fixed()
    assert offered["rates"][0] == 1e-5
    assert offered["rates"][-1] == 1e-1
    assert offered["rates"] == sorted(offered["rates"])
    assert offered["strengths"] == [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16]
    assert offered["speeds"] == ["Explain", "1", "30", "200", "Full"]
    on_a_notch = [preset for preset in PRESETS.values() if {preset.lr_g, preset.lr_d} <= set(offered["rates"])]
    assert len(on_a_notch) == len(PRESETS), "a preset between two notches could not be set again by hand"


# --- the live loop, on an event loop as in a kernel ---------------------------------------------------------------


def live(scenario):
    """Run an async scenario; give it up after a minute."""
    asyncio.run(asyncio.wait_for(scenario(), 60))


async def until(condition):
    while not condition():
        await asyncio.sleep(0.005)


def loops():
    """Training loops that live on this event loop."""
    return [task for task in asyncio.all_tasks() if "_live" in repr(task.get_coro())]


def test_without_an_event_loop_play_says_what_to_do():
    with pytest.raises(RuntimeError, match=r"\.run\(steps\)"):
        playground(SMALL).play()


def test_play_trains_a_moved_slider_arrives_and_pause_stops():
    async def scenario():
        play = playground(SMALL.replace(steps=100_000))
        click(play, "play")
        await until(lambda: play.session.step > 20)
        assert header(play)["playing"]
        play.controls = {**play.controls, "lr_g": 1e-2}
        await until(lambda: play.session.events)
        moved = play.session.events[0]
        assert moved[0] >= 20
        assert moved[1:] == ("lr_g", 1e-2)
        await until(lambda: [moved[0], "lr G 1e-2"] in header(play)["marks"])
        await until(lambda: play.session.step > moved[0] + 20)
        click(play, "pause")
        await until(lambda: not header(play)["playing"])
        stopped = play.session.step
        await asyncio.sleep(0.1)
        assert play.session.step == stopped
        assert header(play)["notice"] == f"Paused at step {stopped:,}."
        expected = plain_samples(play.session.recipe, stopped, play.session.events, play.session.noise(32))
        assert torch.allclose(play.session.sample(32), expected, atol=1e-6)

    live(scenario)


def test_a_pasted_recipe_repeats_its_moves_also_when_played_live():
    async def scenario():
        first = playground(SMALL).run(30)
        first.controls = {**first.controls, "lr_g": 1e-2}
        first.run(30)
        second = playground("mode_collapse")
        click(second, "paste", text=first.session.token)
        click(second, "play")
        await until(lambda: second.session.step == 60 and not second.playing)
        assert second.session.events == first.session.events
        assert torch.equal(second.session.sample(32), first.session.sample(32))
        assert second.controls["lr_g"] == 1e-2

    live(scenario)


def test_restart_while_playing_goes_on_playing_and_reset_does_not():
    async def scenario():
        play = playground(SMALL.replace(steps=100_000))
        click(play, "play")
        await until(lambda: play.session.step > 30)
        old = play.session
        click(play, "restart")
        await until(lambda: play.session is not old and play.session.step > 5)
        click(play, "reset")
        await until(lambda: not play.playing and play.session.step == 0)
        await asyncio.sleep(0.1)
        click(play, "restart")
        await until(lambda: play.session.step > 5)
        assert play.playing, "Restart trains, also where nothing trained before"
        play.pause()

    live(scenario)


def test_pause_and_play_at_once_leaves_one_loop():
    async def scenario():
        play = playground(SMALL.replace(steps=100_000))
        play.controls = {**play.controls, "speed": "1"}
        for _ in range(3):
            play.play()
            await asyncio.sleep(0)
            play.pause()
        play.play()
        await asyncio.sleep(0.2)
        assert len(loops()) == 1
        play.pause()
        await asyncio.sleep(0.2)
        assert not loops()

    live(scenario)


def test_the_planned_end_stops_it_and_play_goes_on():
    async def scenario():
        play = playground(SMALL)
        click(play, "play")
        await until(lambda: header(play)["notice"])
        assert header(play)["notice"].startswith("Step 60: the planned end.")
        assert not header(play)["playing"]
        click(play, "play")
        await until(lambda: play.session.step > 60)
        play.pause()

    live(scenario)


def test_nan_while_playing_is_said_and_restart_plays_again():
    async def scenario():
        play = playground(DIVERGES)
        click(play, "play")
        await until(lambda: header(play)["failed"])
        assert not header(play)["playing"]
        assert "NaN" in header(play)["notice"]
        click(play, "play")
        await asyncio.sleep(0.05)
        assert not play.playing, "Play alone cannot help a run that failed"
        move(play, lr_g=1e-4, lr_d=1e-4)
        click(play, "restart")
        await until(lambda: play.session.step > 50 and header(play)["playing"])
        play.pause()

    live(scenario)


def test_an_error_in_the_loop_is_shown_and_restart_recovers(monkeypatch):
    async def scenario():
        play = playground(SMALL.replace(steps=100_000))
        monkeypatch.setattr(play.session, "train_step", lambda: 1 / 0)
        click(play, "play")
        await until(lambda: header(play)["error"])
        assert header(play)["error"] == "ZeroDivisionError: division by zero"
        assert not header(play)["playing"]
        click(play, "restart")
        await until(lambda: play.session.step > 5)
        assert not header(play)["error"]
        play.pause()

    live(scenario)


def test_playing_one_pauses_the_others():
    async def scenario():
        first, second = playground(SMALL.replace(steps=100_000)), playground(SMALL.replace(steps=100_000))
        click(first, "play")
        await until(lambda: first.session.step > 5)
        click(second, "play")
        await until(lambda: second.session.step > 5)
        assert (first.playing, second.playing) == (False, True)
        assert header(first)["notice"].startswith("Paused at step")
        stopped = first.session.step
        await asyncio.sleep(0.1)
        assert first.session.step == stopped
        assert len(loops()) == 1
        second.pause()

    live(scenario)


@pytest.mark.parametrize(("cells", "old_plays_on"), [
    ([("a", 1), ("a", 2)], False), ([("a", 1), ("b", 2)], True), ([("a", 1), ("a", 1)], True), ([None, None], True),
])  # fmt: skip
def test_a_cell_that_runs_again_stops_its_old_playground(monkeypatch, cells, old_plays_on):
    async def scenario():
        order = iter(cells)
        monkeypatch.setattr(registry, "current_cell", lambda: next(order))
        old = playground(SMALL.replace(steps=100_000))
        click(old, "play")
        await until(lambda: old.session.step > 5)
        new = playground(SMALL)
        assert old.playing is old_plays_on
        assert new.session.step == 0
        await asyncio.sleep(0.1)
        assert len(loops()) == old_plays_on
        old.pause()

    live(scenario)


def test_explain_plays_by_itself(monkeypatch):
    async def scenario():
        play = playground(SMALL)
        monkeypatch.setattr("gan_edu.widgets.playground.EXPLAIN_PAUSE", 0.01)
        move(play, speed="Explain")
        click(play, "play")
        seen = set()
        await until(lambda: seen.add(header(play).get("explain", {}).get("stage")) or len(seen - {None}) == 8)
        assert seen - {None} == set(STAGES)
        play.pause()
        d_updates, g_updates = updates(play)
        assert 0 <= d_updates - g_updates <= 1

    live(scenario)


# --- speed --------------------------------------------------------------------------------------------------------


def test_speeds_are_kept(monkeypatch):
    from gan_edu.widgets import pace

    now = [100.0]
    monkeypatch.setattr(pace.time, "perf_counter", lambda: now[0])
    clock = pace.Pace()
    clock.start("30")
    trained = 0
    for _ in range(200):  # two seconds in hundredths
        due = clock.steps_due("30")
        trained += due
        [clock.count() for _ in range(due)]
        now[0] += 0.01
        clock.steps_per_second()
    assert 60 <= trained <= 61
    assert 29 <= clock.steps_per_second() <= 31
    assert clock.steps_due("1") == 1, "another speed counts anew: no burst of steps to catch up"
    assert clock.steps_due("Full") > 10**6
    clock.frame_took(0.009)
    assert not clock.frame_due()
    now[0] += 0.2
    assert clock.frame_due()


# --- the prediction gate ------------------------------------------------------------------------------------------


class Stub(traitlets.HasTraits):
    """A prediction as the playground knows it."""

    unlocked = traitlets.Bool(False)
    measured = traitlets.Unicode()

    def expect_play(self):
        self.expects = True

    def report(self, measured):
        self.measured = measured


def test_a_prediction_keeps_only_play_closed_until_it_is_made():
    async def scenario():
        guess = Stub()
        play = playground(SMALL.replace(steps=100_000), prediction=guess)
        assert header(play)["locked"]
        click(play, "play")
        await asyncio.sleep(0.1)
        assert (play.session.step, play.playing) == (0, False)
        click(play, "restart")
        await asyncio.sleep(0.1)
        assert (play.session.step, play.playing) == (0, False), "not by Restart either"
        click(play, "both")
        await until(lambda: play.session.step == 1)
        guess.unlocked = True
        await until(lambda: not header(play)["locked"])
        await asyncio.sleep(0.05)
        assert not play.playing, "unlocking does not start the training by itself"
        click(play, "play")
        await until(lambda: play.session.step > 5)
        play.pause()

    live(scenario)


def test_measurements_reach_the_prediction_once_the_run_says_something():
    guess = Stub()
    play = playground(SMALL, prediction=guess)
    play.run(10)
    assert guess.measured == "", "ten steps of sixty decide nothing"
    play.run(50)
    assert re.fullmatch(r"\d of 8 modes · [a-z -]+ · step 60", guess.measured)
    assert guess.expects
    play.run(240)
    assert re.search(r" · (at rest|wandering) \(centre ± \d\.\d\d radii\) · [a-z -]+ · step 300", guess.measured)
    assert guess.measured.startswith(f"{play.session.history.snapshots[-1]['modes']} of 8")


# --- the select 'Remedy' ------------------------------------------------------------------------------------------


def test_a_remedy_waits_for_the_restart_and_then_stands_in_the_recipe():
    play = playground(SMALL).run(5)
    for name in [*REMEDY_CHOICES, NONE]:
        before = play.session.recipe
        move(play, remedy=name)
        play.run(5)
        assert play.session.recipe == before, "nothing changes mid-run"
        click(play, "restart")
        assert play.session.recipe == with_remedy(SMALL, name)
        assert play.controls["remedy"] == name
        assert play.controls["penalty"] == ("r1" if name == "r1" else "none")
        assert Run.from_token(header(play)["token"]).recipe == play.session.recipe
        play.run(10)
        assert not header(play)["failed"]
    click(play, "reset")
    assert (play.session.recipe, play.controls["remedy"]) == (SMALL, NONE)


def test_a_setting_moved_by_hand_wins_over_the_remedy():
    play = playground(SMALL)
    move(play, remedy="r1", lr_g=1e-3)
    move(play, penalty="wgan_gp")
    click(play, "restart")
    assert play.session.recipe == SMALL.replace(penalty="wgan_gp", lr_g=1e-3)
    assert play.controls["remedy"] == NONE
    heavy = playground(SMALL.replace(penalty="r1", penalty_weight=3, pack=2))
    assert heavy.controls["remedy"] == "r1+packing"
    click(heavy, "restart")
    assert heavy.session.recipe == heavy.home


def test_a_remedy_that_does_not_fit_is_refused_with_the_reason_and_the_run_stays():
    play = playground(SMALL.replace(objective="hinge")).run(5)
    move(play, remedy="smoothing")
    click(play, "restart")
    assert header(play)["notice"].startswith("Not restarted: smoothing=0.1 ")
    assert play.session.step == 5
    play = playground(SMALL.replace(smoothing=0.1)).run(5)
    move(play, objective="wasserstein")
    assert header(play)["notice"].startswith("Not changed: smoothing=0.1 ")
    assert (play.controls["objective"], play.session.events) == ("non_saturating", [])
    assert play.run(5).session.step == 10


def test_the_text_of_the_picture_tells_of_packs():
    assert "packs of 2 equal points" in header(playground(SMALL.replace(pack=2)))["alt"]
    assert "packs" not in header(playground(SMALL))["alt"]


def test_losses_where_the_discriminator_cannot_tell_are_drawn_on_request():
    play = playground(SMALL)
    assert header(play)["levels"] == []
    move(play, levels=True)
    assert header(play)["levels"] == pytest.approx([2 * math.log(2), math.log(2)])
    move(play, objective="wasserstein")
    assert header(play)["levels"] == [0, None], "a critic's generator has no level"
    assert header(playground(SMALL, levels=True))["levels"]
