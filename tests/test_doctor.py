"""The doctor: silent on a good machine, and each fault is found, named and given a remedy."""

import importlib
import importlib.metadata
import shutil
from types import SimpleNamespace

import pytest

from gan_edu import cli, mnist

module = importlib.import_module("gan_edu.doctor")


@pytest.fixture(autouse=True)
def good_machine(tmp_path, monkeypatch):
    """A machine without faults, whatever this one is; each test then breaks one thing."""
    monkeypatch.setenv("GAN_EDU_PROGRESS", str(tmp_path / "progress"))
    monkeypatch.setattr(module.machine, "cores", lambda: 4)
    monkeypatch.setattr(module.machine, "free_memory", lambda: 8e9)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=50e9))


def faults():
    return {finding.name: finding for finding in module.doctor(quiet=True) if not finding.ok}


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
    monkeypatch.setattr(module.machine, "free_memory", lambda: 0.4e9)
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
    assert ("Python" not in faults()) is fits


def test_version_that_was_not_tested_is_named(monkeypatch, tmp_path):
    lock = tmp_path / "requirements.lock"
    torch = importlib.metadata.version("torch").split("+")[0]
    lock.write_text(f"torch=={torch}\nseaborn==0.0.1\n", encoding="utf-8")
    monkeypatch.setattr(module, "LOCK", lock)
    detail = faults()["packages"].detail
    assert "seaborn is 0.13" in detail
    assert "tested with 0.0.1" in detail
    assert "torch" not in detail  # the local part of 2.13.0+cpu does not count


def test_missing_package_is_named(monkeypatch):
    def version(name, real=importlib.metadata.version):
        if name == "pooch":
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert faults()["packages"].detail == "pooch is missing"


def test_old_kernel(monkeypatch):
    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "7.0.1" if name == "ipykernel" else real(name))
    assert "7.1" in faults()["kernel"].remedy


def test_kernel_of_another_python(monkeypatch, tmp_path):
    other = str(tmp_path / "bin" / "python")
    monkeypatch.setattr("jupyter_client.kernelspec.get_kernel_spec", lambda _: SimpleNamespace(argv=[other, "-m"]))
    assert other in faults()["kernel"].detail
    monkeypatch.setattr(module.sys, "argv", ["somewhere/ipykernel_launcher.py"])  # inside a kernel that is no question
    assert "kernel" not in faults()


def test_widgets_without_their_half_in_jupyterlab(monkeypatch, tmp_path):
    monkeypatch.setattr(module.sys, "prefix", str(tmp_path))
    monkeypatch.setattr(module.site, "getuserbase", lambda: str(tmp_path))
    assert faults()["widgets"].detail == "JupyterLab's half of anywidget and ipywidgets is missing"
    folder = tmp_path / "share" / "jupyter" / "labextensions" / "anywidget"
    folder.mkdir(parents=True)
    (folder / "package.json").write_text("{}", encoding="utf-8")
    assert faults()["widgets"].detail == "JupyterLab's half of ipywidgets is missing"


def test_missing_and_damaged_digits(monkeypatch, tmp_path):
    shutil.copytree(mnist.bundled_folder(), tmp_path / "mnist")
    monkeypatch.setenv("GAN_EDU_DATA", str(tmp_path))
    monkeypatch.setattr(mnist, "download_folder", lambda: tmp_path / "nothing")
    assert "digits" not in faults()
    labels = tmp_path / "mnist" / "train-labels-idx1-ubyte.gz"
    labels.write_bytes(labels.read_bytes()[:-9])
    assert faults()["digits"].detail == "train-labels-idx1-ubyte.gz is damaged"
    assert "Delete it" in faults()["digits"].remedy
    labels.unlink()
    assert faults()["digits"].detail == "missing: train-labels-idx1-ubyte.gz"
    assert "git checkout" in faults()["digits"].remedy


def test_one_core(monkeypatch):
    monkeypatch.setattr(module.machine, "cores", lambda: 1)
    assert "Speed" in faults()["cores"].remedy


def test_memory_that_cannot_be_read_is_no_fault(monkeypatch):
    monkeypatch.setattr(module.machine, "free_memory", lambda: None)
    assert faults() == {}


def test_full_disk(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5e6))
    assert "Make room" in faults()["disk"].remedy


def test_progress_folder_that_cannot_be_written(monkeypatch, tmp_path):
    blocked = tmp_path / "a file"
    blocked.write_text("", encoding="utf-8")
    monkeypatch.setenv("GAN_EDU_PROGRESS", str(blocked / "progress"))
    fault = faults()["progress folder"]
    assert str(blocked) in fault.detail
    assert "GAN_EDU_PROGRESS" in fault.remedy


def test_check_that_breaks_is_a_fault_of_its_own(monkeypatch):
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: None)
    fault = faults()["packages"]
    assert "could not be checked: TypeError" in fault.detail
    assert "start.py" in fault.remedy
