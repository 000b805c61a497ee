"""What the course's widgets share: their look, and a display bundle that carries readable text besides the widget."""

import weakref
from pathlib import Path

import anywidget
import traitlets

from gan_edu.course import progress
from gan_edu.course.quizbank import load_bank
from gan_edu.course.text import folded
from gan_edu.widgets import alive

HERE = Path(__file__).parent
_LIVING = weakref.WeakSet()


def module(name):
    """Return the inline ES module of a course widget: the shared helpers, then its own file (no build, no network).

    Taught in notebooks/00 (every quiz is drawn by one).
    """
    return alive.SCRIPT + (HERE / "course.js").read_text(encoding="utf-8") + (HERE / name).read_text(encoding="utf-8")


class CourseWidget(alive.Alive, anywidget.AnyWidget):
    """A widget of the course. Subclasses give `_esm` and `text()`. Taught in notebooks/00."""

    _css = (HERE / "course.css").read_text(encoding="utf-8")
    notice = traitlets.Unicode().tag(sync=True)  # what the learner should know about the saved progress, or ''

    def __init__(self, **traits):
        super().__init__(**traits)
        _LIVING.add(self)

    def text(self):
        """Return what the widget shows as plain text."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": folded(self.text())}, metadata


def _tell_notice():
    """After each record: what every widget says about the saved progress, such as that the disk is full."""
    notice = progress.load(load_bank()).notice
    for widget in list(_LIVING):
        widget.notice = notice


progress.watch("notice", _tell_notice)
