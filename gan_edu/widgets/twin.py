"""Twin panes: two runs from one state with one setting different, trained in lockstep and drawn side by side."""

import time
from pathlib import Path

import numpy as np
import traitlets

from gan_edu.course.text import folded
from gan_edu.diagnosis import diagnose
from gan_edu.presets import PRESETS
from gan_edu.recipe import Recipe
from gan_edu.run import Run
from gan_edu.twins import Twin
from gan_edu.views import CURVE_POINTS
from gan_edu.widgets import messages, scene, wording
from gan_edu.widgets.live import Live
from gan_edu.widgets.pace import Pace

HERE = Path(__file__).parent
SCRIPTS = ("alive.js", "dom.js", *scene.SCRIPTS, "verdict.js", "twin.js")
STYLES = ("playground.css", "twin.css")
SPEEDS = ("1", "30", "200", "Full")
TESTS = {"speed": messages.one_of(SPEEDS), "losses": messages.flag}
SIDES = ("left", "right")
CHUNK = 0.03  # seconds of training between two looks at the controls
VERDICT_EVERY = 1.0  # seconds


class Pane:
    """One side of the panes: what the words of a status line need to know."""

    def __init__(self, board, side):
        self.board, self.side, self.verdict = board, side, None
        self.pace = board.pace

    @property
    def session(self):
        """The run that this side shows."""
        return getattr(self.board.twin, self.side)

    @property
    def playing(self):
        """Whether this side is being trained; one that has failed is not."""
        return self.board.playing and self.session.failed_at is None


class TwinBoard(Live):
    """See `twin`. `left` and `right` are the frames of the two panes, `words` what stands around them."""

    _esm = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    _css = "\n".join((HERE / name).read_text(encoding="utf-8") for name in STYLES)
    holds = ("twin", "panes")
    fixed = traitlets.Dict({"speeds": list(SPEEDS)}).tag(sync=True)
    controls = traitlets.Dict().tag(sync=True)
    still = traitlets.Bytes().tag(sync=True)  # what does not change; the same on both sides
    left = traitlets.Bytes().tag(sync=True)
    right = traitlets.Bytes().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)

    def __init__(self, twin, prediction=None, on_close=None, losses=False, cell=None):
        super().__init__(controls={"speed": "Full", "losses": losses})
        self.twin, self.prediction, self.on_close = twin, prediction, on_close
        self.pace = Pace()
        self.panes = [Pane(self, side) for side in SIDES]
        self.still = scene.still(twin.left)
        self._begin()
        self._go_live(cell)
        self.follow(prediction)

    def _begin(self):
        self.budget_end = self.twin.begin + self.twin.left.recipe.steps
        self.error = self.notice = ""
        self.judge(force=True)
        self.push()

    # --- the runs ---------------------------------------------------------------------------------------------

    def run(self, steps):
        """Train both sides `steps` steps now, without the page. Errors are raised; a failed side stays behind."""
        end = self.twin.step + steps
        while self.twin.step < end and self.twin.going:
            self._train_one()
        self.judge(force=True)
        self._report_measured()
        self.push()
        return self

    def restart(self):
        """Both sides back to the step at which they part."""
        self.twin.restart()
        self.pace.start(self.controls["speed"])
        self._begin()
        if self.wants_play:
            self.play()

    def _train_one(self):
        self.twin.train_step()
        self.pace.count()

    # --- the loop ---------------------------------------------------------------------------------------------

    @property
    def locked(self):
        """Whether a prediction still has to be made (or skipped) before Play."""
        return self.prediction is not None and not self.prediction.unlocked

    def play(self):
        """Train both sides in the background of the kernel's event loop."""
        if self.locked or self.playing or not self.twin.going:
            return
        self._take_the_floor()
        if self.twin.step >= self.budget_end:
            self.budget_end = self.twin.step + self.twin.left.recipe.steps
        self.pace.start(self.controls["speed"])
        self._start_loop()

    def pause(self, announce=True):
        """Stop training; both sides stay as they are."""
        was, self.playing = self.playing, False
        self.wants_play = False
        if was:
            self.notice = f"Paused at step {self.twin.step:,}." if announce else self.notice
            self.judge(force=True)
            self._report_measured()
        self.push()

    def one_step(self):
        """One step of each side by hand."""
        self.pause(announce=False)
        self.notice = "By hand: one step of each side."
        self._train_one()
        self.judge(force=True)
        self.push()

    def rest(self):
        """Seconds to sleep between two chunks."""
        return self.pace.rest(self.controls["speed"])

    def _chunk(self):
        end, due = time.perf_counter() + CHUNK, self.pace.steps_due(self.controls["speed"])
        while due > 0 and time.perf_counter() < end and self._may_go_on():
            self._train_one()
            due -= 1
        if not self._may_go_on():
            self._finish()
        elif self.pace.frame_due():
            self.judge()
            self.push()

    def _may_go_on(self):
        return self.twin.going and self.twin.step < self.budget_end

    def _finish(self):
        self.playing = False
        self.notice = f"Step {self.twin.step:,}: the planned end. Play goes on from here."
        if not self.twin.going:
            self.notice = "Both sides have stopped: a loss became NaN or infinite. Restart brings them back."
        self.judge(force=True)
        self._report_measured()
        self.push()

    def close_fork(self):
        """'Close fork': whoever opened these panes takes them away."""
        self.pause(announce=False)
        if self.on_close is not None:
            self.on_close()

    # --- what is shown ----------------------------------------------------------------------------------------

    def judge(self, force=False):
        """Diagnose both sides anew: at most once a second, or now when forced."""
        if force or time.perf_counter() - self._verdict_time > VERDICT_EVERY:
            self._verdict_time = time.perf_counter()
            for pane in self.panes:
                pane.verdict = diagnose(pane.session.history)

    def _report_measured(self):
        done = self.twin.step - self.twin.begin
        if self.prediction is not None and done >= self.twin.left.recipe.steps // 3:
            self.prediction.report(" | ".join(
                f"{pane.side}: {wording.measured(pane.session, pane.verdict)}" for pane in self.panes))  # fmt: skip

    def push(self):
        """Send a frame of both sides to the page."""
        if self.older:
            return
        start = time.perf_counter()
        with self.hold_sync():
            self.left, self.right = (self._frame(pane) for pane in self.panes)
            self.words = self._words()
        self.pace.frame_took(time.perf_counter() - start)

    def _frame(self, pane):
        run = pane.session
        judge = run.players.objective.judge
        header = {"status": wording.status(pane), "playing": pane.playing, "symptom": wording.symptom(pane.verdict),
                  "evidence": wording.evidence(pane.verdict, judge), "advice": wording.advice(pane.verdict, run),
                  "alt": f"{pane.side.capitalize()}. {wording.describe(run, pane.verdict)}"}  # fmt: skip
        wants = {"losses"} if self.controls.get("losses") else set()
        return scene.frame(run, {**header, **wording.judge(run)}, wants, extra={"curve": curve(run.history)})

    def _words(self):
        shared = "Curves of both sides: " + "; ".join(f"{pane.side} {_now(pane.session)}" for pane in self.panes) + "."
        return {"sentence": self.twin.sentence, "playing": self.playing, "locked": self.locked, "notice": self.notice,
                "error": self.error, "failed": not self.twin.going, "curves_alt": shared, "step": self.twin.step,
                "begin": self.twin.begin, "closable": self.on_close is not None}  # fmt: skip

    def _repr_mimebundle_(self, **kwargs):
        """The widget where it can live; a PNG and sentences where it cannot."""
        from IPython.core.pylabtools import print_figure

        from gan_edu import plots

        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        sides = [f"{pane.side.capitalize()}. {wording.describe(pane.session, pane.verdict)}" for pane in self.panes]
        data = {**data, "text/plain": folded("\n".join([self.twin.sentence, *sides]))}
        data["image/png"] = print_figure(plots.compare(list(self.twin.runs), list(SIDES)), base64=True, dpi=80)
        return data, metadata

    def set_controls(self, values):
        """A control was moved on the page."""
        self.controls = {**self.controls, **values}
        if not self.playing:
            self.push()

    shapes = {"set": {"values": messages.each(TESTS)}}  # noqa: RUF012
    actions = {  # noqa: RUF012
        "play": lambda board: (board.play(), board.push()),
        "pause": lambda board: board.pause(),
        "restart": lambda board: board.restart(),
        "step": lambda board: board.one_step(),
        "show": lambda board: None if board.playing else board.push(),
        "set": lambda board, values: board.set_controls(values),
        "close": lambda board: board.close_fork(),
    }


def curve(history):
    """(n, 3): step, modes (or classes) held, high-quality share (NaN for digits), at evenly chosen snapshots."""
    rows = [(s["step"], s["modes"], s.get("quality", np.nan)) for s in history.snapshots]
    stride = max(1, -(-len(rows) // CURVE_POINTS))
    return np.array(rows[::-1][::stride][::-1], dtype=float).reshape(-1, 3)


def _now(run):
    last = run.history.snapshots[-1]
    quality = f", high-quality share {last['quality']:.0%}" if "quality" in last else ""
    return f"{wording.modes(run)}{quality} at step {run.step:,}"


def twin(name_or_recipe="ring_healthy", prediction=None, losses=False, **changes):
    """Two panes in lockstep from one state, on the same noise: left as given, right with `changes`.

    name_or_recipe: a name in PRESETS or a Recipe (both from step 0), or a Run (from its step on; it is not touched).
    changes: settings of the right side, such as lr_d=1e-2; from step 0 any but data and steps, later the knobs.
    prediction: what `predict` returned; it keeps Play closed until the learner has answered. losses: show them too.
    Raises ValueError naming the setting that will not do. Headless: `twin(...).run(steps)`. Taught in notebooks/03.
    """
    run = name_or_recipe
    if not isinstance(run, Run):
        if not isinstance(run, Recipe) and run not in PRESETS:
            raise ValueError(f"there is no preset {run!r}; choose one of {', '.join(PRESETS)}")
        run = Run(run if isinstance(run, Recipe) else PRESETS[run])
    return TwinBoard(Twin(run, **changes), prediction, losses=losses)
