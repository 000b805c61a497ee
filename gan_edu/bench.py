"""`gan-edu bench`: how fast the course runs here, as ratios measured in one run, printed as JSON.

Two things that are compared take turns, so that a machine that slows down slows both.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import torch

from gan_edu import assembly, bare
from gan_edu.presets import PRESETS
from gan_edu.run import Run

REPO = Path(__file__).resolve().parents[1]
TURNS = 7


def rate(step, seconds):
    """Calls of step() a second, over about that many seconds."""
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        step()
        count += 1
    return count / (time.perf_counter() - start)


def compare(ours, plain, seconds):
    """Rates of two loops that take turns, and the median of their ratios."""
    for step in (ours, plain):
        rate(step, seconds / 2)  # warm up
    pairs = [(rate(ours, seconds), rate(plain, seconds)) for _ in range(TURNS)]
    return {"run_steps_per_s": round(statistics.median(a for a, _ in pairs), 1),
            "bare_loop_steps_per_s": round(statistics.median(b for _, b in pairs), 1),
            "ratio": round(statistics.median(a / b for a, b in pairs), 3)}  # fmt: skip


def ring():
    """The default ring recipe: Run against a plain loop, same networks and dtype."""
    recipe = PRESETS["ring_healthy"]
    assembly.use_threads(recipe)
    return compare(Run(recipe).train_step, bare.ring_loop(recipe), 1.0)


def digits():
    """The MNIST DCGAN: Run against a plain loop over the same networks."""
    recipe = PRESETS["mnist_dcgan"]
    assembly.use_threads(recipe)
    return compare(Run(recipe).train_step, bare.image_loop(recipe), 3.0)


def imports():
    """Seconds that `import gan_edu` (and its first names) adds to `import torch`, medians of fresh interpreters."""
    def seconds(code):
        program = f"import torch, time; t = time.perf_counter(); {code}; print(time.perf_counter() - t)"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        return float(done.stdout)

    package = statistics.median(seconds("import gan_edu") for _ in range(5))
    names = statistics.median(seconds("from gan_edu import Recipe, PRESETS, Run") for _ in range(5))
    return {"import_gan_edu_s": round(package, 3), "with_Recipe_PRESETS_Run_s": round(names, 3)}


def live(minutes):
    """The playground in JupyterLab in a browser: needs the test packages, a Chromium and the course's checkout."""
    path = REPO / "tests" / "browser" / "live_bench.py"
    try:
        spec = spec_from_file_location("live_bench", path)
        module = module_from_spec(spec)
        sys.path.insert(0, str(path.parent))
        spec.loader.exec_module(module)
    except (ImportError, FileNotFoundError) as error:
        return {"not measured": f"{error}; install the test packages and a Chromium: python3 start.py test -k live"}
    return module.measure(minutes)


def main(arguments=None):
    """Measure and print; returns the exit code. Taught in notebooks/00_start_here."""
    parser = argparse.ArgumentParser(prog="gan-edu bench", description=__doc__.splitlines()[0])
    parser.add_argument("--live", action="store_true", help="also in JupyterLab, in a browser")
    parser.add_argument("--minutes", type=float, default=1, help="how long to watch the memory, with --live")
    options = parser.parse_args(arguments)
    result = {"torch": torch.__version__, "bfloat16": assembly.has_fast_bfloat16(), "import": imports(),
              "ring": ring(), "digits": digits()}  # fmt: skip
    if options.live:
        result["live"] = live(options.minutes)
    print(json.dumps(result, indent=2))
    return 0
