"""What a question is, and how an answer to it is judged. Pure data and functions; quizbank.py reads them from files."""

import hashlib
import json
import math
import numbers
import re
from dataclasses import dataclass

SCORED = ("single", "several", "number", "ordering")
KINDS = (*SCORED, "predict")
UNSAID = {"not_sure": "Not sure", "skipped": "Skipped"}  # what a prediction's other buttons record
_MINUS = dict.fromkeys(map(ord, "−–‐‑－﹣"), "-")  # what keyboards, phones and copied text put in a minus sign's place
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.IGNORECASE)
_ASK_NUMBER = "Write a number first, such as 0.25."
_ASK_DIGITS = "Write a number in digits and nothing else, such as -0.25: no unit, no words, no formula. Not counted."


class AnswerError(ValueError):
    """An answer that cannot be judged, such as an empty one; its text tells the learner what to do."""


@dataclass(frozen=True)
class Option:
    """One choice of a question, or one item of an ordering."""

    key: str  # short name, used in files, records and tests
    text: str
    right: bool = False
    feedback: str = ""  # at most 50 words, for wrong options
    misconception: str = ""  # the belief behind a wrong option


@dataclass(frozen=True)
class Slip:
    """An error that learners are expected to make in a number or an ordering."""

    feedback: str
    misconception: str = ""  # '' for a slip of the pen, which expresses no belief
    value: float = math.nan  # number: the answer that shows the slip
    tolerance: float = 0.0
    before: tuple = ()  # ordering: (first, second) keys that this slip places in this order


@dataclass(frozen=True)
class Question:
    """One question of the bank; which fields are used depends on its kind (quizbank.py, FIELDS)."""

    lesson: str
    id: str
    kind: str
    text: str
    code: str = ""  # shown under the question, as it stands
    options: tuple = ()  # single, several, predict
    items: tuple = ()  # ordering, in the right order
    answer: float = math.nan  # number
    tolerance: float = 0.0  # number: greatest distance that still counts as right
    errors: tuple = ()  # number, ordering: Slips
    fallback: str = ""  # number, ordering: feedback on any other error
    missed: str = ""  # several: feedback when a right option is not ticked
    explanation: str = ""  # why the right answer is right
    why: str = ""  # predict: shown beside the measurement
    parallel: str = ""  # 'lesson/id' of the earlier question that this one asks again
    see: tuple = ()  # (lesson number, section) to read when this is new

    @property
    def uid(self):
        """'lesson/id', unique in the course."""
        return f"{self.lesson}/{self.id}"

    @property
    def hash(self):
        """Twelve hex digits of what is asked and what counts as right; new wording of feedback does not change it."""
        asked = [self.kind, self.text, self.code, [(o.key, o.text, o.right) for o in (*self.options, *self.items)]]
        if self.kind == "number":
            asked += [self.answer, self.tolerance]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]

    def accepts(self, value):
        """Whether a value is an answer to this question in the form in which one is recorded."""
        if self.kind == "predict" and value in [*UNSAID]:
            return True
        try:
            return _CLEAN[self.kind](self, value) == value
        except AnswerError:
            return False

    def shuffled(self):
        """Return the items of an ordering in the fixed order in which the learner first sees them, never solved."""
        order = sorted(self.items, key=lambda item: hashlib.sha256(f"{self.hash}{item.key}".encode()).digest())
        return tuple(order) if tuple(order) != self.items else tuple(reversed(order))


@dataclass(frozen=True)
class Feedback:
    """What the learner reads after an answer."""

    right: bool
    text: str
    belief: str = ""  # id of the misconception behind the answer
    revealed: bool = False  # True from the second try on, when the answer is shown
    value: object = None  # the answer as it is recorded


def judge(question, value, earlier=0):
    """Judge an answer and return Feedback.

    `value` is an option's key (single), a list of keys (several; ordering, in the learner's order) or a number, also as
    a learner writes it (`read_number`).
    `earlier` counts the tries before this one: only from the second on does the feedback show the answer.
    Raises AnswerError for an answer that is empty or names no option. Taught in notebooks/00.
    """
    value = _CLEAN[question.kind](question, value)
    slip = _SLIP[question.kind](question, value)
    if slip is None:
        return Feedback(True, question.explanation, value=value)
    text, belief = slip
    if earlier > 0:
        return Feedback(False, question.explanation, belief, revealed=True, value=value)
    return Feedback(False, text, belief, value=value)


def read_number(text):
    """Return the number that a learner wrote: '-1.386', '−1,386', '.5', '4e-4'; AnswerError says what to write instead.

    A comma is a decimal comma, always: '1,386' is 1.386, since no answer in the course reaches 1,000 (a test holds
    that). A unit, words or a formula are refused: they are no number yet. Taught in notebooks/00.
    """
    written = text.strip().translate(_MINUS)
    if not written:
        raise AnswerError(_ASK_NUMBER)
    number = float(written.replace(",", ".")) if _NUMBER.fullmatch(written) else math.nan
    if not math.isfinite(number):
        raise AnswerError(_ASK_DIGITS)
    return number


def solution(question):
    """Return the right answer as it would be recorded: a key, a list of keys, or a number. Taught in notebooks/00."""
    if question.kind == "number":
        return question.answer
    if question.kind == "ordering":
        return [item.key for item in question.items]
    keys = [option.key for option in question.options if option.right]
    return keys[0] if question.kind == "single" else keys


def spoken(question, value):
    """Return an answer as course text, such as 'the generator; the discriminator'. Taught in notebooks/00."""
    if question.kind == "number":
        return f"{value:g}"
    names = {option.key: option.text for option in (*question.options, *question.items)}
    if isinstance(value, str):
        return names[value]
    return (" → " if question.kind == "ordering" else "; ").join(names[key] for key in value)


def _known(question, keys):
    names = [option.key for option in (*question.options, *question.items)]
    for key in keys:
        if key not in names:
            raise AnswerError(f"{question.uid} has no answer {key!r}; it offers {', '.join(names)}")
    return names


def _clean_single(question, value):
    if not isinstance(value, str) or not value:
        raise AnswerError("Choose one of the answers first.")
    _known(question, [value])
    return value


def _clean_several(question, value):
    if not isinstance(value, list | tuple | set) or not value:
        raise AnswerError("Tick at least one of the answers first.")
    return [name for name in _known(question, value) if name in value]


def _clean_ordering(question, value):
    if not isinstance(value, list | tuple) or not value:
        raise AnswerError("Give all items in order.")
    names = _known(question, value)
    if sorted(value) != sorted(names):
        raise AnswerError("Give each item exactly once.")
    return list(value)


def _clean_number(question, value):
    if isinstance(value, str):
        return read_number(value)
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise AnswerError(_ASK_NUMBER)
    if not abs(value) < 1e308:  # also where it is no number, or an integer that no float can hold
        raise AnswerError(_ASK_DIGITS)
    return float(value)


def _single_slip(question, value):
    option = next(option for option in question.options if option.key == value)
    return None if option.right else (option.feedback, option.misconception)


def _several_slip(question, value):
    for option in question.options:
        if option.key in value and not option.right:
            return option.feedback, option.misconception
    return None if value == solution(question) else (question.missed, "")


def _number_slip(question, value):
    if abs(value - question.answer) <= question.tolerance:
        return None
    for slip in question.errors:
        if abs(value - slip.value) <= slip.tolerance:
            return slip.feedback, slip.misconception
    return question.fallback, ""


def _ordering_slip(question, value):
    if value == solution(question):
        return None
    for slip in question.errors:
        if value.index(slip.before[0]) < value.index(slip.before[1]):
            return slip.feedback, slip.misconception
    return question.fallback, ""


_CLEAN = {
    "single": _clean_single,
    "several": _clean_several,
    "number": _clean_number,
    "ordering": _clean_ordering,
    "predict": _clean_single,
}
_SLIP = {"single": _single_slip, "several": _several_slip, "number": _number_slip, "ordering": _ordering_slip}
