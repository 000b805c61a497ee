"""The failure map to explore: choose a cell, and its recipe trains in a playground and is held against the map."""

import threading
from pathlib import Path

import anywidget
import ipywidgets
import traitlets

from gan_edu import maps
from gan_edu.course.text import folded
from gan_edu.recipe import Recipe
from gan_edu.spoken import capitalised, judge_of, name_of
from gan_edu.widgets import alive, messages, registry, wording
from gan_edu.widgets.playground import Playground

HERE = Path(__file__).parent
SCRIPTS = ("palette.js", "dom.js", "spoken.js", "failure_map.js")
SLOW = "after a third of these steps it looked like a failure, and since then it came nearer to the data. It is slow."
NEW = "the map measured here"
TOGETHER = 9  # runs measured before they are drawn: the whole coarse map of 3 x 3
LEVELS = (4, 2, 1)  # 'Recompute' takes every 4th value of each axis first, then every 2nd, then all


class _Bar:
    """Moved on by `maps.measure`; tells which share of its runs is settled."""

    def __init__(self, total, tell):
        self.total, self.done, self.tell = total, 0, tell

    def update(self, count):
        """So many more runs are settled."""
        self.done += count
        self.tell(self.done / self.total)


class MapGrid(alive.Alive, anywidget.AnyWidget):
    """The grid of cells; `cells` are rows of `maps.summary`, `status` the sentence below."""

    _esm = alive.SCRIPT + "".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    _css = (HERE / "failure_map.css").read_text(encoding="utf-8")
    axes = traitlets.Dict().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)  # which map is shown
    other = traitlets.Unicode().tag(sync=True)  # the name of the one to change over to, or ''
    cells = traitlets.List().tag(sync=True)
    status = traitlets.Unicode().tag(sync=True)
    busy = traitlets.Bool(False).tag(sync=True)
    share_done = traitlets.Float(0.0).tag(sync=True)


class FailureMap(alive.Alive, ipywidgets.VBox):
    """A map above a playground. `rows` is the tidy DataFrame that is shown: the map as it was given, or a new one."""

    shapes = {"choose": {"x": messages.number, "y": messages.number}, "stop": {}, "recompute": {},  # noqa: RUF012
              "change": {}}  # fmt: skip

    def __init__(self, file=maps.BUNDLED):
        self.header, rows = maps.read(file)
        self.x, self.y = self.header["x"], self.header["y"]
        if not all(map(messages.number, self.header["xs"] + self.header["ys"])):
            raise ValueError(f"{file}: only a map whose two axes are numbers can be drawn")
        self.base = Recipe.from_token(self.header["base"])
        self.grid = MapGrid(axes=self._axes())
        self.play = Playground(self.base, view="balance")
        self.chosen, self._stop, self._loop = None, threading.Event(), registry.running_loop()
        self.given = "the bundled map" if file == maps.BUNDLED else "the map of the file"
        self.maps, self.view = {self.given: rows}, self.given
        self._draw()
        self.grid.status = f"{len(self.rows)} runs of {self.header['steps']:,} steps, made {self.header['date']}."
        self.grid.on_msg(self._on_message)
        self.play.observe(self._hold_against_map, "outcome")
        super().__init__([self.grid, self.play])
        registry.register(self)

    @property
    def busy(self):
        """Whether a map is being measured."""
        return self.grid.busy

    def pause(self, announce=True):
        """End a measurement that goes on."""
        self._stop.set()

    def retire(self):
        """The cell has run again."""
        super().retire()
        self.grid.older = True

    def _axes(self):
        judge = judge_of(self.base)
        return {"x": self.x, "y": self.y, "xs": self.header["xs"], "ys": self.header["ys"],
                "words": [capitalised(name_of(name, judge)) for name in (self.x, self.y)],
                "letters": maps.LETTERS, "names": wording.SYMPTOMS}  # fmt: skip

    def show(self, rows):
        """Draw these rows (dicts or a DataFrame)."""
        import pandas

        self.rows = pandas.DataFrame(rows)
        cells = maps.summary(self.rows, self.x, self.y) if len(self.rows) else self.rows
        self.grid.cells = [
            {"x": float(c[self.x]), "y": float(c[self.y]), "symptom": c["symptom"], "letter": c["letter"],
             "share": float(c["share"]), "counts": {k: int(v) for k, v in c["counts"].items()}}
            for c in cells.to_dict("records")
        ]  # fmt: skip

    def _draw(self):
        """Show the map that is looked at, with its name and the other one's."""
        self.show(self.maps[self.view])
        others = [name for name in self.maps if name != self.view]
        self.grid.title, self.grid.other = f"Shown: {self.view}", others[0] if others else ""

    def change_over(self):
        """Show the other map: the one given, or the one measured here."""
        if self.grid.other in self.maps:
            self.view = self.grid.other
            self._draw()

    # --- one cell ---------------------------------------------------------------------------------------------

    def choose(self, x, y, play=True):
        """Open a cell's recipe in the playground: the first seed that shows the cell's commonest symptom."""
        here = self.rows[(self.rows[self.x] == x) & (self.rows[self.y] == y)]
        if here.empty:
            self.grid.status = "This cell has not been measured yet."
            return
        symptom = here["symptom"].value_counts().index[0]
        row = here[here["symptom"] == symptom].iloc[0]
        self.chosen = {"symptom": symptom, "share": (here["symptom"] == symptom).sum(), "of": len(here),
                       "slow": bool(row["slow"])}  # fmt: skip
        self.play.take(Recipe.from_token(row["token"]), play=play)
        self.grid.status = f"This cell: {self._claim()}. Its recipe trains below."

    def _claim(self):
        return f"{wording.SYMPTOMS[self.chosen['symptom']]} in {self.chosen['share']} of {self.chosen['of']} seeds"

    def _hold_against_map(self, change):
        """Hold the finished run's verdict against the chosen cell's."""
        if self.chosen and change["new"]:
            seen = change["new"]["symptom"]
            ended = f"The run ended as {wording.SYMPTOMS[seen]}"
            agrees = "agrees with" if seen == self.chosen["symptom"] else "differs from"
            if self.chosen["slow"] and self.chosen["symptom"] == "undecided":
                self.grid.status = f"{ended}. The map calls it undecided: {SLOW}"
            else:
                self.grid.status = f"{ended}, which {agrees} the map: {self._claim()}."

    # --- anew -------------------------------------------------------------------------------------------------

    def recompute(self, seeds=1, levels=LEVELS, steps=None):
        """Measure the map here and now, coarse first, then finer; stops when `stop` was pressed. Blocks.

        The map that was given stays: `change_over` goes from one to the other.
        """
        self.maps, self.view = {self.given: self.maps[self.given]}, NEW
        base = self.base.replace(steps=steps or self.base.steps)
        wanted, rows = [], []
        for every in levels:
            level = [base.replace(**{self.x: a, self.y: b, "seed": s}) for a in self.header["xs"][every // 2 :: every]
                     for b in self.header["ys"][every // 2 :: every] for s in range(seeds)]  # fmt: skip
            wanted += [recipe for recipe in level if recipe not in wanted]
        bar = _Bar(len(wanted), lambda share: self._on_loop(self._share, share))
        try:
            for start in range(0, len(wanted), TOGETHER):
                if self._stop.is_set():
                    break
                rows += maps.measure(wanted[start : start + TOGETHER], self.x, self.y, bar=bar)
                self._on_loop(self._progress, list(rows))
        finally:
            self._on_loop(self._finished, len(rows))

    def _share(self, share):
        self.grid.share_done = share

    def _progress(self, rows):
        self.maps[NEW] = rows
        self._draw()
        self.grid.status = f"{len(rows)} runs measured here; coarse first, then finer."

    def _finished(self, count):
        self.grid.busy = False
        self.view = self.view if self.view in self.maps else self.given  # it was stopped before the first was there
        self.grid.status = f"{count} runs measured here and now."

    def _on_loop(self, function, *args):
        if self._loop is None:
            function(*args)
        else:
            self._loop.call_soon_threadsafe(function, *args)

    def _on_message(self, _, content, buffers):
        self._on_loop(self._command, content)

    def _command(self, content):
        try:
            name, given = messages.understood(content, self.shapes)
        except messages.Misunderstood as problem:
            self.grid.status = str(problem)
            return
        if name == "choose":
            self.choose(**given)
        elif name == "change":
            self.change_over()
        elif name == "stop":
            self._stop.set()
            self.grid.status = "It stops when the runs that have begun are finished."
        elif not self.grid.busy:
            self.grid.busy, self.grid.share_done = True, 0.0
            self.grid.status = "Measuring anew, from step 0: a coarse map first, then a finer one."
            self._stop.clear()
            self.play.pause()
            registry.listen(self, self._loop)
            threading.Thread(target=self._recompute_safely, daemon=True).start()

    def _recompute_safely(self):
        try:
            self.recompute()
        except Exception as error:
            self._on_loop(self._failed, f"{type(error).__name__}: {error}")

    def _failed(self, words):
        self.grid.busy = False
        self.grid.status = f"The map stopped: {words}"

    def _repr_mimebundle_(self, **kwargs):
        """The widget where it can live; a PNG and the map's rows as text where it cannot."""
        from IPython.core.pylabtools import print_figure

        from gan_edu import plots

        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        cells = maps.summary(self.rows, self.x, self.y)
        letters = cells.pivot(index=self.y, columns=self.x, values="letter")[::-1]
        words = f"Failure map over {self.x} and {self.y}: {self.grid.status}"
        data = {**data, "text/plain": f"{folded(words)}\n{letters.to_string()}"}
        data["image/png"] = print_figure(plots.failure_map(cells, self.x, self.y), base64=True, dpi=80)
        return data, metadata


def explore_map(file=maps.BUNDLED):
    """The bundled failure map (or another file of `gan-edu map`) above a playground. Taught in notebooks/07."""
    return FailureMap(file)
