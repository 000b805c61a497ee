"""The quiz bank: files are checked, answers judged, and the course's own questions keep the rules of teaching."""

import copy
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

from gan_edu.course import text
from gan_edu.course.fields import CourseFileError
from gan_edu.course.lessons import earlier, lesson, lessons
from gan_edu.course.questions import AnswerError, judge, read_number, solution, spoken
from gan_edu.course.quizbank import FOLDER, load_bank

SINGLE = {
    "id": "one",
    "kind": "single",
    "text": "Which?",
    "explanation": "Because.",
    "options": [
        {"key": "a", "text": "A", "right": True},
        {"key": "b", "text": "B", "feedback": "If so, the picture would differ.", "misconception": "losses_to_zero"},
    ],
}
NUMBER = {
    "id": "many",
    "kind": "number",
    "text": "How many?",
    "answer": 8,
    "tolerance": 0.5,
    "errors": [{"value": 7, "feedback": "The last one counts too.", "misconception": "data_has_one_mode"}],
    "fallback": "Count again in the picture.",
    "explanation": "Eight.",
}
ORDER = {
    "id": "order",
    "kind": "ordering",
    "text": "In order?",
    "items": [{"key": key, "text": key.upper()} for key in "xyz"],
    "errors": [{"before": ["z", "x"], "feedback": "Nothing to use yet.", "misconception": "one_shared_update"}],
    "fallback": "Walk through it once more.",
    "explanation": "x, y, z.",
}
GUESS = {
    "id": "guess",
    "kind": "predict",
    "text": "What will happen?",
    "why": "So it goes.",
    "options": [{"key": "up", "text": "Up"}, {"key": "down", "text": "Down"}],
}


def bank_of(folder, *questions, lesson="02", **more):
    bank = yaml.safe_dump({"lesson": lesson, "questions": list(questions), **more})
    (folder / f"{lesson}.yaml").write_text(bank, encoding="utf-8")
    load_bank.cache_clear()
    return load_bank(folder)


def changed(question, path, value):
    """A copy of a question with the field at `path` set, or removed where value is None."""
    made = copy.deepcopy(question)
    *way, last = path
    place = made
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return made


def broken(reason, question, path, value, *words):
    return pytest.param(question, path, value, words, id=reason)


@pytest.mark.parametrize(
    ("question", "path", "value", "words"),
    [
        broken("unknown kind", SINGLE, ["kind"], "essay", "'kind'", "single, several"),
        broken("no id", SINGLE, ["id"], None, "number 1", "'id'", "missing"),
        broken("id with a space", SINGLE, ["id"], "my id", "'id'", "small letters"),
        broken("id read as yes", SINGLE, ["id"], True, "'id'", "True"),
        broken("no text", SINGLE, ["text"], None, "'text'", "missing"),
        broken("empty text", SINGLE, ["text"], " ", "'text'", "expected text"),
        broken("misspelt field", SINGLE, ["explanaton"], "x", "'explanaton'", "not known", "explanation"),
        broken("misspelt in option", SINGLE, ["options", 1, "feedbak"], "x", "options[1].feedbak", "not known"),
        broken("no explanation", SINGLE, ["explanation"], None, "'explanation'", "missing"),
        broken("options as text", SINGLE, ["options"], "a, b", "'options'", "list"),
        broken("one option", SINGLE, ["options"], SINGLE["options"][:1], "'options'", "at least 2"),
        broken("option not a mapping", SINGLE, ["options", 0], "A", "options[0]", "names and values"),
        broken("nothing right", SINGLE, ["options", 0], SINGLE["options"][1] | {"key": "c"}, "exactly one"),
        broken("two right", SINGLE, ["options", 1], {"key": "b", "text": "B", "right": True}, "exactly one"),
        broken("right is a word", SINGLE, ["options", 0, "right"], "yes", "options[0].right", "true or false"),
        broken("same key twice", SINGLE, ["options", 1, "key"], "a", "'a'", "twice"),
        broken("no feedback", SINGLE, ["options", 1, "feedback"], None, "options[1].feedback", "missing"),
        broken("long feedback", SINGLE, ["options", 1, "feedback"], "w " * 51, "51 words", "at most 50"),
        broken("says wrong", SINGLE, ["options", 1, "feedback"], "Wrong! It is A.", "options[1].feedback", "belief"),
        broken("unknown belief", SINGLE, ["options", 1, "misconception"], "moon", "'moon'", "half_is_success"),
        broken("no belief", SINGLE, ["options", 1, "misconception"], None, "misconception", "missing"),
        broken("broken maths", SINGLE, ["text"], r"Is $\frac{1$ so?", "'text'", r"\frac{1"),
        broken("unknown maths", SINGLE, ["options", 0, "text"], r"$\nosuch x$", "options[0].text", r"\nosuch"),
        broken("maths with a link", SINGLE, ["text"], r"$\href{javascript:alert(1)}{x}$", "'text'", "href"),
        broken("maths with HTML", SINGLE, ["text"], r"$\text{<b>x</b>}$", "'text'", "<b>"),
        broken("see without section", SINGLE, ["see"], {"lesson": "A"}, "see.section", "missing"),
        broken("parallel to nothing", SINGLE, ["parallel"], "00/nowhere", "'parallel'", "00/nowhere"),
        broken("parallel to itself", SINGLE, ["parallel"], "02/one", "'parallel'", "before"),
        broken("answer is a word", NUMBER, ["answer"], "eight", "'answer'", "expected a number"),
        broken("answer is not finite", NUMBER, ["answer"], float("nan"), "'answer'", "expected a number"),
        broken("negative tolerance", NUMBER, ["tolerance"], -1, "'tolerance'", "too small"),
        broken("no expected error", NUMBER, ["errors"], [], "'errors'", "at least 1"),
        broken("error that is right", NUMBER, ["errors", 0, "value"], 8.2, "errors[0].value", "counts as right"),
        broken("no fallback", NUMBER, ["fallback"], None, "'fallback'", "missing"),
        broken("two items", ORDER, ["items"], ORDER["items"][:2], "'items'", "at least 3"),
        broken("unknown item", ORDER, ["errors", 0, "before"], ["z", "q"], "errors[0].before", "x, y, z"),
        broken("error in right order", ORDER, ["errors", 0, "before"], ["x", "z"], "errors[0].before", "right order"),
        broken("no why", GUESS, ["why"], None, "'why'", "missing"),
        broken("prediction is scored", GUESS, ["options", 0, "right"], True, "options[0].right", "not known"),
        broken("key of a button", GUESS, ["options", 0, "key"], "skipped", "'options'", "not_sure"),
    ],
)
def test_malformed_question_names_file_question_and_field(tmp_path, question, path, value, words):
    with pytest.raises(CourseFileError) as caught:
        bank_of(tmp_path, changed(question, path, value))
    assert str(caught.value).startswith("02.yaml, question ")
    assert path == ["id"] or repr(question["id"]) in str(caught.value)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("lesson: '02'\nquestions: [", ("not valid YAML",)),
        ("", ("02.yaml", "expected fields")),
        ("- a\n- b", ("expected fields",)),
        ("lesson: 02\nquestions: []", ("'lesson'", "in quotes", "2 (int)")),
        ("lesson: '03'\nquestions: [{}]", ("'lesson'", "'02'")),
        ("lesson: '02'\nquestions: []", ("'questions'", "at least 1")),
        ("lesson: '02'\nquestion: []", ("'questions'", "missing")),
        ("lesson: '02'\nlesson: '03'\nquestions: []", ("line 1", "'lesson'", "twice")),
        ("lesson: !!python/object/apply:os.system ['true']", ("line 1", "has a tag", "quotes")),
    ],
)
def test_malformed_file_is_refused_with_its_name(tmp_path, content, words):
    (tmp_path / "02.yaml").write_text(content, encoding="utf-8")
    load_bank.cache_clear()
    with pytest.raises(CourseFileError) as caught:
        load_bank(tmp_path)
    for word in ("02.yaml", *words):
        assert word in str(caught.value)


def test_two_questions_of_one_id_are_refused(tmp_path):
    with pytest.raises(CourseFileError, match=r"02\.yaml, question 'one', field 'id': stands twice"):
        bank_of(tmp_path, SINGLE, copy.deepcopy(SINGLE))


def test_first_feedback_hides_the_answer_and_the_second_shows_it(tmp_path):
    question = bank_of(tmp_path, SINGLE).get("02", "one")
    first, second = judge(question, "b"), judge(question, "b", earlier=1)
    assert (first.right, first.revealed, first.text) == (False, False, "If so, the picture would differ.")
    assert first.belief == "losses_to_zero"
    assert (second.right, second.revealed, second.text) == (False, True, "Because.")
    assert judge(question, "a") == judge(question, "a", earlier=1)
    assert judge(question, "a").text == "Because."


@pytest.mark.parametrize(
    ("value", "right", "words"),
    [(8, True, "Eight"), (8.5, True, "Eight"), (7.5, True, "Eight"), (8.51, False, "Count"), ("7", False, "The last")],
)
def test_number_has_a_tolerance_on_both_sides_and_expected_errors(tmp_path, value, right, words):
    question = bank_of(tmp_path, NUMBER).get("02", "many")
    result = judge(question, value)
    assert result.right is right
    assert result.text.startswith(words)


def test_ordering_knows_expected_errors_and_is_never_shown_solved(tmp_path):
    question = bank_of(tmp_path, ORDER).get("02", "order")
    assert judge(question, ["x", "y", "z"]).right
    assert judge(question, ["z", "y", "x"]).belief == "one_shared_update"
    assert judge(question, ["x", "z", "y"]).text.startswith("Walk through")
    assert [item.key for item in question.shuffled()] != ["x", "y", "z"]
    assert question.shuffled() == question.shuffled()


def test_several_needs_all_right_ones_and_no_other(tmp_path):
    options = [*SINGLE["options"], {"key": "c", "text": "C", "right": True}]
    several = SINGLE | {"kind": "several", "options": options, "missed": "One more is true."}
    question = bank_of(tmp_path, several).get("02", "one")
    assert judge(question, ["c", "a"]).right
    assert judge(question, ["a"]).text == "One more is true."
    assert judge(question, ["a", "b", "c"]).belief == "losses_to_zero"
    assert judge(question, ["c", "a"]).value == ["a", "c"]


@pytest.mark.parametrize("value", [None, "", [], "q", 3, ["a"], {"a": 1}])
def test_an_answer_that_cannot_be_judged_is_no_try(tmp_path, value):
    question = bank_of(tmp_path, SINGLE).get("02", "one")
    with pytest.raises(AnswerError):
        judge(question, value)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("-1.386", -1.386), ("-1,386", -1.386), ("\u22121.386", -1.386), ("\u20131,386", -1.386), (" -1.386 ", -1.386),
        ("+.5", 0.5), (",5", 0.5), ("5.", 5.0), ("250", 250.0), ("4e-4", 4e-4),
        ("4E\u22124", 4e-4), ("1,386", 1.386), ("0", 0.0), ("007", 7.0),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_was_meant(written, number):
    assert read_number(written) == number


@pytest.mark.parametrize(
    "written",
    ["ln 4", "-ln 4", "-1.386 nats", "50 %", "1/4", "1,386.5", "1.386,5", "1,000,000", "1 386", "eight", "nan", "inf",
     "1e999", "9" * 400, "0x10", "1_000", "--1", "1e", ".", "-", ",", "1;5", "\u221a2", "$1$"],
)  # fmt: skip
def test_what_is_no_number_in_digits_is_refused_with_what_to_write(written):
    with pytest.raises(AnswerError, match="in digits and nothing else, such as -0.25: no unit, no words, no formula"):
        read_number(written)


def test_no_answer_is_so_large_that_a_comma_could_stand_for_thousands():
    """`read_number` takes each comma for a decimal comma; '1,000' for 1000 would be judged as 1."""
    answers = [question.answer for question in BANK.questions.values() if question.kind == "number"]
    assert len(answers) > 15
    assert max(map(abs, answers)) < 1000


@pytest.mark.parametrize("value", [None, "", "eight", float("nan"), float("inf"), 10**400, True, [8], {}, 3j])
def test_a_number_must_be_one(tmp_path, value):
    with pytest.raises(AnswerError, match="Write a number"):
        judge(bank_of(tmp_path, NUMBER).get("02", "many"), value)


@pytest.mark.parametrize("value", [None, "xyz", ["x"], ["x", "y", "y"], ["x", "y", "q"], 7, ["x", "y", 3], [["x"]]])
def test_an_ordering_must_name_each_item_once(tmp_path, value):
    with pytest.raises(AnswerError):
        judge(bank_of(tmp_path, ORDER).get("02", "order"), value)


def test_hash_follows_what_is_asked_not_how_feedback_is_worded(tmp_path):
    before = bank_of(tmp_path, SINGLE).get("02", "one").hash
    reworded = changed(changed(SINGLE, ["options", 1, "feedback"], "Other words."), ["explanation"], "Other.")
    assert bank_of(tmp_path, reworded).get("02", "one").hash == before
    for path, value in ((["text"], "Which one?"), (["options", 0, "text"], "A!")):
        assert bank_of(tmp_path, changed(SINGLE, path, value)).get("02", "one").hash != before
    number = bank_of(tmp_path, NUMBER).get("02", "many").hash
    assert bank_of(tmp_path, changed(NUMBER, ["tolerance"], 0.1)).get("02", "many").hash != number


def test_unknown_question_lists_the_known_ones():
    with pytest.raises(KeyError, match="what_is_a_mode"):
        load_bank().get("02", "nosuch")
    with pytest.raises(KeyError, match=r"no 77\.yaml"):
        load_bank().get("77", "nosuch")


def test_text_becomes_a_tree_without_html():
    nodes = text.parse("see **bold *it* on** and `a*b` \\$5 <img src=x onerror=alert(1)> $x^2$")
    kinds = [node[0] for node in nodes]
    assert kinds == ["text", "strong", "text", "code", "text", "math"]
    assert nodes[1][1] == [["text", "bold "], ["em", [["text", "it"]]], ["text", " on"]]
    assert nodes[4] == ["text", " $5 <img src=x onerror=alert(1)> "]
    assert text.plain(nodes) == "see bold it on and a*b $5 <img src=x onerror=alert(1)> x^2"
    tag, _, children = nodes[5][1]
    assert tag == "math"
    assert children[0][2][0][0] == "msup"
    assert text.parse("2 * 3 * 4 and 5 $") == [["text", "2 * 3 * 4 and 5 $"]]


def test_course_needs_neither_torch_nor_widgets():
    modules = "gan_edu.course.retrieval, gan_edu.course.counts, gan_edu.course.text"
    code = f"import sys, {modules}; print({{'torch', 'anywidget', 'ipywidgets', 'matplotlib'}} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


# The course's own questions.

BANK = load_bank()
SCORED = [question for question in BANK.questions.values() if question.kind != "predict"]


@pytest.mark.parametrize(
    ("number", "least", "predictions"),
    [("00", 7, 1), ("01", 7, 3), ("02", 7, 3), ("03", 7, 2), ("04", 7, 3), ("06", 7, 3), ("08", 7, 3), ("10", 7, 3),
     ("11", 7, 3), ("12", 7, 3)],
)
def test_each_lesson_has_enough_questions_of_mixed_kinds(number, least, predictions):
    questions = BANK.lesson(number)
    assert len(questions) >= least
    assert {"single", "number", "several"} <= {question.kind for question in questions}
    assert len(BANK.lesson(number, kinds=("predict",))) == predictions


@pytest.mark.parametrize("question", SCORED, ids=lambda question: question.uid)
def test_the_solution_is_right_and_every_other_choice_is_answered(question):
    assert judge(question, solution(question)).right
    for option in question.options:
        if not option.right:
            result = judge(question, option.key if question.kind == "single" else [option.key])
            assert not result.right
            assert result.belief in BANK.beliefs
    for slip in question.errors:
        if question.kind == "number":
            assert judge(question, slip.value).text == slip.feedback
        else:
            keys = [key for key in solution(question) if key not in slip.before]
            assert not judge(question, [*slip.before, *keys]).right


@pytest.mark.parametrize("question", SCORED, ids=lambda question: question.uid)
def test_first_feedback_does_not_contain_the_answer(question):
    answer = solution(question)
    told = [option.feedback for option in question.options] + [slip.feedback for slip in question.errors]
    hidden = [spoken(question, key) for key in (answer if isinstance(answer, list) else [answer])]
    for feedback in [*told, question.missed, question.fallback]:
        words = feedback.replace(",", " ").replace(". ", " ").rstrip(".").split()
        assert not any(text in words or (len(text) > 8 and text in feedback) for text in hidden)


def test_readiness_questions_point_to_the_refresher():
    pointing = [question for question in BANK.lesson("00") if question.see]
    assert len(pointing) == 5
    assert {question.see[0] for question in pointing} == {"A"}


def test_lessons_are_in_order_and_know_what_came_before():
    assert [entry.number for entry in lessons()] == [f"{n:02}" for n in range(14)] + ["A"]
    assert [entry.number for entry in earlier("02")] == ["01", "00"]
    assert earlier("A") == earlier("00") == ()
    assert {question.lesson for question in BANK.questions.values()} <= {entry.number for entry in lessons()}
    with pytest.raises(KeyError, match="no lesson '99'"):
        lesson("99")


def test_each_pair_of_answer_and_belief_has_been_read_by_somebody():
    """A belief is quoted to the learner, so the answer must express it; what is only a slip carries none.

    Whoever adds or changes a pair reads it once more and then writes it into reviewed_beliefs.txt.
    """
    reviewed = Path(__file__).with_name("reviewed_beliefs.txt").read_text(encoding="utf-8").splitlines()
    pairs = [(q.uid, option.key, option.misconception) for q in SCORED for option in q.options]
    for q in SCORED:
        pairs += [(q.uid, "<".join(e.before) or format(e.value, "g"), e.misconception) for e in q.errors]
    assert sorted(" ".join(pair) for pair in pairs if pair[2]) == sorted(reviewed)
    assert {pair[2] for pair in pairs if pair[2]} == set(BANK.beliefs), "a belief that no answer expresses"


@pytest.mark.parametrize("question", [NUMBER, ORDER], ids=["number", "ordering"])
def test_a_slip_of_the_pen_accuses_nobody(tmp_path, question):
    slip = changed(question, ["errors", 0, "misconception"], None)
    read = bank_of(tmp_path, slip).get("02", question["id"])
    assert judge(read, 7 if question is NUMBER else ["z", "y", "x"]).belief == ""
    assert BANK.get("06", "lap_length").errors[0].misconception == ""


WHERE_IT_STANDS = re.compile(
    r"\bthis (lesson|section|notebook|page|quiz)|\b(next|last|previous) cell\b|\b(cell|question|table|run)s? below"
    r"|\b(cell|paragraph|table|question|figure)s? above|\bas below|\bour (table|run)|\byou printed|\bjust (seen|now)\b",
    re.IGNORECASE,
)


def words_of(question):
    """Everything that a learner may read of a question."""
    yield from (question.text, question.explanation, question.fallback, question.missed)
    for part in (*question.options, *question.items, *question.errors):
        yield from (getattr(part, "text", ""), getattr(part, "feedback", ""))


@pytest.mark.parametrize("question", SCORED, ids=lambda question: question.uid)
def test_a_question_can_be_asked_again_in_another_lesson(question):
    """Look-back shows it elsewhere: it names its lesson, and never 'this lesson' or a cell above or below."""
    for words in words_of(question):
        assert not WHERE_IT_STANDS.search(words)
    for words in (question.text, *(option.text for option in question.options)):
        assert not re.search(r"section \d(?!.*lesson)", words, re.DOTALL), "sections are those of a lesson"


ONE_NAME = {  # what the texts must not say -> what they say
    r"accurac": "AUC", r"\\log|\blog\(": "ln", r"\bJS\b": "JSD", r"no theorem says": "theorems are local",
    r"advice gets better": "disputed", r"steep hill": "plateau under the samples, cliffs elsewhere",
    r"(?<!kernel )(?<!Frechet )distance from\s+real digits": "kernel distance or Frechet distance",
}  # fmt: skip


def test_quizzes_and_challenges_use_one_name_for_one_thing():
    texts = {path.name: path.read_text(encoding="utf-8") for path in (FOLDER.glob("??.yaml"))}
    texts["A.yaml"] = (FOLDER / "A.yaml").read_text(encoding="utf-8")
    texts["challenges.yaml"] = (FOLDER.parent / "challenges.yaml").read_text(encoding="utf-8")
    assert len(texts) == 15
    for name, words in texts.items():
        words = re.sub(r"section: KL and JS|key: \w+", "", words)
        assert {wanted for bad, wanted in ONE_NAME.items() if re.search(bad, words)} == set(), name
        if name != "challenges.yaml" and (first := re.search(r"\bAUC\b.{80}", words, re.DOTALL)):
            assert "how often it scores" in " ".join(first[0].split()), name


def test_every_common_belief_is_met_at_least_twice():
    """The first fourteen beliefs, in wrong options and expected errors over all lessons."""
    bank = load_bank()
    met = Counter(wrong.misconception for q in bank.questions.values() for wrong in (*q.options, *q.errors))
    assert {belief: met[belief] for belief in list(bank.beliefs)[:14] if met[belief] < 2} == {}
