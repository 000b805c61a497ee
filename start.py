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

import hashlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys

OLDEST, NEWEST = (3, 11), (3, 14)  # those for which the locked packages exist
ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, *(["Scripts", "python.exe"] if os.name == "nt" else ["bin", "python"]))
STAMP = os.path.join(VENV, "installed.json")  # what was installed, written last: no stamp, no finished set-up
FIRST = "/lab/tree/notebooks/00_start_here.ipynb"
LOCK, TEST_LOCK = "requirements.lock", "requirements-test.lock"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
# Measured on Linux with PyTorch's CPU build: MB to download, MB on disk.
SIZE, TEST_SIZE = (310, 1400), (410, 1750)
PARALLEL = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]  # two files of tests at once, in their order
PIP = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]

NO_VENV = """This Python cannot make virtual environments: its part '{}' is missing.
On Debian and Ubuntu:  sudo apt install python{}-venv
Then run this command again."""
NO_ROOM = "The course needs {} MB of disk in {}, and {} MB are free. Make room and run this command again."
FAILED = """
That step failed; the lines above say why. The usual reasons:
- no network, or a proxy: pip must reach pypi.org (set HTTPS_PROXY where there is a proxy);
- a full disk: {} MB must be free here;
- a half-made environment: delete the folder {}.
Then run the same command again: it goes on where it stopped."""
NO_CPU_INDEX = """
PyTorch for the CPU could not be fetched from {}.
Going on with the default package index. On Linux its build of PyTorch carries NVIDIA's libraries: SEVERAL GB instead of
about 200 MB. To avoid that, press Ctrl+C and run this again when that address can be reached, or set
GAN_EDU_TORCH_INDEX to another index with CPU builds."""


def refusal(version, system, machine):
    """Say why the course cannot be installed on this Python and machine, or return None."""
    if version < OLDEST or version > NEWEST:
        words = [".".join(map(str, v)) for v in (version, OLDEST, NEWEST)]
        return "This is Python {}; the course needs Python {} to {}: https://www.python.org/downloads/".format(*words)
    if (system, machine) == ("Darwin", "x86_64"):
        return "PyTorch no longer supports Macs with Intel processors. Run the course on Binder instead (README.md)."
    return None


def wanted(locks):
    """Describe the environment that is asked for: two equal descriptions need no installation."""
    state = {"python": "{}.{}".format(*sys.version_info[:2]), "folder": ROOT}
    for name in ["pyproject.toml"] + locks:
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


def step(title, command, size, may_fail=False):
    """Run one command, visibly; end with advice where it fails, or return False if it may."""
    print("\n" + title, flush=True)
    if subprocess.call(command, cwd=ROOT) == 0:
        return True
    if not may_fail:
        sys.exit(FAILED.format(size, VENV))
    return False


def torch_index():
    """Return the index that is asked for PyTorch first, or ''. Only on Linux is the default one's build so large."""
    helps = platform.system() == "Linux" and platform.machine() in ("x86_64", "aarch64")
    return os.environ.get("GAN_EDU_TORCH_INDEX", CPU_INDEX if helps else "")


def usable():
    """Whether .venv holds this Python and pip; what it still lacks can then be added without starting afresh."""
    check = "import sys, pip; sys.exit(sys.version_info[:2] != {})".format(tuple(sys.version_info[:2]))
    try:
        return subprocess.call([PYTHON, "-c", check], stderr=subprocess.DEVNULL) == 0
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
    step("Making the environment", [sys.executable, "-m", "venv", "--clear", VENV], size)


def install_torch(index, size):
    """Install the locked PyTorch from an index of CPU builds; where that fails, say what comes now."""
    with open(os.path.join(ROOT, LOCK), encoding="utf-8") as file:
        torch = [line.strip() for line in file if line.startswith("torch==")]
    command = PIP + ["--no-deps", "--retries", "1", "--index-url", index] + torch
    if not step("Installing PyTorch for the CPU", command, size, may_fail=True):
        print(NO_CPU_INDEX.format(index), flush=True)


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
    if torch_index():
        install_torch(torch_index(), size[1])
    command = PIP + ["--only-binary", ":all:"] + [word for name in locks for word in ("-r", name)]
    step("Installing the packages", command, size[1])
    step("Installing the course", PIP + ["--no-deps", "--no-build-isolation", "-e", "."], size[1])
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
    """Return the command that opens the course on its first notebook."""
    place = ["--ServerApp.root_dir=" + ROOT, "--LabApp.default_url=" + FIRST]
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # a container
    return [PYTHON, "-m", "jupyterlab"] + place + root + arguments


def hand_over(command):
    """Become `command`, as far as the system allows it, and end with its exit code."""
    environment = dict(os.environ, JUPYTER_PREFER_ENV_PATH="1")  # this kernel, not one of the user's others
    os.chdir(ROOT)
    sys.stdout.flush()
    if os.name == "posix":
        os.execve(command[0], command, environment)
    child = subprocess.Popen(command, env=environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the child, which asks before it ends
    sys.exit(child.wait())


def main(arguments):
    no = refusal(sys.version_info[:2], platform.system(), platform.machine())
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
