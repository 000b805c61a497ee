"""Which three questions open a lesson: one on the previous lesson, one missed, one two or more lessons old."""

import hashlib
from dataclasses import dataclass

from gan_edu.course import progress
from gan_edu.course.counts import understood
from gan_edu.course.lessons import earlier
from gan_edu.course.quizbank import load_bank


@dataclass(frozen=True)
class LookBack:
    """One question to look back on, with the slot in which its answer is kept and a line that says why it is here."""

    slot: str
    question: object
    note: str


def look_back(number, kept=None, bank=None):
    """Choose up to three LookBacks for a lesson, and lines about slots that stay empty: (list, list of str).

    The choice follows from progress and bank alone, and a question that was answered in its slot keeps it. The first
    lesson gets two empty lists. Taught in notebooks/02 (it opens each lesson).
    """
    bank = load_bank() if bank is None else bank
    kept = progress.load(bank) if kept is None else kept
    before = [entry.number for entry in earlier(number)]
    pools = {slot: find(number, before, kept, bank) for slot, find in _FIND.items()} if before else {}
    chosen = {slot: _settled(number, slot, pool, kept) for slot, pool in pools.items()}
    for slot in pools:
        taken = [question.uid for question in chosen.values() if question]
        free = [question for question in pools[slot] if question.uid not in taken]
        chosen[slot] = chosen[slot] or min(free, key=lambda q: _draw(number, slot, q), default=None)
    found = [LookBack(slot, chosen[slot], _WHY[slot].format(chosen[slot].lesson)) for slot in _WHY if chosen.get(slot)]
    return found, [_NOTHING[slot] for slot in pools if chosen[slot] is None]


def place(number, slot):
    """Return the name under which answers of a slot are kept. Taught in notebooks/02 (it opens each lesson)."""
    return f"retrieval/{number}/{slot}"


_WHY = {
    "previous": "From lesson {}",
    "missed": "From lesson {}: you missed this one, or one like it",
    "older": "From lesson {}, further back",
}
_NOTHING = {
    "previous": "The lessons before this one have no questions yet.",
    "missed": "No missed question to bring back.",
    "older": "No question that is two or more lessons old yet.",
}


def _missed(number, before, kept, bank):
    """Missed questions; where another asks the same in other words and has not been answered, that one instead."""
    found = []
    for question in (q for n in before for q in bank.lesson(n)):
        first = kept.first(question)
        if kept.answers(question, place(number, "missed")):
            found.append(question)
        elif first is not None and not understood(question, kept, bank):
            fresh = [q for q in bank.later_parallels(question) if kept.first(q) is None and q.lesson in before]
            found.append(fresh[0] if fresh else question)
    return found


def _previous(number, before, kept, bank):
    nearest = next((n for n in before if bank.lesson(n)), None)
    return bank.lesson(nearest) if nearest else ()


def _older(number, before, kept, bank):
    return [q for n in before if int(number) - int(n) >= 2 for q in bank.lesson(n)]


_FIND = {"missed": _missed, "previous": _previous, "older": _older}  # the scarcest first


def _settled(number, slot, found, kept):
    """The question that was already answered in this slot, if any, so that a cell run again shows it."""
    return next((q for q in found if kept.answers(q, place(number, slot))), None)


def _draw(number, slot, question):
    return hashlib.sha256(f"{number}{slot}{question.uid}".encode()).digest()
