"""Lesson 04 as a learner plays it: predictions, arrows that vanish, the explorer, widths, a twin and a challenge."""

import re

from board import WAIT
from lesson import copied_recipe, first_hint, lock_in, playground_of, restarted_with, shown
from playwright.sync_api import expect
from test_twin_browser import Panes

from gan_edu import PRESETS


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


def _watch_it_vanish(lab):
    board = playground_of(lab, 'playground("vanishing_gradients"')
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
    board = restarted_with(lab, "playground(paced", "Discriminator width", "8", 200)
    assert copied_recipe(board) == PRESETS["square_saturating"].replace(lr_d=2e-3, d_width=8)
    lab.screenshot("04_widths")


def _try_a_remedy(lab):
    board = restarted_with(lab, "playground(ahead", "Remedy", "One-sided label smoothing", 450)
    expect(board.status).to_contain_text("vanishing gradients", timeout=WAIT)
    lab.screenshot("04_smoothing")
    card = lock_in(lab, '"smoothing")', "About as little as without smoothing")
    expect(card).to_contain_text(re.compile("smoothing 0: gradient norm .*; smoothing 0.1: gradient norm "))
    lab.screenshot("04_smoothing_measured")


def _mend_one_pane(lab):
    shown(lab, "twin(fair")
    panes = Panes(lab.page)
    expect(panes.sentence).to_contain_text("discriminator learning rate 1e-3 instead of 3e-2", timeout=WAIT)
    panes.button("Play").click()
    panes.until_step(150)
    panes.button("Pause").click()
    lab.screenshot("04_twin")


def _look_at_the_challenge(lab):
    first_hint(lab, "04.mend_vanishing", "Bring the pull back")
    lab.screenshot("04_challenge")
