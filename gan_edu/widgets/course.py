"""What the course's widgets share: their look, and a display bundle that carries readable text besides the widget."""

from pathlib import Path

import anywidget
import traitlets

from gan_edu.widgets import alive

HERE = Path(__file__).parent


def module(name):
    """Return the inline ES module of a course widget: the shared helpers, then its own file (no build, no network).

    Taught in notebooks/00 (every quiz is drawn by one).
    """
    return alive.SCRIPT + (HERE / "course.js").read_text(encoding="utf-8") + (HERE / name).read_text(encoding="utf-8")


class CourseWidget(alive.Alive, anywidget.AnyWidget):
    """A widget of the course. Subclasses give `_esm` and `text()`. Taught in notebooks/00."""

    _css = (HERE / "course.css").read_text(encoding="utf-8")
    notice = traitlets.Unicode().tag(sync=True)  # what the learner should know about the saved progress, or ''

    def text(self):
        """Return what the widget shows as plain text."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": self.text()}, metadata
