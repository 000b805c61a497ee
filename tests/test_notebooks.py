"""Every notebook, run as a learner runs it: top to bottom, offline, twice in one kernel, then each widget driven.

All are run quickly (GAN_EDU_FAST=1); test_notebooks_in_full.py runs some as a learner does.
"""

import base64
import io
import json
import re
import runpy
import shutil
from pathlib import Path

import matplotlib.image
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from reading_time import minutes

from gan_edu.course.lessons import lessons

TESTS = Path(__file__).parent
ROOT = TESTS.parent
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(path.name for path in FOLDER.glob("*.ipynb"))
MAX_LINES = 25
COMING_BACK = (  # a saved lesson, opened again: its kernel has ended, and every widget is only a message
    "**Coming back another day?** Click the first cell that you want to go on with, then choose "
    "*Run > Run All Above Selected Cell*. If you read 'Error displaying widget: model not found', do just that. "
    "Your answers come back."
)
STOP = (
    "To go on another day, click this cell, choose *Run > Run All Above Selected Cell*, "
    "and go on below with Shift + Enter."
)
OFFLINE = """
import socket
def _refuse(real):
    def connect(self, address):
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "localhost", "::1"):
            raise OSError(f"a lesson works offline, yet it asked for {address}")
        return real(self, address)
    return connect
socket.socket.connect = _refuse(socket.socket.connect)
socket.socket.connect_ex = _refuse(socket.socket.connect_ex)
try:
    socket.create_connection(("192.0.2.1", 80), timeout=1)
except OSError as error:
    assert "works offline" in str(error)
else:
    raise AssertionError("the network is not shut off")
"""
CPU = "import time; print(time.process_time())"
# What a page would do, without one: unlock each prediction, train each playground, answer each question rightly.
DRIVE = """
from gan_edu.course.quizbank import load_bank as _load_bank
from gan_edu.course.questions import solution as _solution
from gan_edu.widgets.challenge import Challenge as _Challenge
from gan_edu.widgets.detective import Detective as _Detective
from gan_edu.widgets.explorer import Explorer as _Explorer
from gan_edu.widgets.failure_map import FailureMap as _Map
from gan_edu.widgets.playground import Playground as _Playground
from gan_edu.widgets.prediction import Prediction as _Prediction
from gan_edu.widgets.quiz import Quiz as _Quiz
from gan_edu.widgets.twin import TwinBoard as _Twin

_shown = list({id(thing): thing for thing in Out.values()}.values())
_counts = {}
for _kind in (_Playground, _Twin, _Prediction, _Quiz, _Challenge, _Explorer, _Detective, _Map):
    _found = [thing for thing in _shown if isinstance(thing, _kind)]
    _counts[_kind.__name__] = len(_found)
    for _thing in _found:
        if _kind is _Prediction:
            assert not _thing.unlocked, "a prediction is open before the learner has said anything"
            _thing.answer("not_sure")
        elif _kind is _Quiz:
            for _asked in _thing.questions:
                _right = _solution(_load_bank().questions[_asked["uid"]])
                assert _thing.answer(_asked["uid"], _right).right, _asked["uid"]
        elif _kind is _Explorer:
            for _name, _control in _thing.controls.items():
                for _value in (_control.places[0], _control.places[-1], _thing.values[_name]):
                    _thing.set(**{_name: _value})
        elif _kind is _Detective:
            assert _thing.state["phase"] == "idle", "Run All must start no training"
            _thing.steps = 30
            _thing.begin()
            while _thing.state["phase"] != "done":
                _thing.commit("unsure")
                _thing.next()
            assert _thing.score == (0, 0, 8) and not _thing.error
        elif _kind is _Twin:
            assert _thing.twin.step == _thing.twin.begin and not _thing.playing, "Run All must start no training"
            assert _thing.locked == (_thing.prediction is not None), "only a prediction locks Play"
        elif _kind is _Map:
            assert _thing.play.session.step == 0 and not _thing.play.playing, "Run All must start no training"
            _cell = _thing.grid.cells[0]
            _thing.choose(_cell["x"], _cell["y"], play=False)
            _thing.play.run(3)
            assert _thing.chosen["of"] == 2 and _thing.play.session.recipe.lr_d == _cell["x"]
        elif _kind is _Challenge:
            assert _thing.last is None and _thing.play.session.step == 0, "a challenge has started by itself"
            assert _thing.check(_thing.play.home).refused, "the start is no solution"
        else:
            assert _thing.session.step == 0 and not _thing.playing, "Run All must start no training"
            assert _thing.locked == (_thing.prediction is not None), "only a prediction locks Play"
for _thing in _shown:
    if isinstance(_thing, _Playground):
        _thing.run(3)
        assert _thing.session.step == 3 and not _thing.error and not _thing.locked
    elif isinstance(_thing, _Twin):
        _thing.run(3)
        assert [_run.step - _thing.twin.begin for _run in _thing.twin.runs] == [3, 3] and not _thing.locked
import json
print(json.dumps(_counts))
"""


TIME = re.compile(
    r"\*\*Time:\*\* (\d+) minutes(?:, with (?:one|two) good places? to stop)?\. "
    r"Running all cells takes about (\d+) seconds of computing on two slow cores\."
)


def stated_time(cells):
    """(minutes to read and do, seconds to compute) that a lesson's first cell states."""
    return tuple(map(int, TIME.search(cells[0].source).groups()))


class Kernel:
    """A notebook's copy with its kernel and its own progress folder, as a context manager."""

    def __init__(self, name, folder, fast):
        shutil.copytree(FOLDER, folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        self.book = nbformat.read(folder / "notebooks" / name, as_version=4)
        self.cells = list(self.book.cells)
        self.book.cells.append(nbformat.v4.new_code_cell())  # the place from which the test itself speaks
        self.client = NotebookClient(
            self.book,
            timeout=900,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder / "notebooks")}},
        )
        self.settings = {"GAN_EDU_PROGRESS": str(folder / "progress"), "GAN_EDU_FAST": "1" if fast else "0"}
        self.settings |= {"IPYTHONDIR": str(folder / "ipython"), "JUPYTER_PREFER_ENV_PATH": "1"}

    def __enter__(self):
        self.patch = pytest.MonkeyPatch()
        for name, value in self.settings.items():
            self.patch.setenv(name, value)
        self.context = self.client.setup_kernel()
        self.context.__enter__()
        self.tell(OFFLINE)
        return self

    def __exit__(self, *error):
        self.context.__exit__(*error)
        self.patch.undo()

    def tell(self, source):
        """Run some code of the test's own; return what it printed. An error in it fails the test."""
        cell = nbformat.v4.new_code_cell(source)
        self.client.execute_cell(cell, len(self.cells), store_history=False)
        return "".join(out.text for out in cell.outputs if out.output_type == "stream")

    def run_all(self):
        """Run every cell; return (cell id, what it put out) for each, without what differs from kernel to kernel.

        A cell tagged 'timed' measures seconds, which are never twice the same: its output is left out.
        """
        for index, cell in enumerate(self.cells):
            if cell.cell_type == "code":
                self.client.execute_cell(cell, index)
        self.client.set_widgets_metadata()
        return [(cell.id, essence(cell.outputs)) for cell in self.cells
                if cell.cell_type == "code" and "timed" not in cell.metadata.get("tags", [])]  # fmt: skip


def essence(outputs):
    """Texts and pictures of a cell's outputs, in order; pieces of one stream are joined."""
    found = []
    for out in outputs:
        if out.output_type == "stream":
            found.append((out.name, out.text))
        elif "data" in out:
            found += [(kind, out.data[kind]) for kind in ("text/plain", "text/html", "image/png") if kind in out.data]
    joined = []
    for kind, text in found:
        if joined and joined[-1][0] == kind == "stdout":
            joined[-1] = (kind, joined[-1][1] + text)
        else:
            joined.append((kind, text))
    return joined


def errors_in(book):
    """Errors that a green notebook can hide: error outputs of cells and inside widgets, and anything on stderr."""
    for cell in book.cells:
        for out in cell.get("outputs", []):
            if out.output_type == "error" or out.get("name") == "stderr":
                yield f"{cell.id}: {out.get('text') or out.get('evalue')}"
    for state in book.metadata.get("widgets", {}).values():
        for model in state.get("state", {}).values():
            for out in model.get("state", {}).get("outputs", []):
                if out.get("output_type") == "error":
                    yield f"in a widget: {out.get('ename')}: {out.get('evalue')}"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_runs_twice_offline_and_its_widgets_work(name, tmp_path, record_property):
    with Kernel(name, tmp_path, fast=True) as kernel:
        first = kernel.run_all()
        seconds = float(kernel.tell(CPU))
        assert not list(errors_in(kernel.book))
        assert kernel.run_all() == first, "run twice in one kernel, it does not do the same"
        assert not list(errors_in(kernel.book))
        driven = json.loads(kernel.tell(DRIVE))
    record_property("lesson", f"{name}, with GAN_EDU_FAST=1: {seconds:.1f} s of CPU; driven: {driven}")
    assert driven["Playground"] or driven["Explorer"] or driven["FailureMap"], "each lesson has something to move"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_stored_clean_and_short(name):
    book = nbformat.read(FOLDER / name, as_version=4)
    nbformat.validate(book)
    assert book.metadata.kernelspec.name == "python3"
    assert "widgets" not in book.metadata
    assert len({cell.id for cell in book.cells}) == len(book.cells)
    for cell in book.cells:
        assert set(cell.metadata) <= {"tags", "jupyter"}, cell.id
        if cell.cell_type == "code":
            assert not cell.outputs, f"{cell.id} keeps outputs"
            assert cell.execution_count is None, f"{cell.id} keeps its number"
            assert cell.source.count("\n") < MAX_LINES, f"{cell.id} is longer than {MAX_LINES} lines"
            assert "import *" not in cell.source, cell.id


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_links_and_pictures(name):
    """Each link leads somewhere, and each stored picture has a text."""
    text = "\n".join(c.source for c in nbformat.read(FOLDER / name, as_version=4).cells if c.cell_type == "markdown")
    for alternative, target in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", text):
        assert len(alternative) > 40, f"{target} needs a text that stands for it"
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert target.startswith("https://") or (FOLDER / target).exists(), f"{target} leads nowhere"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_minutes_at_the_top_follow_the_rule(name):
    """Within 15 %, for texts move; and on the map of the course they are the same."""
    cells = nbformat.read(FOLDER / name, as_version=4).cells
    stated, right = stated_time(cells)[0], minutes(cells)
    told = f"{name}: by tests/reading_time.py {right:.0f} minutes; say {5 * round(right / 5)} in its first cell"
    assert abs(stated - right) <= 0.15 * right, f"{told}, and in gan_edu/course/lessons.yaml"
    assert stated == {lesson.file: lesson.minutes for lesson in lessons()}[name]


def test_the_rule_for_minutes():
    """One minute of words, one of code, two questions, a playground and a challenge; what is optional is apart."""
    code = ["x = 1\n\n" * 12 + 'quiz("02", "one", "two")', "playground(recipe)", 'challenge("02.one")']
    cells = [nbformat.v4.new_markdown_cell("## Part\n\n" + "word " * 179), *map(nbformat.v4.new_code_cell, code)]
    assert minutes(cells) == pytest.approx(1 + 1 + 2 + 3 + 7)
    apart = [nbformat.v4.new_markdown_cell("**Look deeper (optional).** " + "word " * 900), cells[1]]
    assert minutes([*cells, *apart]) == minutes(cells)
    assert minutes([*cells, *apart, cells[0]]) == minutes(cells) + 1


@pytest.mark.parametrize("name", sorted(set(NOTEBOOKS) - {"A_refresher.ipynb"}))
def test_a_learner_who_comes_back_is_told_what_to_do(name):
    """At the top, and at each stopping point. (Cells run in order, so what stands above is all that they need.)"""
    first, *cells = [cell.source for cell in nbformat.read(FOLDER / name, as_version=4).cells]
    assert COMING_BACK in first
    stops = [line for source in cells for line in source.split("\n") if "good place to stop" in line]
    assert all(line.startswith("> **A good place to stop.** ") and line.endswith(STOP) for line in stops)
    words = {0: "", 1: "one good place to stop", 2: "two good places to stop"}
    assert words[len(stops)] in first, "the top tells how many stopping points there are"


def test_lesson_00_explains_a_kernel_that_has_ended():
    text = "\n".join(cell.source for cell in nbformat.read(FOLDER / "00_start_here.ipynb", as_version=4).cells)
    told = next(part for part in text.split("\n\n") if part.startswith("**Another day, or after a restart.**"))
    for words in ("'Error displaying widget: model not found'", "'The kernel was restarted'", "`NameError`", "*kernel*",
                  "*Run > Run All Above Selected Cell*", "come back"):  # fmt: skip
        assert words in told, words
    assert "The kernel was restarted" in (ROOT / "gan_edu" / "widgets" / "alive.js").read_text(encoding="utf-8")


def test_stored_picture_is_what_its_script_draws():
    stored = matplotlib.image.imread(FOLDER / "images" / "collapse.png")
    drawn = io.BytesIO()
    figure = runpy.run_path(str(FOLDER / "images" / "collapse.py"))["draw"]()
    figure.savefig(drawn, dpi=80, bbox_inches="tight")
    drawn.seek(0)
    again = matplotlib.image.imread(drawn)
    assert stored.shape == again.shape
    assert np.abs(stored - again).mean() < 0.01, "run notebooks/images/collapse.py and look at the new picture"
    assert (FOLDER / "images" / "collapse.png").stat().st_size < 100_000


def test_hidden_errors_are_found(tmp_path):
    """The guard itself: an error in a widget's callback, and a warning, do not pass."""
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(
        "import sys, ipywidgets\nbox = ipywidgets.Output()\nwith box:\n    1 / 0\nprint('odd', file=sys.stderr)\nbox"
    )]
    NotebookClient(book, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    found = " ".join(errors_in(book))
    assert "ZeroDivisionError" in found
    assert "odd" in found


def test_essence_tells_pictures_apart():
    one, other = (base64.b64encode(bytes([n])).decode() for n in (1, 2))
    shown = [nbformat.v4.new_output("display_data", {"image/png": picture}) for picture in (one, other)]
    assert essence(shown[:1]) != essence(shown[1:])
    pieces = [nbformat.v4.new_output("stream", name="stdout", text=text) for text in ("a", "b")]
    assert essence(pieces) == [("stdout", "ab")]
