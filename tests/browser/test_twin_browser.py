"""Twin panes in JupyterLab: forked from a playground by real clicks, and opened by `twin` in a cell."""

import re

import torch
from board import WAIT, open_board
from playwright.sync_api import expect
from readable import faint
from test_playground_page import PANEL, TOO_WIDE, WORDS

from gan_edu import PRESETS, Run
from gan_edu.twins import fork

LONG = "play = playground(PRESETS['ring_healthy'].replace(steps=10**6), view='all')\nplay"
PLAYING = re.compile(r"^step [\d,]+ · [\d,]+ steps/s · \d of 8 modes · .+")
TWIN = "from gan_edu import twin\nplay = twin(PRESETS['ring_healthy'].replace(steps=10**6), lr_d=1e-2)\nplay"

CORNER = "c => [...c.getContext('2d').getImageData(3, 3, 1, 1).data].slice(0, 3)"


class Panes:
    """The twin panes on the page."""

    def __init__(self, page):
        self.page, self.root = page, page.locator(".gan-twin")
        self.statuses = self.root.get_by_role("status")
        self.sentence = self.root.locator(".gan-differs")
        self.notice = self.root.locator(".gan-notice")
        self.curves = self.root.locator("canvas.gan-curves")

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    def picture(self, side):
        return self.root.get_by_role("group", name=side).locator("canvas")

    def steps(self):
        """Both panes' step, read at one moment."""
        texts = self.root.evaluate("r => [...r.querySelectorAll('.gan-status')].map(s => s.textContent)")
        return [int(re.match(r"step ([\d,]+)", text)[1].replace(",", "")) for text in texts]

    def until_step(self, step):
        for _ in range(WAIT // 50):
            if min(self.steps()) >= step:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"waited in vain for step {step}: {self.steps()}")


def drawn(canvas):
    return canvas.evaluate("c => c.toDataURL()")


def _open_fork(board):
    """Fork where the run stands, after a value that is refused."""
    board.press("Fork")
    expect(board.button("Play")).to_be_visible(timeout=WAIT)
    which, value = board.select("What differs on the right"), board.root.get_by_role("textbox", name="Its new value")
    expect(which).to_be_focused(timeout=WAIT)
    expect(which).to_have_value("lr_d")
    expect(value).to_have_value("1e-2")
    value.fill("fast")
    board.press("Open fork")
    expect(board.root.get_by_role("alert").filter(has_text="'fast' is no number")).to_be_visible(timeout=WAIT)
    value.fill("0.05")
    board.lab.screenshot("fork_form")
    value.press("Enter")
    return Panes(board.page)


def test_fork_by_clicks_lockstep_and_close(lab):
    board = open_board(lab, LONG)
    board.press("Play")
    board.until_step(150)
    panes = _open_fork(board)
    since = board.step()
    expect(panes.sentence).to_have_text(
        f"Right, from step {since:,} on: discriminator learning rate 5e-2 instead of 2e-3; all else, the noise too, "
        "is the same.", timeout=WAIT)
    assert panes.steps() == [since, since]
    expect(board.root.get_by_role("group", name="Fork", exact=True)).to_be_hidden()
    panes.button("Play").click()
    expect(panes.statuses.first).to_have_text(PLAYING, timeout=WAIT)
    lockstep = []
    for _ in range(20):
        lockstep.append(panes.steps())
        lab.page.wait_for_timeout(100)
    assert all(left == right for left, right in lockstep)
    panes.until_step(since + 150)
    panes.root.scroll_into_view_if_needed()
    panes.button("Pause").click()
    expect(panes.notice).to_have_text(re.compile("^Paused at step"), timeout=WAIT)
    lab.screenshot("fork_open")
    _the_panes_show_what_plain_runs_show(board, panes, since)
    panes.button("Close fork").click()
    expect(panes.root).to_have_count(0, timeout=WAIT)
    assert board.step() == since
    board.press("Play")
    board.until_step(since + 50)
    assert board.ask("play.session.events") == []


def _the_panes_show_what_plain_runs_show(board, panes, since):
    step = panes.steps()[0]
    left = Run(PRESETS["ring_healthy"])
    while left.step < since:
        left.train_step()
    right = fork(left, lr_d=0.05)
    for side, run in (("left", left), ("right", right)):
        while run.step < step:
            run.train_step()
        shown = torch.tensor(board.ask(f"play.forks.board.twin.{side}.sample(64).tolist()")).double()
        assert torch.allclose(shown, run.sample(64), atol=1e-4)
        expect(panes.picture(side.capitalize())).to_have_attribute(
            "aria-label", re.compile(f"^{side.capitalize()}. Step {step:,}: generated points hold"))
    assert drawn(panes.picture("Left")) != drawn(panes.picture("Right"))


def test_other_knobs_cancel_and_the_keyboard(lab):
    board = open_board(lab, LONG.replace("view='all'", "view='balance'"))
    board.button("Fork").focus()
    lab.page.keyboard.press("Enter")
    which = board.select("What differs on the right")
    expect(which).to_be_focused(timeout=WAIT)
    board.press("Cancel")
    expect(board.button("Fork")).to_be_focused(timeout=WAIT)
    lab.page.keyboard.press("Enter")
    expect(which).to_be_focused(timeout=WAIT)
    which.select_option("objective")
    expect(board.select("Its new value")).to_have_value("minimax")
    which.select_option("d_width")
    expect(board.root.get_by_role("textbox", name="Its new value")).to_have_value("8")
    board.button("Open fork").focus()
    lab.page.keyboard.press("Enter")
    panes = Panes(lab.page)
    expect(panes.sentence).to_contain_text("discriminator width 8 instead of 64", timeout=WAIT)
    panes.button("Play").focus()
    lab.page.keyboard.press("Enter")
    panes.until_step(20)
    expect(panes.button("Pause")).to_be_focused(timeout=WAIT)
    lab.page.keyboard.press("Space")
    expect(panes.button("Play")).to_be_focused(timeout=WAIT)
    panes.button("One step").click()
    expect(panes.notice).to_have_text("By hand: one step of each side.", timeout=WAIT)
    panes.button("Restart").click()
    expect(panes.statuses.nth(1)).to_have_text(re.compile("^step 0 "), timeout=WAIT)
    assert lab.page.locator(".jp-CodeCell").count() == 1, "no key reached the notebook"
    board.tell("play.forks.board.play()")
    panes.until_step(5)
    lab.run_cell(0)
    board.says(re.compile("^step 0 "))
    assert panes.root.count() == 0, "a cell that runs again takes its fork away"


def test_twin_in_a_cell_themes_and_narrow_page(lab):
    lab.open_notebook(lab.make_notebook(["from gan_edu import PRESETS\n" + TWIN]))
    lab.run_all()
    page, panes = lab.page, Panes(lab.page)
    expect(panes.statuses.first).to_have_text(re.compile("^step 0 "), timeout=WAIT)
    expect(panes.button("Close fork")).to_be_hidden()
    blank = drawn(panes.curves)
    panes.root.get_by_role("combobox", name="Speed").select_option("200")
    panes.root.get_by_role("checkbox", name="Losses").check()
    panes.button("Play").click()
    panes.until_step(300)
    panes.button("Pause").click()
    expect(panes.notice).to_contain_text("Paused", timeout=WAIT)
    assert drawn(panes.curves) != blank
    expect(panes.curves).to_have_attribute("aria-label", re.compile(rf"at step {panes.steps()[0]:,}; right \d of 8"))
    page.set_viewport_size({"width": 1280, "height": 1100})
    for theme in ("Dark", "Light"):
        lab.command("apputils:change-theme", theme=f"JupyterLab {theme}")
        page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{str(theme == 'Light').lower()}'")
        page.wait_for_timeout(500)
        lab.screenshot(f"twin_{theme.lower()}")
        assert not faint(panes.root.locator(WORDS), 10)
        corner = panes.picture("Right").evaluate(CORNER)
        assert (sum(corner) > 380) == (theme == "Light"), f"the picture follows the theme: {corner}"
    boxes = [panes.picture(side).bounding_box() for side in ("Left", "Right")]
    assert boxes[0]["y"] == boxes[1]["y"], "side by side"
    assert boxes[0]["width"] == boxes[1]["width"], "in one scale"
    lab.command("application:toggle-left-area")
    for width in (600, 390):
        page.set_viewport_size({"width": width, "height": 1700})
        page.wait_for_timeout(500)
        lab.screenshot(f"twin_{width}")
        assert panes.root.evaluate(TOO_WIDE) == []
        parts = [*(panes.picture(side) for side in ("Left", "Right")), panes.curves, panes.button("Play")]
        left, right, curves, _ = boxes = [part.bounding_box() for part in parts]
        view = page.locator(PANEL).bounding_box()
        assert all(box["x"] >= view["x"] and box["x"] + box["width"] <= view["x"] + view["width"] for box in boxes)
        assert (left["y"] == right["y"]) == (width == 600), "side by side as long as there is room"
        assert left["width"] == right["width"] >= 220, "in one scale"
        assert curves["y"] > right["y"] + right["height"], "the curves are below both"
        assert curves["width"] > (400 if width == 600 else 250), "as wide as the page allows"


def test_digits_are_forked_too(lab):
    recipe = "PRESETS['mnist_dcgan'].replace(g_width=16, d_width=16, batch=16, steps=60)"
    board = open_board(lab, f"play = playground({recipe}, view='all')\nplay")
    board.tell("play.run(5)")
    board.says(re.compile("^step 5 "))
    board.press("Fork")
    board.select("What differs on the right").select_option("lr_g")
    board.press("Open fork")
    panes = Panes(lab.page)
    panes.button("Play").click()
    panes.until_step(15)
    panes.button("Pause").click()
    expect(panes.statuses.first).to_have_text(re.compile(r"^step \d+ · \d+ of 10 classes · undecided$"), timeout=WAIT)
    panes.root.scroll_into_view_if_needed()
    lab.screenshot("twin_digits")
    assert drawn(panes.picture("Left")) != drawn(panes.picture("Right"))
