"""The button 'Fork': which setting may differ, and the twin panes that open below the playground."""

from gan_edu.objectives import OBJECTIVES
from gan_edu.optimisers import RULES
from gan_edu.penalties import PENALTIES
from gan_edu.remedies import REMEDY_CHOICES, changes_to, choice_of
from gan_edu.spoken import capitalised, name_of, value_of
from gan_edu.twins import Twin
from gan_edu.widgets.twin import TwinBoard

LIVE = ("lr_d", "lr_g", "d_strength", "objective", "penalty")  # from any step on
FRESH = ("remedy", "optimiser", "g_width", "d_width", "batch", "beta1")  # from step 0 only
CHOICES = {"objective": OBJECTIVES, "penalty": PENALTIES, "optimiser": RULES, "remedy": REMEDY_CHOICES}
CONTRASTS = {  # what the new value is at first
    "lr_d": lambda now: 5 * now,
    "lr_g": lambda now: now / 5,
    "d_strength": lambda now: now / 8 if now >= 1 else 1,
    "objective": lambda now: "minimax" if now == "non_saturating" else "non_saturating",
    "penalty": lambda now: "r1" if now == "none" else "none",
    "remedy": lambda now: "r1" if now == "none" else "none",
    "optimiser": lambda now: "sgd" if now == "adam" else "adam",
    "g_width": lambda now: 2 * now,
    "d_width": lambda now: max(now // 8, 1),
    "batch": lambda now: max(now // 4, 2),
    "beta1": lambda now: 0.0 if now else 0.9,
}


class ForkDesk:
    """Opens and closes the twin panes of one playground. The page sees `forking`: what is offered, or what is open."""

    def __init__(self, play):
        self.play, self.board = play, None

    def ask(self):
        """'Fork': pause, and offer the settings that may differ from here on."""
        play = self.play
        if play.locked:
            return
        play.pause(announce=False)
        play.apply_controls()
        play.push()
        play.forking = {"offers": [_offer(play.session, name) for name in self._names()], "notice": ""}

    def _names(self):
        run = self.play.session
        fresh = run.step == 0 and run.players.d_optimiser.updates == 0
        return (*LIVE, *FRESH) if fresh else LIVE

    def open(self, name, value):
        """'Open fork': the panes, both from the run as it stands; a value that will not do is refused with words."""
        play = self.play
        try:
            twin = Twin(play.session, **changes(play.session, name, value))
        except ValueError as error:
            play.forking = {**play.forking, "notice": f"Not opened: {error}."}
            return
        self.forget()
        self.board = TwinBoard(twin, on_close=self.close, cell=play.cell)  # a cell that runs again stops both
        play.forking = {"open": self.board.model_id}

    def close(self):
        """'Close fork' or 'Cancel': the playground is as it was."""
        self.play.forking = {}
        self.forget()

    def forget(self):
        """The panes that were open are gone."""
        board, self.board = self.board, None
        if board is not None:
            board.pause(announce=False)
            board.close()


def _offer(run, name):
    now = _now(run, name)
    choices = [[key, _in_words(name, key)] for key in CHOICES.get(name, ()) if key != now]
    words = capitalised(name_of(name, run.players.objective.judge))
    new = CONTRASTS[name](now)
    return {"name": name, "words": words, "now": _in_words(name, now), "choices": choices,
            "new": new if choices else value_of(name, new)}  # fmt: skip


def _now(run, name):
    if name == "remedy":
        return choice_of(run.recipe)
    return getattr(run.knobs, name) if name in LIVE else getattr(run.recipe, name)


def _in_words(name, value):
    remedy = REMEDY_CHOICES.get(value) if name == "remedy" else None
    return remedy.label if remedy else value_of(name, value)


def changes(run, name, text):
    """Field -> value of the right side; a remedy may be several fields. ValueError in words for what will not do."""
    if name != "remedy":
        return {name: as_value(name, text)}
    wanted = changes_to(run.recipe, text)
    return {field: value for field, value in wanted.items() if value != getattr(run.recipe, field)}


def as_value(name, text):
    """What the learner wrote as a setting's value: '1/8' is .125; ValueError in words for what is no number."""
    if name in CHOICES:
        return text
    try:
        above, _, below = text.strip().removeprefix("×").replace(",", ".").partition("/")
        return float(above) / float(below or 1)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{text!r} is no number; write one such as 0.01, 1e-2 or 1/8") from None
