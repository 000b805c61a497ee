"""The explorer: sliders and lists beside a picture that a plain function draws anew at each move."""

import base64
import io
import math
import traceback
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import anywidget
import matplotlib
import traitlets
from matplotlib.backends.backend_agg import FigureCanvasAgg

from gan_edu import paper
from gan_edu.course.text import folded
from gan_edu.widgets import alive, registry

HERE = Path(__file__).parent
DPI = 120  # pixels an inch: sharp at the size shown, and a picture stays near 50 kB


@dataclass(frozen=True)
class Slider:
    """A slider with `steps` equal steps from low to high (equal factors with log=True); `value` is where it starts.

    words: how a value reads beside the slider and to a screen reader, as a format or a function. only: {name of another
    control: the value with which alone this one acts}; else it is greyed out. Raises ValueError where value lies
    outside, or a logarithmic slider reaches 0. Taught in notebooks/01.
    """

    label: str
    low: float
    high: float
    value: float
    steps: int = 60
    log: bool = False
    words: object = "{:g}"
    only: dict = field(default_factory=dict)

    def __post_init__(self):
        if not self.low < self.high or not self.low <= self.value <= self.high:
            raise ValueError(f"slider {self.label!r}: {self.value:g} does not lie from {self.low:g} to {self.high:g}")
        if self.steps < 1 or (self.log and self.low <= 0):
            raise ValueError(f"slider {self.label!r}: steps must be 1 or more, and low above 0 with log=True")

    @cached_property
    def places(self):
        """Every value that the slider can take, in order; where it starts is always among them."""
        parts = [i / self.steps for i in range(self.steps + 1)]
        if self.log:
            inner = [float(f"{self.low * (self.high / self.low) ** part:.3g}") for part in parts[1:-1]]
        else:
            inner = [round(self.low + (self.high - self.low) * part, 10) for part in parts[1:-1]]
        return sorted({float(value) for value in (self.low, *inner, self.high, self.value)})

    @property
    def texts(self):
        """One text for each place."""
        say = self.words if callable(self.words) else self.words.format
        return [str(say(value)) for value in self.places]

    def place_of(self, value):
        """Index of the place nearest to a value from low to high; ValueError outside."""
        if not self.low <= value <= self.high:
            raise ValueError(f"{value!r} will not do: {self.label!r} goes from {self.low:g} to {self.high:g}")
        measure = math.log if self.log else float
        return min(range(len(self.places)), key=lambda i: abs(measure(self.places[i]) - measure(value)))


@dataclass(frozen=True)
class Choice:
    """A list to choose from. options: {value: what it says} or a sequence of texts; value: where it starts.

    Raises ValueError where value is no option. Taught in notebooks/01.
    """

    label: str
    options: object
    value: object

    def __post_init__(self):
        self.place_of(self.value)

    @property
    def places(self):
        """The values in order."""
        return list(self.options)

    @property
    def texts(self):
        """One text for each value."""
        return [str(text) for text in (self.options.values() if isinstance(self.options, dict) else self.options)]

    def place_of(self, value):
        """Index of a value; ValueError naming the known ones."""
        if value not in self.places:
            raise ValueError(f"{value!r} will not do: {self.label!r} offers {', '.join(map(str, self.places))}")
        return self.places.index(value)


class Explorer(alive.Alive, anywidget.AnyWidget):
    """See `explorer`. `values` is what the controls say; `picture`, a PNG, and `shown` are what the page shows."""

    holds = ("draw",)
    from_page = ("places", "dark")
    _esm = alive.SCRIPT + "".join((HERE / name).read_text(encoding="utf-8") for name in ("dom.js", "explorer.js"))
    _css = (HERE / "explorer.css").read_text(encoding="utf-8")
    fixed = traitlets.Dict().tag(sync=True)  # title, and each control's label and texts
    places = traitlets.Dict().tag(sync=True)  # control -> index of its value; page and kernel both set it
    dark = traitlets.Bool(False).tag(sync=True)  # the page's theme
    picture = traitlets.Bytes().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)  # alt, numbers, places of the picture; error, '' when all is well

    def __init__(self, draw, title, controls):
        super().__init__()
        self.draw, self.title, self.controls = draw, title, dict(controls)
        self._loop, self._due, self._settled = registry.running_loop(), False, None
        self.fixed = {"title": title, "controls": [
            {"name": name, "label": c.label, "texts": c.texts, "kind": "choice" if isinstance(c, Choice) else "slider",
             "only": self._only(c)}
            for name, c in self.controls.items()]}  # fmt: skip
        self.set(**{name: control.value for name, control in self.controls.items()})
        self.observe(self._moved, ["places", "dark"])
        registry.register(self)

    def pause(self, announce=True):
        """Nothing goes on in the background."""

    def _only(self, control):
        """[name of another control, its place] with which alone this one acts."""
        given = getattr(control, "only", {})
        return [[name, self.controls[name].place_of(value)] for name, value in given.items()]

    @property
    def values(self):
        """Control -> its value, as the controls stand."""
        return {name: control.places[self.places[name]] for name, control in self.controls.items()}

    def set(self, **values):
        """Move controls, as a hand on the page would, each to its nearest place; draws at once and raises its errors.

        ValueError for an unknown control or a value outside its range; then nothing has changed.
        """
        unknown = sorted(set(values) - set(self.controls))
        if unknown:
            raise ValueError(f"there is no control {', '.join(unknown)}; there are {', '.join(self.controls)}")
        places = {**self.places, **{name: self.controls[name].place_of(value) for name, value in values.items()}}
        picture, shown = self._paint(places)
        self._settled = places
        with self.hold_sync():
            self.places, self.picture, self.shown = places, picture, shown
        return self

    def set_state(self, sync_data):
        """Take the controls and the theme from the page; a place that a control does not have leaves it where it is."""
        taken = {name: value for name, value in sync_data.items() if name == "dark" and isinstance(value, bool)}
        if isinstance(asked := sync_data.get("places"), dict):
            moved = {name: place for name, place in asked.items() if _is_place(place, self.controls.get(name))}
            taken["places"] = {**self.places, **moved}
        super().set_state(taken)

    # --- drawing ------------------------------------------------------------------------------------------------

    def _paint(self, places):
        """(PNG, what goes with it) for these places."""
        values = {name: control.places[places[name]] for name, control in self.controls.items()}
        buffer = io.BytesIO()
        with matplotlib.rc_context(paper.style(self.dark)):
            figure, alt, numbers = self.draw(**values)
            figure.set_dpi(DPI)
            FigureCanvasAgg(figure).print_png(buffer, pil_kwargs={"compress_level": 1})
        return buffer.getvalue(), {"alt": alt, "numbers": numbers, "error": "", "places": places}

    def _moved(self, change):
        """The page moved a control, maybe on another thread: one redraw is due, however many moves came before it."""
        if change["name"] == "places" and change["new"] == self._settled:
            return
        self._settled = None
        if self._loop is None or not self._loop.is_running():
            self._redraw()
        elif not self._due:
            self._due = True
            self._loop.call_soon_threadsafe(self._redraw)

    def _redraw(self):
        """Draw the controls as they stand now; an error is shown, for the notebook would swallow it."""
        self._due = False
        try:
            picture, shown = self._paint(dict(self.places))
        except Exception as error:
            self.trace = traceback.format_exc()
            self.shown = {**self.shown, "error": f"{type(error).__name__}: {error}"}
            return
        with self.hold_sync():
            self.picture, self.shown = picture, shown

    def text(self):
        """What the explorer shows, as plain text."""
        settings = [f"{c.label}: {c.texts[self.places[name]]}" for name, c in self.controls.items()]
        return "\n".join(filter(None, [self.title, " · ".join(settings), self.shown["alt"], self.shown["numbers"]]))

    def _repr_mimebundle_(self, **kwargs):
        """The widget where it can live; the picture and its text where it cannot."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        png = base64.b64encode(self.picture).decode()
        return {**data, "text/plain": folded(self.text()), "image/png": png}, metadata


def _is_place(place, control):
    """Whether a value is the index of one of a control's places."""
    return control is not None and type(place) is int and 0 <= place < len(control.places)


def explorer(draw, title, controls):
    """Controls beside a picture that follows them.

    draw(**values): a plain function that returns (matplotlib Figure, a sentence that stands for the picture, a short
    line of numbers). controls: {name of an argument of draw: Slider or Choice}. `e.set(name=value)` moves a control
    without a page, `e.values` reads them all. Taught in notebooks/01.
    """
    wrong = [name for name, control in controls.items() if not isinstance(control, (Slider, Choice))]
    if wrong:
        raise ValueError(f"control {', '.join(wrong)} is neither a Slider nor a Choice")
    return Explorer(draw, title, controls)


__all__ = ["Choice", "Explorer", "Slider", "explorer"]
