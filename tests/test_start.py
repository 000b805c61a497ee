"""The set-up script, without its downloads: what it asks of pip, what it says when a step fails, when it does nothing.

That it installs the real packages is shown by whoever runs these tests: `python3 start.py test` did just that.
"""

import ast
import importlib.util
import json
import os
import platform
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

REPO = Path(__file__).resolve().parents[1]


@pytest.fixture
def start(tmp_path, monkeypatch):
    """start.py as it is in a clone of its own, in a folder with a space, and with `start.calls` in place of pip."""
    clone = tmp_path / "my course"
    clone.mkdir()
    for name in ("start.py", "pyproject.toml", "requirements.lock", "requirements-test.lock"):
        shutil.copy(REPO / name, clone)
    spec = importlib.util.spec_from_file_location("start_in_clone", clone / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.calls, module.failing = [], ()

    def call(command, **_):
        line = " ".join(command[1:])
        module.calls.append(line)
        if "venv" in command:
            Path(module.PYTHON).parent.mkdir(parents=True, exist_ok=True)
            Path(module.PYTHON).touch()
        if "-c" in command:  # is .venv usable?
            return 0 if Path(module.PYTHON).exists() else 1
        return int(any(word in line for word in module.failing))

    monkeypatch.setattr(module.subprocess, "call", call)
    monkeypatch.setenv("GAN_EDU_TORCH_INDEX", "")
    return module


def learner(start):
    start.install([start.LOCK], start.SIZE)


def installs(start):
    return [line for line in start.calls if line.startswith("-m pip install")]


def test_first_start_says_the_size_and_installs_lock_then_course(start, capsys):
    learner(start)
    said = capsys.readouterr().out
    assert f"downloads up to {start.SIZE[0]} MB and takes {start.SIZE[1]} MB" in said.split("Making the environment")[0]
    assert start.calls[1] == f"-m venv --clear {start.VENV}"
    packages, course = installs(start)
    assert packages.endswith("--only-binary :all: -r requirements.lock")
    assert course.endswith("--no-deps --no-build-isolation -e .")
    settings = json.loads(Path(start.VENV, "share/jupyter/lab/settings/overrides.json").read_text(encoding="utf-8"))
    assert settings["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


def test_second_start_runs_nothing(start, capsys):
    learner(start)
    start.calls.clear()
    capsys.readouterr()
    learner(start)
    assert start.calls == []
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("file", ["requirements.lock", "pyproject.toml"])
def test_changed_lock_is_installed_into_the_same_environment(start, file):
    learner(start)
    start.calls.clear()
    path = Path(start.ROOT, file)
    path.write_text(path.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    learner(start)
    assert len(installs(start)) == 2
    assert not any("venv" in line for line in start.calls)


def test_tests_add_their_packages_and_the_course_keeps_its_own(start):
    learner(start)
    start.calls.clear()
    start.install([start.LOCK, start.TEST_LOCK], start.TEST_SIZE)
    assert "-r requirements.lock -r requirements-test.lock" in installs(start)[0]
    start.calls.clear()
    learner(start)
    assert start.calls == []


def test_interrupted_installation_is_taken_up_again(start):
    start.failing = ("-r requirements.lock",)
    with pytest.raises(SystemExit):
        learner(start)
    start.failing = ()
    start.calls.clear()
    learner(start)
    assert len(installs(start)) == 2
    assert not any("venv" in line for line in start.calls)


@pytest.mark.parametrize("step", ["-m venv", "-r requirements.lock", "-e ."])
def test_failed_step_says_what_to_do(start, step):
    start.failing = (step,)
    with pytest.raises(SystemExit) as end:
        learner(start)
    for words in ("no network", "a full disk: 1400 MB", f"delete the folder {start.VENV}", "the same command again"):
        assert words in end.value.code
    assert not Path(start.STAMP).exists()


def test_python_without_venv_names_the_debian_package(start, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit, match=r"apt install python3\.\d+-venv"):
        learner(start)
    assert installs(start) == []


def test_full_disk_is_said_before_anything_is_downloaded(start, monkeypatch):
    monkeypatch.setattr(start.shutil, "disk_usage", lambda _: SimpleNamespace(free=5 * 10**7))
    with pytest.raises(SystemExit, match=r"needs 1400 MB of disk in .*my course, and 50 MB are free"):
        learner(start)
    assert installs(start) == []


@pytest.mark.parametrize(
    ("system", "machine", "setting", "index"),
    [
        ("Linux", "x86_64", None, "https://download.pytorch.org/whl/cpu"),
        ("Linux", "aarch64", None, "https://download.pytorch.org/whl/cpu"),
        ("Darwin", "arm64", None, ""),
        ("Windows", "AMD64", None, ""),
        ("Linux", "x86_64", "", ""),
        ("Windows", "AMD64", "https://mirror.example/cpu", "https://mirror.example/cpu"),
    ],
)
def test_index_asked_for_pytorch_first(start, monkeypatch, system, machine, setting, index):
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.delenv("GAN_EDU_TORCH_INDEX")
    if setting is not None:
        monkeypatch.setenv("GAN_EDU_TORCH_INDEX", setting)
    assert start.torch_index() == index


def test_pytorch_comes_first_from_its_index_in_the_locked_version(start, monkeypatch):
    monkeypatch.setenv("GAN_EDU_TORCH_INDEX", "https://mirror.example/cpu")
    learner(start)
    assert installs(start)[0].endswith("--index-url https://mirror.example/cpu torch==2.13.0")
    assert "mirror" not in installs(start)[1]


def test_unreachable_index_is_said_and_the_default_one_is_used(start, monkeypatch, capsys):
    monkeypatch.setenv("GAN_EDU_TORCH_INDEX", "https://mirror.example/cpu")
    start.failing = ("mirror.example",)
    learner(start)
    said = capsys.readouterr().out
    assert "could not be fetched from https://mirror.example/cpu" in said
    assert "SEVERAL GB" in said
    assert Path(start.STAMP).exists()


@pytest.mark.parametrize(
    ("version", "system", "machine", "words"),
    [
        ((2, 7), "Linux", "x86_64", "This is Python 2.7; the course needs Python 3.11 to 3.14"),
        ((3, 10), "Windows", "AMD64", "This is Python 3.10"),
        ((3, 15), "Linux", "x86_64", "This is Python 3.15"),
        ((3, 12), "Darwin", "x86_64", "Intel"),
    ],
)
def test_what_cannot_work_is_refused_with_the_reason(start, version, system, machine, words):
    assert words in start.refusal(version, system, machine)


@pytest.mark.parametrize("version", [(3, 11), (3, 14)])
def test_supported_pythons_are_not_refused(start, version):
    assert start.refusal(version, "Linux", "x86_64") is None
    assert start.refusal(version, "Darwin", "arm64") is None


def test_too_old_python_gets_a_message(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 8, 10, "final", 0))
    monkeypatch.setattr(sys, "argv", ["start.py"])
    with pytest.raises(SystemExit, match=r"This is Python 3\.8; the course needs"):
        runpy.run_path(str(REPO / "start.py"), run_name="__main__")


def test_old_pythons_can_read_the_file():
    """No syntax newer than Python 2.7, whose parser would otherwise answer with a SyntaxError."""
    source = (REPO / "start.py").read_text(encoding="utf-8")
    assert source.isascii()
    newer = (
        ast.JoinedStr,
        ast.AnnAssign,
        ast.NamedExpr,
        ast.AsyncFunctionDef,
        ast.Await,
        ast.Nonlocal,
        ast.MatMult,
        ast.YieldFrom,
        ast.TryStar,
        ast.Match,
    )
    for node in ast.walk(ast.parse(source)):
        assert not isinstance(node, newer), f"line {node.lineno}"
        if isinstance(node, ast.arguments):
            assert not node.kwonlyargs + node.posonlyargs
            assert not any(argument.annotation for argument in node.args)
        if isinstance(node, ast.FunctionDef):
            assert node.returns is None
        if isinstance(node, ast.Call):  # one * at the end, nothing after it
            stars = [isinstance(a, ast.Starred) for a in node.args]
            assert not any(stars[:-1])
        if isinstance(node, ast.List | ast.Tuple | ast.Dict | ast.Set):
            assert not any(isinstance(child, ast.Starred) for child in ast.iter_child_nodes(node))
        if isinstance(node, ast.Dict):
            assert None not in node.keys  # **unpacking
        if isinstance(node, ast.Raise):
            assert node.cause is None
    assert "from __future__ import print_function" in source


def test_only_the_standard_library():
    tree = ast.parse((REPO / "start.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert names <= sys.stdlib_module_names


def test_jupyterlab_opens_the_first_notebook_and_gets_the_arguments(start, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    command = start.lab_command(["--no-browser", "--port=9999"])
    assert command[1:3] == ["-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={start.ROOT}" in command
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb" in command
    assert command[-2:] == ["--no-browser", "--port=9999"]
    assert "--allow-root" not in command
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert "--allow-root" in start.lab_command([])  # a container


@pytest.mark.skipif(os.name == "nt", reason="uses a shell script in place of .venv's Python")
@pytest.mark.parametrize(
    ("arguments", "passed_on"),
    [
        (["test", "-k", "two words"], "-m pytest -n 2 --dist loadfile --no-loadscope-reorder -k two words"),
        (["--no-browser"], "-m jupyterlab"),
    ],
)
def test_ready_environment_is_handed_over_to_from_anywhere(start, tmp_path, arguments, passed_on):
    fake = Path(start.PYTHON)
    fake.parent.mkdir(parents=True)
    fake.write_text('#!/bin/sh\necho "in $PWD: $*"\nexit 7\n', encoding="utf-8")
    fake.chmod(0o755)
    Path(start.STAMP).write_text(json.dumps(start.wanted([start.LOCK, start.TEST_LOCK])), encoding="utf-8")
    command = [sys.executable, os.path.relpath(Path(start.ROOT, "start.py"), tmp_path), *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert f"in {start.ROOT}: {passed_on}" in done.stdout
    assert done.returncode == 7


def test_help_tells_the_two_commands(start, capsys):
    start.main(["--help"])
    said = capsys.readouterr().out
    assert "python3 start.py test" in said
    assert "--no-browser" in said
    assert start.calls == []
