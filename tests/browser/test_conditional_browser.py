"""Lesson 10 as a learner goes through it: predictions, a digit and a caption asked for by keyboard, a question."""

import re

from board import WAIT
from lesson import first_hint, lock_in, shown
from playwright.sync_api import expect


def test_the_lesson_is_gone_through(lab):
    lab.open_notebook("10_conditional_gans.ipynb")
    lab.run_all(seconds=600)
    card = lock_in(lab, '"listens"', "About one in eight, as if it had not heard")
    expect(card).to_contain_text(re.compile(r"0\.\d\d of 1,000 points went to cluster 2"))
    shown(lab, "plots_conditional.compare_asked([first]")
    lab.screenshot("10_asked_and_got")
    lock_in(lab, '"hidden"', "Yes: the points made for one cluster are too much alike")
    _ask_for_a_digit(lab)
    lock_in(lab, '"closest"', "Weight 10,000: that is what it was trained for")
    shown(lab, "covered = source.clone()")
    lab.screenshot("10_completed")
    _write_a_caption(lab)
    first_hint(lab, "10.mend_collapse", "Make it listen again")
    lab.screenshot("10_challenge")
    assert lab.cell_errors() == []


def _ask_for_a_digit(lab):
    explorer = shown(lab, "digit_explorer(digits)").locator(".gan-explorer")
    expect(explorer.get_by_role("img", name=re.compile("asked for a 3"))).to_be_visible(timeout=WAIT)
    explorer.get_by_role("combobox", name="Digit", exact=True).select_option(label="7")
    expect(explorer.get_by_role("img", name=re.compile("asked for a 7"))).to_be_visible(timeout=WAIT)
    expect(explorer).to_contain_text(re.compile(r"\d+ of 24 a 7"), timeout=WAIT)
    way = explorer.get_by_role("slider", name="On the way to the other digit")
    way.focus()
    for _ in range(3):
        lab.page.keyboard.press("ArrowRight")
    expect(explorer.get_by_role("img", name=re.compile("85% 7 and 15% 8"))).to_be_visible(timeout=WAIT)
    lab.screenshot("10_ask_for_a_digit")


def _write_a_caption(lab):
    explorer = shown(lab, "caption_explorer(writer)").locator(".gan-explorer")
    expect(explorer.get_by_role("img", name=re.compile("'thick slanted seven'"))).to_be_visible(timeout=WAIT)
    explorer.get_by_role("combobox", name="Thickness", exact=True).select_option(label="thin")
    explorer.get_by_role("combobox", name="Digit", exact=True).select_option(label="two")
    expect(explorer.get_by_role("img", name=re.compile("'thin slanted two'"))).to_be_visible(timeout=WAIT)
    expect(explorer).to_contain_text(re.compile(r"\d+ of 24 named two"), timeout=WAIT)
    lab.screenshot("10_caption")
