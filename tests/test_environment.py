"""One set of versions, several files that state it: they must agree, on every system that the course supports."""

import ast
import importlib.metadata as metadata
import importlib.util
import json
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
    lines = [line for line in (REPO / file).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {canonicalize_name(line.name): line for line in map(Requirement, lines)}


def everything():
    return lock() | lock("requirements-test.lock")


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
def test_lock_pins_exact_versions_in_order(file):
    names = list(lock(file))
    assert names == sorted(names)
    assert all(version(line) for line in lock(file).values())


def test_lock_has_the_tested_torch_and_nothing_for_nvidia():
    assert str(lock()["torch"].specifier) == "==2.13.0"
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
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # of another system; none of these needs anything on Linux
            continue
        for need in filter(lambda need: holds(need, environment), map(Requirement, needs)):
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
            wanted |= {canonicalize_name(Requirement(need).name) for need in metadata.requires(name) or []}
        except metadata.PackageNotFoundError:
            continue
    assert set(everything()) <= wanted


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
    line = lock()[name]
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
    (pip,) = (entry["pip"] for entry in dependencies if isinstance(entry, dict))
    assert pip == [f"--extra-index-url {start.CPU_INDEX}", f"-r {start.LOCK}", "-e ."]


def test_pre_commit_uses_the_locked_tools():
    repos = yaml.safe_load((REPO / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    revisions = {repo["repo"].split("/")[-1]: repo["rev"].lstrip("v") for repo in repos}
    locked = lock("requirements-test.lock")
    assert revisions == {
        "ruff-pre-commit": str(version(locked["ruff"])),
        "nbstripout": str(version(locked["nbstripout"])),
    }


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
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        yield from (name.partition(".")[0] for name in names)


def test_the_course_imports_nothing_that_only_the_tests_install():
    sources = [path.read_text(encoding="utf-8") for path in (REPO / "gan_edu").rglob("*.py")]
    for path in (REPO / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    used = {name for source in sources for name in imports(source)}
    assert {"torch", "pandas", "gan_edu"} <= used
    assert not used & set(lock("requirements-test.lock"))
