"""Progress in three numbers a lesson: questions understood, failures provoked, failures mended; never cells run."""

from dataclasses import dataclass

from gan_edu.course import progress
from gan_edu.course.lessons import lesson
from gan_edu.course.quizbank import load_bank


@dataclass(frozen=True)
class Count:
    """How many of how many, with words for the learner."""

    name: str
    done: int
    total: int

    @property
    def text(self):
        """The count as a learner reads it, such as '3 of 7'."""
        return f"{self.done} of {self.total}" if self.total else "none here"


def counts(number, kept=None, bank=None):
    """Return the lesson's three Counts: questions understood, failures provoked, failures mended.

    `kept` is a Progress (read from disk when left out), `bank` a Bank. Taught in notebooks/00 (the map).
    """
    bank = load_bank() if bank is None else bank
    kept = progress.load(bank) if kept is None else kept
    questions, failures = bank.lesson(number), lesson(number).failures
    return (
        Count("Questions understood", sum(understood(q, kept, bank) for q in questions), len(questions)),
        Count("Failures provoked", _met("provoked", number, failures, kept), len(failures)),
        Count("Failures mended", _met("mended", number, failures, kept), len(failures)),
    )


def understood(question, kept, bank):
    """Return True when the question, or a later parallel one, was answered rightly at the very first try.

    Taught in notebooks/00 (the map).
    """
    firsts = [kept.first(q) for q in (question, *bank.later_parallels(question))]
    return any(made is not None and made["right"] for made in firsts)


def _met(kind, number, failures, kept):
    """Count the lesson's failures that were met in this lesson: the same failure of another lesson is not its own."""
    return len({r["failure"] for r in kept.of(kind, lesson=number)} & set(failures))
