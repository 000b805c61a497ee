"""The lessons of the course, read from lessons.yaml: their titles, files, and the failures to provoke in each."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gan_edu.course.fields import Fields, Place, read_yaml

FILE = Path(__file__).parent / "lessons.yaml"


@dataclass(frozen=True)
class Lesson:
    """One notebook of the course."""

    number: str  # '00' to '13', and 'A' for the refresher
    title: str
    file: str
    idea: str
    failures: tuple  # names of the failures that the learner provokes and mends here
    minutes: int | None = None  # to read and do the core; None until the lesson has been written

    @property
    def path(self):
        """Where the notebook lies: beside the running one, or in the project's folder; None when it does not exist."""
        for folder in (Path.cwd(), Path(__file__).parents[2] / "notebooks"):
            if (folder / self.file).is_file():
                return folder / self.file
        return None


@cache
def lessons():
    """Return all lessons in the order of the course, as a tuple. Taught in notebooks/00 (the map)."""
    return read_lessons(FILE)


def read_lessons(path):
    """Read a file of lessons; raises CourseFileError with file, lesson and field. Taught in notebooks/00 (the map)."""
    file = Fields(read_yaml(path), Place(Path(path).name))
    entries = file.each("lessons", 1)
    file.done()
    found = {}
    for place, entry in enumerate(entries, 1):
        made = _read_lesson(entry.data, Path(path).name, place)
        if made.number in found:
            raise (Place(Path(path).name, made.number, entry="lesson") / "number").error("stands twice")
        found[made.number] = made
    return tuple(found.values())


def _read_lesson(data, file, place):
    number = Fields(data, Place(file, f"number {place}", entry="lesson")).word("number")
    fields = Fields(data, Place(file, number, entry="lesson"))
    known = {name: fields.word(name) for name in ("number", "title", "file", "idea")}
    failures = fields.raw("failures")
    if not isinstance(failures, list) or not all(isinstance(name, str) for name in failures):
        raise (fields.place / "failures").error("expected a list of names; an empty list is [] ")
    minutes = int(fields.number("minutes", least=1)) if "minutes" in data else None
    fields.done()
    return Lesson(**known, failures=tuple(failures), minutes=minutes)


def lesson(number):
    """Return one lesson by its number, such as '02'; an unknown one raises KeyError with the known ones.

    Taught in notebooks/00 (the map).
    """
    for entry in lessons():
        if entry.number == number:
            return entry
    raise KeyError(f"there is no lesson {number!r}; the course has {', '.join(entry.number for entry in lessons())}")


def earlier(number):
    """Return the lessons before this one, the nearest first; a lesson with a letter has none.

    Taught in notebooks/02 (the three questions to look back).
    """
    if not lesson(number).number.isdigit():
        return ()
    return tuple(entry for entry in reversed(lessons()) if entry.number.isdigit() and int(entry.number) < int(number))
