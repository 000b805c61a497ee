"""The lessons of the course, read from lessons.yaml: their titles, files, and the failures to provoke in each."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


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
    entries = yaml.safe_load((Path(__file__).parent / "lessons.yaml").read_text(encoding="utf-8"))["lessons"]
    return tuple(Lesson(**{**entry, "failures": tuple(entry["failures"])}) for entry in entries)


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
