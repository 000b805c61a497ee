"""The map of failures: what becomes of a GAN at each pair of settings, measured from step 0 on several seeds.

Rows are kept in a file as they are finished (JSON lines, the first says how the map was made), so that an interrupted
map goes on where it stopped. A run that fails, or is undecided, is trained again to three times the length: so a slow
cell is told from a failing one.
"""

import datetime
import platform
from pathlib import Path

import torch
from tqdm.auto import tqdm

from gan_edu import files
from gan_edu.diagnosis import TREND, overlap_at_end
from gan_edu.ensemble import train_ensemble
from gan_edu.options import count
from gan_edu.presets import PRESETS
from gan_edu.recipe import Recipe, check_knob

BUNDLED = Path(__file__).parent / "course" / "failure_map.jsonl"
RATES = [1e-5, 3e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 3e-3, 5e-3, 1e-2, 3e-2, 1e-1]
AXES = {"lr_g": RATES, "lr_d": RATES, "d_strength": [2.0**e for e in range(-4, 5)]}
LETTERS = {"healthy": "H", "mode_collapse": "C", "vanishing_gradients": "V", "weak_discriminator": "W",
           "oscillation": "O", "non_convergence": "N", "divergence": "X", "undecided": "?"}  # fmt: skip
LONGER = 3  # times the length, for runs that fail or are undecided at their end
CELLS_AT_ONCE = 8  # cells finished, and written down, together


def values_of(name, values):
    """An axis's values, checked; ValueError naming the axis where it is unknown or a value will not do."""
    if values is None and name not in AXES:
        raise ValueError(f"axis {name!r} has no standard values; give them, or choose one of {', '.join(AXES)}")
    if name not in Recipe().as_dict():
        raise ValueError(f"axis {name!r} is no setting of a recipe; choose one of {', '.join(Recipe().as_dict())}")
    values = AXES[name] if values is None else list(values)
    return [check_knob(name, value) for value in values] if name in AXES else values


def header(base, x, y, xs, ys, seeds):
    """What a map's first line says: enough to make it again."""
    return {"base": base.token, "x": x, "y": y, "xs": xs, "ys": ys, "seeds": seeds, "steps": base.steps,
            "trained_on": "failing and undecided", "torch": torch.__version__, "machine": platform.machine(),
            "date": datetime.date.today().isoformat()}  # fmt: skip


def read(file):
    """(header, rows) of a map's file. A last line that was cut off is left out; other damage is a ValueError."""
    if not Path(file).exists():
        raise FileNotFoundError(f"there is no map at {file}; `gan-edu map {file}` makes one")
    rows = _all_rows(file)
    if not rows:
        raise ValueError(f"{file} is no failure map: it is empty")
    return rows[0], [{**row, "slow": row.get("slow", False)} for row in rows[1:]]


HEADER = {"base": str, "x": str, "y": str, "xs": list, "ys": list, "seeds": int, "steps": int, "date": str}
FIELDS = {"seed": int, "symptom": str, "modes": (int, float), "quality": (int, float), "steps": int, "token": str}
BEGINS = ('{"base": "gan1-', '{"')  # the first line, and the others


def _all_rows(file):
    """The header and the rows as the file has them; [] where there is none, or nothing in it."""
    return files.read_rows(file, "failure map", _comes_after, BEGINS)


def _comes_after(rows, row):
    """Whether a dict can be the line after these rows: the header first, then rows that have both of its axes."""
    fields, axes = (FIELDS, {rows[0]["x"], rows[0]["y"]}) if rows else (HEADER, set())
    right = all(isinstance(row.get(name), kind) for name, kind in fields.items())
    right = right and all(isinstance(row.get(axis), (int, float, str)) for axis in axes)
    return right and (not rows or row["symptom"] in LETTERS)


def failure_map(base="ring_healthy", x="lr_d", y="lr_g", xs=None, ys=None, seeds=4, file=None, executor=None,
                progress=True):  # fmt: skip
    """Train `seeds` runs at each pair of settings and name what becomes of them.

    base: a preset's name or a Recipe on points. x, y: two of its fields; xs, ys: their values (standard ones else).
    file: keep finished rows there and go on from them. progress: show a bar. Returns a tidy DataFrame, one row a run:
    the two settings, seed, symptom, modes, quality, steps, slow (see `_told_apart`), token. An interrupted map gives
    what is finished, if anything is; `.attrs["missing"]` counts the other runs. Raises ValueError where `file` was made
    with other settings. Taught in notebooks/07.
    """
    import pandas

    base = PRESETS[base] if isinstance(base, str) else base
    if x == y:
        raise ValueError(f"both axes are {x!r}: a map needs two settings")
    xs, ys = values_of(x, xs), values_of(y, ys)
    made = header(base, x, y, xs, ys, seeds)
    rows = _resume(file, made)
    have = {(row[x], row[y], row["seed"]) for row in rows}
    wanted = [base.replace(**{x: a, y: b, "seed": seed}) for a in xs for b in ys for seed in range(seeds)
              if (a, b, seed) not in have]  # fmt: skip
    size, runs = CELLS_AT_ONCE * seeds, len(xs) * len(ys) * seeds
    with tqdm(total=len(wanted), unit="GAN", disable=not progress) as bar:
        try:
            for start in range(0, len(wanted), size):
                new = measure(wanted[start : start + size], x, y, executor, bar)
                rows += new
                _append(file, new)
        except KeyboardInterrupt:
            if not rows:
                raise
            print(f"Interrupted: {len(rows)} of {runs} runs are finished and kept.")
    frame = pandas.DataFrame(rows)
    frame.attrs["missing"] = runs - len(rows)
    return frame


def _append(file, rows):
    if file:
        files.append(file, rows)


def _resume(file, made):
    """Rows already in the file; a new file gets its first line."""
    if file is None:
        return []
    kept, *rows = _all_rows(file) or [made]
    for name in ("base", "x", "y", "xs", "ys", "seeds", "trained_on"):
        if kept.get(name) != made[name]:
            raise ValueError(f"{file} is a map with {name}={kept.get(name)!r}, not {made[name]!r}; name another file")
    files.ready(file, [kept, *rows])
    return rows


def measure(recipes, x, y, executor=None, bar=None):
    """One row a recipe. What fails or is undecided is trained on to LONGER times the length: see `_told_apart`.

    In float32, which takes half the time: near a border a lone run, in float64, may end on the other side.
    bar: moved on, by its `update`, as runs are settled. Raises KeyboardInterrupt where it was interrupted.
    """
    silent = tqdm(disable=True)
    bar = silent if bar is None else bar
    rows, overlaps = _trained(recipes, x, y, executor, silent)
    doubtful = [i for i, row in enumerate(rows) if row["symptom"] not in ("healthy", "divergence")]
    bar.update(len(rows) - len(doubtful))
    if doubtful:
        again = [recipes[i].replace(steps=LONGER * recipes[i].steps) for i in doubtful]
        for i, row, overlap in zip(doubtful, *_trained(again, x, y, executor, bar), strict=True):
            rows[i] = _told_apart(rows[i], row, overlap - overlaps[i])
    return rows


def _trained(recipes, x, y, executor, bar):
    """A row for each recipe, and how much of its mass lies where the data's does."""
    ensemble = train_ensemble(recipes, executor, bar, torch.float32)
    if ensemble.missing:
        raise KeyboardInterrupt
    members = zip(recipes, ensemble.histories, ensemble.diagnoses, strict=True)
    return [_row(*member, x, y) for member in members], [overlap_at_end(history) for history in ensemble.histories]


def _told_apart(short, long, gain):
    """The row of a run that failed or was undecided, now that it was trained on.

    An undecided one is what it is after the longer training. A failing one that came nearer to the data by TREND (gain
    in overlap) was only slow: healthy if it is so by then, else undecided. Any other keeps the name it had.
    """
    if short["symptom"] == "undecided":
        return long
    if not gain >= TREND or long["symptom"] == "divergence":
        return short
    return {**long, "symptom": "healthy" if long["symptom"] == "healthy" else "undecided", "slow": True}


def _row(recipe, history, diagnosis, x, y):
    last = history.snapshots[-1]
    return {x: getattr(recipe, x), y: getattr(recipe, y), "seed": recipe.seed, "symptom": diagnosis.symptom,
            "modes": last["modes"], "quality": round(last["quality"], 4), "steps": recipe.steps,
            "slow": False, "token": recipe.token}  # fmt: skip


def summary(frame, x, y):
    """One row a cell: the commonest symptom, its share of the seeds, its letter and all counts; a DataFrame."""
    import pandas

    cells = []
    for (a, b), rows in frame.groupby([x, y]):
        counts = rows["symptom"].value_counts()
        cells.append({x: a, y: b, "symptom": counts.index[0], "share": counts.iloc[0] / len(rows),
                      "letter": LETTERS[counts.index[0]], "counts": counts.to_dict()})  # fmt: skip
    return pandas.DataFrame(cells)


def arguments(parser):
    """What `gan-edu map` can be told."""
    parser.add_argument("file", help="JSON lines; finished cells are kept there, and a second call goes on from them")
    parser.add_argument("--base", default="ring_healthy", metavar="PRESET",
                        choices=[n for n, r in PRESETS.items() if not r.is_image], help="where all runs start from")
    parser.add_argument("--x", default="lr_d", help="the setting from left to right")
    parser.add_argument("--y", default="lr_g", help="the setting from bottom to top")
    parser.add_argument("--seeds", type=count(), default=4, help="runs in each cell")
    parser.add_argument("--every", type=count(), default=1, help="take every n-th value of each axis: a coarser map")
    parser.add_argument("--workers", type=count(0, 256), default=0, help="processes (default: threads, one a core)")


def main(options):
    """`gan-edu map`: make or go on with a map from the shell; returns the exit code. Taught in notebooks/07."""
    from concurrent.futures import ProcessPoolExecutor

    xs, ys = (AXES[name][:: options.every] if name in AXES else None for name in (options.x, options.y))
    executor = ProcessPoolExecutor(options.workers) if options.workers else None
    try:
        frame = failure_map(options.base, options.x, options.y, xs, ys, options.seeds, options.file, executor)
    except KeyboardInterrupt:
        print("Interrupted before the first cells were finished.")
        return 1
    print(summary(frame, options.x, options.y).drop(columns="counts").to_string(index=False))
    if frame.attrs["missing"]:
        print(f"{frame.attrs['missing']} runs are missing; the same call goes on with them.")
    return 1 if frame.attrs["missing"] else 0
