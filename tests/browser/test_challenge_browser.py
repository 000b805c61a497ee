"""A challenge as a learner meets it in JupyterLab: refused, cancelled, solved with the mouse, kept."""

import json

from board import WAIT, Board
from playwright.sync_api import expect


def records(lab, kind):
    """What the kernels have written to disk so far."""
    lines = [line for path in sorted(lab.server.progress.glob("*.jsonl")) for line in path.read_text().splitlines()]
    return [made for made in map(json.loads, lines) if made["kind"] == kind]


def open_challenge(lab, name, *more):
    """A notebook with one challenge, in the variable `c`; returns a Board of its playground."""
    lab.open_notebook(lab.make_notebook([f"from gan_edu import challenge, progress_bar\nc = challenge({name!r})\nc", *more]))
    lab.run_all()
    board = Board(lab, "c.play")
    expect(board.status).to_contain_text("step 0", timeout=WAIT)
    return board


def button(lab, name):
    return lab.page.get_by_role("button", name=name, exact=True)


def verdict(lab):
    return lab.page.locator(".gan-challenge .gan-course").get_by_role("status")


def to_value(board, name, value):
    """Drag a slider by mouse until it shows a value."""
    rates = board.ask("play.fixed['rates']")
    board.slider(name).scroll_into_view_if_needed()
    board.drag(name, rates.index(value))


def test_a_challenge_is_solved_with_the_mouse(lab):
    board = open_challenge(lab, "02.provoke_collapse", "progress_bar('02')")
    page = lab.page
    expect(board.select("Preset")).to_be_hidden()
    button(lab, "Check on 8 unseen seeds").click()
    expect(verdict(lab)).to_contain_text("Not checked: nothing differs from the start yet", timeout=WAIT)
    expect(button(lab, "Show a solution")).to_be_hidden()

    to_value(board, "Generator learning rate", 1e-4)
    to_value(board, "Discriminator learning rate", 1e-2)
    expect(page.locator(".gan-changed")).to_have_count(2, timeout=WAIT)
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
    expect(verdict(lab)).to_contain_text("8: passed", timeout=WAIT)
    expect(page.locator(".gan-outcomes tr.gan-good")).to_have_count(8)
    expect(page.locator(".gan-outcomes")).to_contain_text("modes held, at most")
    lab.screenshot("challenge_passed")
    assert [(r["challenge"], r["passed"]) for r in records(lab, "challenge")] == [("02.provoke_collapse", True)]
    expect(page.get_by_role("progressbar", name="Failures provoked")).to_have_attribute("aria-valuenow", "1", timeout=WAIT)
