"""Lesson 03 as a learner plays it: predictions, second opinion, detective, twin and challenge, all on its own page."""

import re

from board import WAIT, Board
from lesson import first_hint, lock_in, shown
from playwright.sync_api import expect
from test_twin_browser import Panes


def test_the_lesson_is_played_through(lab):
    lab.open_notebook("03_reading_the_losses.ipynb")
    lab.run_all(seconds=300)
    card = lock_in(lab, '"which_learnt"', "Only B")
    expect(card).to_contain_text("Measured")
    expect(card).to_contain_text(re.compile(r"A: \d of 8 modes, high-quality share .* B: \d of 8 modes"))
    lab.screenshot("03_prediction")
    _second_opinion(lab)
    _detective(lab)
    _twin_behind_its_prediction(lab)
    first_hint(lab, "03.fake_success", "Fake a success")
    lab.screenshot("03_challenge")
    assert lab.cell_errors() == []


def _second_opinion(lab):
    shown(lab, 'playground("weak_discriminator"')
    board = Board(lab)
    expect(board.root.get_by_role("checkbox", name="Losses where D cannot tell")).to_be_checked()
    board.press("Play")
    board.until_step(300)
    board.press("Second opinion")
    words = board.root.locator(".gan-opinion-words")
    found = re.compile(r"a fresh discriminator tells real from generated with AUC (1.00|0.9\d)")
    expect(words).to_have_text(found, timeout=WAIT)
    lab.screenshot("03_second_opinion")


def _detective(lab):
    detective = shown(lab, "detective()").locator(".gan-detective")
    detective.get_by_role("button", name="Draw eight runs").click()
    expect(detective).to_have_attribute("data-phase", "open", timeout=4 * WAIT)
    detective.get_by_role("radio").first.check()
    detective.get_by_role("button", name="Commit to this verdict").click()
    expect(detective).to_have_attribute("data-phase", "told", timeout=WAIT)
    lab.screenshot("03_detective")


def _twin_behind_its_prediction(lab):
    shown(lab, "twin(run, prediction=again")
    panes = Panes(lab.page)
    expect(panes.button("Play")).to_be_disabled(timeout=WAIT)
    lock_in(lab, '"after_rewind"', "Stay good")
    shown(lab, "twin(run, prediction=again")
    expect(panes.sentence).to_contain_text("generator learning rate 1e-3 instead of 3e-2", timeout=WAIT)
    panes.button("Play").click()
    expect(panes.notice).to_contain_text("the planned end", timeout=WAIT)
    lab.screenshot("03_twin")
    expect(shown(lab, '"after_rewind"')).to_contain_text(re.compile(r"left: \d of 8 modes .* right: \d of 8 modes"))
