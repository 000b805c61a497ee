"""Lesson 12 as a learner plays it: a prediction, the late critic and its remedy, a question, a challenge."""

import re

from board import WAIT, Board
from lesson import first_hint, lock_in, shown
from playwright.sync_api import expect


def test_the_lesson_is_played_through(lab):
    lab.open_notebook("12_mnist_wgan.ipynb")
    lab.run_all(seconds=600)
    _break_and_mend(lab)
    card = lock_in(lab, 'same_seconds = predict("12"', "The DCGAN's")
    expect(card).to_contain_text(re.compile(r"Measured.*after 60 s · DCGAN \d+ · clipping \d+ · penalty \d+"))
    shown(lab, "axes.semilogy(x, y")
    lab.screenshot("12_curves")
    card = lock_in(lab, 'loss_tells = predict("12"', "In none of them")
    expect(card).to_contain_text(re.compile(r"DCGAN [+-]\d\.\d\d · clipping [+-]\d\.\d\d · penalty [+-]\d\.\d\d"))
    shown(lab, "rank_correlation(loss, far)")
    lab.screenshot("12_correlation")
    _answer(lab)
    _look_at_the_challenge(lab)
    assert lab.cell_errors() == []


def _break_and_mend(lab):
    card = lock_in(lab, '"rarely"', "Much the same shape in every place")
    shown(lab, "playground(penalised.replace(d_strength=1 / 16")
    board = Board(lab)
    board.press("Play")
    board.until_step(100)
    board.press("Pause")
    expect(board.status).to_have_text(re.compile(r"^step [\d,]+ · [1-4] of 10 classes · undecided$"), timeout=WAIT)
    expect(board.picture).to_have_attribute("aria-label", re.compile("digits that the generator draws"))
    expect(card).to_be_visible()
    lab.screenshot("12_late_critic")
    strength = board.slider("Critic strength")
    strength.focus()
    for _ in range(4):
        lab.page.keyboard.press("ArrowRight")
    expect(strength).to_have_attribute("aria-valuetext", re.compile("^1 update for each"))
    board.press("Restart with these settings")
    expect(board.button("Pause")).to_be_visible(timeout=WAIT)
    board.until_step(20)
    board.press("Pause")
    lab.screenshot("12_mended")


def _answer(lab):
    card = shown(lab, 'quiz("12", "shift"')
    first = card.get_by_role("group", name="Somebody adds 5")
    first.get_by_role("textbox", name="Your number").fill("5")
    first.get_by_role("button", name="Check answer").click()
    expect(card).to_contain_text("Write the loss down with its two means", timeout=WAIT)
    lab.screenshot("12_quiz")


def _look_at_the_challenge(lab):
    challenge = first_hint(lab, "12.mend_weak", "The check trains one run from step 0, on a seed")
    expect(challenge.get_by_role("button", name="Check on an unseen seed")).to_be_visible()
    lab.screenshot("12_challenge")
