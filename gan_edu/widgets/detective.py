"""The loss detective: eight real runs as loss curves only; first a verdict, then what the samples show."""

import secrets
import threading

import numpy as np
import torch
import traitlets

from gan_edu import cases, views
from gan_edu.course import progress
from gan_edu.course.text import parse, plain
from gan_edu.objectives import OBJECTIVES
from gan_edu.presets import PRESETS
from gan_edu.spoken import judge_of, setting
from gan_edu.widgets import messages, registry, scene, wording
from gan_edu.widgets.course import HERE, CourseWidget, module

LESSON, UNSURE = "03", "unsure"
VERDICTS = {**cases.KINDS, UNSURE: "These losses do not tell"}
SHORT = {"good": "good", "few": "few modes", "moving": "wandering", UNSURE: "not said"}  # in the table
IDLE = -1.0  # `share` while nothing is trained
BASE = PRESETS["ring_healthy"]
LEVELS = list(OBJECTIVES[BASE.objective].equilibrium)  # both losses where the discriminator cannot tell


def detective(seed=None, steps=cases.STEPS):
    """Eight real runs, drawn and trained when asked for, shown as loss curves only until you have said your verdict.

    seed: which runs are drawn; without one the system draws it. steps: of each run. The score is kept, never graded.
    Headless: `.begin()` trains, then `.commit("good" | "few" | "moving" | "unsure")` and `.next()`, eight times.
    Taught in notebooks/03.
    """
    return Detective(seed, steps)


class Detective(CourseWidget):
    """One loss detective; `cases` are the runs of the present round, `said` the verdicts. Taught in notebooks/03."""

    _esm = "".join((HERE / name).read_text(encoding="utf-8") for name in scene.SCRIPTS)
    _esm = _esm + module("detective.js")
    _css = CourseWidget._css + (HERE / "detective.css").read_text(encoding="utf-8")
    holds = ("cases", "said")
    shapes = {"begin": {}, "cancel": {}, "commit": {"verdict": messages.one_of(VERDICTS)}, "next": {}}  # noqa: RUF012
    state = traitlets.Dict().tag(sync=True)  # what is asked and told
    share = traitlets.Float(IDLE).tag(sync=True)  # of the training, 0 to 1
    error = traitlets.Unicode().tag(sync=True)

    def __init__(self, seed=None, steps=cases.STEPS):
        self.seed, self.steps, self.cases, self.said, self.place = seed, steps, [], [], 0
        self._loop, self._lock, self._stop = registry.running_loop(), threading.RLock(), threading.Event()
        super().__init__(notice=progress.load().notice)
        self._show()
        registry.register(self)
        self.on_msg(lambda widget, content, buffers: self.command(content))

    # --- a round ----------------------------------------------------------------------------------------------

    def begin(self):
        """Draw new runs and train them now, without the page. Blocks, some seconds."""
        self._stop = threading.Event()
        self._work(self._new_seed(), self._stop)
        return self

    def commit(self, verdict):
        """Say a verdict (a key of VERDICTS) on the run now shown; it is kept. Returns True, False, or None if unsure.

        Raises ValueError for an unknown verdict, or where nothing is asked.
        """
        with self._lock:
            if verdict not in VERDICTS:
                raise ValueError(f"verdict={verdict!r} is not known; choose one of {', '.join(VERDICTS)}")
            if not self.cases or len(self.said) > self.place:
                raise ValueError("no run waits for a verdict: begin a round, or go on to the next run")
            self.said.append(verdict)
            if len(self.said) == len(self.cases):
                right, wrong, unsaid = self.score
                progress.record("detective", lesson=LESSON, seed=self.drawn, right=right, wrong=wrong, unsure=unsaid)
            self._show()
            return self._judged(self.place)

    def next(self):
        """Go on to the next run, once the present one has its verdict."""
        with self._lock:
            if len(self.said) > self.place:
                self.place += 1
            self._show()

    @property
    def score(self):
        """(right, wrong, neither) so far; 'these losses do not tell' and undecided runs count as neither."""
        judged = [self._judged(place) for place in range(len(self.said))]
        return judged.count(True), judged.count(False), judged.count(None)

    def _judged(self, place):
        kind, said = self.cases[place].kind, self.said[place]
        return None if said == UNSURE or not kind else said == kind

    # --- the training, in threads of its own ------------------------------------------------------------------

    def _new_seed(self):
        self.drawn = secrets.randbelow(2**31) if self.seed is None else self.seed
        self.seed = None if self.seed is None else self.seed + 1
        return self.drawn

    def _start(self):
        with self._lock:
            if self.share != IDLE:
                return
            self._stop, self.error, self.share = threading.Event(), "", 0.0
            self.cases, self.said, self.place = [], [], 0
            self._show()
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._take_the_floor)
        threading.Thread(target=self._work, args=(self._new_seed(), self._stop), daemon=True).start()

    def _work(self, seed, stop):
        """Train a round; an error is shown, since nobody else would see it."""
        solved, error = None, ""
        try:
            solved = cases.solve(cases.draw(seed, self.steps), tell=self._tell, stop=stop)
        except Exception as problem:
            error = f"{type(problem).__name__}: {problem}"
        with self._lock:
            self.share = IDLE
            if self.older:
                return
            self.cases, self.said, self.place = cases.chosen(solved) if solved else [], [], 0
            self.error = error or self.error
            self._show()

    def _take_the_floor(self):
        registry.pause_others(self)
        registry.listen(self, self._loop)

    def _tell(self, share):
        self.share = round(share, 3)

    @property
    def busy(self):
        """Whether runs are trained; it goes on while a playground plays."""
        return self.share != IDLE

    def pause(self, announce=True):
        """End a training that goes on: the registry calls this when the cell runs again."""
        self._stop.set()

    def retire(self):
        """The cell has run again: a round that ends just now is shown before that, or not at all."""
        with self._lock:
            super().retire()

    # --- messages from the page, on any thread ----------------------------------------------------------------

    def command(self, content):
        """Do what a button asked: {'do': 'begin' | 'cancel' | 'commit' | 'next', ...}."""
        actions = {"begin": self._start, "cancel": self.pause, "commit": self.commit, "next": self.next}
        self.error = ""
        try:
            name, given = messages.understood(content, self.shapes)
            actions[name](**given)
        except messages.Misunderstood as problem:
            self.error = str(problem)
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"

    # --- what is shown ----------------------------------------------------------------------------------------

    def _show(self):
        kept = progress.load()
        state = {"phase": self._phase(), "earlier": _earlier(kept.of("detective")), "options": _options()}
        if state["phase"] in ("open", "told"):
            state |= self._asked(self.cases[self.place])
        if state["phase"] == "told":
            state |= {"told": self._told(self.place)}
        if state["phase"] == "done":
            state |= {"rows": self._rows()}
        self.state = {**state, "score": _in_words(self.score)} if self.said else state

    def _phase(self):
        if not self.cases:
            return "idle" if self.share == IDLE else "training"
        if self.place >= len(self.cases):
            return "done"
        return "told" if len(self.said) > self.place else "open"

    def _asked(self, case):
        """The losses alone; where it came from and where it led to stays in the kernel."""
        return {"number": self.place + 1, "of": len(self.cases), "words": cases.in_words(case.history),
                "losses": views.loss_curves(case.history).tolist(),
                "levels": LEVELS, "steps": case.recipe.steps}  # fmt: skip

    def _told(self, place):
        case, target = self.cases[place], self.cases[place].history.target
        last = case.history.snapshots[-1]
        return {
            "right": self._judged(place), "said": parse(VERDICTS[self.said[place]]),
            "kind": parse(cases.KINDS.get(case.kind, "undecided, so nobody could be right here")),
            "symptom": wording.symptom(case.diagnosis), "evidence": wording.evidence(case.diagnosis),
            "settings": _settings(case.recipe), "sample": case.sample.tolist(), "modes": _modes_curve(case.history),
            "real": target.sample(cases.SAMPLES, torch.Generator().manual_seed(1)).tolist(),
            "extent": views.extent(target), "k": len(target.modes),
            "alt": f"Generated points hold {last['modes']} of {len(target.modes)} modes; {last['quality']:.0%} lie "
                   "within three standard deviations of a mode.",
        }  # fmt: skip

    def _rows(self):
        """[run, discriminator's loss, generator's, said, was, modes, right], by the discriminator's loss."""
        rows = []
        for place, case in enumerate(self.cases):
            d_loss, g_loss = (float(np.mean(case.history[name][-len(case.history) // 4 :]))
                              for name in ("d_loss", "g_loss"))  # fmt: skip
            rows.append([f"Run {place + 1}", f"{d_loss:.2f}", f"{g_loss:.2f}", SHORT[self.said[place]],
                         wording.symptom(case.diagnosis), str(case.history.snapshots[-1]["modes"]),
                         self._judged(place)])  # fmt: skip
        return sorted(rows, key=lambda row: float(row[1]))

    def text(self):
        """Return what is asked and told as plain text."""
        state, parts = self.state, ["The loss detective: eight real runs, shown by their losses until you commit."]
        if "words" in state:
            parts.append(f"Run {state['number']} of {state['of']}. {state['words']}")
            parts += [f"  [{key}] {words}" for key, words in VERDICTS.items()]
        if "told" in state:
            told = state["told"]
            parts.append(f"You said: {plain(told['said'])}. It is: {plain(told['kind'])}. {told['alt']} "
                         f"Diagnosis: {told['symptom']}.")  # fmt: skip
        parts += [", ".join(map(str, row[:6])) for row in state.get("rows", [])]
        return "\n".join([*parts, *filter(None, [state.get("score", ""), state["earlier"]])])


def _options():
    return [[key, parse(words)] for key, words in VERDICTS.items()]


def _modes_curve(history):
    return views.mode_curves(history).tolist()


def _settings(recipe):
    """What differs from the healthy ring, in words."""
    base = BASE.as_dict()
    return "; ".join(setting(name, value, judge_of(recipe))
                     for name, value in recipe.as_dict().items()
                     if value != base[name] and name not in ("seed", "steps"))  # fmt: skip


def _in_words(score):
    right, wrong, unsaid = score
    return f"{right} right, {wrong} wrong, {unsaid} not said"


def _earlier(made):
    """'Earlier rounds: 5 right, 2 wrong, 1 not said; ...', the last three."""
    rounds = [_in_words((r.get("right", 0), r.get("wrong", 0), r.get("unsure", 0))) for r in made[-3:]]
    return f"Rounds so far: {'; '.join(rounds)}." if rounds else ""


__all__ = ["Detective", "detective"]
