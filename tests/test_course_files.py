"""Quiz, challenge and lesson files that are broken, hostile or cut short: one error names the file, nothing hangs."""

import random
import time
from itertools import pairwise

import pytest
from test_challenges import FILE as CHALLENGES
from test_challenges import TINY
from test_quizbank import GUESS, NUMBER, ORDER, SINGLE

from gan_edu import PRESETS, challenges
from gan_edu.course import fields
from gan_edu.course.fields import CourseFileError, read_yaml
from gan_edu.course.lessons import FILE as LESSONS
from gan_edu.course.lessons import lessons, read_lessons
from gan_edu.course.quizbank import load_bank
from gan_edu.course.schema import read_question

yaml = pytest.importorskip("yaml")
LETTERS = 240_000  # just below the largest file that is read
BOMBS = {
    "brackets": "[" * LETTERS,
    "braces": "{a: " * (LETTERS // 4),
    "dashes": "- " * (LETTERS // 2),
    "questions": "? " * (LETTERS // 2),
    "steps": "".join(" " * i + "a:\n" for i in range(600)),
    "laughs": "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{m}, *{m}]\n" for m, n in pairwise("abcdefghi")),
    "itself": "a: &a [*a]",
    "list": f"[{'a,' * (LETTERS // 2)}]",
    "names": "".join(f"k{i}: 1\n" for i in range(20_000)),
    "sixties": "a: 1" + ":10" * 80_000,  # YAML 1.1 reads 1:10 as 70
    "digits": "a: " + "9" * 5_000,
    "stars": 'a: "' + "*a " * (LETTERS // 4) + '"',
    "date": "a: 2001-99-99",
    "value": "=: =",
    "list as a name": "? [a]\n: b",
    "tag": "a: !!python/name:os.system",
    "set": "a: !!set {b}",
    "half a pair": 'a: "\\ud800"',
    "beyond unicode": 'a: "\\U00110000"',
    "documents": "---\n" * (LETTERS // 4),
    "control": "a: \x07",
    "large": "a: b\n" + "#" * 300_000,
}  # fmt: skip


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize("name", list(BOMBS))
def test_a_bomb_is_refused_by_name_and_soon(tmp_path, monkeypatch, name, loader):
    monkeypatch.setattr(fields, "_LOADER", getattr(yaml, loader))
    path, begun = tmp_path / "own.yaml", time.process_time()
    path.write_text(BOMBS[name], encoding="utf-8")
    with pytest.raises(CourseFileError, match=r"^own\.yaml: ") as caught:
        read_yaml(path)
    assert len(str(caught.value)) < 600
    assert time.process_time() - begun < 10  # the pure loader takes 2 s for the worst


@pytest.mark.parametrize("read", [lambda path: load_bank(path.parent), challenges.load_challenges, read_lessons])
def test_bytes_that_are_no_text_and_files_that_cannot_be_read_are_named(tmp_path, read):
    path = tmp_path / "02.yaml"
    path.write_bytes(b"a: b\nc: \xe4hnlich\n")
    with pytest.raises(CourseFileError, match=r"02\.yaml: line 2 is no text in UTF-8"):
        read(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(CourseFileError, match=r"02\.yaml: cannot be read"):
        read(path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('number: "01"', "number: 1", "lesson 'number 2', field 'number': expected a name in quotes"),
        ('number: "01"', 'number: "00"', "lesson '00', field 'number': stands twice"),
        ("title: Start here", "", "lesson '00', field 'title': is missing"),
        ("title: Start here", "titel: Start here", "lesson '00', field 'title': is missing"),
        ("failures: [mode_collapse]", "failures: mode_collapse", "lesson '00', field 'failures': expected a list"),
        ("minutes: 20", "minutes: soon", "lesson '00', field 'minutes': expected a number"),
        ("minutes: 20", "minutes: 20\n    hours: 1", "lesson '00', field 'hours': is not known here"),
        ("lessons:\n", "lessons: 3\nmore:\n", "field 'lessons': expected a list"),
        ("lessons:", "lessons: [", "is not valid YAML"),
        ("lessons:\n", "", "lessons.yaml: expected fields"),
    ],
)
def test_a_broken_lesson_file_names_lesson_and_field(tmp_path, old, new, words):
    path, content = tmp_path / "lessons.yaml", LESSONS.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CourseFileError) as caught:
        read_lessons(path)
    assert str(caught.value).startswith("lessons.yaml")
    assert words in str(caught.value)


def test_the_courses_own_lessons_are_read_by_the_same_reader():
    assert read_lessons(LESSONS) == lessons()


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (NUMBER | {"answer": 10**400}, "question 'many', field 'answer': expected a number"),
        (SINGLE | {"see": {"lesson": "99", "section": "x"}}, "question 'one', field 'see.lesson': '99' is not allowed"),
        (SINGLE | {"options": [1, 2]}, "question 'one', field 'options[0]': expected fields"),
        (SINGLE | {3: 4}, "question 'one', field '3': is not known"),
        (SINGLE | {16**4000: 4}, "question 'one', field 'something huge': is not known"),
    ],
)
def test_values_that_python_cannot_use_are_named(question, words):
    with pytest.raises(CourseFileError) as caught:
        read_question(question, "02", "02.yaml", 0, ["losses_to_zero", "data_has_one_mode"])
    assert words in str(caught.value)


@pytest.mark.parametrize(("knobs", "words"), [
    ("[0x" + "f" * 3900 + "]", "something huge (int) is not allowed"), ("[lr_d, lr_d]", "'lr_d' stands twice"),
    ("[lr_d, [lr_g]]", "a list of 1 is not allowed"), ("{}", "expected a list of names"),
])  # fmt: skip
def test_a_challenges_knobs_are_names_out_of_a_list(tmp_path, knobs, words):
    path = tmp_path / "own.yaml"
    path.write_text(f"challenges:\n- {{id: 02.own, kind: mend, failure: mode_collapse, start: mode_collapse, title: T,"
                    f" budget: 9, task: T, why: W, knobs: {knobs}}}\n", encoding="utf-8")  # fmt: skip
    with pytest.raises(CourseFileError) as caught:
        challenges.load_challenges(path)
    assert words in str(caught.value)


BELIEFS = (
    "misconceptions: ["
    + ", ".join(
        f"{{id: {name}, belief: So it is.}}" for name in ("losses_to_zero", "data_has_one_mode", "one_shared_update")
    )
    + "]"
)
ODD = ["[", "]", "{}", "[]", "~", "''", "3", "-.inf", ".nan", "1e999", "9" * 400, "true", "2001-99-99", "!!set", "&a",
       "*a", "<<", "? ", "|", ">", "\x00", "\t", "%", "@", "`", "$x$", r"$\frac$", "$$", "**", "\ud7ff", "- ", ": ",
       "#", '"', "'", "=", "0x", "1:1:1", "\ufeff", "\u2028", "\xa0"]  # fmt: skip


def mutated(content, dice):
    """The content with one to three things broken, as bytes."""
    for _ in range(dice.randint(1, 3)):
        content = one_broken(content, dice)
    made = bytearray(content.encode("utf-8"))
    if made and dice.random() < 0.1:
        made[dice.randrange(len(made))] = dice.randrange(128, 256)
    return bytes(made)


def one_broken(content, dice):
    at, odd, lines = dice.randrange(len(content) + 1), dice.choice(ODD), content.split("\n")
    line = dice.randrange(len(lines))
    before, after = lines[:line], lines[line + 1 :]
    return dice.choice([
        content[:at] + odd + content[at:],
        content[:at] + content[at + dice.randint(1, 9) :],
        content[:at],
        "\n".join([*before, *after]),
        "\n".join([*before, lines[line], *lines[line:]]),
        "\n".join([*before, f"{lines[line].partition(':')[0]}: {odd}", *after]),
    ])  # fmt: skip


def quizzes():
    several = SINGLE | {"id": "some", "kind": "several", "missed": "One more.", "see": {"lesson": "A", "section": "B"}}
    asked = [SINGLE | {"code": "x = 1"}, several, NUMBER, ORDER, GUESS | {"parallel": "02/one"}]
    dumper = yaml.SafeDumper
    dumper.ignore_aliases = lambda *_: True
    return yaml.dump({"lesson": "02", "questions": asked}, Dumper=dumper, sort_keys=False)


def load_quiz(path):
    load_bank.__wrapped__(path.parent)


def load_challenge(path):
    challenges.load_challenges.cache_clear()
    for name in challenges.load_challenges(path):
        challenges.find.__wrapped__(name, path)


@pytest.mark.parametrize(
    ("load", "content", "name"),
    [
        (load_quiz, quizzes(), "02.yaml"),
        (load_challenge, CHALLENGES, "own.yaml"),
        (read_lessons, "\n".join(LESSONS.read_text(encoding="utf-8").split("\n")[:14]) + "\n", "lessons.yaml"),
    ],
    ids=["quiz", "challenge", "lessons"],
)
def test_whatever_is_broken_only_our_error_comes_out(tmp_path, monkeypatch, load, content, name):
    monkeypatch.setitem(PRESETS, "tiny", TINY)
    dice, path, refused = random.Random(15), tmp_path / name, 0
    path.write_text(content, encoding="utf-8")
    (tmp_path / "misconceptions.yaml").write_text(BELIEFS, encoding="utf-8")
    load(path)  # unbroken, it is fine
    for _ in range(200):
        path.write_bytes(mutated(content, dice))
        refused += name in problem(load, path)
    assert refused > 100, "most of them are broken"


def problem(load, path):
    """What is said about a file; '' where it has been broken without harm."""
    try:
        load(path)
    except CourseFileError as error:
        return str(error)
    return ""
