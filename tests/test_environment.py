"""One set of versions, several files that state it: they must agree, on every system that the course supports."""

import ast
import importlib.metadata as metadata
import importlib.util
import json
import os
import re
import sys
import tomllib
from functools import lru_cache
from itertools import product
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

REPO = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SYSTEMS = {
    "Linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    "macOS": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
    "Windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


@lru_cache
def lock(file="requirements.lock"):
    """Name -> its line, as a Requirement."""
    text = (REPO / file).read_text(encoding="utf-8").replace("\\\n", "")
    lines = [line.partition("--hash")[0] for line in text.splitlines() if not line.startswith("#")]
    return {canonicalize_name(line.name): line for line in map(Requirement, lines)}


def everything():
    return lock() | lock("requirements-test.lock") | lock("requirements-torch.lock")


def requires(name):
    """What an installed package asks for; the CUDA libraries of PyTorch's default build left out, as in the locks."""
    needs = map(Requirement, metadata.requires(name) or [])
    return [need for need in needs if not re.match(r"nvidia|cuda|triton|cupy", need.name)]


def version(line):
    (pin,) = line.specifier
    assert pin.operator == "=="
    return Version(pin.version)


def holds(requirement, environment):
    return requirement.marker is None or requirement.marker.evaluate(environment)


def asked(*extras):
    lines = PROJECT["dependencies"] + [line for extra in extras for line in PROJECT["optional-dependencies"][extra]]
    return [Requirement(line) for line in lines]


@pytest.fixture(scope="module")
def start():
    spec = importlib.util.spec_from_file_location("start", REPO / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-test.lock"])
def test_every_locked_package_has_the_hashes_of_its_files(file):
    text = (REPO / file).read_text(encoding="utf-8").replace("\\\n", "")
    for line in (line for line in text.splitlines() if not line.startswith("#")):
        hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})\b", line)
        assert hashes, line
        assert len(hashes) == len(set(hashes)) == line.count("--hash")
    assert text.isascii()  # pip reads it in the system's own encoding


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-test.lock"])
def test_lock_pins_exact_versions_in_order(file):
    names = list(lock(file))
    assert names == sorted(names)
    assert all(version(line) for line in lock(file).values())


def test_lock_has_the_tested_torch_and_nothing_for_nvidia():
    assert [str(line) for line in lock("requirements-torch.lock").values()] == ["torch==2.13.0"]
    assert not [name for name in everything() if re.match(r"nvidia|cuda|triton|cupy", name)]


def test_locked_versions_lie_in_the_ranges():
    for requirement in asked("test"):
        line = everything()[canonicalize_name(requirement.name)]
        assert version(line) in requirement.specifier, f"{line} is outside {requirement}"


def test_learners_do_not_download_what_only_tests_need():
    assert not set(lock()) & set(lock("requirements-test.lock"))
    for name in ("pytest", "playwright", "scipy", "ruff"):
        assert name in lock("requirements-test.lock")


@pytest.mark.parametrize(("system", "python"), list(product(SYSTEMS, PYTHONS)))
def test_lock_is_complete(system, python):
    """Whatever a locked package needs on a system is in the lock for that system, in a version that it accepts."""
    environment = (
        default_environment()
        | SYSTEMS[system]
        | {
            "python_version": python,
            "python_full_version": f"{python}.9",
            "extra": "",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
        }
    )
    present = {name: line for name, line in everything().items() if holds(line, environment)}
    missing, looked_at = [], 0
    for name in present:
        try:
            needs = requires(name)
        except metadata.PackageNotFoundError:  # of another system or Python; none of these needs anything on Linux
            continue
        for need in filter(lambda need: holds(need, environment), needs):
            looked_at += 1
            line = present.get(canonicalize_name(need.name))
            if line is None or not need.specifier.contains(version(line), prereleases=True):
                missing.append(f"{name} needs {need}")
    assert not missing
    assert looked_at > 100


def test_lock_has_no_package_that_nobody_asks_for():
    wanted = {canonicalize_name(requirement.name) for requirement in asked("test")}
    for name in everything():
        try:
            wanted |= {canonicalize_name(need.name) for need in requires(name)}
        except metadata.PackageNotFoundError:
            continue
    here = default_environment()  # what only another Python needs is asked for by packages that are not here either
    assert [name for name, line in everything().items() if name not in wanted and holds(line, here)] == []


@pytest.mark.parametrize(
    ("name", "systems"),
    [
        ("pexpect", {"Linux", "macOS"}),
        ("ptyprocess", {"Linux", "macOS"}),
        ("appnope", {"macOS"}),
        ("pywinpty", {"Windows"}),
        ("colorama", {"Windows"}),
        ("torch", {"Linux", "macOS", "Windows"}),
    ],
)
def test_markers_of_packages_that_not_every_system_needs(name, systems):
    line = everything()[name]
    assert {system for system, values in SYSTEMS.items() if holds(line, default_environment() | values)} == systems


def test_this_run_uses_the_locked_versions():
    if Path(sys.prefix) != REPO / ".venv":
        pytest.skip("not in the environment that start.py makes")
    here = default_environment()
    for name, line in everything().items():
        if holds(line, here):
            assert Version(metadata.version(name)).public == version(line).public, name


def test_supported_pythons_are_the_same_everywhere(start):
    oldest, newest = start.OLDEST, start.NEWEST
    assert PROJECT["requires-python"] == f">={oldest[0]}.{oldest[1]},<{newest[0]}.{newest[1] + 1}"
    assert (".".join(map(str, oldest)), ".".join(map(str, newest))) == (PYTHONS[0], PYTHONS[-1])


def test_environment_yml_installs_the_same_packages(start):
    dependencies = yaml.safe_load((REPO / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    (python,) = (line.partition("=")[2] for line in dependencies if str(line).startswith("python="))
    assert python in SpecifierSet(PROJECT["requires-python"])
    assert "pip" in dependencies
    assert dependencies[1:] == ["pip"]  # and nothing from another index: see the next test


def test_binder_takes_torch_alone_from_the_extra_index(start, monkeypatch):
    """The commands of postBuild are those of start.py on Linux, in the same order."""
    text = (REPO / "postBuild").read_text(encoding="utf-8")
    binder = [line.removeprefix("pip install ") for line in text.splitlines() if line.startswith("pip ")]
    calls = []
    monkeypatch.setattr(start, "step", lambda title, command, *_, **__: calls.append(command) or True)
    monkeypatch.setattr(start, "torch_index", lambda: start.CPU_INDEX)
    for name, answer in {"installed": {}, "usable": True, "keep_pip_here": None, "quiet_lab": None}.items():
        monkeypatch.setattr(start, name, lambda answer=answer: answer)
    monkeypatch.setattr(start, "STAMP", os.devnull)
    monkeypatch.setattr(start.os, "remove", lambda _: None)
    start.install([start.LOCK], start.SIZE)
    ours = [" ".join(call[len(start.PIP):]).replace("--retries 1 ", "") for call in calls if call[:4] == start.PIP[:4]]
    assert binder == ours
    assert [start.CPU_INDEX in line for line in binder] == [False, True, False]
    assert os.access(REPO / "postBuild", os.X_OK) or os.name == "nt"


def test_pre_commit_runs_the_locked_tools():
    """From the test lock's own versions: a tag of a foreign repository can be moved, a version on PyPI cannot."""
    (repo,) = yaml.safe_load((REPO / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert repo["repo"] == "local"
    asked = [line for hook in repo["hooks"] for line in hook["additional_dependencies"]]
    locked = lock("requirements-test.lock")
    assert asked == [f"{name}=={version(locked[name])}" for name in ("ruff", "nbstripout")]
    assert all(hook["language"] == "python" for hook in repo["hooks"])


def test_readme_names_the_binder_that_start_py_sends_to(start):
    assert "README.md, 'On Binder'" in start.refusal((3, 12), "Darwin", "x86_64")
    text = (REPO / "README.md").read_text(encoding="utf-8").partition("## On Binder\n")[2].partition("\n## ")[0]
    (link,) = re.findall(r"https://mybinder\.org/v2/git/ADDRESS/HEAD\?urlpath=(\S+)", text)
    assert link == start.FIRST.lstrip("/")
    assert (REPO / link.removeprefix("lab/tree/")).is_file()
    assert "not tried" in text


def test_contributing_gives_a_reason_for_each_dependency():
    text = (REPO / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for requirement in asked():
        assert re.search(rf"^\| {requirement.name} \| .{{10,}} \|$", text, re.MULTILINE), requirement.name
    only_tests = next(line for line in text.splitlines() if line.startswith("Only for tests"))
    assert [r.name for r in asked("test") if r.name not in text.split("Only for tests")[0] + only_tests] == []
    rows = re.findall(r"^\| ([\w-]+) \|", text, re.MULTILINE)[1:]
    assert rows == [requirement.name for requirement in asked()]


def imports(source):
    """Top-level names of the modules that a piece of Python imports; IPython's % lines are left out."""
    plain = "\n".join(line for line in source.splitlines() if not line.startswith("%"))
    for node in ast.walk(ast.parse(plain)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
        yield from (name.partition(".")[0] for name in names)


def sources(*folders):
    """The text of all modules and of all cells of code below some folders."""
    for path in (path for folder in folders for path in sorted((REPO / folder).rglob("*"))):
        if path.suffix == ".py":
            yield path.read_text(encoding="utf-8")
        elif path.suffix == ".ipynb" and ".ipynb_checkpoints" not in path.parts:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            yield from ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


@pytest.mark.parametrize(("folders", "extras"), [(("gan_edu", "notebooks"), ()), (("tests", ".ci"), ("test",))])
def test_whatever_is_imported_is_declared(folders, extras):
    """By name in pyproject.toml: what another package brings along today may be gone with its next version."""
    own = {"gan_edu", "start", "torchmetrics", "prdc", "ot"}  # the last three: tests/peers.py, which says so itself
    own |= {path.stem for path in (REPO / "tests").rglob("*.py")}
    used = {name for source in sources(*folders) for name in imports(source)} - own - sys.stdlib_module_names
    assert {"torch", "numpy"} <= used
    declared = {canonicalize_name(requirement.name) for requirement in asked(*extras)}
    homes = metadata.packages_distributions()
    assert {name for name in used if not declared & {canonicalize_name(home) for home in homes.get(name, [])}} == set()
