"""One name for one thing, wherever a learner meets it: in lessons, questions, widgets and evidence."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHOWN = [*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("gan_edu/course/quizzes/*.yaml"), *ROOT.glob("gan_edu/widgets/*"),
         ROOT / "gan_edu/diagnosis.py", ROOT / "gan_edu/run.py", ROOT / "gan_edu/training.py"]  # fmt: skip


@pytest.mark.parametrize("file", [file for file in SHOWN if file.is_file()], ids=lambda file: file.name)
def test_how_well_a_discriminator_ranks_is_its_auc_and_not_its_accuracy(file):
    text = re.sub(r"key: accuracy", "", file.read_text(encoding="utf-8"))  # answers are kept by their keys
    assert "accuracy" not in text.lower()


def read_with_their_playgrounds():
    """Every text cell of every lesson, with the code of the playground that follows it."""
    for lesson in sorted(ROOT.glob("notebooks/*.ipynb")):
        content = json.loads(lesson.read_text(encoding="utf-8"))
        cells = [("".join(c["source"]), c["cell_type"]) for c in content["cells"]]
        for place, (text, kind) in enumerate(cells):
            if kind == "markdown":
                opens = (code for code, other in cells[place:] if other == "code" and "playground(" in code)
                yield f"{lesson.name}: {text[:60]}", text, next(opens, "")


def test_no_text_asks_for_what_the_view_of_its_playground_does_not_show():
    for where, text, playground in read_with_their_playgrounds():
        if re.search(r"[Pp]ress \*\*Second opinion", text):
            assert 'view="all"' in playground or "Choose *All* under **View**" in text, where
        if "stands below the sliders" in text:
            assert 'view="watch"' not in playground, where


@pytest.mark.parametrize("file", [file for file in [*SHOWN, *ROOT.glob("gan_edu/*.py")] if file.is_file()],
                         ids=lambda file: file.name)  # fmt: skip
def test_a_distance_from_real_digits_says_which_one_it_is(file):
    text = file.read_text(encoding="utf-8")
    assert text.count("kernel distance from real") == text.count("distance from real")
    assert not re.search(r"digits, distance \{", text), "of a lesson's own cell: the Frechet distance"
