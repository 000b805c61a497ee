"""Lesson 09 as a learner plays it: predictions, a remedy of their choice, the contrast, quiz, tables and challenge."""

import re

from board import WAIT
from lesson import copied_recipe, lock_in, restarted_with, shown
from playwright.sync_api import expect

from gan_edu import PRESETS
from gan_edu.remedies import with_remedy


def test_the_lesson_is_played_through(lab):
    lab.open_notebook("09_stabilisers.ipynb")
    lab.run_all(seconds=600)
    lab.screenshot("09_patients")
    card = lock_in(lab, '"one_for_all"', "One or two")
    expect(card).to_contain_text("heals 0 of the 4 patients")
    _try_a_remedy(lab)
    _contrast(lab)
    quiz = shown(lab, '"what_pairing_sees"')
    quiz.get_by_role("radio").first.check()
    expect(quiz).to_contain_text("Question")
    cost = lock_in(lab, '"cost"', "Unrolling 5")
    expect(cost).to_contain_text(re.compile(r"unrolling 5 ×\d"))
    lab.screenshot("09_cost")
    expect(shown(lab, "seaborn.heatmap").locator("img")).to_be_visible(timeout=WAIT)
    lab.screenshot("09_heat_maps")
    challenge = shown(lab, 'challenge("09.mend_oscillation")').locator(".gan-challenge")
    expect(challenge).to_contain_text("From calm to good")
    lab.screenshot("09_challenge")
    assert lab.cell_errors() == []


def _try_a_remedy(lab):
    board = restarted_with(lab, 'playground("mode_collapse"', "Remedy", "Spectral norm", 300)
    assert copied_recipe(board) == with_remedy(PRESETS["mode_collapse"], "spectral_norm")
    expect(board.picture).to_have_attribute("aria-label", re.compile(r"hold \d of 8 modes"))
    lab.screenshot("09_spectral_norm")


def _contrast(lab):
    board = shown(lab, "twin(PRESETS").locator(".gan-twin")
    board.get_by_role("button", name="Play", exact=True).click()
    expect(board).to_contain_text(re.compile(r"step [1-9]"), timeout=WAIT)
    board.get_by_role("button", name="Pause", exact=True).click()
    lab.screenshot("09_twin")
