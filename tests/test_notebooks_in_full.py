"""Notebooks with a file in tests/solutions, run in full: as long as a learner's, once.

That file is then executed in the notebook's kernel, where it checks what the text says of the numbers. All twelve take
half an hour of one core, so a call runs a quarter: which one follows from the files, and changes with any of them.
GAN_EDU_LESSONS=all runs all, GAN_EDU_LESSONS="05 12" these two.
"""

import hashlib
import os

import pytest
from test_notebooks import CPU, FOLDER, NOTEBOOKS, TESTS, Kernel, errors_in

CHECKS = {path.stem + ".ipynb": path for path in sorted((TESTS / "solutions").glob("*.py"))}
TURNS = ("03 05 10", "02 06 11", "01 07 09", "04 08 12")  # about equally long


def turn(files):
    """Numbers of the lessons whose turn it is; the same for the same files, wherever they are."""
    digest = hashlib.sha256()
    for path in sorted(files, key=lambda path: path.name):
        digest.update(path.name.encode() + path.read_bytes())
    return TURNS[int(digest.hexdigest(), 16) % len(TURNS)]


def chosen():
    """Numbers of the lessons that this call runs in full."""
    wanted = os.environ.get("GAN_EDU_LESSONS", "")
    if wanted == "all":
        return " ".join(TURNS)
    return wanted or turn([*FOLDER.glob("*.ipynb"), *FOLDER.parent.glob("gan_edu/**/*.py"), *CHECKS.values()])


CHOSEN = chosen().split()  # once: a file may be edited while the tests run


@pytest.mark.parametrize("name", CHECKS)
def test_the_numbers_are_as_the_text_says(name, tmp_path, record_property):
    if name[:2] not in CHOSEN:
        pytest.skip("not this lesson's turn: GAN_EDU_LESSONS=all runs every lesson in full")
    with Kernel(name, tmp_path, fast=False) as kernel:
        kernel.run_all()
        seconds = float(kernel.tell(CPU))
        assert not list(errors_in(kernel.book))
        told = kernel.tell(CHECKS[name].read_text(encoding="utf-8"))
    record_property("lesson", f"{name}, in full: {seconds:.1f} s of CPU")
    assert told.endswith("all as the text says\n"), "the checks have not run to their end"


def test_each_lesson_has_its_turn(tmp_path):
    assert sorted(" ".join(TURNS).split()) == [name[:2] for name in CHECKS]
    assert set(CHECKS) < set(NOTEBOOKS)
    file, met = tmp_path / "lesson.py", set()
    for number in range(40):
        file.write_text(f"number = {number}")
        met.add(turn([file]))
    assert met == set(TURNS)


@pytest.mark.parametrize(("wanted", "count"), [("all", 12), ("05 12", 2), ("", 3)])
def test_lessons_can_be_asked_for(monkeypatch, wanted, count):
    monkeypatch.setenv("GAN_EDU_LESSONS", wanted)
    assert len(chosen().split()) == count
