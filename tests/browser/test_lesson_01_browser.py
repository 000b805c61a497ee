"""Lesson 01 played through in JupyterLab: predictions held against measurements, the explorer, both playgrounds, the
challenge.
"""

import re

from board import WAIT, Board
from playwright.sync_api import expect

from gan_edu.experts import SOLUTION

BOOK = "01_the_minimax_game.ipynb"
CELL_WITH = """text => [...jupyterapp.shell.currentWidget.content.model.cells].findIndex(
  c => c.type === 'code' && c.sharedModel.source.includes(text))"""
SCROLL = "async i => { await jupyterapp.shell.currentWidget.content.scrollToItem(i, 'start'); }"
BLUNT = "def my_expert(real, fake, x):\n    return (x.abs() > 0.5).double()"
PUT = "([i, source]) => jupyterapp.shell.currentWidget.content.model.cells.get(i).sharedModel.setSource(source)"


def show(lab, text):
    """Bring the code cell that holds a text into view; return its index."""
    index = lab.page.evaluate(CELL_WITH, text)
    assert index >= 0
    lab.page.evaluate(SCROLL, index)
    return index


def predict(lab, words, choice):
    card = lab.page.get_by_role("group", name=words)
    card.get_by_role("radio", name=choice).check()
    card.get_by_role("button", name="Lock in prediction").click()
    return card.get_by_role("status")


def opened(lab):
    lab.open_notebook(BOOK)
    lab.run_all(seconds=300)


def test_predictions_and_explorer(lab):
    opened(lab)
    show(lab, 'predict("01", "third")')
    told = predict(lab, "All generated numbers lie", "One half")
    expect(told).to_contain_text("D* = 0.33 in the middle of the right bump", timeout=WAIT)
    show(lab, "sketches.forger")
    root = lab.page.locator(".gan-explorer")
    numbers = root.get_by_role("status")
    expect(numbers).to_contain_text("D*(1.0) = 0.333 · V(D*, G) = -0.955", timeout=WAIT)
    root.get_by_role("slider", name="Share of the numbers on it").focus()
    for _ in range(10):
        lab.page.keyboard.press("ArrowLeft")
    expect(numbers).to_contain_text("D*(1.0) = 0.500 · V(D*, G) = -1.386 = −ln 4 + 2 × 0.000", timeout=WAIT)
    lab.screenshot("lesson_01_explorer_equal")
    root.get_by_role("slider", name="Share of the numbers on it").press("End")
    root.get_by_role("slider", name="Place of the generator's right bump").press("End")
    expect(numbers).to_contain_text("V(D*, G) = 0.000 = −ln 4 + 2 × 0.693", timeout=WAIT)
    expect(root.get_by_role("img")).to_have_attribute("alt", re.compile("Generated bumps at -1 and 4.0"))
    lab.screenshot("lesson_01_explorer_far")


def test_both_playgrounds_and_the_prediction_before_the_second(lab):
    opened(lab)
    for text, nth in (("playground(calm, view", 0), ("playground(calm.replace(d_strength", 1)):
        show(lab, text)
        board = Board(lab, "play", nth)
        if nth:
            expect(board.button("Play")).to_be_disabled(timeout=WAIT)
            show(lab, 'predict("01", "half"')
            told = predict(lab, "The same settings and the same seed", "About ½ to both kinds, and the numbers do not")
            show(lab, text)
        board.press("Play")
        expect(board.notice).to_contain_text("Step 2,000: the planned end", timeout=4 * WAIT)
        expect(board.status).to_contain_text(re.compile(r"\d of 2 modes" if nth else "2 of 2 modes · healthy"))
        lab.screenshot(f"lesson_01_playground_{nth}")
    show(lab, 'predict("01", "half"')
    expect(told).to_contain_text(re.compile(r"0\.\d\d to real and 0\.\d\d to generated numbers"), timeout=WAIT)
    lab.screenshot("lesson_01_prediction")


def test_the_challenge_by_hand(lab):
    opened(lab)
    ask = show(lab, "check_expert(my_expert)")
    output = lab.page.locator(".jp-Cell").nth(ask).locator(".jp-OutputArea")
    expect(output).to_contain_text("Not checked: this expert says 1/2 to everything", timeout=WAIT)
    mine = show(lab, "def my_expert")
    tries = ((BLUNT, "Hint 1 of 3"), (SOLUTION, "of 8 within 0.045 of D*: passed."))
    for source, answer in tries:
        lab.page.evaluate(PUT, [mine, source])
        lab.run_cell(mine)
        lab.run_cell(ask)
        expect(output).to_contain_text(answer, timeout=WAIT)
    lab.screenshot("lesson_01_challenge")
