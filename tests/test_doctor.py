"""The doctor: silent on a good machine, and each fault is found, named and given a remedy."""

import importlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from gan_edu import cli, machine, mnist

module = importlib.import_module("gan_edu.doctor")


@pytest.fixture(autouse=True)
def good_machine(tmp_path, monkeypatch):
    """A machine without faults, whatever this one is; each test then breaks one thing."""
    monkeypatch.setenv("GAN_EDU_PROGRESS", str(tmp_path / "progress"))
    monkeypatch.setattr(machine, "cores", lambda: 4)
    monkeypatch.setattr(machine, "free_memory", lambda: 8e9)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=50e9))
    monkeypatch.setattr(module, "kernel_prefix", lambda: sys.prefix)  # takes seconds; one test does it


def fault(name):
    """What one check finds wrong, or None."""
    finding = module._checked(name, module.CHECKS[name])
    return None if finding.ok else finding


def test_good_machine_has_no_faults_and_says_nothing(capsys):
    findings = module.doctor(quiet=True)
    assert [f for f in findings if not f.ok] == []
    assert capsys.readouterr().out == ""
    assert [f.name for f in findings] == list(module.CHECKS)
    assert all(f.detail and not f.remedy for f in findings)


def test_command_prints_a_row_for_each_check(capsys):
    assert cli.main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert said.count("ok   ") == len(module.CHECKS)
    assert "ready for the course" in said


def test_fault_is_printed_with_its_remedy_and_ends_in_1(monkeypatch, capsys):
    monkeypatch.setattr(machine, "free_memory", lambda: 0.4e9)
    assert cli.main(["doctor", "--quiet"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("WRONG  memory           0.4 GB free, 1.0 GB needed\n")
    assert "Close other programs" in said
    assert "ok   " not in said
    assert cli.main(["doctor"]) == 1
    assert "1 of these are wrong" in capsys.readouterr().out


@pytest.mark.parametrize(("version", "fits"), [((3, 10, 9), False), ((3, 11, 0), True), ((3, 15, 0), False)])
def test_python_version(monkeypatch, version, fits):
    monkeypatch.setattr(importlib.metadata, "metadata", lambda _: {"Requires-Python": "<3.15,>=3.11"})
    monkeypatch.setattr(module.sys, "version_info", version)
    assert (fault("Python") is None) is fits


def pretend(monkeypatch, **versions):
    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: versions.get(name) or real(name))


def test_version_outside_the_range_is_a_fault(monkeypatch):
    pretend(monkeypatch, seaborn="0.12.9", ipykernel="7.0.1")
    detail = fault("packages").detail
    assert "seaborn is 0.12.9, and the course asks for >=0.13" in detail
    assert "ipykernel is 7.0.1, and the course asks for >=7.1" in detail


def test_version_inside_the_range_is_none_whether_it_was_tested_or_not(monkeypatch):
    pretend(monkeypatch, platformdirs="4.99", torch="2.13.0+cpu")
    assert fault("packages") is None
    found = module._checked("packages", module.CHECKS["packages"])
    assert "tested with other versions of: platformdirs 4.99" in found.detail
    assert "torch" not in found.detail  # +cpu does not count


def test_file_named_like_a_package_is_found_by_importing(tmp_path):
    """As a learner has it beside a notebook. The doctor itself must survive whatever that file does."""
    (tmp_path / "torch.py").write_text("import math\nmath.no_such_thing\n", encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    code = "from gan_edu import cli, doctor; del doctor.CHECKS['kernel']; raise SystemExit(cli.main(['doctor']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "torch cannot be imported (AttributeError: module 'math' has no attribute 'no_such_thing')" in done.stdout
    assert f"{tmp_path / 'torch.py'} is taken for torch: rename it" in done.stdout
    assert done.returncode == 1


def test_module_from_another_place_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pooch", SimpleNamespace(__file__=str(tmp_path / "pooch.py")))
    assert fault("packages").detail.startswith(f"{tmp_path / 'pooch.py'} is taken for pooch: rename it")


def test_course_that_does_not_run_is_a_fault(monkeypatch):
    def fails(run):
        raise RuntimeError("no font")

    monkeypatch.setattr("gan_edu.plots.picture", fails)
    assert "RuntimeError: no font" in fault("course").detail


def test_missing_package_is_named(monkeypatch):
    def version(name, real=importlib.metadata.version):
        if name == "pooch":
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert fault("packages").detail == "pooch is missing"


def test_kernel_is_started_and_asked(monkeypatch):
    monkeypatch.undo()
    assert module.kernel_prefix() == sys.prefix


def test_kernel_of_another_python(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "kernel_prefix", lambda: str(tmp_path))
    assert str(tmp_path) in fault("kernel").detail
    monkeypatch.setattr(module.sys, "argv", ["somewhere/ipykernel_launcher.py"])  # inside a kernel that is no question
    assert fault("kernel") is None


def extension(folder, name):
    (folder / "static").mkdir(parents=True)
    (folder / "static" / "remoteEntry.1a.js").write_text("", encoding="utf-8")
    package = {"name": name, "jupyterlab": {"_build": {"load": "static/remoteEntry.1a.js"}}}
    (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")


def test_widgets_without_their_half_in_jupyterlab(monkeypatch, tmp_path):
    folder = tmp_path / "labextensions"
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *_: [str(folder)])
    assert fault("widgets").detail == "JupyterLab's half of anywidget and ipywidgets is missing"
    extension(folder / "anywidget", "anywidget")
    assert fault("widgets").detail == "JupyterLab's half of ipywidgets is missing"
    extension(folder / "@jupyter-widgets" / "jupyterlab-manager", "@jupyter-widgets/jupyterlab-manager")
    assert fault("widgets") is None
    (folder / "anywidget" / "static" / "remoteEntry.1a.js").unlink()  # the folder is there, what is in it is not
    assert fault("widgets").detail == "JupyterLab's half of anywidget is missing"


def test_widgets_in_a_folder_with_brackets_are_as_missing_as_jupyterlab_finds_them(monkeypatch, tmp_path):
    folder = tmp_path / "gans [x]" / "labextensions"
    extension(folder / "anywidget", "anywidget")
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *_: [str(folder)])
    assert "anywidget" in fault("widgets").detail


def test_missing_and_damaged_digits(monkeypatch, tmp_path):
    shutil.copytree(mnist.bundled_folder(), tmp_path / "mnist")
    monkeypatch.setenv("GAN_EDU_DATA", str(tmp_path))
    monkeypatch.setattr(mnist, "download_folder", lambda: tmp_path / "nothing")
    assert fault("digits") is None
    labels = tmp_path / "mnist" / "train-labels-idx1-ubyte.gz"
    labels.write_bytes(labels.read_bytes()[:-9])
    assert fault("digits").detail == "train-labels-idx1-ubyte.gz is damaged"
    assert "Delete it" in fault("digits").remedy
    labels.unlink()
    assert fault("digits").detail == "missing: train-labels-idx1-ubyte.gz"
    assert "git checkout" in fault("digits").remedy


def test_one_core(monkeypatch):
    monkeypatch.setattr(machine, "cores", lambda: 1)
    assert "Speed" in fault("cores").remedy


def test_memory_that_cannot_be_read_is_no_fault(monkeypatch):
    monkeypatch.setattr(machine, "free_memory", lambda: None)
    assert fault("memory") is None


def test_full_disk(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5e6))
    assert "Make room" in fault("disk").remedy


def test_progress_folder_that_cannot_be_written(monkeypatch, tmp_path):
    blocked = tmp_path / "a file"
    blocked.write_text("", encoding="utf-8")
    monkeypatch.setenv("GAN_EDU_PROGRESS", str(blocked / "progress"))
    found = fault("progress folder")
    assert str(blocked) in found.detail
    assert "GAN_EDU_PROGRESS" in found.remedy


def test_check_that_breaks_is_a_fault_of_its_own(monkeypatch):
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: None)
    found = fault("packages")
    assert "could not be checked: TypeError" in found.detail
    assert "start.py" in found.remedy
