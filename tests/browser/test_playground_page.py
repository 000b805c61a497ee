"""The playground among other things: its views, sizes and themes, its life beside other cells, its prediction gate."""

import re

from board import STATUS_PLAYING, WAIT, Board, open_board
from playwright.sync_api import expect
from readable import faint

RING = "play = playground(PRESETS['ring_healthy'].replace(steps=10**6), view='{}')\nplay"
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer"
FROM_BALANCE = ("Generator learning rate", "Discriminator learning rate", "Discriminator strength")
LOOPS = "len([t for t in __import__('asyncio').all_tasks(play._loop) if '_live' in repr(t.get_coro())])"
TOO_WIDE = """e => [e, ...e.querySelectorAll('*:not(.gan-hidden)')]
  .filter(x => x.clientWidth && x.scrollWidth > x.clientWidth + 1).map(x => x.outerHTML.slice(0, 80))"""
WORDS = "label, .gan-value, .gan-status, .gan-diagnosis *, button, select, summary, .gan-legend span, .gan-hint"


def inside(board, *parts):
    """Assert that each part lies wholly on the visible part of the notebook."""
    panel = board.page.locator(PANEL).bounding_box()
    for part in parts:
        box = part.bounding_box()
        assert box["y"] >= panel["y"], part
        assert box["y"] + box["height"] <= panel["y"] + panel["height"], part
        assert box["x"] >= panel["x"], part
        assert box["x"] + box["width"] <= panel["x"] + panel["width"], part


def test_views_hide_and_show_and_fit_a_small_screen(lab):
    board = open_board(lab, RING.format("watch"))
    page, curves, evidence = lab.page, board.root.locator("canvas.gan-curves"), board.root.locator(".gan-diagnosis")
    sliders = [board.slider(name) for name in FROM_BALANCE]
    only_all = [board.slider("Rewind"), board.button("Step both"), board.button("Copy recipe"),
                board.root.locator("summary")]  # fmt: skip
    always = [board.picture, board.button("Restart with these settings"), board.select("View"), board.status]
    board.press("Play")
    board.until_step(100)
    for view, seen, unseen in (("watch", [], [*sliders, curves, evidence, *only_all]),
                               ("balance", [*sliders, curves, evidence], only_all),
                               ("all", [*sliders, curves, evidence, *only_all], [])):  # fmt: skip
        board.select("View").select_option(view)
        for part in [*always, *seen, board.button("Pause")]:
            expect(part).to_be_visible(timeout=WAIT)
        for part in unseen:
            expect(part).to_be_hidden(timeout=WAIT)
        inside(board, board.picture, board.status, board.button("Pause"), *(sliders if view != "watch" else []))
        board.says(STATUS_PLAYING)
        lab.screenshot(f"playground_{view}_1280x720")
    lab.command("application:toggle-left-area")
    page.set_viewport_size({"width": 600, "height": 1500})
    page.wait_for_timeout(400)
    assert board.root.evaluate(TOO_WIDE) == []
    inside(board, *always, *sliders, *only_all)
    frames = int(board.root.get_attribute("data-frames"))
    board.until(lambda: int(board.root.get_attribute("data-frames")) > frames + 5, "frames at 600 pixels")
    lab.screenshot("playground_600")
    page.set_viewport_size({"width": 390, "height": 1900})
    page.wait_for_timeout(400)
    lab.screenshot("playground_390")
    assert board.root.evaluate(TOO_WIDE) == []
    inside(board, *always, *sliders, *only_all)


def test_both_themes_are_readable(lab):
    board = open_board(lab, RING.format("all"))
    board.root.locator("summary").click()
    board.tell("play.run(400)")
    board.until_step(400)
    lab.page.set_viewport_size({"width": 1280, "height": 1000})
    for theme in ("Dark", "Light"):
        lab.command("apputils:change-theme", theme=f"JupyterLab {theme}")
        lab.page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{str(theme == 'Light').lower()}'")
        lab.page.wait_for_timeout(500)
        lab.screenshot(f"playground_{theme.lower()}")
        assert not faint(board.root.locator(WORDS), 26)
        corner = board.picture.evaluate("c => [...c.getContext('2d').getImageData(3, 3, 1, 1).data].slice(0, 3)")
        assert (sum(corner) > 380) == (theme == "Light"), f"the picture follows the theme: {corner}"


def test_other_targets_are_drawn(lab):
    cells = [f"{name} = playground(Recipe(data='{name}', steps=300), view='balance')\n{name}"
             for name in ("two_gaussians", "grid")]  # fmt: skip
    line, grid = open_board(lab, *cells, variables=("two_gaussians", "grid"))
    for board, modes in ((line, 2), (grid, 25)):
        blank = board.pixels()
        board.press("Play")
        expect(board.notice).to_contain_text("the planned end", timeout=WAIT)
        board.says(re.compile(rf"^step 300 · \d+ of {modes} modes"))
        assert board.pixels() != blank
        board.root.scroll_into_view_if_needed()
        lab.screenshot(f"playground_{board.variable}")
    assert line.root.locator(".gan-legend").inner_text() != grid.root.locator(".gan-legend").inner_text()


def test_digits_are_drawn_in_the_same_shell(lab):
    recipe = "PRESETS['mnist_dcgan'].replace(g_width=16, d_width=16, batch=16, steps=60)"
    board = open_board(lab, f"play = playground({recipe})\nplay")
    board.says("step 0 · 1 of 10 classes · undecided")
    blank = board.pixels()
    board.press("Play")
    expect(board.notice).to_contain_text("Step 60: the planned end", timeout=WAIT)
    board.says(re.compile(r"^step 60 · \d+ of 10 classes · undecided$"))
    assert board.pixels() != blank
    expect(board.picture).to_have_attribute("aria-label", re.compile("^Step 60: digits that the generator draws"))
    expect(board.root.locator(".gan-legend")).to_be_hidden()
    expect(board.root.locator(".gan-diagnosis")).to_contain_text("looks at the run")
    board.select("Speed").select_option("Explain")
    for number in range(1, 9):
        board.press("Next")
        expect(board.root.locator(".gan-explain")).to_contain_text(f"{number} of 8 · ", timeout=WAIT)
    expect(board.root.get_by_role("alert")).to_be_hidden()
    lab.screenshot("playground_digits")


def test_keyboard_alone_plays_and_pauses(lab):
    board = open_board(lab, RING.format("balance"))
    board.button("Play").focus()
    lab.page.keyboard.press("Enter")
    board.until_step(20)
    expect(board.button("Pause")).to_be_focused(timeout=WAIT)
    lab.page.keyboard.press("Space")
    expect(board.button("Play")).to_be_focused(timeout=WAIT)
    assert not board.ask("play.playing")
    expect(board.notice).to_have_text(f"Paused at step {board.step():,}.", timeout=WAIT)
    expect(board.notice).to_have_attribute("aria-live", "polite")
    verdict = board.root.locator(".gan-hidden")
    expect(verdict).to_have_text(re.compile(r"^Verdict: .+\."), timeout=WAIT)
    expect(verdict).to_have_attribute("aria-live", "polite")
    for name in FROM_BALANCE:
        before = board.slider(name).get_attribute("aria-valuetext")
        board.slider(name).press("ArrowUp")
        assert board.slider(name).get_attribute("aria-valuetext") != before
    board.select("View").focus()
    lab.page.keyboard.press("ArrowUp")
    expect(board.select("View")).to_have_value("watch")
    expect(board.slider("Discriminator strength")).to_be_hidden(timeout=WAIT)
    assert lab.page.locator(".jp-CodeCell").count() == 1


def test_two_playgrounds_a_cell_run_again_and_a_reloaded_page(lab):
    long = "{0} = playground(Recipe(steps=10**6), view='balance')\n{0}"
    a, b = open_board(lab, long.format("a"), long.format("b"), variables=("a", "b"))
    a.press("Play")
    a.until_step(50)
    b.press("Play")
    b.until_step(50)
    expect(a.notice).to_contain_text("Paused at step")
    assert [a.ask("play.playing"), b.ask("play.playing"), b.ask(LOOPS)] == [False, True, 1]
    a.press("Play")
    a.until(lambda: a.ask("play.playing") and not b.ask("play.playing"), "the first to take over")

    a.tell("old = a")
    lab.run_cell(0)
    a.says(re.compile("^step 0 · "))
    assert [a.ask("old.playing"), a.ask("old.older"), a.ask("play is old"), a.ask(LOOPS)] == [False, True, False, 0]
    a.press("Play")
    a.until_step(50)
    assert a.ask(LOOPS) == 1

    lab.save()
    lab.reload()
    a.until_step(51)
    a.says(STATUS_PLAYING)
    a.drag("Generator learning rate", a.ask("play.fixed['rates']").index(5e-3))
    a.until(lambda: a.ask("play.session.knobs.lr_g") == 5e-3, "the slider after the reload")
    a.pause()
    expect(a.picture).to_have_attribute("aria-label", re.compile(f"^Step {a.step():,}: "))


def test_a_prediction_keeps_play_closed_until_it_is_made(lab):
    board = open_board(lab, "guess = predict('02', 'collapse')\nguess",
                       "play = playground(PRESETS['mode_collapse'].replace(steps=300), prediction=guess)\nplay",
                       "print('the last cell ran')")  # fmt: skip
    assert lab.page.get_by_text("the last cell ran", exact=True).is_visible(), "a prediction never stops Run All"
    expect(board.button("Play")).to_be_disabled()
    expect(board.notice).to_contain_text("lock in your prediction")
    lab.screenshot("playground_locked")
    lab.page.get_by_role("radio").first.check()
    lab.page.get_by_role("button", name="Lock in prediction").click()
    expect(board.button("Play")).to_be_enabled(timeout=WAIT)
    assert board.step() == 0
    board.press("Play")
    expect(board.notice).to_contain_text("the planned end", timeout=WAIT)
    measured = lab.page.locator(".gan-columns")
    expect(measured).to_contain_text(re.compile(r"\d of 8 modes · .+ · step 300"), timeout=WAIT)
    lab.run_cell(1)
    again = Board(lab)
    expect(again.button("Play")).to_be_enabled(timeout=WAIT)
