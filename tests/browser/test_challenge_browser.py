"""A challenge as a learner meets it in JupyterLab: refused, cancelled, solved with the mouse, kept; in both themes."""

import json
import re

import pytest
from board import WAIT, Board
from playwright.sync_api import expect
from readable import faint

CHECK = 4 * WAIT  # milliseconds; a check takes at most 30 s on two free cores
IMPORTS = "from gan_edu import challenge, progress_bar\n"


def records(lab, kind):
    """What the kernels have written to disk so far."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(lab.server.progress.glob("*.jsonl"))]
    lines = [line for text in texts for line in text.splitlines()]
    return [made for made in map(json.loads, lines) if made["kind"] == kind]


def open_challenge(lab, name, *more):
    """A notebook with one challenge, in the variable `c`; returns a Board of its playground."""
    lab.open_notebook(lab.make_notebook([f"{IMPORTS}c = challenge({name!r})\nc", *more]))
    lab.run_all()
    board = Board(lab, "c.play")
    expect(board.status).to_contain_text("step 0", timeout=WAIT)
    return board


def button(lab, name):
    return lab.page.get_by_role("button", name=name, exact=True)


def verdict(lab):
    return lab.page.locator(".gan-challenge .gan-course").get_by_role("status")


def test_a_challenge_is_solved_with_the_mouse(lab):
    """Of all challenges the one that is checked fastest."""
    board = open_challenge(lab, "04.provoke_divergence", "progress_bar('04')")
    page = lab.page
    expect(board.select("Preset")).to_be_hidden()
    button(lab, "Check on 8 unseen seeds").click()
    expect(verdict(lab)).to_contain_text("Not checked: nothing differs from the start yet", timeout=WAIT)
    expect(button(lab, "Show a solution")).to_be_hidden()

    board.slider("Discriminator strength").scroll_into_view_if_needed()
    board.drag("Discriminator strength", board.ask("play.fixed['strengths']").index(1 / 16))
    expect(page.locator(".gan-changed")).to_have_count(1, timeout=WAIT)
    lab.screenshot("challenge_ready")
    board.press("Play")
    board.until_step(1)
    button(lab, "Check on 8 unseen seeds").click()
    meter = page.get_by_role("progressbar", name="Check on 8 unseen seeds")
    expect(meter).to_be_visible(timeout=WAIT)
    board.until(lambda: int(meter.get_attribute("aria-valuenow")) >= 3, "progress")
    assert not board.ask("play.playing"), "the playground rests meanwhile"
    assert page.locator(".gan-mount").evaluate("m => m.inert")
    lab.screenshot("challenge_checking")
    expect(verdict(lab)).to_contain_text("8: passed", timeout=CHECK)
    good = int(re.search(r"(\d) of 8", verdict(lab).inner_text())[1])
    assert good >= 7
    expect(page.locator(".gan-outcomes tr.gan-good")).to_have_count(good)
    expect(page.locator(".gan-outcomes")).to_contain_text("10× the data's radius")
    lab.screenshot("challenge_passed")
    assert [(r["challenge"], r["passed"]) for r in records(lab, "challenge")] == [("04.provoke_divergence", True)]
    bar = page.get_by_role("progressbar", name="Failures provoked")
    expect(bar).to_have_attribute("aria-valuenow", "1", timeout=WAIT)


def test_cancel_hints_and_the_keyboard(lab):
    board = open_challenge(lab, "02.mend_weak")
    page, keyboard = lab.page, lab.page.keyboard
    for left in (2, 1):
        page.get_by_role("button", name="Next hint").click()
        expect(page.get_by_role("button", name=f"Next hint ({left} left)")).to_be_visible(timeout=WAIT)
    expect(page.locator(".gan-help")).to_contain_text("Hint 2.")
    board.slider("Discriminator learning rate").focus()
    keyboard.press("ArrowLeft")
    expect(page.locator(".gan-changed")).to_have_count(1, timeout=WAIT)
    for _ in range(3):
        board.slider("Discriminator strength").press("ArrowRight")
    refused = page.get_by_text("As it stands this would not be checked: over budget")
    expect(refused).to_be_visible(timeout=WAIT)
    lab.screenshot("challenge_refused")
    board.slider("Discriminator strength").press("ArrowLeft")
    expect(refused).to_be_hidden(timeout=WAIT)

    button(lab, "Check on 8 unseen seeds").focus()
    keyboard.press("Enter")
    expect(button(lab, "Cancel")).to_be_focused(timeout=WAIT)
    keyboard.press("Enter")
    expect(verdict(lab)).to_have_text("Cancelled. Nothing was counted.", timeout=WAIT)
    expect(button(lab, "Check on 8 unseen seeds")).to_be_focused()
    assert not page.locator(".gan-mount").evaluate("m => m.inert")
    assert not records(lab, "challenge")
    assert page.locator(".jp-CodeCell").count() == 1, "no key reached the notebook"


DONE = """from gan_edu import PRESETS, challenge
from gan_edu.challenges import Outcome, Result, in_words, seeds
from gan_edu.diagnosis import Diagnosis
from gan_edu.evidence import Evidence
c = challenge("02.provoke_collapse")
tried = PRESETS["ring_healthy"].replace(lr_g=1e-4, lr_d=5e-3)
few = Evidence("modes held, at the best look", 2, "at most", 4, "half of the modes")
why = in_words(Diagnosis("mode_collapse", (few, few), ""))
names = ["mode_collapse"] * 5 + ["undecided", "healthy", "non_convergence"]
rows = zip(seeds(tried, c.challenge, "ada"), names)
c._take(Result(c.challenge, tried, tuple(Outcome(tried.replace(seed=s), n, why, n == names[0]) for s, n in rows)))
for do in ("hint", "hint", "hint", "solution"):
    c.command({"do": do})
c"""
WORDS = ".gan-challenge .gan-course :is(p, li, th, td, caption, span, button)"
TOO_WIDE = """() => [...document.querySelectorAll('.gan-challenge .gan-card')]
  .filter(e => e.scrollWidth > e.clientWidth + 1).length"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_are_readable_also_at_600_pixels(lab, theme):
    page = lab.page
    lab.open_notebook(lab.make_notebook([DONE]))
    lab.run_all()
    lab.command("apputils:change-theme", theme=f"JupyterLab {theme.title()}")
    page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{str(theme == 'light').lower()}'")
    page.set_viewport_size({"width": 1280, "height": 1700})
    expect(page.locator(".gan-outcomes tr")).to_have_count(9)
    page.wait_for_timeout(800)
    lab.screenshot(f"challenge_{theme}")
    assert not faint(page.locator(WORDS), 51)
    lab.command("application:toggle-left-area")
    page.set_viewport_size({"width": 600, "height": 2400})
    page.wait_for_timeout(500)
    lab.screenshot(f"challenge_{theme}_600")
    assert page.evaluate(TOO_WIDE) == 0


def test_a_reload_keeps_the_challenge_and_watch_trains_a_checked_seed(lab):
    lab.open_notebook(lab.make_notebook([DONE]))
    lab.run_all()
    lab.page.locator(".gan-outcomes").wait_for()
    lab.save()
    lab.reload()
    expect(lab.page.locator(".gan-outcomes tr")).to_have_count(9, timeout=WAIT)
    board = Board(lab, "c.play")
    lab.page.get_by_role("button", name="Watch seed").nth(1).click()
    board.until_step(20)
    assert board.ask("play.session.recipe.seed") >= 10**8
    board.pause()
    board.press("Reset")
    board.until(lambda: board.ask("play.session.recipe.seed") == 0, "the start again")
