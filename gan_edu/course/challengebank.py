"""The challenge bank: every challenge of the course, read from challenges.yaml and checked while reading."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gan_edu.course.fields import Fields, Place, is_number, named, read_yaml
from gan_edu.course.lessons import lessons

FILE = Path(__file__).parent / "challenges.yaml"
KINDS = ("provoke", "mend")
KNOBS = ("lr_g", "lr_d", "d_strength", "objective", "pack", "penalty_weight")  # what a challenge may ask to be changed
MAX_TASK_WORDS, MAX_HINT_WORDS = 90, 60


@dataclass(frozen=True)
class Challenge:
    """One challenge: from the preset `start`, change some of `knobs` so that the check on unseen seeds succeeds."""

    id: str  # lesson and name, such as '02.provoke_collapse'
    kind: str  # 'provoke' or 'mend'
    failure: str  # the symptom to provoke, or the one to mend
    start: str  # the preset that the playground opens with, and that the settings are compared to
    settings: dict  # what differs from that preset at the start: setting -> value, such as other data
    knobs: tuple  # the settings that may be changed
    most: int  # how many of them at once
    budget: int  # updates of both players together, for one seed
    title: str
    task: str  # course text
    hints: tuple  # course texts, the vaguest first
    solution: dict  # knob -> value of one solution; the tests prove that it passes
    why: str  # course text: why the solution works

    @property
    def lesson(self):
        """Number of the lesson that it belongs to, such as '02'."""
        return self.id.partition(".")[0]

    @property
    def wanted(self):
        """The symptom that the runs must show."""
        return self.failure if self.kind == "provoke" else "healthy"


@cache
def load_challenges(path=FILE):
    """Read a challenge file (the course's own when none is given) into a dict id -> Challenge, in file order.

    Raises CourseFileError that names file, challenge and field. Taught in notebooks/02 (its challenges).
    """
    path = Path(path)
    file = Fields(read_yaml(path), _spot(path.name))
    entries = file.each("challenges", 1)
    file.done()
    found = {}
    for number, entry in enumerate(entries, 1):
        made = read_challenge(entry.data, path.name, number)
        if made.id in found:
            raise (_spot(path.name, made.id) / "id").error("stands twice; each challenge needs its own")
        found[made.id] = made
    return found


def read_challenge(data, file, number):
    """Turn one entry of a challenge file into a Challenge; raises CourseFileError. Taught in notebooks/02."""
    head = Fields(data, _spot(file, f"number {number}"))
    name = head.word("id")
    _check_id(name, head.place / "id")
    fields = Fields(data, _spot(file, name))
    known = {"id": fields.word("id"), "kind": fields.word("kind", KINDS)}
    known |= {"failure": fields.word("failure"), "start": fields.word("start"), "title": fields.prose("title", 12)}
    known["settings"] = _settings(fields)
    known["knobs"] = _knobs(fields)
    known["most"] = int(fields.number("most", least=1, default=len(known["knobs"])))
    known["budget"] = int(fields.number("budget", least=1))
    known["task"] = fields.prose("task", MAX_TASK_WORDS)
    known["hints"] = _hints(fields)
    known["solution"] = _solution(fields, known)
    known["why"] = fields.prose("why", MAX_TASK_WORDS)
    fields.done()
    return Challenge(**known)


def _spot(file, name=""):
    """A place in a challenge file."""
    return Place(file, name, entry="challenge")


def _check_id(name, place):
    lesson, _, own = name.partition(".")
    if lesson not in [entry.number for entry in lessons()] or not own.isidentifier() or own != own.lower():
        raise place.error(f"{name!r} is not allowed; write a lesson's number, a dot and a name: '02.mend_collapse'")


def _settings(fields):
    value, place = fields.raw("settings", {}), fields.place / "settings"
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise place.error("expected settings with names and values")
    for name, setting in value.items():
        if not isinstance(setting, str | bool) and not is_number(setting):
            raise (place / name).error(f"expected a word, a number, true or false, found {named(setting)}")
    return value


def _knobs(fields):
    value, place = fields.raw("knobs"), fields.place / "knobs"
    if not isinstance(value, list) or not value:
        raise place.error(f"expected a list of names out of {', '.join(KNOBS)}, found {named(value)}")
    for index, name in enumerate(value):
        if name not in KNOBS:
            shown = repr(name) if isinstance(name, str) else named(name)
            raise place.error(f"{shown} is not allowed; allowed are {', '.join(KNOBS)}")
        if name in value[:index]:
            raise place.error(f"{name!r} stands twice")
    return tuple(value)


def _hints(fields):
    value, place = fields.raw("hints"), fields.place / "hints"
    if not isinstance(value, list) or len(value) < 2:
        raise place.error("expected a list of at least 2 hints, the vaguest first")
    each = [Fields({f"[{index}]": hint}, place) for index, hint in enumerate(value)]
    return tuple(hint.prose(f"[{index}]", MAX_HINT_WORDS) for index, hint in enumerate(each))


def _solution(fields, known):
    value, place = fields.raw("solution"), fields.place / "solution"
    if not isinstance(value, dict) or not value:
        raise place.error("expected settings with names and values")
    inner = Fields(value, place)
    made = {name: inner.word(name) if name == "objective" else inner.number(name) for name in known["knobs"]
            if name in value}  # fmt: skip
    inner.asked = list(known["knobs"])
    inner.done()
    if len(made) > known["most"]:
        raise place.error(f"changes {len(made)} settings; 'most' allows {known['most']}")
    return made


__all__ = ["FILE", "KINDS", "KNOBS", "Challenge", "load_challenges", "read_challenge"]
