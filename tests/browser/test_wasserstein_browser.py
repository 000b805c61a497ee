"""Lesson 08 as a learner plays it: predictions, both explorers, a critic's picture and words, slider, challenge."""

import re

from board import WAIT
from lesson import first_hint, lock_in, playground_of, shown
from playwright.sync_api import expect

NO_PROBABILITY = re.compile(r"background: the critic's score, blue = highest here, orange = lowest")


def test_the_lesson_is_played_through(lab):
    lab.open_notebook("08_wasserstein.ipynb")
    lab.run_all(seconds=600)
    picture = shown(lab, "dashboard([stuck], ").locator("img")
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_visible(timeout=WAIT)
    lab.screenshot("08_stuck")
    _move_apart(lab)
    _hold_the_slope(lab)
    _watch_a_critic(lab)
    _predict_a_cure(lab)
    _look_at_the_challenge(lab)
    assert lab.cell_errors() == []


def _explorer(lab, text):
    return shown(lab, text).locator(".gan-explorer")


def _move_apart(lab):
    card = lock_in(lab, '"moving_apart"', "The first hardly changes, the second doubles")
    expect(card).to_contain_text("the Jensen-Shannon divergence goes from 0.633 to 0.693")
    explorer = _explorer(lab, "plots_critics.apart")
    shift = explorer.get_by_role("slider", name="Shift", exact=True)
    shift.focus()
    lab.page.keyboard.press("End")
    numbers = explorer.get_by_role("status")
    expect(numbers).to_have_text("JS 0.693, its slope 0.0002 · earth mover's 8.00, its slope 1", timeout=WAIT)
    lab.screenshot("08_apart")
    explorer.get_by_role("combobox", name="Shape", exact=True).select_option(label="Single points")
    expect(numbers).to_contain_text("JS 0.693, its slope 0.0000", timeout=WAIT)


def _hold_the_slope(lab):
    lock_in(lab, '"ten_times"', "About a thousand times")
    explorer = _explorer(lab, "plots_critics.held")
    picture = explorer.get_by_role("img")
    at_first = re.compile(r"Weight clipping to 0.1: .* of the weights at ±c")
    expect(picture).to_have_attribute("alt", at_first, timeout=WAIT)
    lab.screenshot("08_clipping")
    explorer.get_by_role("slider", name="Bound c of the weights", exact=True).focus()
    lab.page.keyboard.press("End")
    steep = re.compile("Weight clipping to 1: .* slope is [1-9][0-9]{2};")
    expect(picture).to_have_attribute("alt", steep, timeout=WAIT)
    lab.screenshot("08_too_large")
    explorer.get_by_role("combobox", name="How the slope is held").select_option(label="Gradient penalty")
    expect(picture).to_have_attribute("alt", re.compile("Gradient penalty, weight 10: .* slope is 1"), timeout=WAIT)
    expect(explorer.get_by_role("slider", name="Bound c of the weights", exact=True)).to_be_disabled()
    lab.screenshot("08_penalty")


def _watch_a_critic(lab):
    board = playground_of(lab, 'playground("ring_wgan_gp")')
    expect(board.root.locator(".gan-legend")).to_contain_text(NO_PROBABILITY)
    board.press("Play")
    board.until_step(300)
    board.press("Pause")
    curves = board.root.locator("canvas.gan-curves")
    expect(curves).to_have_attribute("aria-label", re.compile(r"critic's loss -?\d"), timeout=WAIT)
    assert "discriminator" not in curves.get_attribute("aria-label")
    lab.screenshot("08_critic")
    _move_the_weight(lab, board)


def _move_the_weight(lab, board):
    board.select("Preset").select_option(label="ring wgan")
    board.root.locator("summary").get_by_text("Methods").click()
    expect(board.select("Penalty")).to_have_value("clip", timeout=WAIT)
    weight = board.slider("Bound c of the weights")
    expect(weight).to_have_attribute("aria-valuetext", "0.3", timeout=WAIT)
    weight.focus()
    lab.page.keyboard.press("Home")
    expect(weight).to_have_attribute("aria-valuetext", "0.001")
    lab.screenshot("08_weight")
    board.select("Penalty").select_option(label="Gradient penalty (WGAN-GP)")
    weight = board.slider("Penalty weight")
    expect(weight).to_have_attribute("aria-valuetext", "1", timeout=WAIT)
    board.select("Penalty").select_option(label="None")
    expect(weight).to_be_disabled(timeout=WAIT)


def _predict_a_cure(lab):
    board = playground_of(lab, "playground(published")
    expect(board.button("Play")).to_be_disabled()
    lock_in(lab, '"cured"', "One bump, or none")
    board = playground_of(lab, "playground(published")
    expect(board.root.locator(".gan-legend")).to_contain_text("dashed: the critic's score, from its lowest here")
    board.press("Play")
    expect(board.notice).to_contain_text("the planned end", timeout=WAIT)
    lab.screenshot("08_on_a_line")
    expect(shown(lab, '"cured"')).to_contain_text(re.compile(r"\d of 2 modes"), timeout=WAIT)


def _look_at_the_challenge(lab):
    challenge = first_hint(lab, "08.mend_weight", "A number from a paper")
    challenge.locator("summary").get_by_text("Methods").click()
    weight = challenge.get_by_role("slider", name="Penalty weight", exact=True)
    weight.focus()
    lab.page.keyboard.press("ArrowRight")
    expect(challenge.locator("table").first).to_contain_text(re.compile(r"Penalty weight"), timeout=WAIT)
    expect(challenge.locator("tr.gan-changed")).to_contain_text("Penalty weight", timeout=WAIT)
    lab.screenshot("08_challenge")
