"""One name for one thing, wherever a learner meets it: in lessons, questions, widgets and evidence."""

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
