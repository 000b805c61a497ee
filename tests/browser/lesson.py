"""What the tests that play a lesson through have in common: its cells, predictions, playgrounds and challenges."""

from board import WAIT, Board
from playwright.sync_api import expect

from gan_edu import Run

CELL_OF = """text => [...jupyterapp.shell.currentWidget.content.model.cells]
  .findIndex(c => c.type === 'code' && c.sharedModel.source.includes(text))"""
SCROLL = "async i => { const b = jupyterapp.shell.currentWidget.content; await b.scrollToItem(i, 'start'); }"


def shown(lab, text):
    """Bring the cell whose code holds the text into view; return its outputs."""
    index = lab.page.evaluate(CELL_OF, text)
    assert index >= 0, text
    lab.page.evaluate(SCROLL, index)
    return lab.page.locator(f".jp-Cell[data-windowed-list-index='{index}'] .jp-OutputArea-output").last


def lock_in(lab, text, choice):
    """Answer a prediction; return its card."""
    card = shown(lab, text)
    card.get_by_role("radio", name=choice).check()
    card.get_by_role("button", name="Lock in prediction").click()
    expect(card).to_contain_text("You predicted", timeout=WAIT)
    return card


def playground_of(lab, text):
    """The Board of the playground that the cell whose code holds the text puts out."""
    return Board(lab, root=shown(lab, text).locator(".gan-playground"))


def restarted_with(lab, text, select, label, step):
    """Choose a label in a select under 'Methods', restart, which plays, to a step; return the Board, paused."""
    board = playground_of(lab, text)
    board.root.locator("summary").get_by_text("Methods").click()
    board.select(select).select_option(label=label)
    board.press("Restart with these settings")
    expect(board.button("Pause")).to_be_visible(timeout=WAIT)
    board.until_step(step)
    board.press("Pause")
    return board


def copied_recipe(board):
    """The recipe in the token that 'Copy recipe' shows."""
    board.press("Copy recipe")
    return Run.from_token(board.root.get_by_role("textbox", name="Recipe token").input_value()).recipe


def first_hint(lab, name, title):
    """Bring a challenge into view and ask for its first hint; return its card."""
    card = shown(lab, f'challenge("{name}")').locator(".gan-challenge")
    expect(card).to_contain_text(title)
    card.get_by_role("button", name="Next hint").click()
    expect(card).to_contain_text("Hint 1.", timeout=WAIT)
    return card
