"""Is this machine ready for the course? Each check is one `Finding`: what was looked at, what it is, and the remedy.

`gan-edu doctor` prints all findings; the first notebook calls `doctor(quiet=True)`, which speaks up only about faults.
"""

import importlib.metadata as metadata
import os
import re
import shutil
import site
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gan_edu import machine, mnist
from gan_edu.course import progress

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"
SET_UP = "Run `python3 start.py` in the course's folder and work in the JupyterLab that it opens."
# A kernel that has imported torch and the widgets holds 0.4 GB, a run's history may take another 0.26 GB.
NEEDED_MEMORY, NEEDED_DISK, NEEDED_CORES = 1.0e9, 0.1e9, 2
LAB_EXTENSIONS = {"anywidget": "anywidget", "ipywidgets": "@jupyter-widgets/jupyterlab-manager"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `remedy` is what to do about it, '' where nothing is wrong."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def doctor(quiet=False):
    """Check this machine and return a list of Findings; print them as a table, or only the faults when `quiet`.

    Nothing is changed or downloaded, and no check raises: one that cannot be done is a fault.
    Taught in notebooks/00_start_here.
    """
    findings = [_checked(name, check) for name, check in CHECKS.items()]
    shown = [finding for finding in findings if not (quiet and finding.ok)]
    for finding in shown:
        print(f"{'ok   ' if finding.ok else 'WRONG'}  {finding.name:15}  {finding.detail}")
        if finding.remedy:
            print(f"       {'':15}  {finding.remedy}")
    return findings


def arguments(parser):
    """What `gan-edu doctor` can be told."""
    parser.add_argument("--quiet", action="store_true", help="speak of faults only")


def main(options):
    """Run `gan-edu doctor`; return 1 when something is wrong, else 0. Taught in notebooks/00_start_here."""
    wrong = sum(not finding.ok for finding in doctor(options.quiet))
    if not options.quiet:
        print(f"\n{wrong} of these are wrong." if wrong else "\nThis machine is ready for the course.")
    return int(wrong > 0)


def _checked(name, check):
    """Turn a check, a function that returns (detail, remedy or ''), into a Finding."""
    try:
        detail, remedy = check()
    except Exception as error:  # a broken installation is what this is here to find
        detail, remedy = f"could not be checked: {type(error).__name__}: {error}", SET_UP
    return Finding(name, not remedy, detail, remedy)


def _python():
    asked = metadata.metadata("gan-edu")["Requires-Python"]  # such as <3.15,>=3.11
    bounds = {sign: (int(major), int(minor)) for sign, major, minor in re.findall(r"(>=|<)(\d+)\.(\d+)", asked)}
    fits = bounds.get(">=", (3, 0)) <= sys.version_info[:2] < bounds.get("<", (4, 0))
    return f"{sys.version.split()[0]} ({sys.executable})", "" if fits else f"Use a Python {asked}. {SET_UP}"


def _packages():
    """Compare what the course asks for by name with the tested versions."""
    lock = LOCK.read_text(encoding="utf-8") if LOCK.exists() else ""
    tested = dict(re.findall(r"^([\w.-]+)==([\w.]+)", lock, re.MULTILINE))
    asked = [re.match(r"[\w.-]+", line)[0] for line in metadata.requires("gan-edu") if "extra ==" not in line]
    faults = []
    for name in asked:
        try:
            version = metadata.version(name).split("+")[0]  # torch calls its CPU build 2.13.0+cpu
        except metadata.PackageNotFoundError:
            faults.append(f"{name} is missing")
            continue
        if version != tested.get(name, version):
            faults.append(f"{name} is {version}, tested with {tested[name]}")
    return "; ".join(faults) or f"{len(asked)} as tested", SET_UP if faults else ""


def _kernel():
    version = metadata.version("ipykernel")
    if tuple(map(int, version.split(".")[:2])) < (7, 1):
        return f"ipykernel {version}", f"Older than 7.1, live pictures may not update. {SET_UP}"
    if Path(sys.argv[0]).name == "ipykernel_launcher.py":
        return f"ipykernel {version}, this one", ""
    from jupyter_client.kernelspec import get_kernel_spec

    starts = get_kernel_spec("python3").argv[0]
    if os.path.isabs(starts) and Path(starts).parent != Path(sys.executable).parent:
        return f"notebooks would start {starts}, not {sys.executable}", SET_UP
    return f"ipykernel {version}", ""


def _widgets():
    """Look for the browser's half of the widgets, which JupyterLab loads from the environment's folders."""
    folders = [Path(base, "share", "jupyter", "labextensions") for base in (sys.prefix, site.getuserbase())]
    found = {
        name: any((folder / path / "package.json").exists() for folder in folders)
        for name, path in LAB_EXTENSIONS.items()
    }
    missing = [name for name, there in found.items() if not there]
    if missing:
        return f"JupyterLab's half of {' and '.join(missing)} is missing", SET_UP
    return ", ".join(f"{name} {metadata.version(name)}" for name in found), ""


def _digits():
    """Verify the digits without downloading any."""
    missing = []
    for name in mnist.RAW_MD5:
        places = (mnist.bundled_folder(), mnist.download_folder())
        path = next((place / f"{name}.gz" for place in places if (place / f"{name}.gz").is_file()), None)
        if not path:
            missing.append(f"{name}.gz")
            continue
        try:
            mnist.read_raw(path)
        except mnist.MnistError as error:
            return f"{path.name} is damaged", str(error)
    if missing:
        remedy = "Bring it back with `git checkout -- data/mnist`; else its first use downloads it."
        return f"missing: {', '.join(missing)}", remedy
    return f"{len(mnist.RAW_MD5)} files of MNIST, checksums right", ""


def _cores():
    count = machine.cores()
    return f"{count} to use", "" if count >= NEEDED_CORES else "Choose a lower Speed in the playgrounds: 30 steps/s."


def _memory():
    free = machine.free_memory()
    if free is None:
        return "not known on this system", ""
    remedy = "" if free >= NEEDED_MEMORY else "Close other programs and other notebooks' kernels."
    return f"{free / 1e9:.1f} GB free, {NEEDED_MEMORY / 1e9:.1f} GB needed", remedy


def _disk():
    folder = progress.folder().absolute()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    return f"{free / 1e9:.1f} GB free in {there}", "" if free >= NEEDED_DISK else "Make room: answers cannot be kept."


def _progress_folder():
    folder = progress.folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as error:
        return f"{folder} cannot be written to ({error.strerror or error})", "Set GAN_EDU_PROGRESS to another folder."
    return f"answers are kept in {folder}", ""


CHECKS = {
    "Python": _python,
    "packages": _packages,
    "kernel": _kernel,
    "widgets": _widgets,
    "digits": _digits,
    "cores": _cores,
    "memory": _memory,
    "disk": _disk,
    "progress folder": _progress_folder,
}
