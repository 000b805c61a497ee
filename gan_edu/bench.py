"""`gan-edu bench`: how fast the course runs here, as ratios measured in one run, printed as JSON.

Two things that are compared take turns, so that a machine that slows down slows both.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import torch

from gan_edu import assembly, bare
from gan_edu.ensemble import train_ensemble
from gan_edu.options import number
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
    recipe = PRESETS["mnist_plain"]
    assembly.use_threads(recipe)
    return compare(Run(recipe).train_step, bare.image_loop(recipe), 3.0)


def ensemble(members=64, steps=300):
    """`members` rings trained side by side, per GAN and step, against a lone Run in the same dtype.

    in_processes: with an executor of processes, as `gan-edu map` can use; in_threads: as a notebook does without one,
    whose threads wait for each other's Python. `share_of_matmul`: of the arithmetic that one matrix product of
    1024 × 1024 manages in the same time on as many cores. The lone Run has one core, since a second one slows it.
    """
    recipe = PRESETS["ring_healthy"].replace(steps=steps)
    recipes = [recipe.replace(seed=seed) for seed in range(members)]
    assembly.use_threads(recipe)
    lone, turns = Run(recipe.replace(steps=10**6)), []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        train_ensemble(recipes, pool, progress=False)  # warm up
        for _ in range(TURNS):
            turns.append([rate(lone.train_step, 1.0), *(_members_rate(recipes, executor) for executor in (pool, None))])
    peak = matmul_flops() / flops_a_step(recipe)
    result = {"lone_steps_per_s": round(statistics.median(alone for alone, *_ in turns), 1)}
    for name, place in (("in_processes", 1), ("in_threads", 2)):
        ours = statistics.median(turn[place] for turn in turns)
        result[name] = {"member_steps_per_s": round(ours, 1),
                        "ratio": round(statistics.median(turn[place] / turn[0] for turn in turns), 3),
                        "share_of_matmul": round(ours / peak, 3)}  # fmt: skip
    return result


def _members_rate(recipes, executor):
    began = time.perf_counter()
    train_ensemble(recipes, executor, progress=False)
    return len(recipes) * recipes[0].steps / (time.perf_counter() - began)


def flops_a_step(recipe):
    """Multiplications and additions in the matrix products of one step of an MLP GAN.

    A network's forward pass takes 2 × weights × batch, its backward pass twice that. D's update runs G forward and D on
    two batches, forward and backward; G's update runs both networks forward and backward.
    """
    G, D = (sum(p.numel() for p in network.parameters() if p.shape[0] > 1)  # a bias is (1, outputs)
            for network in assembly.networks(recipe))  # fmt: skip
    return 2 * recipe.batch * (recipe.d_strength * (G + 2 * 3 * D) + 3 * G + 3 * D)


def matmul_flops(size=1024):
    """Floating-point operations a second of one large float64 matrix product on all cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(os.cpu_count())
    a, b = torch.randn(2, size, size, dtype=torch.float64)
    try:
        return 2 * size**3 * rate(lambda: torch.mm(a, b), 1.0)
    finally:
        torch.set_num_threads(threads)


def imports():
    """Seconds that `import gan_edu` (and its first names) adds to `import torch`, medians of fresh interpreters."""
    def seconds(code):
        program = f"import torch, time; t = time.perf_counter(); {code}; print(time.perf_counter() - t)"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
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


def arguments(parser):
    """What `gan-edu bench` can be told."""
    parser.add_argument("--live", action="store_true", help="also in JupyterLab, in a browser")
    parser.add_argument("--minutes", type=number(0.05, 1440), default=1, help="with --live: to watch the memory for")


def main(options):
    """Measure and print; returns the exit code. Taught in notebooks/00_start_here."""
    result = {"torch": torch.__version__, "bfloat16": assembly.has_fast_bfloat16(), "import": imports(),
              "ring": ring(), "ensemble": ensemble(), "digits": digits()}  # fmt: skip
    if options.live:
        result["live"] = live(options.minutes)
    print(json.dumps(result, indent=2))
    return 0
