"""The select 'Remedy' in JupyterLab: by mouse and by key, in force from the restart on, told in recipe and text."""

import re

from board import WAIT, open_board
from playwright.sync_api import expect

from gan_edu import PRESETS, Run
from gan_edu.remedies import NONE, REMEDY_CHOICES, with_remedy

CELL = "play = playground(PRESETS['mode_collapse'].replace(steps=10**6))\nplay"
START = PRESETS["mode_collapse"].replace(steps=10**6)


def _recipe(board):
    return Run.from_token(board.ask("play.session.token")).recipe


def test_each_remedy_trains_from_the_restart_on(lab):
    board = open_board(lab, CELL)
    board.root.locator("summary").get_by_text("Methods").click()
    remedy = board.select("Remedy")
    labels = remedy.locator("option").all_inner_texts()
    assert labels == [choice.label for choice in REMEDY_CHOICES.values()]
    for name, choice in [*REMEDY_CHOICES.items(), (NONE, REMEDY_CHOICES[NONE])]:
        remedy.select_option(label=choice.label)
        board.press("Play")
        board.until_step(board.shown_step() + 3)
        board.press("Restart with these settings")
        wanted = with_remedy(START, name)
        board.until(lambda wanted=wanted: _recipe(board) == wanted, f"a recipe with {name}")
        board.until_step(5)
        expect(remedy).to_have_value(name)
        expect(board.select("Penalty")).to_have_value("r1" if name == "r1" else "none")
        if name == "packing":
            board.until_step(400)
            expect(board.picture).to_have_attribute("aria-label", re.compile("packs of 2 equal points"), timeout=WAIT)
            remedy.scroll_into_view_if_needed()
            lab.screenshot("remedy_packing")
        board.pause()
        assert not board.notice.inner_text().startswith("Not")


def test_the_keyboard_reaches_it_and_what_does_not_fit_is_said(lab):
    board = open_board(lab, "play = playground(Recipe(objective='hinge', steps=200))\nplay")
    board.root.locator("summary").get_by_text("Methods").click()
    remedy = board.select("Remedy")
    remedy.focus()
    lab.page.keyboard.press("End")
    expect(remedy).to_have_value("averaging")
    remedy.select_option("smoothing")
    board.press("Restart with these settings")
    expect(board.notice).to_contain_text("Not restarted: smoothing=0.1 ")
    assert board.ask("play.session.recipe.smoothing") == 0
    assert lab.page.locator(".jp-CodeCell").count() == 1, "no key reached the notebook"
