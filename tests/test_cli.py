"""The command `gan-edu`: what it knows and what it says; a fault of any command is one sentence and exit code 2."""

import json
import os
import subprocess
import sys
from importlib import import_module, metadata

import pytest

from gan_edu import cli, generators, maps, study, trials
from gan_edu.options import count, number
from gan_edu.presets import PRESETS

GAN_EDU = [sys.executable, "-c", "import sys; from gan_edu.cli import main; sys.exit(main())"]


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main([name, "--help"])
    assert end.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith(f"usage: gan-edu {name} ")
    assert len(said) < 1500
    assert cli.COMMANDS[name][1][1:] in said
    assert callable(import_module(cli.COMMANDS[name][0]).main)


def test_arguments_and_exit_code_are_passed_through(monkeypatch):
    seen = []
    monkeypatch.setattr(import_module("gan_edu.doctor"), "main", lambda options: seen.append(options.quiet) or 5)
    assert cli.main(["doctor", "--quiet"]) == 5
    assert seen == [True]


def test_without_a_command_the_help_is_shown_and_the_exit_code_is_2(capsys):
    assert cli.main([]) == 2
    said = capsys.readouterr().err
    assert said.startswith("usage: gan-edu ")
    assert all(f"    {name}" in said for name in cli.COMMANDS)


@pytest.mark.parametrize("arguments", [["dcotor"], ["--no-such"], ["doctor", "x"], ["doctor", "--no-such"]])
def test_what_it_does_not_know_is_refused(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert "usage: gan-edu" in capsys.readouterr().err


def test_help_lists_every_command_and_the_version_is_told(capsys):
    for asked, words in (("--help", [*cli.COMMANDS, *(help_ for _, help_ in cli.COMMANDS.values())]),
                         ("--version", [f"gan-edu {metadata.version('gan-edu')}"])):  # fmt: skip
        with pytest.raises(SystemExit) as end:
            cli.main([asked])
        assert end.value.code == 0
        said = " ".join(capsys.readouterr().out.split())
        assert all(word in said for word in words)


def test_nothing_heavy_is_imported_before_it_is_needed():
    code = "import sys, gan_edu.cli; print({'torch', 'matplotlib', 'anywidget'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# --- faults -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Files that no command may take for its own, by name; nobody trains, and bundled files are out of reach."""
    for module, name in ((study, "judge"), (maps, "measure"), (trials, "compare"), (generators, "weights")):
        monkeypatch.setattr(module, name, lambda *_: pytest.fail("it began to train"))
    monkeypatch.setattr(trials, "FOLDER", tmp_path / "bundled")
    monkeypatch.setattr(generators, "FOLDER", tmp_path / "bundled")
    monkeypatch.setattr(import_module("gan_edu.digit_trials"), "FILE", tmp_path / "bundled" / "digits.jsonl")
    (tmp_path / "bundled").mkdir()
    contents = {"binary": b"\x89PNG\r\n\xff\x00" * 20, "notes": b"What I learned today\n", "thesis": b"one line",
                "json": b'{"my": "settings"}', "list": b"[1, 2]\n", "numbers": b"1\n2\n", "deep": b"[" * 100_000,
                "lines": b'{"a": 1}\n{"b": 2}\n', "map": maps.BUNDLED.read_bytes()[:4000],
                "study": study.FRESH.read_bytes()[:4000], "bundled/06_oscillation.json": b'{"my": "notes"}',
                "bundled/04_remedies.json": b"no JSON", "bundled/mnist_dcgan.safetensors": b"my digits",
                "bare": json.dumps({"token": PRESETS["ring_healthy"].token, "kind": "wide", "half": "seen",
                                    "label": "healthy", "diagnosis": "healthy", "label_numbers": {},
                                    "numbers": {}}).encode(),
                "bundled/digits.jsonl": b"my own lines\n"}  # fmt: skip
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


FOREIGN = ("binary", "notes", "thesis", "json", "list", "numbers", "deep", "lines")


def place(name):
    return f"{name}: " if name == "binary" else f"{name}, line 1 "


FAULTS = [  # a command line, and what its sentence says
    *((f"{command} PLACE/{name}", place(name)) for command in ("study", "map") for name in FOREIGN),
    *((f"{command} PLACE", "directory") for command in ("study", "map", "study --report")),
    *((f"{command} PLACE/none/rows.jsonl", "none/rows.jsonl: No such file") for command in ("study", "map")),
    ("study PLACE/map", "the file is no study"), ("map PLACE/study", "the file is no failure map"),
    ("study --report PLACE/notes", "the file is no study"), ("study --report PLACE/none", "holds no runs yet"),
    ("study --report PLACE/bare", "has rows without the numbers of a study: 'period' is missing"),
    ("study --seed 7 PLACE/study", "runs of another draw"),
    ("map PLACE/map", "is a map with seeds=2, not 4"), ("map PLACE/map --x d_strength --seeds 2", "with x='lr_d'"),
    ("map PLACE/new --x beta1", "axis 'beta1' has no standard values"), ("map PLACE/new --y '' ", "axis '' has no"),
    ("map PLACE/new --x lr_g", "both axes are 'lr_g'"),
    ("trials 06_oscillation", "06_oscillation.json is no table"),
    ("trials 04_remedies", "04_remedies.json is no table"),
    ("digits", "file is no table of digits"), ("digits mnist_dcgan", "file is no table of digits"),
    ("generators mnist_dcgan", "mnist_dcgan.safetensors is damaged"), ("audit no_such", "knows no preset no_such"),
]  # fmt: skip


def everything_in(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize(("line", "words"), FAULTS)
def test_a_fault_is_one_sentence_and_changes_nothing(places, line, words, capsys):
    before = everything_in(places)
    arguments = ["" if word == "''" else word.replace("PLACE", str(places)) for word in line.split()]
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"gan-edu {arguments[0]}: ")
    assert words in err
    assert err.count("\n") == 1
    assert everything_in(places) == before


BAD = ("nan", "inf", "-inf", "-1", "1e999", "x", "")


@pytest.mark.parametrize("line", [
    *(f"bench --minutes {value}" for value in (*BAD, "0")), *(f"study --share {value}" for value in (*BAD, "0")),
    *(f"{command} {value}" for command in ("study --workers", "map F --seeds", "map F --every", "audit --seeds")
      for value in (*BAD, "0", "1.5", "9" * 5000)),
    *(f"{command} {value}" for command in ("map F --workers", "study --seed", "audit --seed-start")
      for value in (*BAD, "0.5")),
    "trials no_such", "generators no_such", "digits no_such", "map", "map F --base no_such", "map F --base mnist_dcgan",
])  # fmt: skip
def test_a_number_or_name_that_will_not_do_is_refused(line, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(line.split(" "))
    assert end.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"gan-edu {line.split()[0]}: error: ")


def test_numbers_within_their_bounds_are_taken():
    assert (count()("3"), count(0)("0"), number(0.05, 1440)("0.05"), number(0.05, 1440)("1440")) == (3, 0, 0.05, 1440)


@pytest.mark.parametrize(("error", "code", "said"), [
    (OSError(28, "No space left on device", "rows.jsonl"), 2, "gan-edu doctor: rows.jsonl: No space left on device\n"),
    (OSError("rows.jsonl was not written"), 2, "gan-edu doctor: rows.jsonl was not written\n"),
    (ValueError("lr_g=2 will not do"), 2, "gan-edu doctor: lr_g=2 will not do\n"),
    (KeyboardInterrupt(), 130, "gan-edu doctor: interrupted\n"),
])  # fmt: skip
def test_one_handler_tells_every_commands_errors(monkeypatch, capsys, error, code, said):
    def fail(options):
        raise error

    monkeypatch.setattr(import_module("gan_edu.doctor"), "main", fail)
    assert cli.main(["doctor"]) == code
    assert capsys.readouterr().err == said


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes")
@pytest.mark.parametrize("argument", ["--help", "trials"])
def test_a_closed_pipe_is_no_traceback(argument):
    """As `gan-edu study --report | head -1`: the reader leaves before the report is written."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*GAN_EDU, argument], stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode in (141, 0)  # 0 where output is not buffered: argparse passes over what its help meets
