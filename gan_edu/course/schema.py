"""How a question must look in a quiz file: each reader takes one mapping apart and refuses what it does not know."""

from gan_edu.course.fields import Fields, Place
from gan_edu.course.lessons import lessons
from gan_edu.course.questions import KINDS, Option, Question, Slip

MAX_EXPLANATION_WORDS = 80


def read_question(data, lesson, file, index, beliefs):
    """Turn one entry of a quiz file into a Question. `beliefs` holds the known misconception ids.

    Raises CourseFileError. Taught in notebooks/00 (every quiz comes from here).
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
        known["see"] = (see.word("lesson", [entry.number for entry in lessons()]), see.word("section"))
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
        errors.append(Slip(entry.feedback(), _belief_of_slip(entry, beliefs), value, tolerance))
        entry.done()
    known |= {"errors": tuple(errors), "fallback": fields.feedback("fallback")}
    return known | {"explanation": _explanation(fields)}


def _belief_of_slip(entry, beliefs):
    """The belief that a wrong number or order expresses; '' where it is a slip of the pen and expresses none."""
    return entry.word("misconception", beliefs) if "misconception" in entry.data else ""


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
        errors.append(Slip(entry.feedback(), _belief_of_slip(entry, beliefs), before=tuple(pair)))
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


_READERS = {
    "single": _read_single,
    "several": _read_several,
    "number": _read_number,
    "ordering": _read_ordering,
    "predict": _read_predict,
}
