"""A challenge in a cell: the task, a playground to find settings in, and the check on unseen seeds below it."""

import threading

import traitlets
from ipywidgets import widget_serialization

from gan_edu import challenges
from gan_edu.course import progress
from gan_edu.course.challengebank import FILE
from gan_edu.course.text import parse, plain
from gan_edu.spoken import capitalised, judge_of, name_of, setting, value_of
from gan_edu.widgets import choices, messages, registry, wording
from gan_edu.widgets.course import HERE, CourseWidget, module
from gan_edu.widgets.playground import Playground

KINDS = {"provoke": "Challenge · provoke it", "mend": "Challenge · mend it"}
IDLE = -1.0  # `share` while nothing is checked


def challenge(name, path=FILE):
    """Show a challenge by its id, such as '02.provoke_collapse'; an unknown one raises KeyError with the known ones.

    `path` takes it from another challenge file, to try out your own. Headless: `challenge(id).check(recipe)` returns a
    Result, or raises ValueError where the Recipe's own values will not do. Taught in notebooks/02 (its challenges).
    """
    return Challenge(challenges.find(name, path))


class Challenge(CourseWidget):
    """One challenge in a cell; `play` is its playground, `last` the newest Result. Taught in notebooks/02."""

    _esm = module("challenge.js")
    _css = CourseWidget._css + (HERE / "challenge.css").read_text(encoding="utf-8")
    holds = ("last",)
    shapes = {"check": {}, "cancel": {}, "hint": {}, "solution": {}, "watch": {"index": messages.whole}}  # noqa: RUF012
    play = traitlets.Instance(Playground).tag(sync=True, **widget_serialization)
    task = traitlets.Dict().tag(sync=True)
    standing = traitlets.Dict().tag(sync=True)  # the settings as they stand, and what they cost
    share = traitlets.Float(IDLE).tag(sync=True)  # of the check that goes on, 0 to 1
    result = traitlets.Dict().tag(sync=True)
    help = traitlets.Dict().tag(sync=True)  # the hints that were asked for, and the solution once it was
    error = traitlets.Unicode().tag(sync=True)

    def __init__(self, wanted):
        self.challenge, self.last = wanted, None
        self._loop, self._lock, self._stop = registry.running_loop(), threading.RLock(), threading.Event()
        self._hints, self._solution = 0, False
        on_sliders = set(wanted.knobs) <= set(challenges.SLIDERS)  # what else may change is among the methods
        play = Playground(challenges.at_start(wanted), view="balance" if on_sliders else "all")
        play.fixed = {**play.fixed, "presets": []}  # one of them may be the answer
        super().__init__(play=play, task=_task(wanted), notice=progress.load().notice)
        self._refresh_standing()
        self._refresh_help()
        registry.register(self)
        play.observe(lambda _: self._refresh_standing(), ["controls", "still"])
        self.on_msg(lambda widget, content, buffers: self.command(content))

    @property
    def recipe(self):
        """The learner's settings as the sliders stand now, as a Recipe."""
        return choices.recipe_with(self.play.session.recipe, self.play.controls)

    def check(self, recipe=None):
        """Check a Recipe (the sliders' when left out) now, without the page, and return the Result. Blocks."""
        self._stop = threading.Event()
        result = challenges.check(self.recipe if recipe is None else recipe, self.challenge, stop=self._stop)
        self._take(result)
        return result

    def text(self):
        """Return the task, the settings and the newest result as plain text."""
        parts = [f"{self.task['kind']}: {self.task['title']}", plain(self.task["text"])]
        parts += [f"  {rule}" for rule in self.task["rules"]]
        parts += [f"  {name}: {start} at the start, {now} now" for name, start, now, *_ in self.standing["rows"]]
        parts.append(f"  {self.standing['cost']}")
        if self.result:
            parts.append(self.result["verdict"])
            parts += [f"  seed {seed}: {symptom} ({why})" for seed, symptom, why, _ in self.result["rows"]]
        return "\n".join([*parts, self.notice] if self.notice else parts)

    @property
    def busy(self):
        """Whether a check goes on; it does while another playground plays."""
        return self.share != IDLE

    def pause(self, announce=True):
        """End a check that goes on: the registry calls this when the cell runs again."""
        self._stop.set()

    def retire(self):
        """The cell has run again: a check that ends just now is kept before that, or not at all."""
        with self._lock:
            super().retire()

    # --- messages from the page, on any thread ----------------------------------------------------------------

    def command(self, content):
        """Do what a button asked: {'do': 'check' | 'cancel' | 'hint' | 'solution' | 'watch', ...}."""
        actions = {"check": self._start, "cancel": self.pause, "hint": self._next_hint,
                   "solution": self._show_solution, "watch": self._watch}  # fmt: skip
        self.error = ""
        try:
            name, given = messages.understood(content, self.shapes)
            actions[name](**given)
        except messages.Misunderstood as problem:
            self.error = str(problem)
        except Exception as error:  # shown here, as nobody sees what a message raises
            self.error = f"{type(error).__name__}: {error}"

    def _start(self):
        """Begin a check in threads of its own, so that the page and the kernel stay awake."""
        with self._lock:
            if self.share != IDLE:
                return
            recipe = self.recipe
            refused = challenges.refusal(recipe, self.challenge)
            if refused:
                self._take(challenges.Result(self.challenge, recipe, refused=refused))
                return
            self._stop, self.error, self.result = threading.Event(), "", {}
            self.share = 0.0
        self._on_loop(self._take_the_floor)
        threading.Thread(target=self._work, args=(recipe, self._stop), daemon=True).start()

    def _work(self, recipe, stop):
        """The check, on its own thread; an error is shown, since nobody else would see it."""
        try:
            self._take(challenges.check(recipe, self.challenge, tell=self._tell, stop=stop))
        except Exception as error:
            self._fail(error)

    def _take_the_floor(self):
        registry.pause_others(self)
        registry.listen(self, self._loop)

    def _tell(self, share):
        self.share = round(share, 3)

    def _next_hint(self):
        self._hints = min(self._hints + 1, len(self.challenge.hints))
        self._refresh_help()

    def _show_solution(self):
        self._solution = bool(self._tries())
        self._refresh_help()

    def _watch(self, index):
        """Train one of the checked seeds in the playground; Reset leads back to the start."""
        outcomes = self.last.outcomes if self.last else ()
        if index < len(outcomes):
            self._on_loop(self._watch_now, outcomes[index].recipe)

    def _watch_now(self, recipe):
        self.play.take(recipe, play=True)
        self.play.home = challenges.at_start(self.challenge)

    def _on_loop(self, function, *args):
        """Hand work on a playground over to the kernel's own thread."""
        if self._loop is None or not self._loop.is_running():
            function(*args)
        else:
            self._loop.call_soon_threadsafe(function, *args)

    # --- what is shown ----------------------------------------------------------------------------------------

    def _take(self, result):
        """Keep a result, and show it, unless a newer run of the cell has taken this widget's place."""
        challenges.keep(result)
        with self._lock:
            if not self.older:
                self.last, self.error = result, ""
                self.result = _shown(result)
                self._refresh_help()
            self.share = IDLE

    def _fail(self, error):
        with self._lock:
            if not self.older:
                self.error = f"{type(error).__name__}: {error}"
            self.share = IDLE

    def _tries(self):
        return progress.load().of("challenge", challenge=self.challenge.id)

    def _refresh_help(self):
        """Hints come one by one; the solution goes to the page only after an attempt, and when asked for."""
        kept, wanted, solution = progress.load(), self.challenge, None
        tries = kept.of("challenge", challenge=wanted.id)
        if self._solution and tries:
            settings = [_setting(wanted, *item) for item in wanted.solution.items()]
            solution = {"settings": settings, "why": parse(wanted.why)}
        self.help = {"hints": [parse(hint) for hint in wanted.hints[: self._hints]],
                     "left": len(wanted.hints) - self._hints, "tries": len(tries), "solution": solution,
                     "passed": any(made.get("passed") is True for made in tries)}  # fmt: skip

    def _refresh_standing(self):
        recipe, wanted = self.recipe, self.challenge
        differing = challenges.changes(recipe, wanted)
        start = challenges.at_start(wanted).as_dict()
        names = dict.fromkeys([*challenges.SLIDERS, *wanted.knobs, *differing])  # all that may change, or has
        rows = [_standing(name, start[name], recipe, name in wanted.knobs) for name in names]
        self.standing = {"rows": rows, "cost": f"One run with these settings costs {challenges.used(recipe, wanted)}.",
                         "over": sum(challenges.updates(recipe)) > wanted.budget,
                         "refused": challenges.refusal(recipe, wanted) if differing else ""}  # fmt: skip


def _task(wanted):
    """The task and its rules, in words."""
    judge = judge_of(challenges.at_start(wanted))
    names = [name_of(name, judge) for name in wanted.knobs]
    if len(names) == 1:
        may = f"You may change the {names[0]}."
    elif wanted.most < len(names):
        may = f"You may change {wanted.most} of: {', '.join(names)}."
    else:
        may = f"You may change: {', '.join(names)}."
    rules = [may, f"Budget: {wanted.budget:,} updates for one run, both players together.",
             _terms(wanted, wording.SYMPTOMS[wanted.wanted])]  # fmt: skip
    return {"kind": KINDS[wanted.kind], "title": wanted.title, "text": parse(wanted.task), "rules": rules,
            "seeds": challenges.trained(wanted)}  # fmt: skip


def _terms(wanted, symptom):
    if challenges.trained(wanted) == 1:
        return f"The check trains one run from step 0, on a seed that you have not seen. It must end as {symptom}."
    return (f"The check trains {challenges.trained(wanted)} runs from step 0, on seeds that you have not seen. "
            f"{challenges.needed(wanted)} of them must end as {symptom}.")  # fmt: skip


def _standing(name, start, recipe, allowed):
    """[name, value at the start, value now, whether it differs, whether it may]."""
    now = getattr(recipe, name)
    return [capitalised(name_of(name, judge_of(recipe))), value_of(name, start), value_of(name, now),
            start != now, allowed]  # fmt: skip


def _setting(wanted, name, value):
    return f"{capitalised(name_of(name, judge_of(challenges.solved(wanted))))}: {value_of(name, value)}"


def _shown(result):
    """A Result for the page."""
    rows = [[str(o.seed), wording.SYMPTOMS[o.symptom], o.why, o.good] for o in result.outcomes]
    differing = challenges.changes(result.recipe, result.challenge)
    names = [setting(name, now, judge_of(result.recipe)) for name, (_, now) in differing.items()]
    return {"verdict": result.verdict, "rows": rows, "passed": result.passed, "checked": ", ".join(names),
            "refused": bool(result.refused)}  # fmt: skip


__all__ = ["Challenge", "challenge"]
