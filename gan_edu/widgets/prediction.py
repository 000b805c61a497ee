"""A prediction before a demonstration: recorded, never scored, later shown beside what was measured."""

import traitlets

from gan_edu.course import progress
from gan_edu.course.questions import UNSAID, AnswerError
from gan_edu.course.quizbank import FOLDER, load_bank
from gan_edu.course.text import parse, plain
from gan_edu.widgets import deeds
from gan_edu.widgets.course import CourseWidget, module

NOT_SURE, SKIPPED = UNSAID


def predict(lesson, name, folder=None, later=False):
    """Ask for a prediction and return its widget; give it to `playground(..., prediction=...)`.

    It opens the playground's Play once the learner answers, says 'Not sure' or skips, also in an earlier session.
    What stands beside it as measured comes from that playground, or from a cell that sets `measured`. later=True: a
    playground opens, but a cell measures, as the question asks for more than one run. `folder` takes it from another
    folder of quiz files. Raises KeyError for an unknown id. Taught in notebooks/00.
    """
    question = load_bank(folder or FOLDER).get(lesson, name)
    if question.kind != "predict":
        raise KeyError(f"{question.uid} is of kind {question.kind}, not a prediction; show it with quiz()")
    deeds.enter(lesson)
    return Prediction(question, load_bank(folder or FOLDER), later)


class Prediction(CourseWidget):
    """One prediction: `unlocked` turns True for good; a playground or a cell sets `measured`.

    Taught in notebooks/00.
    """

    _esm = module("prediction.js")
    unlocked = traitlets.Bool(False).tag(sync=True)  # True once answered, 'Not sure' or skipped
    measured = traitlets.Unicode().tag(sync=True)  # what the run showed, such as '1 of 8 modes'
    measured_by = traitlets.Unicode("cell").tag(sync=True)  # or 'play': a playground below reports to it
    question = traitlets.Dict().tag(sync=True)
    locked = traitlets.Unicode().tag(sync=True)  # the key that was locked in, 'not_sure', 'skipped' or ''
    spoken = traitlets.List().tag(sync=True)  # the same as course text

    def __init__(self, question, bank, later=False):
        self._question, self._bank, self._later = question, bank, later
        self.lesson = question.lesson  # number of the lesson that asks, such as '02'
        kept = progress.load(bank)
        options = [[option.key, parse(option.text)] for option in question.options]
        asked = {"text": parse(question.text), "code": question.code, "why": parse(question.why)}
        super().__init__(
            question={**asked, "options": [*options, [NOT_SURE, parse(UNSAID[NOT_SURE])]]}, notice=kept.notice
        )
        made = kept.of("prediction", lesson=question.lesson, question=question.id, hash=question.hash)
        if made:
            self._lock(made[0]["choice"])
        self.on_msg(lambda widget, message, buffers: self._hear(message))

    @property
    def choice(self):
        """The text of the option that the learner predicted; None while open, when not sure, or skipped."""
        return self._texts.get(self.locked)

    def answer(self, choice):
        """Lock in an option's key, 'not_sure' or 'skipped', as the buttons do; the first one is kept for good.

        Raises AnswerError for anything else.
        """
        if choice not in [*UNSAID, *self._texts]:
            raise AnswerError(f"{self._question.uid} offers {', '.join([*self._texts, *UNSAID])}, not {choice!r}")
        if self.locked:
            return
        question = self._question
        progress.record("prediction", lesson=question.lesson, question=question.id, hash=question.hash, choice=choice)
        self._lock(choice)

    def expect_play(self):
        """A playground opens by this prediction, and will report to it unless a cell does."""
        if not self._later:
            self.measured_by = "play"

    def report(self, measured):
        """What a playground's run showed; left out where a cell measures."""
        if not self._later:
            self.measured = measured

    def text(self):
        """Return the prediction, and what was measured, as plain text."""
        parts = [f"Your prediction (never scored): {plain(parse(self._question.text))}"]
        parts += [f"  [{option.key}] {plain(parse(option.text))}" for option in self._question.options]
        if self.locked:
            parts.append(f"  You predicted: {plain(self.spoken)}")
        if self.locked and self.measured:
            parts += [f"  Measured: {self.measured}", f"  Why? {plain(parse(self._question.why))}"]
        return "\n".join(parts)

    def _hear(self, message):
        """Lock in what a button of the page sends; what none of them sends changes nothing."""
        choice = message.get("choice") if isinstance(message, dict) else None
        if choice in [*UNSAID, *self._texts]:
            self.answer(choice)

    @property
    def _texts(self):
        return {option.key: option.text for option in self._question.options}

    def _lock(self, choice):
        texts = {**UNSAID, **self._texts}
        with self.hold_sync():
            self.spoken = parse(texts.get(choice, choice))
            self.locked = choice
            self.unlocked = True


__all__ = ["Prediction", "predict"]
