"""Messages from the page: what each may say is listed, and anything else is refused before it does something."""

from gan_edu.course.fields import is_number


class Misunderstood(ValueError):
    """A message that no control of ours sends."""


def text(value):
    """Whether a value is a text."""
    return isinstance(value, str)


def flag(value):
    """Whether a value is true or false."""
    return isinstance(value, bool)


def number(value):
    """Whether a value is a finite number that fits a float."""
    return is_number(value)


def whole(value):
    """Whether a value is a whole number from 0 on."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def mark(value):
    """Whether a value is [page, number], which names one move on one page."""
    return isinstance(value, list) and len(value) == 2 and text(value[0]) and whole(value[1])


def one_of(known):
    """A test whether a value is one of the known ones."""
    return lambda value: text(value) and value in known


def each(tests):
    """A test whether a value is a dict whose every entry passes its own test; `tests` is name -> test."""
    return lambda values: isinstance(values, dict) and all(
        name in tests and tests[name](value) for name, value in values.items())  # fmt: skip


def understood(content, shapes):
    """(name, arguments) of a message {'do': name, ...}; `shapes` is name -> {argument: test of its value}.

    Raises Misunderstood, with a sentence for the learner, where a name, an argument or its type will not do.
    """
    name = content.get("do") if isinstance(content, dict) else None
    given = {key: value for key, value in content.items() if key != "do"} if isinstance(content, dict) else {}
    shape = shapes.get(name) if text(name) else None
    if shape is None or set(given) != set(shape) or not all(shape[key](value) for key, value in given.items()):
        asked = f"{name[:40]!r}" if text(name) else "something"
        raise Misunderstood(f"The page asked for {asked} in a way that this widget does not know. Nothing has changed.")
    return name, given
