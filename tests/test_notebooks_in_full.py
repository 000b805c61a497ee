"""Notebooks with a file in tests/solutions, run in full: as long as a learner's, once.

That file is then executed in the notebook's kernel, where it checks what the text says of the numbers. All twelve take
half an hour of one core, so a call runs a quarter: which one follows from the Python files and notebooks, and changes
with any of them. GAN_EDU_LESSONS=all runs all, GAN_EDU_LESSONS="05 12" these two.
"""

import hashlib
import os
from pathlib import Path

import pytest
from test_notebooks import CPU, FOLDER, NOTEBOOKS, TESTS, Kernel, errors_in, stated_time

CHECKS = {path.stem + ".ipynb": path for path in sorted((TESTS / "solutions").glob("*.py"))}
TURNS = (["03", "05", "10"], ["02", "06", "11"], ["01", "07", "09"], ["04", "08", "12"])  # about equally long
ALL = sorted(number for numbers in TURNS for number in numbers)


def turn(root, files):
    """Numbers of the lessons whose turn it is; the same for the same files below a folder, wherever that is."""
    digest = hashlib.sha256()
    for name in sorted(path.relative_to(root).as_posix() for path in files):
        digest.update(name.encode() + Path(root, name).read_bytes())
    return TURNS[int(digest.hexdigest(), 16) % len(TURNS)]


def chosen():
    """Numbers of the lessons that this call runs in full."""
    wanted = os.environ.get("GAN_EDU_LESSONS", "").split()
    if wanted == ["all"]:
        return ALL
    if unknown := set(wanted) - set(ALL):
        raise ValueError(f"GAN_EDU_LESSONS: no lesson {', '.join(sorted(unknown))}; say all, or numbers as in '05 12'")
    root = FOLDER.parent
    return wanted or turn(root, [*FOLDER.glob("*.ipynb"), *root.glob("gan_edu/**/*.py"), *CHECKS.values()])


CHOSEN = chosen()  # once: a file may be edited while the tests run


@pytest.mark.parametrize("name", CHECKS)
def test_the_numbers_are_as_the_text_says(name, tmp_path, record_property):
    if name[:2] not in CHOSEN:
        pytest.skip("not this lesson's turn: GAN_EDU_LESSONS=all runs every lesson in full")
    with Kernel(name, tmp_path, fast=False) as kernel:
        kernel.run_all()
        seconds = float(kernel.tell(CPU))
        assert not list(errors_in(kernel.book))
        told = kernel.tell(CHECKS[name].read_text(encoding="utf-8"))
    record_property("lesson", f"{name}, in full: {seconds:.1f} s of CPU, and it says {stated_time(kernel.cells)[1]} s")
    assert told.endswith("all as the text says\n"), "the checks have not run to their end"


def test_each_lesson_has_its_turn(tmp_path):
    assert [name[:2] for name in CHECKS] == ALL
    assert set(CHECKS) < set(NOTEBOOKS)
    file, met = tmp_path / "lesson.py", set()
    for number in range(40):
        file.write_text(f"number = {number}", encoding="utf-8")
        met.update(turn(tmp_path, [file]))
    assert sorted(met) == ALL


def test_the_turn_does_not_hang_on_the_order_of_files(tmp_path):
    files = [tmp_path / folder / "__init__.py" for folder in "abcdef"]
    for file in files:
        file.parent.mkdir()
        file.write_text(str(file.parent.name), encoding="utf-8")
    assert all(turn(tmp_path, files[i:] + files[:i]) == turn(tmp_path, files) for i in range(6))


@pytest.mark.parametrize("wanted", ["5", "05,06", "13"])
def test_an_unknown_lesson_is_named(monkeypatch, wanted):
    monkeypatch.setenv("GAN_EDU_LESSONS", wanted)
    with pytest.raises(ValueError, match=f"no lesson {wanted}; say all"):
        chosen()


@pytest.mark.parametrize(("wanted", "count"), [("all", 12), ("05 12", 2), ("", 3)])
def test_lessons_can_be_asked_for(monkeypatch, wanted, count):
    monkeypatch.setenv("GAN_EDU_LESSONS", wanted)
    assert len(chosen()) == count
