"""How a quiz file must look: each reader takes one mapping of the file apart and refuses what it does not know."""

import math
from dataclasses import dataclass

import yaml

from gan_edu.course import text as rich
from gan_edu.course.questions import KINDS, Option, Question, Slip

_SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # both make plain data only; the first is faster
MAX_FEEDBACK_WORDS = 50
MAX_EXPLANATION_WORDS = 80


class QuizFileError(ValueError):
    """A quiz file that breaks the rules; the text names file, question, field, and what is allowed."""


@dataclass(frozen=True)
class Place:
    """Where in a file we are, for error messages."""

    file: str
    question: str = ""
    field: str = ""

    def __truediv__(self, field):
        """Return the place of a field inside this one."""
        return Place(self.file, self.question, f"{self.field}.{field}" if self.field else field)

    def error(self, problem):
        """Return the QuizFileError that names this place."""
        parts = [self.file]
        parts += [f"question {self.question!r}"] if self.question else []
        parts += [f"field {self.field!r}"] if self.field else []
        return QuizFileError(f"{', '.join(parts)}: {problem}")


class Fields:
    """One mapping of a quiz file, taken apart field by field; `done()` refuses what was not asked for."""

    def __init__(self, data, place):
        if not isinstance(data, dict):
            raise place.error(f"expected fields with names and values, found {_named(data)}")
        self.data, self.place, self.asked = data, place, []

    def raw(self, name, default=None):
        """Return a field as the file has it; without a default it must be there."""
        self.asked.append(name)
        if name not in self.data and default is None:
            raise (self.place / name).error("is missing")
        return self.data.get(name, default)

    def word(self, name, allowed=None):
        """Return a short name, one of `allowed` when given."""
        value = self.raw(name)
        if not isinstance(value, str) or not value.strip():
            raise (self.place / name).error(f"expected a name in quotes or letters, found {_named(value)}")
        if allowed is not None and value not in allowed:
            raise (self.place / name).error(f"{value!r} is not allowed; allowed are {', '.join(allowed)}")
        return value

    def prose(self, name, words=None):
        """Return course text that can be drawn, of at most `words` words."""
        value, place = self.raw(name), self.place / name
        if not isinstance(value, str) or not value.strip():
            raise place.error(f"expected text, found {_named(value)}")
        if words and len(value.split()) > words:
            raise place.error(f"has {len(value.split())} words; at most {words} are allowed")
        try:
            rich.parse(value)
        except ValueError as error:
            raise place.error(str(error)) from error
        return " ".join(value.split())

    def feedback(self, name="feedback"):
        """Return feedback for a wrong answer: short, and never 'Wrong!'."""
        value = self.prose(name, MAX_FEEDBACK_WORDS)
        if value.lower().startswith("wrong") or "wrong!" in value.lower():
            raise (self.place / name).error("says 'wrong'; say what the belief would predict and where it fails")
        return value

    def number(self, name, least=None, default=None):
        """Return a finite number, not below `least`."""
        value = self.raw(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise (self.place / name).error(f"expected a number, found {_named(value)}")
        if least is not None and value < least:
            raise (self.place / name).error(f"{value:g} is too small; the least allowed is {least:g}")
        return float(value)

    def flag(self, name):
        """Return true or false; false when it is not there."""
        value = self.raw(name, False)
        if not isinstance(value, bool):
            raise (self.place / name).error(f"expected true or false, found {_named(value)}")
        return value

    def each(self, name, least):
        """Yield Fields for each entry of a list that has at least `least` entries."""
        value, place = self.raw(name), self.place / name
        if not isinstance(value, list) or len(value) < least:
            raise place.error(f"expected a list of at least {least}, found {_named(value)}")
        return [Fields(entry, self.place / f"{name}[{index}]") for index, entry in enumerate(value)]

    def done(self):
        """Refuse fields that nobody asked for, such as a misspelt one."""
        unknown = [str(name) for name in self.data if name not in self.asked]
        if unknown:
            raise (self.place / unknown[0]).error(f"is not known here; allowed are {', '.join(self.asked)}")


def read_yaml(text, file):
    """Parse a quiz file's text with the safe loader and refuse a name that stands twice in one mapping.

    Raises QuizFileError with the line. Taught in notebooks/00 (every quiz comes from here).
    """
    place, loader = Place(file), _SAFE_LOADER(text)
    try:
        node = loader.get_single_node()
        _refuse_repeats(node, place)
        return loader.construct_document(node) if node else None
    except yaml.YAMLError as error:
        raise place.error(f"is not valid YAML: {error}") from error
    finally:
        loader.dispose()


def _refuse_repeats(node, place):
    if isinstance(node, yaml.MappingNode):
        names = [key.value for key, _ in node.value]
        for key, value in node.value:
            if names.count(key.value) > 1:
                raise place.error(f"line {key.start_mark.line + 1}: {key.value!r} stands twice in one place")
            _refuse_repeats(value, place)
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _refuse_repeats(child, place)


def read_question(data, lesson, file, index, beliefs):
    """Turn one entry of a quiz file into a Question. `beliefs` holds the known misconception ids.

    Raises QuizFileError. Taught in notebooks/00 (every quiz comes from here).
    """
    place = Place(file, f"number {index + 1}")
    head = Fields(data, place)
    name = head.word("id")
    if not name.isidentifier() or name != name.lower():
        raise (place / "id").error(f"{name!r} is not allowed; use small letters, digits and _, beginning with a letter")
    fields = Fields(data, Place(file, name))
    known = {"lesson": lesson, "id": fields.word("id"), "kind": fields.word("kind", KINDS)}
    known["text"] = fields.prose("text")
    known |= {name: fields.word(name) for name in ("code", "parallel") if name in data}
    if "see" in data:
        see = Fields(fields.raw("see"), fields.place / "see")
        known["see"] = (see.word("lesson"), see.word("section"))
        see.done()
    known |= _READERS[known["kind"]](fields, beliefs)
    fields.done()
    return Question(**known)


def _read_single(fields, beliefs):
    options = _read_options(fields, beliefs)
    if sum(option.right for option in options) != 1:
        raise (fields.place / "options").error("exactly one option must have 'right: true'")
    return {"options": options, "explanation": _explanation(fields)}


def _read_several(fields, beliefs):
    options = _read_options(fields, beliefs)
    if len({option.right for option in options}) != 2:
        raise (fields.place / "options").error("at least one option must have 'right: true', and one must not")
    return {"options": options, "missed": fields.feedback("missed"), "explanation": _explanation(fields)}


def _read_number(fields, beliefs):
    known = {"answer": fields.number("answer"), "tolerance": fields.number("tolerance", least=0)}
    errors = []
    for entry in fields.each("errors", 1):
        value = entry.number("value")
        if abs(value - known["answer"]) <= known["tolerance"]:
            raise (entry.place / "value").error(f"{value:g} counts as right; an expected error must not")
        tolerance = entry.number("tolerance", least=0, default=known["tolerance"])
        errors.append(Slip(entry.feedback(), entry.word("misconception", beliefs), value, tolerance))
        entry.done()
    known |= {"errors": tuple(errors), "fallback": fields.feedback("fallback")}
    return known | {"explanation": _explanation(fields)}


def _read_ordering(fields, beliefs):
    items = []
    for entry in fields.each("items", 3):
        items.append(Option(entry.word("key"), entry.prose("text")))
        entry.done()
    keys = _refuse_same_keys(items, fields.place / "items")
    errors = []
    for entry in fields.each("errors", 1):
        pair = entry.raw("before")
        if not isinstance(pair, list) or len(pair) != 2 or any(key not in keys for key in pair):
            raise (entry.place / "before").error(f"expected two of the items' keys, allowed are {', '.join(keys)}")
        if keys.index(pair[0]) < keys.index(pair[1]):
            raise (entry.place / "before").error(f"{pair[0]} stands before {pair[1]} in the right order too")
        errors.append(Slip(entry.feedback(), entry.word("misconception", beliefs), before=tuple(pair)))
        entry.done()
    return {
        "items": tuple(items),
        "errors": tuple(errors),
        "fallback": fields.feedback("fallback"),
        "explanation": _explanation(fields),
    }


def _read_predict(fields, beliefs):
    options = []
    for entry in fields.each("options", 2):
        options.append(Option(entry.word("key"), entry.prose("text")))
        entry.done()
    if {"not_sure", "skipped"} & set(_refuse_same_keys(options, fields.place / "options")):
        raise (fields.place / "options").error("the keys 'not_sure' and 'skipped' are taken by the buttons")
    return {"options": tuple(options), "why": fields.prose("why", MAX_EXPLANATION_WORDS)}


def _read_options(fields, beliefs):
    options = []
    for entry in fields.each("options", 2):
        key, text, right = entry.word("key"), entry.prose("text"), entry.flag("right")
        wrong = {} if right else {"feedback": entry.feedback(), "misconception": entry.word("misconception", beliefs)}
        options.append(Option(key, text, right, **wrong))
        entry.done()
    _refuse_same_keys(options, fields.place / "options")
    return tuple(options)


def _refuse_same_keys(options, place):
    keys = [option.key for option in options]
    for key in keys:
        if keys.count(key) > 1:
            raise place.error(f"the key {key!r} stands twice; each must be its own")
    return keys


def _explanation(fields):
    return fields.prose("explanation", MAX_EXPLANATION_WORDS)


def _named(value):
    if value is None or value == "":
        return "nothing"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return f"{value!r} ({type(value).__name__})"


_READERS = {
    "single": _read_single,
    "several": _read_several,
    "number": _read_number,
    "ordering": _read_ordering,
    "predict": _read_predict,
}
