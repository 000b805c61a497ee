"""Lesson 04 as a learner plays it: predictions, arrows that vanish, the explorer, widths, a twin and a challenge."""

import re

from board import WAIT, Board
from playwright.sync_api import expect
from test_losses_browser import lock_in, shown
from test_twin_browser import Panes


def test_the_lesson_is_played_through(lab):
    lab.open_notebook("04_vanishing_gradients.ipynb")
    lab.run_all(seconds=300)
    card = lock_in(lab, '"arrived"', "Run A, with both losses at 0")
    expect(card).to_contain_text(re.compile(r"A: \d of 4 modes, high-quality share .* B: \d of 4 modes"))
    lab.screenshot("04_arrived")
    _watch_it_vanish(lab)
    _move_the_distance(lab)
    _freeze_the_generator(lab)
    _change_a_width(lab)
    _mend_one_pane(lab)
    _try_a_remedy(lab)
    _look_at_the_challenge(lab)
    assert lab.cell_errors() == []


def _board(lab, text):
    """The playground of the cell whose code holds the text."""
    cell = shown(lab, text)
    board = Board(lab)
    board.root = cell.locator(".gan-playground")
    board.picture = board.root.locator("canvas.gan-picture")
    board.status, board.notice = board.root.get_by_role("status"), board.root.locator(".gan-notice")
    return board


def _watch_it_vanish(lab):
    board = _board(lab, 'playground("vanishing_gradients"')
    board.root.get_by_role("checkbox", name="Arrows").check()
    board.press("Play")
    board.until_step(450)
    board.press("Pause")
    expect(board.status).to_contain_text("vanishing gradients", timeout=WAIT)
    expect(board.status).to_contain_text("0 of 4 modes")
    lab.screenshot("04_vanished")


def _move_the_distance(lab):
    explorer = shown(lab, "plots_gradients.explore").locator(".gan-explorer")
    distance = explorer.get_by_role("slider", name="Distance")
    expect(distance).to_have_attribute("aria-valuetext", "1")
    distance.focus()
    lab.page.keyboard.press("End")
    expect(distance).to_have_attribute("aria-valuetext", "10")
    expect(explorer).to_contain_text("saturating / non-saturating = 1.93e-22", timeout=WAIT)
    lab.screenshot("04_explorer")


def _freeze_the_generator(lab):
    card = lock_in(lab, '"frozen"', "The saturating one falls towards 0, the other does not")
    expect(card).to_contain_text(re.compile("saturating: .* → .*; non-saturating → "))


def _change_a_width(lab):
    board = _board(lab, 'playground("square_saturating"')
    board.root.locator("summary").get_by_text("Methods").click()
    board.select("Discriminator width").select_option(label="8")
    board.press("Restart with these settings")
    board.press("Play")
    board.until_step(200)
    board.press("Pause")
    board.press("Copy recipe")
    lab.screenshot("04_widths")


def _try_a_remedy(lab):
    board = _board(lab, "playground(ahead")
    board.root.locator("summary").get_by_text("Methods").click()
    board.select("Remedy").select_option(label="One-sided label smoothing")
    board.press("Restart with these settings")
    board.press("Play")
    board.until_step(450)
    board.press("Pause")
    expect(board.status).to_contain_text("vanishing gradients", timeout=WAIT)
    lab.screenshot("04_smoothing")
    card = lock_in(lab, '"smoothing")', "About as little as without smoothing")
    expect(card).to_contain_text(re.compile("smoothing 0: gradient norm .*; smoothing 0.1: gradient norm "))
    lab.screenshot("04_smoothing_measured")


def _mend_one_pane(lab):
    shown(lab, "twin(fair")
    panes = Panes(lab.page)
    expect(panes.sentence).to_contain_text("discriminator learning rate 0.001 instead of 0.03", timeout=WAIT)
    panes.button("Play").click()
    panes.until_step(150)
    panes.button("Pause").click()
    lab.screenshot("04_twin")


def _look_at_the_challenge(lab):
    challenge = shown(lab, 'challenge("04.mend_vanishing")').locator(".gan-challenge")
    expect(challenge).to_contain_text("Bring the pull back")
    challenge.get_by_role("button", name="Next hint").click()
    expect(challenge).to_contain_text("Hint 1.", timeout=WAIT)
    lab.screenshot("04_challenge")
