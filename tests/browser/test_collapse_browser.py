"""Lesson 05 as a learner plays it: predictions, both playgrounds, a remedy of their choice, quiz and challenge."""

import re

from board import WAIT
from lesson import copied_recipe, first_hint, lock_in, playground_of, restarted_with, shown
from playwright.sync_api import expect

from gan_edu import PRESETS
from gan_edu.remedies import with_remedy

HELD = re.compile(r"\d of 8 modes")


def test_the_lesson_is_played_through(lab):
    lab.open_notebook("05_mode_collapse.ipynb")
    lab.run_all(seconds=600)
    card = lock_in(lab, '"which_run"', "Run B")
    expect(card).to_contain_text("Measured")
    expect(card).to_contain_text(re.compile(r"A: \d of 8 modes, high-quality share .* B: \d of 8 modes"))
    lab.screenshot("05_which_run")
    _watch_the_rare_kinds(lab)
    _pack_against_the_fast_discriminator(lab)
    _order_the_unrolled_step(lab)
    _try_a_remedy(lab)
    _look_at_the_challenge(lab)
    assert lab.cell_errors() == []


def _watch_the_rare_kinds(lab):
    board = playground_of(lab, "playground(rare")
    expect(board.button("Play")).to_be_disabled()
    lock_in(lab, '"missing"', "The rare ones")
    board = playground_of(lab, "playground(rare")
    board.press("Play")
    board.until_step(50)  # its end, as lessons take short runs here
    lab.screenshot("05_rare_kinds")


def _pack_against_the_fast_discriminator(lab):
    lock_in(lab, '"packing"', "Half of them or fewer")
    board = playground_of(lab, '"mode_collapse"].replace(pack=2)')
    board.press("Play")
    board.until_step(1100)
    board.press("Pause")
    expect(board.picture).to_have_attribute("aria-label", re.compile("packs of 2 equal points"))
    expect(shown(lab, '"packing"')).to_contain_text(HELD, timeout=WAIT)
    lab.screenshot("05_packing")


def _order_the_unrolled_step(lab):
    card = shown(lab, 'quiz("05", "unrolled_step")')
    expect(card).to_contain_text("Put one unrolled update")
    lab.screenshot("05_unrolled_step")


def _try_a_remedy(lab):
    board = restarted_with(lab, 'playground("mode_collapse", view="all")', "Remedy", "R1 penalty", 600)
    assert copied_recipe(board) == with_remedy(PRESETS["mode_collapse"], "r1")
    expect(board.select("Penalty")).to_have_value("r1")
    lab.screenshot("05_remedy")


def _look_at_the_challenge(lab):
    challenge = first_hint(lab, "05.mend_collapse", "Bring the rare kinds back")
    challenge.locator("summary").get_by_text("Methods").click()
    remedy = challenge.get_by_role("combobox", name="Remedy", exact=True)
    remedy.select_option(label="Packing (2 samples)")
    expect(challenge).to_contain_text(re.compile(r"Pack\s*1\s*2|Pack.*1.*2"), timeout=WAIT)
    lab.screenshot("05_challenge")
