"""The quiz bank: every question of the course, read from quizzes/NN.yaml and checked while reading."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gan_edu.course.fields import CourseFileError, Fields, Place, read_yaml
from gan_edu.course.questions import SCORED
from gan_edu.course.schema import read_question

FOLDER = Path(__file__).parent / "quizzes"


@dataclass(frozen=True)
class Bank:
    """All questions and the beliefs that their wrong answers may name."""

    questions: dict  # 'lesson/id' -> Question, in file order
    beliefs: dict  # misconception id -> the belief in a learner's words

    def lesson(self, number, kinds=SCORED):
        """Return the lesson's questions of these kinds, in file order; an empty tuple where it has none."""
        return tuple(q for q in self.questions.values() if q.lesson == number and q.kind in kinds)

    def get(self, number, name):
        """Return one question; an unknown one raises KeyError that lists the lesson's own."""
        if f"{number}/{name}" in self.questions:
            return self.questions[f"{number}/{name}"]
        known = [q.id for q in self.questions.values() if q.lesson == number]
        offer = f"its questions are {', '.join(known)}" if known else f"there is no {number}.yaml with questions"
        raise KeyError(f"lesson {number} has no question {name!r}; {offer}")

    def later_parallels(self, question):
        """Return the questions that ask this one again, directly or through another."""
        direct = [q for q in self.questions.values() if q.parallel == question.uid]
        return direct + [further for q in direct for further in self.later_parallels(q)]


@cache
def load_bank(folder=FOLDER):
    """Read all quiz files of a folder (the course's own when none is given) and return the Bank.

    Misconceptions come from the folder's misconceptions.yaml, else from the course's. Raises CourseFileError that names
    file, question and field. Taught in notebooks/00 (every quiz comes from here).
    """
    folder = Path(folder)
    own = folder / "misconceptions.yaml"
    beliefs = read_beliefs(own if own.is_file() else FOLDER / "misconceptions.yaml")
    questions = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name != "misconceptions.yaml":
            questions |= {question.uid: question for question in read_file(path, beliefs)}
    for question in questions.values():
        place = Place(f"{question.lesson}.yaml", question.id, "parallel")
        if question.parallel and question.parallel not in questions:
            raise place.error(f"there is no question {question.parallel!r}; write it as lesson/id")
        if question.parallel and not _comes_before(question.parallel, question.uid, questions):
            raise place.error(f"{question.parallel!r} does not come before this question")
    return Bank(questions, beliefs)


def read_file(path, beliefs):
    """Read one quiz file into a list of Questions; raises CourseFileError. Taught in notebooks/00."""
    file = Fields(read_yaml(path), Place(path.name))
    lesson = file.word("lesson")
    if lesson != path.stem:
        raise Place(path.name, field="lesson").error(f"is {lesson!r}, but the file's name allows only {path.stem!r}")
    entries = file.each("questions", 1)
    file.done()
    questions = [read_question(f.data, lesson, path.name, i, beliefs) for i, f in enumerate(entries)]
    names = [question.id for question in questions]
    for name in names:
        if names.count(name) > 1:
            raise Place(path.name, name, "id").error("stands twice; each question needs its own")
    return questions


def read_beliefs(path):
    """Read misconceptions.yaml into a dict id -> belief; raises CourseFileError. Taught in notebooks/00."""
    file = Fields(read_yaml(path), Place(path.name))
    beliefs = {}
    for entry in file.each("misconceptions", 1):
        beliefs[entry.word("id")] = entry.prose("belief", words=25)
        entry.done()
    file.done()
    return beliefs


def _comes_before(earlier, later, questions):
    order = list(questions)
    return order.index(earlier) < order.index(later)


__all__ = ["FOLDER", "Bank", "CourseFileError", "load_bank", "read_beliefs", "read_file"]
