"""Text is UTF-8 whatever the system's own encoding is: Windows has CP1252 in the west and GBK in China."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
IMPORT_ALL = """
import importlib, pkgutil
import gan_edu
names = [found.name for found in pkgutil.walk_packages(gan_edu.__path__, "gan_edu.")]
for name in names + ["start"]:
    importlib.import_module(name)
assert len(names) > 80
"""
READ_ALL = """
import json
from pathlib import Path
from gan_edu import digit_trials, maps, mnist, study, trials
from gan_edu.course import challengebank, lessons, progress, quizbank
assert lessons.lessons() and quizbank.load_bank().questions and challengebank.load_challenges()
assert all(len(trials.bundled(name)) for name in trials.TRIALS) and digit_trials.bundled()
assert study.rows(study.FILE) and maps.read(maps.BUNDLED)[1]
file = Path("rows.jsonl")
file.write_text('{"token": "cut o', encoding="utf-8")
assert study.rows(file) == []
small = {"base": "ring_healthy", "xs": [1e-3], "ys": [1e-3], "seeds": 1, "file": "map.jsonl", "progress": False}
small["base"] = gan_edu.PRESETS["ring_healthy"].replace(steps=1)
assert len(maps.failure_map(**small)) == len(maps.failure_map(**small)) == 1
progress.record("provoked", failure="caf\\u00e9 \\u207f \\u6a21")
assert progress.load().of("provoked")[0]["failure"] == "caf\\u00e9 \\u207f \\u6a21"
progress.export(Path("kept.json"))
import start
start.STAMP = "stamp.json"
start.VENV = "."
start.quiet_lab()
assert start.wanted([start.LOCK]) and start.installed() == {}
"""


def run(code, folder, *options, **variables):
    """What a fresh process in an empty folder prints; what it says on stderr is shown when it fails."""
    environment = {k: v for k, v in os.environ.items() if k not in ("LANG", "PYTHONIOENCODING", "PYTHONUTF8")}
    environment |= {"PYTHONPATH": str(REPO), "GAN_EDU_PROGRESS": str(folder / "progress"), **variables}
    command = [sys.executable, *options, "-c", code]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-3000:]
    return done.stdout


@pytest.mark.parametrize(("charmap", "codec"), [("CP1252", "cp1252"), ("GBK", "gbk")])
def test_every_module_is_imported_and_every_file_read_where_text_is_not_utf8(tmp_path, charmap, codec):
    if not shutil.which("localedef") or not Path(f"/usr/share/i18n/charmaps/{charmap}.gz").exists():
        pytest.skip("needs localedef and the charmaps: Debian's package `locales`, which .ci/run installs")
    name = f"de_DE.{charmap}"
    subprocess.run(["localedef", "-i", "de_DE", "-c", "-f", charmap, tmp_path / name], check=False)
    holds = f"import locale; assert locale.getencoding().lower() == {codec!r}, locale.getencoding()"
    run(holds + IMPORT_ALL + READ_ALL, tmp_path, LOCPATH=str(tmp_path), LC_ALL=name, PYTHONUTF8="0")


def test_no_text_is_read_or_written_in_the_systems_own_encoding(tmp_path):
    """Of this package: others may ask for the system's encoding when it is what they mean."""
    strict = "import warnings; warnings.filterwarnings('error', '', EncodingWarning, '(gan_edu|start)')\n"
    assert run(strict + IMPORT_ALL + READ_ALL, tmp_path, "-X", "warn_default_encoding") == b""


def test_report_is_written_to_a_file_whatever_the_systems_encoding(tmp_path):
    said = run("from gan_edu.cli import main; raise SystemExit(main(['study', '--report']))", tmp_path,
               PYTHONIOENCODING="cp1252")  # fmt: skip
    assert "↓" in said.decode("utf-8")
