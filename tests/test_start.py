"""The set-up script, without its downloads: what it asks of pip, what it says when a step fails, when it does nothing.

That it installs the real packages is shown by whoever runs these tests: `python3 start.py test` did just that.
"""

import ast
import importlib.util
import json
import os
import platform
import re
import runpy
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

REPO = Path(__file__).resolve().parents[1]
FILES = ("start.py", "pyproject.toml", "requirements.lock", "requirements-test.lock", "requirements-torch.lock")


@pytest.fixture
def start(tmp_path, monkeypatch):
    """start.py as it is in a clone of its own, in a folder with a space, and with `start.calls` in place of pip."""
    clone = tmp_path / "my course"
    clone.mkdir()
    for name in FILES:
        shutil.copy(REPO / name, clone)
    for name in ("gan_edu", "notebooks"):
        (clone / name).mkdir()
    spec = importlib.util.spec_from_file_location("start_in_clone", clone / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.calls, module.failing, module.variables = [], (), {}

    def call(command, env=None, **_):
        line = " ".join(command[1:])
        module.calls.append(line)
        module.variables = env
        if "venv" in command:
            Path(module.PYTHON).parent.mkdir(parents=True, exist_ok=True)
            Path(module.PYTHON).touch()
        if "samefile" in line:  # is .venv usable?
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
    packages, torch, course = installs(start)
    assert packages.endswith("--no-deps --require-hashes --only-binary :all: -r requirements.lock")
    assert torch.endswith("--only-binary :all: -r requirements-torch.lock")
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


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-torch.lock", "pyproject.toml"])
def test_changed_lock_is_installed_into_the_same_environment(start, file):
    learner(start)
    start.calls.clear()
    path = Path(start.ROOT, file)
    path.write_text(path.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    learner(start)
    assert len(installs(start)) == 3
    assert not any("-m venv" in line for line in start.calls)


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
    assert len(installs(start)) == 3
    assert not any("-m venv" in line for line in start.calls)


@pytest.mark.parametrize(
    ("step", "said", "unsaid"),
    [
        ("-m venv", ["cannot be written to", "close JupyterLab"], ["pypi.org", "hashes"]),
        ("-r requirements.lock", ["pypi.org", "hashes", "No matching distribution", "delete the folder"], ["DLL"]),
        ("-r requirements-torch.lock", ["pypi.org", "No matching distribution"], ["DLL"]),
        ("-e .", ["delete the folder"], ["pypi.org", "proxy", "disk"]),
        ("import torch", ["delete the folder", "DLL load failed"], ["pypi.org", "proxy", "disk"]),
    ],
)
def test_failed_step_names_the_causes_that_this_step_can_have(start, step, said, unsaid):
    start.failing = (step,)
    with pytest.raises(SystemExit) as end:
        learner(start)
    assert [words for words in [*said, "the same command again"] if words not in end.value.code] == []
    assert [words for words in unsaid if words in end.value.code] == []
    assert not Path(start.STAMP).exists()


def test_disk_that_filled_up_on_the_way_is_the_only_cause_named(start, monkeypatch):
    start.failing = ("-r requirements.lock",)
    free = iter([50e9, 5e9, 20e6])  # before; where the course is; where temporary files are
    monkeypatch.setattr(start.shutil, "disk_usage", lambda _: SimpleNamespace(free=int(next(free))))
    with pytest.raises(SystemExit) as end:
        learner(start)
    assert f"The disk is full: 20 MB are free in {tempfile.gettempdir()}" in end.value.code
    assert "proxy" not in end.value.code


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


def test_pytorch_alone_comes_from_its_index_in_the_locked_version(start, monkeypatch):
    monkeypatch.setenv("GAN_EDU_TORCH_INDEX", "https://mirror.example/cpu")
    learner(start)
    packages, torch, _ = installs(start)
    assert torch.endswith("--no-deps --retries 1 --index-url https://mirror.example/cpu -r requirements-torch.lock")
    assert "mirror" not in packages


def test_unreachable_index_is_said_and_the_default_one_is_used(start, monkeypatch, capsys):
    monkeypatch.setenv("GAN_EDU_TORCH_INDEX", "https://mirror.example/cpu")
    start.failing = ("mirror.example",)
    learner(start)
    said = capsys.readouterr().out
    assert installs(start)[2].endswith("--only-binary :all: -r requirements-torch.lock")  # with its NVIDIA libraries
    assert "could not be installed from https://mirror.example/cpu" in said
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


def test_python_of_32_bits_is_refused(start, monkeypatch):
    monkeypatch.setattr(start.sys, "maxsize", 2**31 - 1)
    assert "32-bit" in start.refusal((3, 12), "Windows", "AMD64")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-torch.lock", "pyproject.toml", "gan_edu"])
def test_incomplete_course_is_one_sentence(start, name):
    path = Path(start.ROOT, name)
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(SystemExit) as end:
        start.main([])
    assert end.value.code.startswith(f"The course is incomplete: {name} is missing in {start.ROOT}. ")
    assert start.calls == []


@pytest.mark.parametrize(("separator", "folder"), [(":", "/courses/gans: a course"), (";", "C:\\gans; a course")])
def test_folder_that_no_environment_can_be_made_in_is_told(start, monkeypatch, separator, folder):
    monkeypatch.setattr(start.os, "pathsep", separator)
    monkeypatch.setattr(start, "ROOT", folder)
    monkeypatch.setattr(start, "VENV", folder + "/.venv")
    monkeypatch.setattr(start.os.path, "exists", lambda path: path != start.STAMP)
    said = start.incomplete()
    assert folder in said
    assert f"'{separator}'" in said


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
    assert command[1:3] == ["-c", start.LAB]
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
        (["--no-browser"], "-c import secrets, sys"),
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


# --- against real programs ------------------------------------------------------------------------------------


@pytest.fixture
def real(start, monkeypatch, tmp_path):
    """`start` with real processes, and a learner whose home holds the settings that a test writes there."""
    monkeypatch.undo()
    for name in [name for name in os.environ if name.startswith(("PIP_", "JUPYTER_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "cache"))
    return start


def wheel(folder):
    """A package of one module, as pip installs it."""
    info = "tiny-1.dist-info"
    files = {"tiny.py": "", f"{info}/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n",
             f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}  # fmt: skip
    with zipfile.ZipFile(folder / "tiny-1-py3-none-any.whl", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"]))


@pytest.mark.skipif(os.name == "nt", reason="a learner's pip.conf lies elsewhere there")
def test_learners_own_pip_settings_do_not_lead_elsewhere_but_its_index_counts(real, monkeypatch, tmp_path):
    wheel(tmp_path)
    config = tmp_path / "config" / "pip" / "pip.conf"
    config.parent.mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere"
    settings = f"[global]\nfind-links = {tmp_path}\n[install]\nuser = true\ntarget = {elsewhere}\n"
    config.write_text(settings, encoding="utf-8")
    monkeypatch.setenv("PIP_PREFIX", str(elsewhere))
    monkeypatch.setenv("PIP_DRY_RUN", "1")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    assert real.environment()["HTTPS_PROXY"] == "http://proxy.example"
    real.make_environment(0)
    assert real.usable()
    real.keep_pip_here()
    real.step("Installing", [*real.PIP, "tiny"], real.NOT_FETCHED)
    assert list(Path(real.VENV).rglob("tiny.py"))
    assert not elsewhere.exists()
    half_made(real)


def half_made(real):
    """What an interrupted set-up can leave behind is not taken for an environment."""
    config = Path(real.VENV, "pyvenv.cfg")
    config.rename(config.with_suffix(".away"))  # without it .venv's Python is the system's: pip would install there
    assert not real.usable()
    config.with_suffix(".away").rename(config)
    assert real.usable()
    part = next(Path(real.VENV).rglob("pip/_internal/req/req_install.py"))
    part.write_bytes(part.read_bytes()[:1000])  # cut off: `import pip` still works
    assert not real.usable()
    part.unlink()
    assert not real.usable()


def test_widgets_are_found_in_a_folder_with_brackets_in_its_name(real, monkeypatch, tmp_path):
    venv = tmp_path / "gans [2026]" / ".venv"
    package = venv / "share" / "jupyter" / "labextensions" / "anywidget" / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text('{"name": "anywidget", "version": "1"}', encoding="utf-8")
    monkeypatch.setattr(real, "VENV", str(venv))
    ask = ("from jupyter_core.paths import jupyter_path; from jupyterlab_server import config;"
           "print(config.get_federated_extensions(jupyter_path('labextensions'))['anywidget'])")  # fmt: skip
    found = subprocess.run([sys.executable, "-c", ask], env=real.lab_environment(), capture_output=True, text=True)
    assert "gans [2026]" in found.stdout, found.stderr


@pytest.mark.parametrize(("before", "others"), [(None, []), ("", []), (os.pathsep, []), ("mine", ["mine"])])
def test_no_folder_of_widgets_is_the_current_one(start, monkeypatch, before, others):
    """An empty entry of a path stands for the current folder."""
    monkeypatch.delenv("JUPYTER_PATH", raising=False)
    if before is not None:
        monkeypatch.setenv("JUPYTER_PATH", before)
    monkeypatch.setattr(start, "VENV", os.path.join("gans [2026]", ".venv"))
    first, *rest = start.lab_environment()["JUPYTER_PATH"].split(os.pathsep)
    assert "gans" in first
    assert rest == others


def status(address, seconds=60):
    """What a server answers, as a number; it may still be starting."""
    end = time.monotonic() + seconds
    while True:
        try:
            return urllib.request.urlopen(address).status
        except urllib.error.HTTPError as error:
            return error.code
        except urllib.error.URLError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def test_learners_own_jupyter_settings_leave_the_token_and_the_loopback_address(real, monkeypatch, tmp_path):
    settings = tmp_path / "jupyter"
    settings.mkdir()
    (settings / "jupyter_lab_config.py").write_text(
        "c.IdentityProvider.token = ''\nc.ServerApp.token = ''\nc.ServerApp.ip = '0.0.0.0'\n", encoding="utf-8"
    )
    for name, value in {"CONFIG_DIR": settings, "RUNTIME_DIR": tmp_path, "DATA_DIR": tmp_path}.items():
        monkeypatch.setenv(f"JUPYTER_{name}", str(value))
    monkeypatch.setattr(real, "PYTHON", sys.executable)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = real.lab_command(["--no-browser", f"--port={port}"])
    with subprocess.Popen(command, env=real.lab_environment(), stderr=subprocess.PIPE, text=True) as server:
        try:
            said = next(line for line in server.stderr if "token=" in line)
            address, token = re.search(r"(http://localhost:\d+)/lab/tree/\S+token=([0-9a-f]{48})$", said).groups()
            assert status(f"{address}/api/contents?token={token}") == 200
            assert status(f"{address}/api/contents") == 403
        finally:
            server.terminate()


@pytest.mark.parametrize("typed", ["--ip=0.0.0.0", "--ServerApp.ip=10.0.0.7"])
def test_address_that_is_typed_wins(start, typed):
    assert [word for word in start.lab_command([typed]) if "ip=" in word] == [typed]
