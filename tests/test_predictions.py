"""Each prediction in a lesson has one place that measures it: a playground or twin panes, or a cell of the lesson."""

import json
import re
from pathlib import Path

import pytest

from gan_edu import predict
from gan_edu.course.quizbank import FOLDER, load_bank
from gan_edu.widgets import wording

LESSONS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
MADE = re.compile(r"(?:(\w+) = )?predict\(\"(\w+)\", \"(\w+)\"(, later=True)?\)")


def made_in(lesson):
    """Of each prediction: (its id, name of the variable, later, all code from there on)."""
    cells = [c for c in json.loads(lesson.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
    code = ["".join(cell["source"]) for cell in cells]
    for place, source in enumerate(code):
        for variable, number, name, later in MADE.findall(source):
            yield f"{number}/{name}", variable, bool(later), "\n".join(code[place:])


def test_every_prediction_of_the_bank_is_asked_in_its_lesson():
    asked = {name for lesson in LESSONS for name, *_ in made_in(lesson)}
    bank = load_bank(FOLDER)
    numbers = {name.split("/")[0] for name in asked}
    assert asked == {question.uid for number in numbers for question in bank.lesson(number, {"predict"})}
    assert len(asked) == 34


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_every_prediction_is_measured_in_one_place(lesson):
    for name, variable, later, code in made_in(lesson):
        by_cell = bool(variable) and f"{variable}.measured = " in code
        opens = bool(variable) and re.search(rf"prediction={variable}[,)]", code) is not None
        assert later == (by_cell and opens), name  # then the playground opens, and leaves the measuring to the cell
        assert by_cell or opens, f"{name} is never measured"


@pytest.mark.parametrize("later", [False, True])
def test_a_playground_reports_unless_a_cell_measures(later):
    guess = predict("02", "weak", later=later)
    assert guess.measured_by == "cell"
    guess.expect_play()
    guess.report("1 of 8 modes")
    assert (guess.measured_by, guess.measured) == (("cell", "") if later else ("play", "1 of 8 modes"))


def test_what_is_measured_of_digits_says_since_when_they_can_be_read():
    class Run:
        step = 400

        class recipe:
            is_image = True

        class history:
            snapshots = None

    for distances, words in (((9000, 600, 480, 300), "most can be read since step 200"), ((400, 300), "since step 0"),
                             ((9000, 480, 510), "most cannot be read")):  # fmt: skip
        Run.history.snapshots = [{"step": 100 * i, "distance": d, "modes": 10} for i, d in enumerate(distances)]
        said = wording.measured(Run, None)
        assert words in said
        assert f"kernel distance from real digits {distances[-1]:,}" in said
