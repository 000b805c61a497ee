"""For all tests: no learner's progress is touched. Being here also puts this folder on the import path (plain_gan)."""

import os

import pytest
import torch

from gan_edu.course import progress

MISSING = "no Chromium, Chrome or Edge was found"  # what tests/browser/conftest.py says then
torch.set_num_threads(1)  # on small tensors a second thread only waits, on a busy machine for very long


def pytest_collection_modifyitems(items):
    """The notebooks first: they take longest, and two processes share the work (`start.PARALLEL`)."""
    items.sort(key=lambda item: not item.path.name.startswith("test_notebooks"))


def pytest_terminal_summary(terminalreporter):
    """How long the lessons compute; and, loudly, where there was no browser to run the browser tests in."""
    passed = terminalreporter.stats.get("passed", [])
    for line in sorted(text for report in passed for name, text in report.user_properties if name == "lesson"):
        terminalreporter.write_line(line)
    not_run = [report for report in terminalreporter.stats.get("skipped", []) if MISSING in str(report.longrepr)]
    if not_run:
        terminalreporter.section("THE BROWSER TESTS WERE NOT RUN", sep="!", red=True, bold=True)
        left_out = f"{len(not_run)} tests in tests/browser were left out: {MISSING}"
        terminalreporter.write_line(f"{left_out} (GAN_EDU_BROWSER can name one).")
        terminalreporter.write_line("Install one and run the tests again to know that the course works on screen.")


@pytest.fixture(autouse=True, scope="session")
def progress_of_their_own(tmp_path_factory):
    """What tests provoke and mend goes to a folder that is thrown away."""
    os.environ["GAN_EDU_PROGRESS"] = str(tmp_path_factory.mktemp("progress"))


@pytest.fixture(autouse=True)
def nothing_left_to_save():
    """What one test could not save is not saved in the next test's folder."""
    yield
    progress._here.session = None
