"""Every lesson as a learner opens it: Run All in JupyterLab, every widget there, nothing training by itself.

Then every slider is moved, every question of its own answered wrongly and rightly, and every hint asked for.
"""

import re
from pathlib import Path

import pytest
from everything import answer_questions, ask_for_hints, move_sliders
from lesson import SCROLL

NOTEBOOKS = sorted(path.name for path in (Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
SHOWS_WIDGETS = "application/vnd.jupyter.widget-view+json"
# Lab builds a cell's output only when it comes into view, so every cell is brought there, one after the other.
WIDGET_CELLS = """mime => [...jupyterapp.shell.currentWidget.content.model.cells].flatMap((c, i) =>
  c.type === 'code' && c.outputs.toJSON().some(o => o.data && mime in o.data) ? [i] : [])"""
SOURCE = "i => jupyterapp.shell.currentWidget.content.model.cells.get(i).sharedModel.source"
DRAWN = """i => { const cell = jupyterapp.shell.currentWidget.content.widgets[i];
  const root = cell.node.querySelector('.jp-OutputArea-output [class^="gan-"]:not(.gan-gone)') ||
    cell.node.querySelector('.jp-OutputArea-output section') ||
    cell.node.querySelector('.jp-OutputArea-output .widget-hprogress');
  if (!root || root.getBoundingClientRect().height <= 5) return false;
  const status = root.matches('.gan-playground') ? root.querySelector('.gan-status') : null;
  return status ? status.textContent || false : root.matches('.gan-explorer, .gan-map') ? 'moves' : 'drawn'; }"""


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_lesson_runs_whole_and_every_widget_is_on_the_page(lab, name):
    lab.open_notebook(name)
    lab.run_all(seconds=300)
    assert lab.cell_errors() == []
    cells = lab.page.evaluate(WIDGET_CELLS, SHOWS_WIDGETS)
    assert len(cells) >= 3
    statuses = []
    for number, cell in enumerate(cells):
        lab.page.evaluate(SCROLL, cell)
        statuses.append(lab.page.wait_for_function(DRAWN, arg=cell, timeout=60_000).json_value())
        lab.screenshot(f"{Path(name).stem}_{number:02}")
        output = lab.page.locator(f".jp-Cell[data-windowed-list-index='{cell}'] .jp-OutputArea")
        move_sliders(output)
        source = lab.page.evaluate(SOURCE, cell)
        answer_questions(output, source)
        assert ask_for_hints(output) >= 2 or "challenge(" not in source
    playgrounds = [status for status in statuses if status not in ("drawn", "moves")]
    assert playgrounds or "moves" in statuses, "each lesson has something to move"
    assert all(re.match(r"step 0 ·", status) for status in playgrounds), playgrounds
    assert lab.page.locator(".jp-OutputArea").get_by_text("Error displaying widget").count() == 0
