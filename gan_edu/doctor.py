"""Is this machine ready for the course? Each check is one `Finding`: what was looked at, what it is, and the remedy.

`gan-edu doctor` prints all findings; the first notebook calls `doctor(quiet=True)`, which speaks up only about faults.
Each check imports what it needs itself: whatever is broken, the doctor can be called.
"""

import glob
import importlib.metadata as metadata
import importlib.util
import json
import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

LOCKS = Path(__file__).resolve().parents[1]  # the folder of requirements*.lock
MODULES = {"pyyaml": "yaml", "ipython": "IPython"}  # packages whose module has another name
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
    """Import what the course asks for by name, and compare it with the versions that are asked for."""
    from packaging.requirements import Requirement

    needs = map(Requirement, metadata.requires("gan-edu"))
    asked = [need for need in needs if not need.marker or need.marker.evaluate()]
    faults = [fault for fault in map(_fault, asked) if fault]
    return "; ".join(faults) or f"{len(asked)} imported{_untested(asked)}", SET_UP if faults else ""


def _fault(need):
    """Say what is wrong with one package, or return ''."""
    try:
        version = metadata.version(need.name)
    except metadata.PackageNotFoundError:
        return f"{need.name} is missing"
    if not need.specifier.contains(version, prereleases=True):
        return f"{need.name} is {version}, and the course asks for {need.specifier}"
    if need.name == "jupyterlab" and _in_kernel():
        return ""  # it runs already, in another process; importing it takes 3 seconds
    module = MODULES.get(need.name, need.name.replace("-", "_"))
    try:
        file = importlib.import_module(module).__file__
    except Exception as error:  # whatever a package, or a file of the same name, does when it is imported
        return f"{need.name} cannot be imported ({type(error).__name__}: {error}){_in_the_way(need.name, module)}"
    return _in_the_way(need.name, module, file)


def _in_the_way(name, module, file=None):
    """Say which file is taken for the package `name`, where it is another than what was installed; else ''."""
    spec = None if file else importlib.util.find_spec(module)
    file = Path(file or (spec and spec.origin) or "").resolve()
    home = Path(metadata.distribution(name).locate_file("")).resolve()
    return "" if home in file.parents else f"{file} is taken for {name}: rename it, or take it off PYTHONPATH"


def _untested(asked):
    """Say which versions are others than the locked ones, as is allowed, in brackets."""
    lock = "\n".join(file.read_text(encoding="utf-8") for file in LOCKS.glob("requirements*.lock"))
    tested = dict(re.findall(r"^([\w.-]+)==([\w.]+)", lock, re.MULTILINE))
    here = {need.name: metadata.version(need.name).split("+")[0] for need in asked}  # torch's is 2.13.0+cpu
    others = [f"{name} {version}" for name, version in here.items() if tested.get(name, version) != version]
    return f" (tested with other versions of: {', '.join(others)})" if others else ""


def _course():
    """Do in small what the first lessons do: import the playground, train a GAN, and draw it."""
    from IPython.core.pylabtools import print_figure

    from gan_edu import PRESETS, Run, plots

    importlib.import_module("gan_edu.widgets.playground")
    run = Run(PRESETS["ring_healthy"].replace(steps=2))
    steps = sum(1 for _ in run)
    print_figure(plots.picture(run), base64=True)
    return f"a GAN was trained for {steps} steps and drawn", ""


def _kernel():
    version = metadata.version("ipykernel")
    if _in_kernel():
        return f"ipykernel {version}, this one", ""
    prefix = kernel_prefix()
    if not prefix or Path(prefix).resolve() != Path(sys.prefix).resolve():
        return f"notebooks would run in {prefix or 'no Python'}, not in {sys.prefix}", SET_UP
    return f"ipykernel {version}, started and asked", ""


def _in_kernel():
    return Path(sys.argv[0]).name == "ipykernel_launcher.py"


def kernel_prefix():
    """Start the kernel that notebooks get, and have it say which environment it is in."""
    from jupyter_client.manager import start_new_kernel

    said = []
    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=60)
    hear = lambda message: said.append(message["content"].get("text", ""))  # noqa: E731
    try:
        client.execute_interactive("import sys; print(sys.prefix)", timeout=60, output_hook=hear)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return "".join(said).strip()


def _widgets():
    """Look for the browser's half of the widgets as JupyterLab does, which takes its folders for patterns."""
    from jupyter_core.paths import jupyter_path

    found = {}
    for folder in jupyter_path("labextensions"):
        for pattern in ("[!@]*", os.path.join("@*", "*")):
            for file in glob.glob(os.path.join(folder, pattern, "package.json")):
                found.setdefault(json.loads(Path(file).read_text(encoding="utf-8"))["name"], Path(file).parent)
    missing = [name for name, package in LAB_EXTENSIONS.items() if not _begins(found.get(package))]
    if missing:
        return f"JupyterLab's half of {' and '.join(missing)} is missing", SET_UP
    return ", ".join(f"{name} {metadata.version(name)}" for name in LAB_EXTENSIONS), ""


def _begins(folder):
    """Whether the file is there with which JupyterLab begins to load an extension."""
    if folder is None:
        return False
    package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    return (folder / package["jupyterlab"]["_build"]["load"]).is_file()


def _digits():
    """Verify the digits without downloading any."""
    from gan_edu import mnist

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
    from gan_edu import machine

    count = machine.cores()
    return f"{count} to use", "" if count >= NEEDED_CORES else "Choose a lower Speed in the playgrounds: 30 steps/s."


def _memory():
    from gan_edu import machine

    free = machine.free_memory()
    if free is None:
        return "not known on this system", ""
    remedy = "" if free >= NEEDED_MEMORY else "Close other programs and other notebooks' kernels."
    return f"{free / 1e9:.1f} GB free, {NEEDED_MEMORY / 1e9:.1f} GB needed", remedy


def _disk():
    from gan_edu.course import progress

    folder = progress.folder().absolute()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    return f"{free / 1e9:.1f} GB free in {there}", "" if free >= NEEDED_DISK else "Make room: answers cannot be kept."


def _progress_folder():
    from gan_edu.course import progress

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
    "course": _course,
    "kernel": _kernel,
    "widgets": _widgets,
    "digits": _digits,
    "cores": _cores,
    "memory": _memory,
    "disk": _disk,
    "progress folder": _progress_folder,
}
