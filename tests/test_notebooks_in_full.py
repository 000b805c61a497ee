"""Every notebook with a file in tests/solutions, run in full: as long as a learner's, once.

That file is then executed in the notebook's kernel, where it checks what the text says of the numbers and solves the
challenges.
"""

import pytest
from test_notebooks import CPU, NOTEBOOKS, TESTS, Kernel, errors_in

SOLUTIONS = {name: TESTS / "solutions" / name.replace(".ipynb", ".py") for name in NOTEBOOKS}


@pytest.mark.parametrize("name", [name for name, path in SOLUTIONS.items() if path.exists()])
def test_the_numbers_are_as_the_text_says(name, tmp_path, record_property):
    with Kernel(name, tmp_path, fast=False) as kernel:
        kernel.run_all()
        seconds = float(kernel.tell(CPU))
        assert not list(errors_in(kernel.book))
        told = kernel.tell(SOLUTIONS[name].read_text(encoding="utf-8"))
    record_property("lesson", f"{name}, in full: {seconds:.1f} s of CPU")
    assert told.endswith("all as the text says\n"), "the checks have not run to their end"
