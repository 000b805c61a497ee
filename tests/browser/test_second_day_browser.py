"""The second day: a saved lesson, whose kernel has ended, is opened again and gone on with at a stopping point.

The same click helps when a kernel is lost in any other way.
"""

from everything import give
from lesson import SCROLL, lock_in, shown
from playwright.sync_api import expect

from gan_edu.course.questions import solution
from gan_edu.course.quizbank import load_bank

LESSON = "01_the_minimax_game.ipynb"
GONE = "Error displaying widget: model not found"
STOP = """() => [...jupyterapp.shell.currentWidget.content.model.cells]
  .findIndex(c => c.sharedModel.source.includes('A good place to stop'))"""
CODE = """([from, to]) => [...jupyterapp.shell.currentWidget.content.model.cells]
  .flatMap((c, i) => from <= i && i < to && c.type === 'code' ? [i] : [])"""
UNCOUNT = """() => { for (const c of jupyterapp.shell.currentWidget.content.model.cells)
  if (c.type === 'code') c.executionCount = null; }"""


def a_first_day(lab):
    """Run the lesson, answer a question and a prediction, save; then the kernel ends."""
    lab.open_notebook(LESSON)
    lab.run_all()
    question = load_bank().questions["01/value_of_half"]
    card = shown(lab, '"value_of_half"')
    give(card.locator("fieldset"), question, solution(question))
    expect(card).to_contain_text("Right.")
    lock_in(lab, 'predict("01", "third")', "About one third")
    lab.save()
    lab.server.close_kernels()


def test_a_lesson_is_gone_on_with_on_another_day(lab):
    a_first_day(lab)
    lab.open_notebook(LESSON)
    expect(shown(lab, '"value_of_half"')).to_contain_text(GONE)
    lab.page.evaluate(SCROLL, 0)
    expect(lab.page.locator(".jp-Cell").first).to_contain_text("Coming back another day?")
    lab.screenshot("second_day_opened")

    stop = lab.page.evaluate(STOP)
    lab.page.evaluate(UNCOUNT)  # so that a number says that a cell has run today
    lab.page.evaluate(SCROLL, stop)
    told = lab.page.locator(f".jp-Cell[data-windowed-list-index='{stop}']")
    told.locator("strong", has_text="A good place to stop.").click()
    lab.menu("Run", "notebook:run-all-above")
    lab.wait_ran(cells=lab.page.evaluate(CODE, [0, stop]))
    expect(told).to_be_in_viewport()
    lab.screenshot("second_day_stop")
    below = lab.page.evaluate(CODE, [stop, stop + 4])
    for _ in range(below[-1] - stop + 1):
        lab.page.keyboard.press("Shift+Enter")
    lab.wait_ran(cells=below)

    expect(shown(lab, '"value_of_half"')).to_contain_text("Right.")
    expect(shown(lab, 'predict("01", "third")')).to_contain_text("You predicted")
    lab.screenshot("second_day_answers")

    gone = [line for line in lab.console_errors if "widget model not found" in line]
    assert gone, "JupyterLab's own message, in the console too"
    lab.console_errors[:] = [line for line in lab.console_errors if line not in gone]
