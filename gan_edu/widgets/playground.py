"""The playground: a GAN in training with sliders. A thin shell of controls and one canvas around one Run."""

import time
from pathlib import Path

import traitlets

from gan_edu.course.text import folded
from gan_edu.diagnosis import diagnose
from gan_edu.presets import PRESETS
from gan_edu.recipe import Recipe
from gan_edu.run import Run
from gan_edu.widgets import choices, commands, scene, wording
from gan_edu.widgets.deeds import Deeds
from gan_edu.widgets.explain import Explainer
from gan_edu.widgets.forks import ForkDesk
from gan_edu.widgets.live import Live
from gan_edu.widgets.opinion import OpinionDesk
from gan_edu.widgets.pace import Pace

HERE = Path(__file__).parent
SCRIPTS = ("alive.js", "dom.js", "spoken.js", *scene.SCRIPTS, "verdict.js", "opinion.js", "fork.js", "playground.js")
CHUNK = 0.02  # seconds of training between two looks at the controls
EXPLAIN_PAUSE = 3.0  # seconds between Explain's sub-steps while it plays by itself
VERDICT_EVERY = 1.0  # seconds


class Playground(Live):
    """See `playground`. `controls` is what the learner has set, `frame` what is drawn; the run is `play.session`."""

    _esm = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    _css = (HERE / "playground.css").read_text(encoding="utf-8")
    actions, shapes = commands.ACTIONS, commands.SHAPES
    holds = ("session", "explainer", "desk", "forks", "future")
    fixed = traitlets.Dict().tag(sync=True)
    controls = traitlets.Dict().tag(sync=True)
    still = traitlets.Bytes().tag(sync=True)
    frame = traitlets.Bytes().tag(sync=True)
    opinion = traitlets.Bytes().tag(sync=True)  # of a fresh discriminator, once asked for
    forking = traitlets.Dict().tag(sync=True)  # the settings that may differ in a fork, or which fork is open
    outcome = traitlets.Dict()  # symptom and token of the last run that came to its end, for those who observe

    def __init__(self, recipe, name="", view="all", prediction=None, levels=False):
        super().__init__()
        self.home, self.name, self.prediction = recipe, name, prediction
        self.fixed = choices.fixed()
        self.pace, self.deeds, self.desk, self.forks = Pace(), Deeds(), OpinionDesk(self), ForkDesk(self)
        self.generation = 0  # of the run: a frame is drawn only on the still of the same one
        self.begin(Run(recipe), view=view, speed="Full", preset=name, arrows=True, manifold=False,
                   levels=levels)
        self._go_live()
        self.follow(prediction)

    # --- the run ----------------------------------------------------------------------------------------------

    def begin(self, run, **extra):
        """Take a new run: show it, and set the controls to it."""
        self.session = run
        self.budget_end = max(run.recipe.steps, 1)
        self.explainer, self.future = Explainer(run), None
        self.generation += 1
        self.desk.forget()
        self.error = self.notice = ""
        self.verdict, self.explained, self._verdict_time = diagnose(run.history), None, 0.0
        self._agreed = choices.of_knobs(run)
        self.set_controls({**extra, **choices.of_run(run)})
        self.still = scene.still(run, self.generation)
        self.push()

    def set_controls(self, values):
        """Take these values of controls; the preset's name stands there only while all settings are its own."""
        controls = {**self.controls, **values}
        try:
            own = choices.recipe_with(self.session.recipe, controls) == self.home
        except ValueError:
            own = False
        self.controls = {**controls, "preset": self.name if own else "", "changed": "" if own else self.name}

    def restart(self):
        """Step 0 of the same seed, with the controls as they stand; it plays, where an event loop runs."""
        try:
            recipe = choices.recipe_with(self.session.recipe, self.controls)
        except ValueError as error:
            self.notice = f"Not restarted: {error}."
            return self.push()
        self.begin(Run(recipe))
        if self._loop is not None:
            self.play()

    def take(self, recipe, play=False):
        """Take another recipe to step 0, and train it at once where `play` says so and an event loop runs."""
        self.pause(announce=False)
        self.home, self.name = recipe, ""
        self.begin(Run(recipe))
        if play and self._loop is not None:
            self.play()

    def reset(self):
        """Step 0 of the preset with its own values."""
        self.pause(announce=False)
        self.begin(Run(self.home))

    def run(self, steps):
        """Train `steps` steps now, without the page: for tests, and where no browser looks on. Errors are raised."""
        self.apply_controls()
        end = self.session.step + steps
        while self.session.step < end and self.session.failed_at is None:
            self._train_one()
        self.follow_knobs()
        self.judge(force=True)
        self._report_measured()
        if not self._may_go_on():
            self._tell_outcome()
        self.push()
        return self

    def apply_controls(self):
        """Let the run's knobs follow the controls that moved; the loop calls this at the start of each chunk."""
        for name in choices.LIVE:
            value = self.controls[name]
            if value != self._agreed[name]:
                self._turn(name, value)

    def _turn(self, name, value):
        try:
            choices.turn_knob(self.session, name, value)
            self._agreed[name], self.future = value, None
        except ValueError as error:
            self.notice = f"Not changed: {error}."
            self.set_controls({name: self._agreed[name]})

    def follow_knobs(self):
        """Where the run itself turned a knob (a pasted recipe as it repeats, Rewind), the control moves along."""
        now = choices.of_knobs(self.session)
        moved = {name: value for name, value in now.items() if value != self._agreed[name]}
        if moved:
            self.set_controls(moved)
            self._agreed = now

    def _train_one(self):
        """Train a step, or replay a slice of a pasted recipe's updates by hand. Returns the steps made: 1 or 0."""
        before, self.future = self.session.step, None
        self.session.train_step()
        self.explainer.begin_again()
        if self.session.step > before:
            self.pace.count()
        self._tell_replay(self.session.step == before)
        return self.session.step - before

    def _tell_replay(self, replaying):
        """While updates by hand are replayed the step stands still: say why."""
        if replaying:
            done, of = self.session.replayed
            self.notice = f"{commands.REPLAYING} {of:,} updates by hand and moves: {done:,} done."
        elif self.notice.startswith(commands.REPLAYING):
            self.notice = ""

    # --- the loop ---------------------------------------------------------------------------------------------

    @property
    def locked(self):
        """Whether a prediction still has to be made (or skipped) before Play."""
        return self.prediction is not None and not self.prediction.unlocked

    def play(self):
        """Start training in the background of the kernel's event loop."""
        if self.locked or self.playing or self.session.failed_at is not None:
            return
        self._take_the_floor()
        if self.session.step >= self.budget_end:
            self.budget_end = self.session.step + self.session.recipe.steps
        self.pace.start(self.controls["speed"])
        self._start_loop()

    def pause(self, announce=True):
        """Stop training; the run stays as it is."""
        was, self.playing = self.playing, False
        self.wants_play = False
        if was and announce:
            self.notice = f"Paused at step {self.session.step:,}."
        if was:
            self.judge(force=True)
            self._report_measured()
        self.push()

    @property
    def busy(self):
        """Whether it trains in the background: the run, or a second opinion."""
        return self.playing or (not self.older and self.desk.examiner is not None)

    def interrupt(self):
        """Kernel > Interrupt."""
        self.desk.stop()
        self.pause()

    def rest(self):
        """Seconds to sleep between two chunks."""
        return self.pace.rest(self.controls["speed"])

    def _chunk(self):
        """One turn of the loop: read the controls, train for a moment, show a frame when one is due."""
        self.apply_controls()
        speed = self.controls["speed"]
        if speed == "Explain":
            if self.pace.due(EXPLAIN_PAUSE):
                self.explain()
        else:
            self.explained = None
            end, due = time.perf_counter() + CHUNK, self.pace.steps_due(speed)
            while due > 0 and time.perf_counter() < end and self._may_go_on():
                due -= self._train_one()
            self.follow_knobs()
        if not self._may_go_on():
            self._finish()
        elif self.pace.frame_due():
            self.judge()
            self.push()

    def _may_go_on(self):
        return self.session.failed_at is None and self.session.step < self.budget_end

    def _finish(self):
        self.playing = False
        if self.session.failed_at is None:
            self.notice = f"Step {self.session.step:,}: the planned end. Play goes on from here."
        else:
            self.notice = (f"Stopped at step {self.session.failed_at:,}: a loss became NaN or infinite. "
                           "Lower a learning rate and restart.")
        self.judge(force=True)
        self._report_measured()
        self._tell_outcome()
        self.push()

    def _tell_outcome(self):
        self.outcome = {"symptom": self.verdict.symptom, "token": self.session.token, "step": self.session.step}

    def explain(self):
        """Do and show the next part of Explain's step."""
        self.future = None
        self.explained = self.explainer.next()
        self.push()

    # --- looking back -----------------------------------------------------------------------------------------

    @property
    def end(self):
        """The last step that Rewind can show: what was trained is kept until one trains or moves a setting."""
        return self.future.step if self.future else self.session.step

    def look_back(self, step, held=False):
        """Show the run as it was at a step; while the slider is held, at the checkpoint before it, which is at once.

        At the end of the slider the run is again what it was.
        """
        run, self.future = self.session, self.future or self.session.bookmark()
        run.come_back(self.future)
        if step >= run.step:
            self.future = None
        else:
            run.rewind(run.checkpoints.before(step)[0] if held else step)

    # --- what is shown ----------------------------------------------------------------------------------------

    def judge(self, force=False):
        """Diagnose the run anew: at most once a second, or now when forced."""
        if force or time.perf_counter() - self._verdict_time > VERDICT_EVERY:
            self._verdict_time = time.perf_counter()
            self.verdict = diagnose(self.session.history)

    def _report_measured(self):
        self.deeds.judge(self.session, self.verdict)
        if self.prediction is not None and self.session.step >= self.session.recipe.steps // 3:
            self.prediction.report(wording.measured(self.session, self.verdict))

    def push(self):
        """Send one frame to the page."""
        if self.older:
            return
        start = time.perf_counter()
        header, extra = {"run": self.generation, "end": self.end}, None
        if self.explained:
            header, extra = {**header, "explain": self.explained[0]}, self.explained[1]
        header |= wording.header(self)
        self.frame = scene.frame(self.session, header, choices.wanted(self.controls), extra)
        self.pace.frame_took(time.perf_counter() - start)

    def _repr_mimebundle_(self, **kwargs):
        """The widget where it can live; a PNG and a sentence where it cannot."""
        from IPython.core.pylabtools import print_figure

        from gan_edu import plots

        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        data = {**data, "text/plain": folded(wording.describe(self.session, self.verdict))}
        data["image/png"] = print_figure(plots.picture(self.session), base64=True, dpi=80)
        return data, metadata


def playground(name_or_recipe="ring_healthy", view="all", prediction=None, levels=False):
    """A live GAN with its sliders.

    name_or_recipe: a name in PRESETS or a Recipe. view: 'watch', 'balance' or 'all'. prediction: what `predict`
    returned; it keeps Play closed until the learner has answered, said 'not sure' or skipped. levels: draw the losses
    at which the discriminator cannot tell, in the view 'all' (from lesson 03 on).
    Taught in notebooks/02.
    """
    recipe, name = name_or_recipe, ""
    if not isinstance(name_or_recipe, Recipe):
        if name_or_recipe not in PRESETS:
            raise ValueError(f"there is no preset {name_or_recipe!r}; choose one of {', '.join(PRESETS)}")
        recipe, name = PRESETS[name_or_recipe], name_or_recipe
    if view not in choices.VIEWS:
        raise ValueError(f"view={view!r} is not known; choose one of {', '.join(choices.VIEWS)}")
    return Playground(recipe, name, view, prediction, levels)
