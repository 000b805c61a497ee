"""The playground as a learner uses it in JupyterLab: play, steer, restart, step, explain, rewind, share, recover."""

import re

import torch
from board import INK, STATUS_PLAYING, WAIT, open_board
from plain_gan import plain_samples
from playwright.sync_api import expect

from gan_edu import PRESETS, Recipe, Run

LONG = "play = playground(PRESETS['ring_healthy'].replace(steps=10**6), view='all')\nplay"
BUTTONS = ("Play", "Restart with these settings", "Reset", "Step discriminator", "Step generator", "Step both",
           "Copy recipe", "Paste recipe")  # fmt: skip
SELECTS = {"Preset": "ring_healthy", "View": "all", "Speed": "Full", "Objective": "non_saturating", "Penalty": "none",
           "Optimiser": "adam", "Remedy": "none"}  # fmt: skip
SLIDERS = {"Generator learning rate": "5e-4", "Discriminator learning rate": "2e-3",
           "Discriminator strength": "1 update for each generator update", "Rewind": "step 0"}  # fmt: skip
KNOBS = dict(zip(SLIDERS, ("lr_g", "lr_d", "d_strength"), strict=False))


def test_run_all_trains_nothing_and_play_trains_as_plain_pytorch_does(lab):
    board = open_board(lab, "play = playground('ring_healthy')\nplay")
    lab.page.wait_for_timeout(500)
    assert board.updates() == (0, 0)
    board.says(re.compile(r"^step 0 · \d of 8 modes · undecided$"))
    board.select("Speed").select_option("30")
    board.press("Play")
    board.until_step(10)
    board.pause()
    run = Run(PRESETS["ring_healthy"])
    expected = plain_samples(run.recipe, board.shown_step(), [], run.noise(64))
    assert torch.allclose(torch.tensor(board.ask("play.session.sample(64).tolist()")).double(), expected, atol=1e-6)


def test_each_control_has_its_role_and_name(lab):
    board = open_board(lab, "play = playground('ring_healthy')\nplay")
    assert board.root.locator("summary").inner_text() == "Methods"
    board.root.locator("summary").focus()
    lab.page.keyboard.press("Enter")
    for name in BUTTONS:
        expect(board.button(name)).to_be_visible()
    for name, value in SELECTS.items():
        expect(board.select(name)).to_be_visible()
        expect(board.select(name)).to_have_value(value)
    for name, words in SLIDERS.items():
        expect(board.slider(name)).to_be_visible()
        expect(board.slider(name)).to_have_attribute("aria-valuetext", words)
    assert board.status.count() == 1, "one status, and no slider's value is read out at each change"
    assert board.root.get_by_role("img").count() == 2
    assert board.picture.get_attribute("role") == "img"
    assert board.picture.get_attribute("aria-label").startswith("Step 0: generated points hold ")
    assert board.root.locator("canvas.gan-curves").get_attribute("aria-label").startswith("Curves over the steps: ")
    assert lab.page.locator(".jp-CodeCell").count() == 1, "no key reached the notebook"
    lab.screenshot("playground_all")


def test_play_trains_what_is_drawn_and_each_slider_acts_on_the_way(lab):
    board = open_board(lab, LONG)
    with_arrows = board.pixels()
    board.root.get_by_role("checkbox", name="Arrows").uncheck()  # they lie on top of the crosses
    board.until(lambda: board.pixels() != with_arrows, "the picture without arrows")
    first, points = board.pixels(), board.ask("play.session.sample(256).tolist()")
    extent = board.ask("__import__('gan_edu.views').views.extent(play.session.target)")
    assert board.share_drawn(points, extent) > 0.95, "the picture shows the generator's samples"
    board.select("Speed").select_option("30")  # so that the oracle below has not too much to repeat
    board.press("Play")
    board.until_step(50)
    board.says(STATUS_PLAYING)
    assert board.status.get_attribute("aria-live") == "off"
    assert board.pixels() != first
    label = board.picture.get_attribute("aria-label")
    board.until(lambda: board.picture.get_attribute("aria-label") != label, "the picture's text to keep up")
    _each_slider_by_mouse_and_keyboard(board)
    lab.screenshot("playground_playing")
    board.pause()
    assert board.status.get_attribute("aria-live") == "polite"
    lab.screenshot("playground_steered")
    words = re.compile(rf"Curves over {board.shown_step():,} steps, now at: \d of 8 modes, .*generator's loss [\d.]+\.")
    expect(board.root.locator("canvas.gan-curves")).to_have_attribute("aria-label", words)
    now = board.ask("play.session.sample(256).tolist()")
    assert board.share_drawn(now, extent) > 0.95
    assert board.share_drawn(points, extent) < 0.5, "this test must be able to see that points moved"
    _the_copied_recipe_tells_the_whole_story(board, now)


def _each_slider_by_mouse_and_keyboard(board):
    values = {"Generator learning rate": board.ask("play.fixed['rates']"),
              "Discriminator strength": board.ask("play.fixed['strengths']")}  # fmt: skip
    values["Discriminator learning rate"] = values["Generator learning rate"]
    rates = values["Generator learning rate"]
    targets = {"Generator learning rate": rates.index(2e-3), "Discriminator learning rate": rates.index(5e-4),
               "Discriminator strength": 6}  # fmt: skip
    for name, index in targets.items():
        before = board.step()
        board.drag(name, index)
        knob = f"play.session.knobs.{KNOBS[name]}"
        board.until(lambda knob=knob, value=values[name][index]: board.ask(knob) == value, f"{name} by mouse")
        board.slider(name).press("ArrowLeft")
        board.until(lambda knob=knob, value=values[name][index - 1]: board.ask(knob) == value, f"{name} by keyboard")
        assert board.ask("play.playing"), "it trained all the while"
        assert board.ask("play.session.events[-1][0]") >= before
    expect(board.slider("Generator learning rate")).to_have_attribute("aria-valuetext", "1e-3")
    expect(board.slider("Discriminator strength")).to_have_attribute(
        "aria-valuetext", "2 updates for each generator update")  # fmt: skip
    board.until(lambda: {"lr G 1e-3", "lr D 4e-4", "strength 2"} <= set(_marks(board)), "labels on the curves")


def _marks(board):
    return [words for _, words in board.ask("__import__('gan_edu.views').views.knob_marks(play.session)")]


def _the_copied_recipe_tells_the_whole_story(board, points):
    """From the token on the page alone, plain PyTorch must arrive at the same generated points."""
    board.press("Copy recipe")
    token = board.root.get_by_role("textbox", name="Recipe token").input_value()
    run, step = Run.from_token(token), board.shown_step()
    assert [list(event) for event in run.events] == board.ask("play.session.events")
    expected = plain_samples(run.recipe, step, run.events, run.noise(256))
    assert torch.allclose(torch.tensor(points).double(), expected, atol=1e-4)


def test_restart_reset_and_rewind(lab):
    board = open_board(lab, LONG)
    board.slider("Generator learning rate").focus()
    lab.page.keyboard.press("ArrowRight")  # 6e-4
    board.press("Play")
    board.until_step(150)
    board.tell("old = play.session")
    board.press("Restart with these settings")
    board.until(lambda: board.ask("play.session is not old and play.session.step > 20"), "the new run")
    assert board.ask("play.playing"), "who was training goes on training"
    recipe = Recipe.from_token(board.ask("play.session.token"))
    assert recipe == PRESETS["ring_healthy"].replace(steps=10**6, lr_g=6e-4), "same seed, sliders kept"
    board.until_step(250)
    board.pause()
    end = board.step()
    _rewind(board, end)
    board.press("Reset")
    board.says(re.compile("^step 0 · "))
    expect(board.slider("Generator learning rate")).to_have_attribute("aria-valuetext", "5e-4", timeout=WAIT)
    assert board.ask("play.session.recipe.lr_g") == 5e-4
    assert not board.ask("play.playing")


def _rewind(board, end):
    slider = board.slider("Rewind")
    assert slider.evaluate("s => [+s.max, +s.value]") == [end, end]
    box = slider.bounding_box()
    board.page.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2)
    board.until(lambda: board.step() < end, "the rewind")
    there = board.step()
    assert 0.5 * end < there < 0.7 * end
    board.says(re.compile(f"^step {there:,} · "))
    expect(board.notice).to_contain_text(f"Rewound to step {there:,}. The rest, to step {end:,}, is kept")
    run = Run.from_token(board.ask("play.session.token"))
    while run.step < there:
        run.train_step()
    drawn = torch.tensor(board.ask("play.session.sample(64).tolist()")).double()
    assert torch.allclose(run.sample(64), drawn, atol=1e-5)
    slider.press("ArrowLeft")
    board.says(re.compile(f"^step {there - 1:,} · "))
    expect(slider).to_have_attribute("aria-valuetext", f"step {there - 1:,}")
    slider.press("End")
    board.says(re.compile(f"^step {end:,} · "))
    expect(board.notice).to_have_text(f"Back at step {end:,}.")
    slider.press("Home")
    board.says(re.compile("^step 0 · "))
    slider.press("ArrowLeft")
    expect(board.root.get_by_role("alert")).to_have_count(0)


def test_single_steps_and_explain(lab):
    board = open_board(lab, "play = playground('ring_healthy')\nplay")
    for button, counts in (("Step discriminator", (1, 0)), ("Step generator", (1, 1)), ("Step both", (2, 2))):
        points, before = board.ask("play.session.sample(8).tolist()"), board.updates()
        board.button(button).focus()
        lab.page.keyboard.press("Enter")
        board.until(lambda before=before: board.updates() != before, button)
        assert board.updates() == counts
        assert (board.ask("play.session.sample(8).tolist()") == points) == (button == "Step discriminator")
        expect(board.notice).to_contain_text("By hand: one")
    board.says(re.compile("^step 2 · "))
    board.select("Speed").select_option("Explain")
    said, drawn, ink = _explain(board)
    starts = ("Noise", "Generated points", "Scores", "The discriminator's loss", "The discriminator's update",
              "Scores again", "Arrows", "The generator's update")  # fmt: skip
    for number, (sentence, start) in enumerate(zip(said, starts, strict=True), 1):
        assert re.match(rf"{number} of 8 · {start}.*\d", sentence)
    assert len(set(drawn)) >= 6, "the sub-steps show different places of the picture"
    assert ink[6] > ink[5] + 200, "the arrows can be seen"
    expect(board.notice).to_be_hidden()
    assert board.updates() == (3, 3)


def _explain(board):
    said, drawn, ink, box = [], [], [], board.root.locator(".gan-explain")
    for number in range(1, 9):
        board.press("Next")
        expect(box).to_contain_text(f"{number} of 8 · ", timeout=WAIT)
        said.append(box.inner_text())
        drawn.append(board.pixels())
        ink.append(board.picture.evaluate(INK))
        if number in (2, 4, 7):
            board.lab.screenshot(f"playground_explain_{number}")
    return said, drawn, ink


def test_recipes_are_shared_and_a_damaged_one_is_refused(lab):
    lab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    board = open_board(lab, LONG)
    field = board.root.get_by_role("textbox", name="Recipe token")
    board.press("Play")
    board.until_step(30)
    board.press("Copy recipe")
    copied = field.input_value()
    assert Run.from_token(copied).recipe == PRESETS["ring_healthy"].replace(steps=10**6), "also while it trains"
    assert lab.page.evaluate("navigator.clipboard.readText()") == copied
    board.pause()
    before = board.ask("[play.session.step, play.session.token]")
    cut = copied[: copied.rindex("-")]
    for bad, reason in ((copied[:-1] + "~", "damaged"), (cut, "cut off"), ("hello", "not a token")):
        field.fill(bad)
        board.press("Paste recipe")
        expect(board.notice).to_contain_text(reason, timeout=WAIT)
        expect(board.notice).to_contain_text("This recipe was not taken: ")
        assert board.ask("[play.session.step, play.session.token]") == before, "nothing is lost"
    lab.screenshot("playground_damaged_recipe")
    run = Run(Recipe(data="two_blobs", seed=5, steps=40))
    [run.train_step() for _ in range(20)]
    run.knobs.lr_g = 1e-2
    field.fill(run.token)
    board.press("Paste recipe")
    expect(board.notice).to_contain_text("Recipe taken", timeout=WAIT)
    board.press("Play")
    expect(board.notice).to_contain_text("Step 40: the planned end.", timeout=WAIT)
    [run.train_step() for _ in range(20)]
    now = torch.tensor(board.ask("play.session.sample(32).tolist()")).double()
    assert torch.allclose(now, run.sample(32), atol=1e-5)
    expect(board.slider("Generator learning rate")).to_have_attribute("aria-valuetext", "1e-2")


def test_nan_and_errors_are_shown_and_restart_recovers(lab):
    board = open_board(lab, "play = playground(Recipe(objective='wasserstein', optimiser='sgd', lr_g=1, lr_d=1))\nplay")
    board.press("Play")
    board.says(re.compile(r"^step \d+ · stopped: a loss became NaN or infinite$"))
    expect(board.notice).to_contain_text("NaN or infinite. Lower a learning rate and restart.")
    expect(board.button("Play")).to_be_disabled()
    lab.screenshot("playground_nan")
    for name, knob in (("Generator learning rate", "lr_g"), ("Critic learning rate", "lr_d")):
        board.slider(name).press("Home")
        board.until(lambda knob=knob: board.ask(f"play.controls['{knob}']") == 1e-5, name)
    board.press("Restart with these settings")
    board.until_step(150)
    board.says(STATUS_PLAYING)
    assert board.ask("play.session.failed_at") is None

    board.tell("def broken(): raise ArithmeticError('made to fail')\nplay.session.train_step = broken")
    alert = board.root.get_by_role("alert")
    expect(alert).to_have_text("ArithmeticError: made to fail", timeout=WAIT)
    expect(board.button("Play")).to_be_visible()
    lab.screenshot("playground_error")
    board.press("Restart with these settings")
    board.until(lambda: board.ask("play.session.step > 5"), "training to go on")
    expect(alert).to_be_hidden(timeout=WAIT)
