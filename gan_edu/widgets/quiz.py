"""Quiz questions in a notebook: `quiz` shows a lesson's own, `retrieval` opens a lesson with three to look back on."""

import threading

import traitlets

from gan_edu.course import progress
from gan_edu.course import retrieval as looking_back
from gan_edu.course.lessons import lesson as find_lesson
from gan_edu.course.questions import AnswerError, Feedback, judge, solution, spoken
from gan_edu.course.quizbank import FOLDER, load_bank
from gan_edu.course.text import parse, plain
from gan_edu.widgets import deeds
from gan_edu.widgets.course import CourseWidget, module

HOW = {
    "single": "choose one",
    "several": "tick all that hold",
    "number": "write a number",
    "ordering": "put in order",
}
LOOK_BACK = (
    "Before you start: look back. Skip what you like. Sections, tables and figures that a question names are those of "
    "the lesson that it comes from."
)
NOT_SAVED = "Not on your disk yet: kept in memory, and saved with a later answer once there is room."
VERDICTS = {"right": "✓ Right.", "again": "Not yet. One more try.", "revealed": "Not this time."}


def quiz(lesson, *ids, folder=None):
    """Show questions of a lesson, by id or (without ids) all that are scored; earlier answers come back.

    `folder` takes the questions from another folder of quiz files, to try out your own. Raises KeyError for an unknown
    id and CourseFileError for a malformed file. Headless: `quiz("02", "id").answer("id", value)` returns Feedback.
    Taught in notebooks/00.
    """
    bank = load_bank(folder or FOLDER)
    questions = [bank.get(lesson, name) for name in ids] if ids else bank.lesson(lesson)
    if not questions:
        known = ", ".join(sorted({question.lesson for question in bank.questions.values()}))
        raise KeyError(f"lesson {lesson!r} has no questions; there are some for {known}")
    count = len(questions)
    deeds.enter(lesson)
    labels = [f"Question {n} of {count}" if count > 1 else "Question" for n in range(1, count + 1)]
    places = [f"quiz/{question.lesson}" for question in questions]
    return Quiz(bank, list(zip(questions, labels, places, strict=True)))


def retrieval(lesson, folder=None):
    """Show up to three skippable questions from earlier lessons; for the first lesson nothing at all.

    Which ones follows from the learner's progress (course/retrieval.py); a line says so where one cannot be found.
    Taught in notebooks/02 (it opens each lesson).
    """
    bank = load_bank(folder or FOLDER)
    chosen, lines = looking_back.look_back(lesson, bank=bank)
    shown = [(back.question, back.note, looking_back.place(lesson, back.slot)) for back in chosen]
    heading = LOOK_BACK if shown else ""
    return Quiz(bank, shown, heading=heading, lines=lines, skippable=True)


class Quiz(CourseWidget):
    """Questions in one cell. All judging happens in Python; the page only shows `states`. Taught in notebooks/00."""

    _esm = module("quiz.js")
    heading = traitlets.Unicode().tag(sync=True)
    lines = traitlets.List().tag(sync=True)
    questions = traitlets.List().tag(sync=True)  # what is asked, without the answers
    states = traitlets.Dict().tag(sync=True)  # uid -> what the learner has answered and is told

    def __init__(self, bank, shown, heading="", lines=(), skippable=False):
        """`shown` is a list of (Question, label, place); `place` names where answers are kept."""
        self._bank, self._lock, self._practice, self._skippable = bank, threading.RLock(), {}, skippable
        self._shown = {question.uid: (question, label, place) for question, label, place in shown}
        kept = progress.load(self._bank)
        super().__init__(
            heading=heading,
            lines=list(lines),
            questions=[_asked(question, label, skippable) for question, label, _ in shown],
            states={uid: self._state(uid, kept) for uid in self._shown},
            notice=kept.notice,
        )
        self.on_msg(lambda widget, message, buffers: self._hear(message))

    def answer(self, name, value):
        """Answer a question, as 'Check answer' does, and return its Feedback; `name` is its id or 'lesson/id'.

        `value`: an option's key, a list of keys (several; ordering in your order), or a number. An answer to a question
        that is already settled is practice and does not change the first one. Raises AnswerError for an empty answer.
        """
        with self._lock:
            question, _, place = self._shown[self._uid(name)]
            kept = progress.load(self._bank)
            earlier = kept.answers(question, place)
            practice = self._practice.get(question.uid, [] if _settled(earlier) else None)
            result = judge(question, value, len(earlier) if practice is None else len(practice))
            if practice is not None:
                self._practice[question.uid] = [*practice, result]
            progress.record(
                "answer" if practice is None else "practice",
                lesson=question.lesson,
                question=question.id,
                hash=question.hash,
                value=result.value,
                right=result.right,
                belief=result.belief,
                place=place,
            )
            self._refresh(question.uid)
            return result

    def retry(self, name):
        """Clear a settled question for practice, as 'Try again' does."""
        with self._lock:
            uid = self._uid(name)
            if self.states[uid]["status"] in ("right", "revealed"):
                self._practice[uid] = []
                self._refresh(uid)

    def skip(self, name, back=False):
        """Fold a question away, as 'Skip' does, or with `back` unfold it; one without such a button stays as it is."""
        with self._lock:
            question, _, place = self._shown[self._uid(name)]
            if not self._skippable:
                return
            what = {"lesson": question.lesson, "question": question.id, "hash": question.hash}
            progress.record("shown" if back else "skipped", place=place, **what)
            self._refresh(question.uid)

    def text(self):
        """Return the questions and what has been answered, as plain text."""
        parts = [self.heading] if self.heading else []
        for question, label, _ in self._shown.values():
            names = question.shuffled() if question.kind == "ordering" else question.options
            parts.append(f"{label} ({HOW[question.kind]}): {plain(parse(question.text))}")
            parts += [question.code] if question.code else []
            parts += [f"  [{option.key}] {plain(parse(option.text))}" for option in names]
            state = self.states[question.uid]
            if state["status"] in VERDICTS:
                parts.append(f"  {state['verdict']} Your answer: {plain(parse(spoken(question, state['value'])))}")
                parts.append(f"  {plain(state['feedback'])}")
                parts += [f"  {state['unsaved']}"] if state["unsaved"] else []
        return "\n".join([*parts, *self.lines])

    def _uid(self, name):
        for uid, (question, _, _) in self._shown.items():
            if name in (uid, question.id):
                return uid
        raise KeyError(f"this quiz has no question {name!r}; it has {', '.join(self._shown)}")

    def _hear(self, message):
        """Act on a message from the page; it may come on any thread, so nothing slow happens here."""
        content = message if isinstance(message, dict) else {}
        uid, do = content.get("question"), content.get("do")
        actions = {"answer": lambda: self.answer(uid, content.get("value")), "retry": lambda: self.retry(uid),
                   "skip": lambda: self.skip(uid), "show": lambda: self.skip(uid, back=True)}  # fmt: skip
        if uid not in [*self._shown] or do not in [*actions]:
            return  # not from our page: it changes nothing
        try:
            actions[do]()
        except AnswerError as error:
            state = {**self.states[uid], "ask": True, "verdict": str(error)}
            self.states = {**self.states, uid: {**state, "feedback": None, "belief": None}}

    def _refresh(self, uid):
        kept = progress.load(self._bank)
        anew = [uid, *(other for other, state in self.states.items() if state.get("unsaved"))]
        self.states = {**self.states, **{name: self._state(name, kept) for name in anew}}

    def _state(self, uid, kept):
        question, _, place = self._shown[uid]
        practice, answers = self._practice.get(uid), kept.answers(question, place)
        if practice is not None:
            return self._told(question, practice, kept) | {"practice": True}
        tries = [judge(question, made["value"], index) for index, made in enumerate(answers)]
        state = self._told(question, tries, kept) | {"practice": False}
        visits = [r for r in kept.records if r.get("place") == place and r.get("hash") == question.hash]
        if not tries and visits and visits[-1]["kind"] == "skipped":
            state |= {"status": "skipped", "verdict": "Skipped."}
        return state

    def _told(self, question, tries, kept):
        """What the page shows after these tries."""
        if not tries:
            return {"status": "open", "value": None, "verdict": "", "feedback": None}
        last = tries[-1]
        status = "right" if last.right else "revealed" if last.revealed else "again"
        first = kept.first(question)
        waiting = [r for r in kept.unsaved if (r.get("lesson"), r.get("question")) == (question.lesson, question.id)]
        return {
            "status": status,
            "unsaved": NOT_SAVED if waiting else "",
            "value": last.value,
            "verdict": VERDICTS[status],
            "feedback": parse(last.text),
            "belief": parse(self._bank.beliefs[last.belief]) if last.belief and status == "again" else None,
            "answer": parse(spoken(question, solution(question))) if status == "revealed" else None,
            "solution": solution(question) if status != "again" else None,
            "first": parse(spoken(question, first["value"])) if first and first["value"] != last.value else None,
        }


def _settled(answers):
    """Whether a question is done: right, or the answer has been shown at the second try."""
    return len(answers) > 1 or any(made["right"] for made in answers)


def _asked(question, label, skippable):
    """What the page needs to ask a question; the answer is not among it."""
    shown = question.shuffled() if question.kind == "ordering" else question.options
    see = None
    if question.see:
        lesson, section = question.see
        entry = find_lesson(lesson)
        title = f"{entry.number} {entry.title}" if entry.number.isdigit() else entry.title
        see = {"file": entry.file if entry.path else "", "title": title, "section": section}
    return {
        "uid": question.uid,
        "kind": question.kind,
        "label": f"{label} · {HOW[question.kind]}",
        "text": parse(question.text),
        "code": question.code,
        "options": [[option.key, parse(option.text), plain(parse(option.text))] for option in shown],
        "see": see,
        "skippable": skippable,
    }


__all__ = ["AnswerError", "Feedback", "Quiz", "quiz", "retrieval"]
