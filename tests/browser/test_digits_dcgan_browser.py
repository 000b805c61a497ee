"""Lesson 11 as a learner plays it: the broken run and its verdict card, the walk through the noise, the challenges."""

import re

from board import WAIT, Board
from lesson import lock_in, shown
from playwright.sync_api import expect


def test_the_lesson_is_played_through(lab):
    lab.open_notebook("11_mnist_dcgan.ipynb")
    lab.run_all(seconds=600)
    lock_in(lab, '"break_it"', "The same blot in every place")
    shown(lab, "playground(digits.replace(d_strength=1 / 16")
    board = Board(lab)
    board.press("Play")
    board.until_step(120)
    board.press("Pause")
    board.says(re.compile(r"^step [\d,]+ · 1 of 10 classes · undecided$"))
    expect(board.root.locator(".gan-diagnosis")).to_contain_text("looks at the run")
    said = re.compile(r"1 of 10 classes, kernel distance from real digits [\d,]+ \(real ones: 0 ± 60\)")
    expect(board.root.locator("canvas.gan-curves")).to_have_attribute("aria-label", said, timeout=WAIT)
    lab.screenshot("11_broken")
    _walk(lab)
    for name, title in (("provoke", "One blot in every place"), ("mend", "Readable digits on a small budget")):
        challenge = shown(lab, f'challenge("11.{name}_weak")').locator(".gan-challenge")
        expect(challenge).to_contain_text(title)
        expect(challenge.get_by_role("button", name="Check on an unseen seed")).to_be_visible()
    lab.screenshot("11_challenge")
    assert lab.cell_errors() == []


def _walk(lab):
    """Along the way by keyboard, to another end by the list: numbers, picture and its text follow."""
    box = shown(lab, "explorer(walks.latent_walk").locator(".gan-explorer")
    numbers = box.get_by_role("status")
    slider = box.get_by_role("slider", name="Along the way")
    slider.focus()
    lab.page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "0%")
    way = re.compile(r"^most like, from start to end: (\d)(?: \d){8} · here: \1$")
    expect(numbers).to_have_text(way, timeout=WAIT)
    first = numbers.inner_text()
    lab.screenshot("11_walk")
    box.get_by_role("combobox", name="End").select_option(label="noise number 11")
    expect(numbers).not_to_have_text(first, timeout=WAIT)
    expect(box.get_by_role("img")).to_have_attribute("alt", re.compile("^Nine generated digits on the way, most like"))
