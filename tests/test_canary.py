"""The canary: were the trainer replaced by canned samples, these tests would notice."""

import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
MUST_NOTICE = [
    "test_playground.py::test_it_trains_as_plain_pytorch_does_and_the_sliders_act",
    "test_playground.py::test_with_rates_of_zero_nothing_moves",
    "test_playground.py::test_presets_end_where_their_names_say",
    "test_playground.py::test_nan_stops_the_run_and_restart_recovers",
    "test_playground.py::test_restart_keeps_sliders_and_seed_and_reset_takes_the_presets",
    "test_playground.py::test_play_trains_a_moved_slider_arrives_and_pause_stops",
]
HONEST = "test_playground.py::test_frames_have_room_for_every_array"  # passes with the cheat too: it is well installed


def outcomes(tests, folder):
    """Run tests with the cheat, in a Python of their own; {name: 'PASSED', 'FAILED', ...}."""
    paths = [str(HERE / "canary"), os.environ.get("PYTHONPATH", "")]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "GAN_EDU_ARTEFACTS": str(folder)}
    report = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", *(str(HERE / test) for test in tests)],
        env=env, capture_output=True, text=True, cwd=HERE.parent,
    )  # fmt: skip
    found = re.findall(r"^\S*::(\w+) (PASSED|FAILED|ERROR|SKIPPED)", report.stdout, re.MULTILINE)
    assert len(found) >= len(tests), report.stdout + report.stderr
    return dict(found)


def test_with_canned_samples_the_suite_fails(tmp_path):
    found = outcomes([*MUST_NOTICE, HONEST], tmp_path)
    honest = HONEST.split("::")[1]
    assert found.pop(honest) == "PASSED"
    assert found == {test.split("::")[1]: "FAILED" for test in MUST_NOTICE}
