"""One change at a time: the same recipe and seeds from step 0, with each change alone; and bundled tables of it.

`gan-edu trials` lists the tables, `gan-edu trials NAME` makes one anew. A table is a JSON file in course/trials: how it
was made, and a row for each run.
"""

import datetime
import json
import os
import platform
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from tqdm.auto import tqdm

from gan_edu import files
from gan_edu.ensemble import Ensemble, train_chunk
from gan_edu.metrics_2d import modes_captured, sliced_w1
from gan_edu.presets import PRESETS

FOLDER = Path(__file__).parent / "course" / "trials"
COUNTED = 2500  # samples, as in the VEEGAN and PacGAN papers
STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
           2.120, 2.110, 2.101, 2.093)  # 97.5 % points of Student's t for n = 2, 3, ... 20 values
CYCLE = "steps in a cycle"  # as the diagnosis words this piece of evidence


@dataclass(frozen=True)
class Trial:
    """start: a preset's name; changes: words -> {field of the recipe: value}; seeds: the first so many, from 0;
    settings: what differs from the preset in every run.
    """

    start: str
    changes: dict
    seeds: int
    settings: dict = field(default_factory=dict)

    @property
    def recipe(self):
        """The recipe that the changes are made to."""
        return PRESETS[self.start].replace(**self.settings)


_BATCH, _PAIRS, _EIGHTS = {"batch 512": {"batch": 512}}, {"packing 2": {"pack": 2}}, {"packing 8": {"pack": 8}}
_AHEAD = {"unrolling 5": {"unroll": 5}}
_COVERAGE = {"as it is": {}, **_BATCH, **_PAIRS, **_EIGHTS, **_AHEAD}  # lesson 05's remedies


def _on(data, changes):
    """The same changes, on other data than the preset's."""
    return {words: {"data": data, **fields} for words, fields in changes.items()}


CIRCLING = {"beta1": 0.9, "lr_d": 6e-4}  # lessons 06 and 09: away from the healthy ring in two settings
_CALM = {  # lesson 06's remedies, and its players that do not fit
    "as it is": {},
    "discriminator's rate 2e-3": {"lr_d": 2e-3},
    "generator's rate 1e-4": {"lr_g": 1e-4},
    "R1, weight 0.01": {"penalty": "r1", "penalty_weight": 0.01},
    "R1, weight 0.1": {"penalty": "r1", "penalty_weight": 0.1},
    "R1, weight 1": {"penalty": "r1", "penalty_weight": 1.0},
    "momentum 0.5": {"beta1": 0.5},
    "no momentum": {"beta1": 0.0},
    "averaged weights": {"average": 0.999},
    "discriminator of width 16": {"d_width": 16},
    "discriminator of width 128": {"d_width": 128},
    "generator of width 16": {"g_width": 16},
    "generator of width 128": {"g_width": 128},
}
_SLOW_G, _FAST_D, _TWICE = {"lr_g": 1e-4}, {"lr_d": 5e-2}, {"d_strength": 2}
_THREE_SETTINGS = {  # lesson 04: what tells its failing run from its healthy one
    "none of the three": {},
    "slower generator": _SLOW_G,
    "faster discriminator": _FAST_D,
    "two updates a step": _TWICE,
    "slower generator, faster discriminator": {**_SLOW_G, **_FAST_D},
    "slower generator, two updates": {**_SLOW_G, **_TWICE},
    "faster discriminator, two updates": {**_FAST_D, **_TWICE},
    "all three": {**_SLOW_G, **_FAST_D, **_TWICE},
}
_PULL_BACK = {  # lesson 04's remedies, and two that are none
    "as it is": {},
    "non-saturating loss": {"objective": "non_saturating"},
    "slower discriminator": {"lr_d": 1e-3},
    "faster generator": {"lr_g": 1e-3},
    "R1, weight 0.1": {"penalty": "r1", "penalty_weight": 0.1},
    "instance noise": {"instance_noise": 1.0},
    "label smoothing": {"smoothing": 0.1},
    "generator of width 128": {"g_width": 128},
}
_FORMER = {"lr_d": 3e-2}  # a little slower than the preset's discriminator
_IN_TIME = {"lr_g": 1.5e-4, "steps": 4000}  # a little faster than the preset's generator, so that a mended one arrives
_BENCH = {  # lesson 09's remedies, each with its default strength
    "as it is": {},
    "R1": {"penalty": "r1"},
    "pairing, R1 and R2": {"objective": "relativistic", "penalty": "r1_r2"},
    "spectral norm": {"spectral_norm": True},
    "critic, gradient penalty": {"objective": "wasserstein", "penalty": "wgan_gp"},
    "instance noise": {"instance_noise": 1.0},
    "label smoothing": {"smoothing": 0.1},
    "averaged weights": {"average": 0.999},
    "unrolling 5": {"unroll": 5},
    **_PAIRS,
}


def _bench(start, words, pace, **settings):
    """The workbench on one failing recipe: every remedy alone, and the one setting that brings the paces nearest."""
    return Trial(start, {**_BENCH, words: pace}, 8, settings)


_PARTS = {  # lesson 09: pairing and the two penalties taken apart
    "as it is": {},
    "pairing alone": {"objective": "relativistic"},
    "R1 alone": {"penalty": "r1"},
    "R1 and R2": {"penalty": "r1_r2"},
    "pairing and R1": {"objective": "relativistic", "penalty": "r1"},
    "pairing, R1 and R2": {"objective": "relativistic", "penalty": "r1_r2"},
}
_BRIEF = {"steps": 1500}
_HELD = {  # lesson 08: a clipped critic of the ring, and a gradient penalty in its place
    "clipped to 0.03": {**_BRIEF, "penalty_weight": 0.03},
    "clipped to 0.3, as it is": {**_BRIEF},
    "clipped to 1": {**_BRIEF, "penalty_weight": 1.0},
    "clipped to 1, slower generator": {**_BRIEF, "penalty_weight": 1.0, "lr_g": 5e-4},
    "penalty, weight 1": {**_BRIEF, "penalty": "wgan_gp", "penalty_weight": 1.0},
    "penalty, weight 10": {**_BRIEF, "penalty": "wgan_gp", "penalty_weight": 10.0},
}
_BUMPS = {"data": "two_gaussians", "g_width": 32, "d_width": 32, "d_strength": 5, "steps": 1000}  # lesson 08: on a line
_ON_A_LINE = {f"penalty, weight {weight:g}": {**_BUMPS, "penalty_weight": weight} for weight in (10.0, 1.0, 0.1)}
TRIALS = {
    "04_which_setting": Trial("square_saturating", _THREE_SETTINGS, 8),
    "04_remedies": Trial("vanishing_gradients", {words: {**_IN_TIME, **new} for words, new in _PULL_BACK.items()}, 8,
                         _FORMER),
    "05_fast_discriminator": Trial("mode_collapse", _COVERAGE, 8),
    "05_weak_discriminator": Trial("weak_discriminator", _COVERAGE, 8),
    "05_rare_kinds": Trial("ring_healthy", {**_on("imbalanced_ring", _COVERAGE), "equal kinds": {}}, 8),
    "05_many_modes": Trial("ring_healthy", _on("grid", {**_COVERAGE, "packing 4": {"pack": 4}}), 8),
    "05_ring": Trial("ring_healthy", {"as it is": {}, **_PAIRS, "packing 4": {"pack": 4}, **_AHEAD}, 8),
    "09_fast_discriminator": _bench("mode_collapse", "discriminator's rate 0.001", {"lr_d": 1e-3}),
    "09_weak_discriminator": _bench("weak_discriminator", "strength 1", {"d_strength": 1}),
    "09_vanishing_gradients": _bench("vanishing_gradients", "discriminator's rate 0.001", {"lr_d": 1e-3}, **_FORMER),
    "09_oscillation": _bench("ring_healthy", "discriminator's rate 0.002", {"lr_d": 2e-3}, **CIRCLING),
    "09_pairing": Trial("mode_collapse", _PARTS, 8),
    "08_wasserstein": Trial("ring_wgan", _HELD, 8),
    "08_line": Trial("ring_wgan_gp", _ON_A_LINE, 8),
    "06_oscillation": Trial("ring_healthy", {w: {"noise": 4, **fields} for w, fields in _CALM.items()}, 8, CIRCLING),
}


def compare(recipe, changes, seeds, progress=False):
    """Train the recipe with each change alone, on each seed, from step 0; a list of rows (dicts), one a run.

    changes: words -> {field: value}; an empty dict is the recipe as it stands. Each row has change, seed, symptom, the
    medians of modes held and high-quality share over the last quarter, the cycle in steps, where the diagnosis found
    one, and what `at_end` adds. A change's seeds train side by side, as many changes at once as there are cores, in
    float32: half the time, and as the bundled tables were made. Raises ValueError for a field or value that will not
    do. Taught in notebooks/06.
    """
    made = {words: [recipe.replace(seed=seed, **fields) for seed in seeds] for words, fields in changes.items()}
    rows = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {words: pool.submit(train_chunk, recipes, torch.float32) for words, recipes in made.items()}
        for words, job in tqdm(jobs.items(), unit="change", disable=not progress, leave=False):
            ensemble = Ensemble(made[words], *job.result())
            runs = zip(made[words], ensemble.histories, ensemble.diagnoses, ensemble.sample(COUNTED), strict=True)
            rows += [{**row(words, one.seed, history, diagnosis), **at_end(x, history.target)}
                     for one, history, diagnosis, x in runs]  # fmt: skip
    return rows


def at_end(x, target):
    """Of samples at the end: modes captured, as papers count, and the sliced earth mover's distance to real ones.

    The real points are always the same. Taught in notebooks/09.
    """
    real = target.sample(len(x), torch.Generator().manual_seed(0))
    distance = round(sliced_w1(x, real), 3) if target.dim == 2 else None
    return {"captured": modes_captured(x, target), "distance": distance}


def row(words, seed, history, diagnosis):
    """What one run showed. Taught in notebooks/06."""
    late = history.snapshots[-max(1, len(history.snapshots) // 4) :]
    cycle = next((round(e.value, 1) for e in diagnosis.evidence if e.name == CYCLE), None)
    return {"change": words, "seed": seed, "symptom": diagnosis.symptom,
            "modes": float(np.median([s["modes"] for s in late])),
            "quality": round(float(np.median([s["quality"] for s in late])), 3), "cycle": cycle}  # fmt: skip


def summary(rows):
    """One row a change, in their order: runs, how many show each symptom, and the medians; a DataFrame.

    Taught in notebooks/06.
    """
    import pandas

    made = []
    for words in dict.fromkeys(r["change"] for r in rows):
        mine = [r for r in rows if r["change"] == words]
        symptoms = [r["symptom"] for r in mine]
        counts = {name: symptoms.count(name) for name in sorted(set(symptoms), key=symptoms.count, reverse=True)}
        made.append({"change": words, "runs": len(mine), "healthy": counts.get("healthy", 0),
                     "verdicts": ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in counts.items()),
                     "modes": float(np.median([r["modes"] for r in mine])),
                     "quality": round(float(np.median([r["quality"] for r in mine])), 2)})  # fmt: skip
    return pandas.DataFrame(made)


def with_intervals(rows):
    """One row a change: runs that are healthy, and 'mean ± half of its 95 % interval' of each number; a DataFrame.

    The interval is Student's, over the seeds: t · standard deviation / √n. Taught in notebooks/09.
    """
    import pandas

    made = []
    for words in dict.fromkeys(r["change"] for r in rows):
        mine = [r for r in rows if r["change"] == words]
        numbers = {name: interval([r[name] for r in mine]) for name in ("modes", "quality", "distance")}
        healthy = sum(r["symptom"] == "healthy" for r in mine)
        made.append({"change": words, "healthy": f"{healthy} of {len(mine)}",
                     **{name: f"{mean:.2f} ± {half:.2f}" for name, (mean, half) in numbers.items()}})  # fmt: skip
    return pandas.DataFrame(made)


OUTCOMES = ("heals", "brings all modes back", "helps some seeds", "does not help")


def outcomes(rows, modes):
    """Sort the changes of a table by what they achieve: a word of OUTCOMES -> the changes that earn it, in their order.

    At least 7 of 8 runs healthy; else as many with all `modes` held; else 3 of 8 with all held; else nothing.
    'as it is' is left out. Taught in notebooks/09.
    """
    sorted_ = {words: [] for words in OUTCOMES}
    for change in dict.fromkeys(r["change"] for r in rows if r["change"] != "as it is"):
        mine = [r for r in rows if r["change"] == change]
        healthy = sum(r["symptom"] == "healthy" for r in mine) / len(mine)
        whole = sum(r["modes"] >= modes for r in mine) / len(mine)
        earned = (healthy >= 7 / 8, whole >= 7 / 8, whole >= 3 / 8, True)
        sorted_[OUTCOMES[earned.index(True)]].append(change)
    return sorted_


def interval(values):
    """(mean, half of its 95 % interval) of 2 to 20 independent values. Student 1908. Taught in notebooks/09."""
    values = np.asarray(values, dtype=float)
    return float(values.mean()), float(STUDENT[len(values) - 2] * values.std(ddof=1) / len(values) ** 0.5)


def bundled(name):
    """(how it was made, rows) of a bundled table. KeyError lists the known ones. Taught in notebooks/06."""
    if name not in TRIALS:
        raise KeyError(f"there is no table {name!r}; there are {', '.join(TRIALS)}")
    content = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return {key: value for key, value in content.items() if key != "rows"}, content["rows"]


def made_by(trial):
    """How a table is made, as its file says it: enough to see whether it is still up to date."""
    recipe = trial.recipe
    return {"recipe": recipe.token, "changes": trial.changes, "seeds": trial.seeds, "steps": recipe.steps}


def remake(name, progress=True):
    """Train all of a table's runs and write its file; returns the rows. Taught in notebooks/06."""
    trial, file = TRIALS[name], FOLDER / f"{name}.json"
    FOLDER.mkdir(exist_ok=True)
    _check_ours(file)
    files.try_out(file)
    rows = compare(trial.recipe, trial.changes, range(trial.seeds), progress)
    here = {"dtype": "float32", "torch": torch.__version__, "machine": platform.machine(),
            "date": datetime.date.today().isoformat()}  # fmt: skip
    lines = ",\n  ".join(json.dumps(r) for r in rows)
    head = json.dumps({**made_by(trial), **here}, indent=1)[:-2]
    files.replace(file, f'{head},\n "rows": [\n  {lines}\n ]\n}}\n')
    return rows


def _check_ours(file):
    """ValueError for a file that is there and is no table: it is not to be overwritten."""
    try:
        content = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"recipe": "", "rows": []}
    except (ValueError, RecursionError):
        content = None
    if not (isinstance(content, dict) and {"recipe", "rows"} <= set(content)):
        raise ValueError(f"{file} is no table of trials, or is damaged; move it away to make the table anew")


def arguments(parser):
    """What `gan-edu trials` can be told."""
    parser.add_argument("name", nargs="?", metavar="NAME", choices=TRIALS, help="make it anew (default: a list)")


def main(options):
    """`gan-edu trials`: list the bundled tables, or make one anew; returns the exit code. Taught in notebooks/06."""
    if options.name is None:
        print("\n".join(f"{name}: {t.start}, {len(t.changes)} changes, {t.seeds} seeds" for name, t in TRIALS.items()))
        return 0
    print(summary(remake(options.name)).to_string(index=False))
    return 0
