"""Open the course, and set it up where that has not been done: `python3 start.py`.

python3 start.py                     open JupyterLab on the first notebook
python3 start.py --no-browser        the same on a server: prints the address instead of opening a browser
python3 start.py ANYTHING ELSE       is passed on to JupyterLab, for example --port=9999
python3 start.py test [ARGUMENTS]    run the tests; the arguments go to pytest

Everything is installed into the folder .venv beside this file, and nowhere else: to undo it, delete that folder.
GAN_EDU_TORCH_INDEX is the package index asked for PyTorch first; empty means the default one (CONTRIBUTING.md).
"""
# Only the standard library, and only syntax that an old Python can read: it shall say "too old", not "SyntaxError".

from __future__ import print_function

import glob
import hashlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile

OLDEST, NEWEST = (3, 11), (3, 14)  # those for which the locked packages exist
ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, *(["Scripts", "python.exe"] if os.name == "nt" else ["bin", "python"]))
STAMP = os.path.join(VENV, "installed.json")  # what was installed, written last: no stamp, no finished set-up
FIRST = "/lab/tree/notebooks/00_start_here.ipynb"
LOCK, TEST_LOCK = "requirements.lock", "requirements-test.lock"
TORCH_LOCK = "requirements-torch.lock"  # apart, for its builds come from several indexes
NEEDED = ["pyproject.toml", LOCK, TEST_LOCK, TORCH_LOCK, "gan_edu", "notebooks"]
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
# Measured on Linux with PyTorch's CPU build: MB to download, MB on disk.
SIZE, TEST_SIZE = (310, 1400), (410, 1750)
FULL_BELOW = 250  # MB: less than PyTorch alone takes while it is installed
PARALLEL = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]  # two files of tests at once, in their order
PIP = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]
# What would lead pip to another folder. Its index and proxy settings are the learner's and stay.
REDIRECTIONS = ["user", "target", "prefix", "root", "python", "dry-run", "platform", "python-version", "abi"]
# .venv is this Python's, and pip in it is whole: each file there with its size.
USABLE = """import importlib.metadata, os, sys
files = importlib.metadata.files("pip") or sys.exit(1)
whole = all(not f.size or os.path.getsize(str(f.locate())) == f.size for f in files)
sys.exit(not (whole and sys.version_info[:2] == {!r} and os.path.samefile(sys.prefix, {!r})))"""
TRIED = "import torch, jupyterlab, gan_edu; gan_edu.playground"
# Unless a token is typed, one is made here that no configuration can take away; no list of processes shows it.
LAB = """import secrets, sys
from jupyter_server.auth.identity import IdentityProvider
from jupyterlab.labapp import main
if not any(word.split("=")[0].endswith(".token") for word in sys.argv[1:]):
    made = secrets.token_hex(24)
    IdentityProvider.token = property(lambda self: made, lambda self, other: None)
    IdentityProvider.token_generated = property(lambda self: True, lambda self, other: None)
main()"""

NO_VENV = """This Python cannot make virtual environments: its part '{}' is missing.
On Debian and Ubuntu:  sudo apt install python{}-venv
Then run this command again."""
NO_ROOM = "The course needs {} MB of disk in {}, and {} MB are free. Make room and run this command again."
FAILED = """
That step failed; the lines above say why. {}
Then run the same command again: it goes on where it stopped."""
FULL = "The disk is full: {} MB are free in {}. Make room."
NOT_MADE = """The usual reasons:
- {0} cannot be written to;
- a program runs from {1}: close JupyterLab and the terminals that use it."""
NOT_FETCHED = """The usual reasons:
- a connection that failed: pip must reach pypi.org (set HTTPS_PROXY where there is a proxy);
- 'No matching distribution found': there is no such package for this system and Python (CONTRIBUTING.md lists them);
- 'do not match the hashes': a proxy or mirror handed out another file than the one that was tested;
- a half-made environment: delete the folder {1}."""
NOT_INSTALLED = """The usual reason is a half-made environment: delete the folder {1}."""
NOT_TRIED = """The usual reasons:
- a half-made environment, or packages that went elsewhere (`pip config list` tells): delete the folder {1};
- 'DLL load failed' on Windows: install Microsoft's Visual C++ Redistributable."""
INCOMPLETE = """The course is incomplete: {} is missing in {}. Fetch it again, and unpack all of it into one folder."""
BAD_NAME = """Python cannot make an environment in {}, as there is a '{}' in that name. Rename or move the folder."""
NO_CPU_INDEX = """
PyTorch for the CPU could not be installed from {}; the lines above say why.
Going on with the default package index. On Linux its build of PyTorch carries NVIDIA's libraries: SEVERAL GB instead of
about 200 MB. To avoid that, press Ctrl+C and run this again when that address can be reached, or set
GAN_EDU_TORCH_INDEX to another index with CPU builds."""


def refusal(version, system, machine):
    """Say why the course cannot be installed on this Python and machine, or return None."""
    if version < OLDEST or version > NEWEST:
        words = [".".join(map(str, v)) for v in (version, OLDEST, NEWEST)]
        return "This is Python {}; the course needs Python {} to {}: https://www.python.org/downloads/".format(*words)
    if (system, machine) == ("Darwin", "x86_64"):
        return "PyTorch no longer supports Macs with Intel processors. Take Binder instead: README.md, 'On Binder'."
    if sys.maxsize < 2**32:
        return "This is a 32-bit Python; PyTorch needs one of 64 bits: https://www.python.org/downloads/"
    return None


def incomplete():
    """Say what is missing or in the way in this very folder, or return None."""
    for name in NEEDED:
        if not os.path.exists(os.path.join(ROOT, name)):
            return INCOMPLETE.format(name, ROOT)
    if os.pathsep in VENV and not os.path.exists(STAMP):
        return BAD_NAME.format(ROOT, os.pathsep)
    return None


def environment():
    """This process's variables, without what leads pip or Python to other folders."""
    away = ["PIP_" + name.upper().replace("-", "_") for name in REDIRECTIONS] + ["PYTHONPATH", "PYTHONHOME"]
    return {name: value for name, value in os.environ.items() if name.upper() not in away}


def wanted(locks):
    """Describe the environment that is asked for: two equal descriptions need no installation."""
    state = {"python": "{}.{}".format(*sys.version_info[:2]), "folder": ROOT}
    for name in ["pyproject.toml", TORCH_LOCK] + locks:
        with open(os.path.join(ROOT, name), "rb") as file:
            state[name] = hashlib.sha256(file.read()).hexdigest()
    return state


def installed():
    """Read what an earlier call installed; empty where it did not finish, or .venv does not work any more."""
    try:
        with open(STAMP, encoding="utf-8") as file:
            return json.load(file) if os.path.exists(PYTHON) else {}
    except (OSError, ValueError):
        return {}


def step(title, command, reasons, may_fail=False):
    """Run one command, visibly; end with advice where it fails, or return False if it may."""
    print("\n" + title, flush=True)
    if subprocess.call(command, cwd=ROOT, env=environment()) == 0:
        return True
    for folder in (ROOT, tempfile.gettempdir()):
        free = shutil.disk_usage(folder).free // 10**6
        if free < FULL_BELOW:
            sys.exit(FAILED.format(FULL.format(free, folder)))
    if not may_fail:
        sys.exit(FAILED.format(reasons.format(ROOT, VENV)))
    return False


def torch_index():
    """Return the index that is asked for PyTorch first, or ''. Only on Linux is the default one's build so large."""
    helps = platform.system() == "Linux" and platform.machine() in ("x86_64", "aarch64")
    return os.environ.get("GAN_EDU_TORCH_INDEX", CPU_INDEX if helps else "")


def usable():
    """Whether .venv holds this Python and a whole pip; what it still lacks can then be added to it."""
    check = USABLE.format(tuple(sys.version_info[:2]), VENV)
    try:
        return subprocess.call([PYTHON, "-c", check], env=environment(), stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def make_environment(size):
    """Make a new .venv, after checking what most often goes wrong."""
    for part in ("venv", "ensurepip"):
        try:
            __import__(part)
        except ImportError:
            sys.exit(NO_VENV.format(part, "{}.{}".format(*sys.version_info[:2])))
    free = shutil.disk_usage(ROOT).free // 10**6
    if free < size:
        sys.exit(NO_ROOM.format(size, ROOT, free))
    step("Making the environment", [sys.executable, "-m", "venv", "--clear", VENV], NOT_MADE)


def keep_pip_here():
    """Undo in .venv what a pip.conf of the learner says on other folders; empty values are no values to pip."""
    lines = [name + " =" for name in REDIRECTIONS]
    with open(os.path.join(VENV, "pip.ini" if os.name == "nt" else "pip.conf"), "w", encoding="utf-8") as file:
        file.write("\n".join(["[global]"] + lines + ["[install]"] + lines) + "\n")


def install_torch(index):
    """Install the locked PyTorch: from an index of CPU builds if there is one, else from the default index."""
    if index:
        command = PIP + ["--no-deps", "--retries", "1", "--index-url", index, "-r", TORCH_LOCK]
        if step("Installing PyTorch for the CPU", command, NOT_FETCHED, may_fail=True):
            return
        print(NO_CPU_INDEX.format(index), flush=True)
    # Together with what it needs: on Linux that may be NVIDIA's libraries; all else is there by now.
    step("Installing PyTorch", PIP + ["--only-binary", ":all:", "-r", TORCH_LOCK], NOT_FETCHED)


def install(locks, size):
    """Bring .venv to what the lock files say."""
    done, want = installed(), wanted(locks)
    if all(done.get(key) == value for key, value in want.items()):
        return
    print("Setting up the course in {}\nThis downloads up to {} MB and takes {} MB of disk.".format(VENV, *size))
    if not usable():
        make_environment(size[1])
        done = {}
    if os.path.exists(STAMP):
        os.remove(STAMP)
    keep_pip_here()
    command = PIP + ["--no-deps", "--require-hashes", "--only-binary", ":all:"]
    step("Installing the packages", command + [word for name in locks for word in ("-r", name)], NOT_FETCHED)
    install_torch(torch_index())
    step("Installing the course", PIP + ["--no-deps", "--no-build-isolation", "-e", "."], NOT_INSTALLED)
    step("Trying it", [PYTHON, "-I", "-c", TRIED], NOT_TRIED)
    quiet_lab()
    done.update(want)
    with open(STAMP, "w", encoding="utf-8") as file:
        json.dump(done, file, indent=1)


def quiet_lab():
    """Have JupyterLab in .venv neither ask about news nor look for updates; a learner's own settings still win."""
    folder = os.path.join(VENV, "share", "jupyter", "lab", "settings")
    if not os.path.isdir(folder):
        os.makedirs(folder)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    with open(os.path.join(folder, "overrides.json"), "w", encoding="utf-8") as file:
        json.dump({"@jupyterlab/apputils-extension:notification": quiet}, file)


def lab_command(arguments):
    """Return the command that opens the course on its first notebook, for this computer and with a token.

    Both are said here, as a configuration of the learner's own may say otherwise; what is typed wins.
    """
    place = ["--ServerApp.root_dir=" + ROOT, "--LabApp.default_url=" + FIRST]
    if not any(word.split("=")[0] in ("--ip", "--ServerApp.ip") for word in arguments):
        place.append("--ServerApp.ip=localhost")
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # a container
    return [PYTHON, "-c", LAB] + place + root + arguments


def lab_environment():
    """`environment()` for JupyterLab: this kernel, not one of the user's others, and widgets in any folder.

    JupyterLab takes its folders of widgets for patterns: in one with [x] in its name it finds none, unless told so.
    """
    found = environment()
    found["JUPYTER_PREFER_ENV_PATH"] = "1"
    share = os.path.join(VENV, "share", "jupyter")
    if glob.escape(share) != share:
        others = [folder for folder in found.get("JUPYTER_PATH", "").split(os.pathsep) if folder]  # '' would be here
        found["JUPYTER_PATH"] = os.pathsep.join([glob.escape(share)] + others)
    return found


def hand_over(command):
    """Become `command`, as far as the system allows it, and end with its exit code."""
    variables = lab_environment()
    os.chdir(ROOT)
    sys.stdout.flush()
    if os.name == "posix":
        os.execve(command[0], command, variables)
    child = subprocess.Popen(command, env=variables)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the child, which asks before it ends
    sys.exit(child.wait())


def main(arguments):
    no = refusal(sys.version_info[:2], platform.system(), platform.machine()) or incomplete()
    if no:
        sys.exit(no)
    if "-h" in arguments[:1] or "--help" in arguments[:1]:
        print(__doc__)
        return
    try:
        if arguments[:1] == ["test"]:
            install([LOCK, TEST_LOCK], TEST_SIZE)
            hand_over([PYTHON, "-m", "pytest"] + PARALLEL + arguments[1:])
        else:
            install([LOCK], SIZE)
            print("\nOpening JupyterLab. It runs until you press Ctrl+C twice here.")
            hand_over(lab_command(arguments))
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run the same command again to go on.")


if __name__ == "__main__":
    main(sys.argv[1:])
