"""One change at a time: the same recipe and seeds from step 0, with each change alone; and bundled tables of it.

`gan-edu trials` lists the tables, `gan-edu trials NAME` makes one anew. A table is a JSON file in course/trials: how it
was made, and a row for each run.
"""

import argparse
import datetime
import json
import platform
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from gan_edu.ensemble import train_ensemble
from gan_edu.metrics_2d import modes_captured
from gan_edu.presets import PRESETS

FOLDER = Path(__file__).parent / "course" / "trials"
COUNTED = 2500  # samples, as in the VEEGAN and PacGAN papers
CYCLE = "steps in a cycle"  # as the diagnosis words this piece of evidence


@dataclass(frozen=True)
class Trial:
    """start: a preset's name; changes: words -> {field of the recipe: value}; seeds: the first so many, from 0."""

    start: str
    changes: dict
    seeds: int


_BATCH, _PAIRS, _EIGHTS = {"batch 512": {"batch": 512}}, {"packing 2": {"pack": 2}}, {"packing 8": {"pack": 8}}
_AHEAD = {"unrolling 5": {"unroll": 5}}
_COVERAGE = {"as it is": {}, **_BATCH, **_PAIRS, **_EIGHTS, **_AHEAD}  # lesson 05's remedies


def _on(data, changes):
    """The same changes, on other data than the preset's."""
    return {words: {"data": data, **fields} for words, fields in changes.items()}


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
TRIALS = {
    "05_fast_discriminator": Trial("mode_collapse", _COVERAGE, 8),
    "05_weak_discriminator": Trial("weak_discriminator", _COVERAGE, 8),
    "05_rare_kinds": Trial("ring_healthy", {**_on("imbalanced_ring", _COVERAGE), "equal kinds": {}}, 8),
    "05_many_modes": Trial("ring_healthy", _on("grid", {**_COVERAGE, "packing 4": {"pack": 4}}), 8),
    "05_ring": Trial("ring_healthy", {"as it is": {}, **_PAIRS, "packing 4": {"pack": 4}, **_AHEAD}, 8),
    "06_oscillation": Trial("oscillation", {words: {"noise": 4, **fields} for words, fields in _CALM.items()}, 8),
}


def compare(recipe, changes, seeds, progress=False):
    """Train the recipe with each change alone, on each seed, from step 0; a list of rows (dicts), one a run.

    changes: words -> {field: value}; an empty dict is the recipe as it stands. Each row has change, seed, symptom, the
    medians of modes held and high-quality share over the last quarter, the cycle in steps, where the diagnosis found
    one, and the modes captured by 2,500 samples at the end, as papers count. Raises ValueError for a field or value
    that will not do. Taught in notebooks/06.
    """
    made = {words: [recipe.replace(seed=seed, **fields) for seed in seeds] for words, fields in changes.items()}
    rows = []
    for words, recipes in made.items():
        ensemble = train_ensemble(recipes, progress=progress)
        runs = zip(recipes, ensemble.histories, ensemble.diagnoses, ensemble.sample(COUNTED), strict=True)
        rows += [{**row(words, one.seed, history, diagnosis), "captured": modes_captured(x, history.target)}
                 for one, history, diagnosis, x in runs]  # fmt: skip
    return rows


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


def bundled(name):
    """(how it was made, rows) of a bundled table. KeyError lists the known ones. Taught in notebooks/06."""
    if name not in TRIALS:
        raise KeyError(f"there is no table {name!r}; there are {', '.join(TRIALS)}")
    content = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return {key: value for key, value in content.items() if key != "rows"}, content["rows"]


def made_by(trial):
    """How a table is made, as its file says it: enough to see whether it is still up to date."""
    recipe = PRESETS[trial.start]
    return {"recipe": recipe.token, "changes": trial.changes, "seeds": trial.seeds, "steps": recipe.steps}


def remake(name, progress=True):
    """Train all of a table's runs and write its file; returns the rows. Taught in notebooks/06."""
    trial = TRIALS[name]
    rows = compare(PRESETS[trial.start], trial.changes, range(trial.seeds), progress)
    here = {"torch": torch.__version__, "machine": platform.machine(), "date": datetime.date.today().isoformat()}
    lines = ",\n  ".join(json.dumps(r) for r in rows)
    FOLDER.mkdir(exist_ok=True)
    head = json.dumps({**made_by(trial), **here}, indent=1)[:-2]
    (FOLDER / f"{name}.json").write_text(f'{head},\n "rows": [\n  {lines}\n ]\n}}\n', encoding="utf-8")
    return rows


def main(arguments=None):
    """`gan-edu trials`: list the bundled tables, or make one anew; returns the exit code. Taught in notebooks/06."""
    parser = argparse.ArgumentParser(prog="gan-edu trials", description="Changes tried one at a time, on many seeds.")
    parser.add_argument("name", nargs="?", choices=TRIALS, help="the table to make anew; without one they are listed")
    options = parser.parse_args(arguments)
    if options.name is None:
        print("\n".join(f"{name}: {t.start}, {len(t.changes)} changes, {t.seeds} seeds" for name, t in TRIALS.items()))
        return 0
    print(summary(remake(options.name)).to_string(index=False))
    return 0
