"""A YAML file of the course, taken apart field by field: whatever is wrong with it is one error that says where."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from gan_edu.course import text as rich

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # both make plain data only; the first is faster
MAX_BYTES, MAX_EVENTS, MAX_DEPTH = 250_000, 20_000, 20  # of a file, of its parts, of its nesting: far above our own
MAX_LETTERS = 4_000  # of one text
MAX_FEEDBACK_WORDS = 50


class CourseFileError(ValueError):
    """A file of the course that breaks the rules; the text names file, question, field, and what is allowed."""


@dataclass(frozen=True)
class Place:
    """Where in a file we are, for error messages."""

    file: str
    question: str = ""
    field: str = ""
    entry: str = "question"  # what one entry of the file is called

    def __truediv__(self, field):
        """Return the place of a field inside this one."""
        return replace(self, field=f"{self.field}.{field}" if self.field else field)

    def error(self, problem):
        """Return the CourseFileError that names this place."""
        parts = [self.file]
        parts += [f"{self.entry} {_short(self.question)}"] if self.question else []
        parts += [f"field {_short(self.field)}"] if self.field else []
        return CourseFileError(f"{', '.join(parts)}: {problem}")


class Fields:
    """One mapping of a file, taken apart field by field; `done()` refuses what was not asked for."""

    def __init__(self, data, place):
        if not isinstance(data, dict):
            raise place.error(f"expected fields with names and values, found {named(data)}")
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
            raise (self.place / name).error(f"expected a name in quotes or letters, found {named(value)}")
        if allowed is not None and value not in allowed:
            raise (self.place / name).error(f"{_short(value)} is not allowed; allowed are {', '.join(allowed)}")
        return value

    def prose(self, name, words=None):
        """Return course text that can be drawn, of at most `words` words."""
        value, place = self.raw(name), self.place / name
        if not isinstance(value, str) or not value.strip():
            raise place.error(f"expected text, found {named(value)}")
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
        if not is_number(value):
            raise (self.place / name).error(f"expected a number, found {named(value)}")
        if least is not None and value < least:
            raise (self.place / name).error(f"{value:g} is too small; the least allowed is {least:g}")
        return float(value)

    def flag(self, name):
        """Return true or false; false when it is not there."""
        value = self.raw(name, False)
        if not isinstance(value, bool):
            raise (self.place / name).error(f"expected true or false, found {named(value)}")
        return value

    def each(self, name, least):
        """Return Fields for each entry of a list that has at least `least` entries."""
        value, place = self.raw(name), self.place / name
        if not isinstance(value, list) or len(value) < least:
            raise place.error(f"expected a list of at least {least}, found {named(value)}")
        return [Fields(entry, self.place / f"{name}[{index}]") for index, entry in enumerate(value)]

    def done(self):
        """Refuse fields that nobody asked for, such as a misspelt one."""
        unknown = [_short(name) if not isinstance(name, str) else name for name in self.data if name not in self.asked]
        if unknown:
            raise (self.place / unknown[0]).error(f"is not known here; allowed are {', '.join(self.asked)}")


def read_yaml(path):
    """Read a YAML file of the course into plain data; None where it is empty.

    Size, nesting, aliases and tags are looked at before anything is built, so no file can hang or kill the kernel.
    Raises CourseFileError with file and line. Taught in notebooks/00 (every quiz comes from here).
    """
    path, place = Path(path), Place(Path(path).name)
    content = _read_text(path, place)
    try:
        _refuse_bombs(content, place)
        return _build(content, place)
    except CourseFileError:
        raise
    except Exception as error:  # YAMLError for most; a date of 2001-99-99 has one of its own
        raise place.error(f"is not valid YAML: {error}") from error


def _read_text(path, place):
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise place.error(f"cannot be read: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise place.error(f"is too large; at most {MAX_BYTES:,} bytes are allowed")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise place.error(f"line {line} is no text in UTF-8; save the file with that encoding") from error


def _refuse_bombs(content, place):
    """Go through the file event by event, which builds nothing, and stop at what could grow without end."""
    depth = 0
    for count, event in enumerate(yaml.parse(content, _LOADER)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        value = getattr(event, "value", "")
        value.encode()  # a lone half of a surrogate pair raises here
        for refused, why in (
            (count > MAX_EVENTS, f"is one part too many; at most {MAX_EVENTS:,} are allowed"),
            (depth > MAX_DEPTH, f"is nested too deep; at most {MAX_DEPTH} levels are allowed"),
            (len(value) > MAX_LETTERS, f"begins a text of {len(value):,} letters; at most {MAX_LETTERS:,} are allowed"),
            (getattr(event, "anchor", None), "has an anchor or alias; put text that begins with & or * in quotes"),
            (getattr(event, "tag", None) not in (None, "!"), "has a tag; put text that begins with ! in quotes"),
        ):
            if refused:
                raise place.error(f"line {event.start_mark.line + 1} {why}")


def _build(content, place):
    loader = _LOADER(content)
    try:
        node = loader.get_single_node()
        _refuse_repeats(node, place)
        return loader.construct_document(node) if node else None
    finally:
        loader.dispose()


def _refuse_repeats(node, place):
    if isinstance(node, yaml.MappingNode):
        lines = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name in lines:
                raise place.error(f"line {lines[name]}: {_short(name)} stands twice in one place")
            lines[name] = key.start_mark.line + 1
            _refuse_repeats(value, place)
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _refuse_repeats(child, place)


def is_number(value):
    """Whether a value is a finite number that fits a float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer of more than 308 digits
        return False


def named(value):
    """Return how a value stands in an error: 'nothing', 'a list of 3', '7 (int)'. Taught in notebooks/00."""
    if value is None or value == "":
        return "nothing"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return f"{_short(value)} ({type(value).__name__})"


def _short(value):
    try:
        words = repr(value)
    except (ValueError, RecursionError):  # Python refuses to write out an integer of thousands of digits
        return "something huge"
    return words if len(words) <= 60 else f"{words[:57]}..."
