"""Runs on disk: `save(run, file)` keeps a run as it stands, `load(file)` goes on with it, update for update.

A safetensors file: weights, moments and averages of both players, the history's columns, and in its header the token,
the snapshots and the small numbers. It holds no code, so a file from somebody else can be opened without fear.
"""

import json
import math
import numbers
from pathlib import Path

import torch

from gan_edu import tensor_files, tokens
from gan_edu.history import COLUMNS
from gan_edu.knobs import checked_event, events_of_token
from gan_edu.recipe import Recipe
from gan_edu.run import Run

KIND = "gan_edu run 1"
SMALL = ("credit", "applied", "knobs", "last", "last_g", "failed_at")
OLD_NAMES = {"accuracy": "auc"}  # columns as files kept before say it: as it is now


def save(run, file):
    """Write a run to a file: all that it needs to go on, and its history; its checkpoints stay behind.

    ValueError where a file of that name holds anything but a run: it stays. Taught in notebooks/11.
    """
    if Path(file).exists():
        with tensor_files.naming(file, "Nothing was saved: name another file, or delete this one"):
            _header(tensor_files.read(file)[0], file)
    state = run._state()
    tensors = {f"{player}.{name}": state[player][name] for player in "GD" for name in ("flat", "m", "v")}
    if state["average"] is not None:
        tensors["average"] = state["average"]
    tensors |= {f"history.{name}": torch.tensor(run.history[name], dtype=torch.float64) for name in COLUMNS}
    small = {"updates": [state[player]["updates"] for player in "GD"], "snapshots": run.history.snapshots,
             "spacing": [run.history.spacing, run.history.snapshot_spacing], **{name: state[name] for name in SMALL}}
    tensor_files.write(file, tensors, {"kind": KIND, "token": run.token, "state": json.dumps(small)})


def load(file):
    """The Run in a file, ready to go on; rewinding goes by step 0 from there. Taught in notebooks/11.

    Raises ValueError that names the file where it is no saved run, OSError where it cannot be read.
    """
    with tensor_files.naming(file, "Take another copy of it, or save the run anew with gan_edu.saved.save"):
        header, tensors = tensor_files.read(file)
        _header(header, file)
        content = tokens.decode(header.get("token"))
        run = Run(Recipe.from_dict(content.get("recipe")), events_of_token(content.get("events", [])))
        small = json.loads(header.get("state", ""))
        _rename(tensors, small)
        _check_small(run, small)
        _check_tensors(run, tensors, small)
        _fill(run, tensors, small)
    return run


def _header(header, file):
    """ValueError for a file whose header is not that of a run."""
    if header.get("kind") != KIND:
        raise ValueError(f"{file} holds no run: its header does not say {KIND!r}, as gan_edu.saved.save writes it")


def _rename(tensors, small):
    """Give what a file kept before calls otherwise the name that it has now."""
    for old, new in OLD_NAMES.items():
        if f"history.{old}" in tensors:
            tensors[f"history.{new}"] = tensors.pop(f"history.{old}")
            small["last"][new] = small["last"].pop(old)


def _check_small(run, small):
    """ValueError, or another of tensor_files.BROKEN, where a small number is none that a run can have."""
    step, known = small["updates"][0], run.knobs.as_dict()
    whole = [*small["updates"], *small["spacing"], small["applied"], *(s["step"] for s in small["snapshots"])]
    wanted = {
        "updates": len(small["updates"]) == len(small["spacing"]) == 2,
        "a whole number": all(type(value) is int and 0 <= value < 2**53 for value in whole),
        "spacing": min(small["spacing"]) > 0,
        "applied": small["applied"] <= len(run.events),
        "credit": _is_number(small["credit"]) and -1 < small["credit"] < 1,
        "last": set(small["last"]) == set(run._last) and all(map(_is_number, small["last"].values())),
        "last_g": len(small["last_g"]) == 2 and all(value is None or _is_number(value) for value in small["last_g"]),
        "failed_at": small["failed_at"] is None or 0 <= small["failed_at"] <= step,
        "knobs": {name: checked_event(name, value) for name, value in small["knobs"].items()}.keys() == known.keys(),
        "snapshots": all(set(one) >= {"step", "modes"} for one in small["snapshots"]),
    }
    for name, good in wanted.items():
        if not good:
            raise ValueError(f"its state's {name!r} will not do")


def _is_number(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _check_tensors(run, tensors, small):
    """ValueError where a tensor is none that the run can have; NaN may stand only where a loss was NaN before."""
    state = run._state()
    wanted = {f"{player}.{name}": state[player][name] for player in "GD" for name in ("flat", "m", "v")}
    if state["average"] is not None:
        wanted["average"] = state["average"]
    column = tensors["history.step"]
    tensor_files.check(tensors, {**wanted, **{f"history.{name}": column.double().flatten() for name in COLUMNS}})
    if not (column.diff() > 0).all() or not (column <= small["updates"][0]).all():
        raise ValueError("its history's steps are out of order")
    if small["failed_at"] is None:
        tensor_files.check_finite({name: tensors[name] for name in wanted})


def _fill(run, tensors, small):
    """Bring a run at step 0 to the state of a file."""
    players = {player: {"updates": updates} for player, updates in zip("GD", small["updates"], strict=True)}
    for name, value in tensors.items():
        player, _, part = name.partition(".")
        if player in players:
            players[player][part] = value
    last_g = tuple(math.nan if value is None else value for value in small["last_g"])
    run._load({**players, "average": tensors.get("average"), **{name: small[name] for name in SMALL}, "last_g": last_g})
    rows = torch.stack([tensors[f"history.{name}"] for name in COLUMNS], 1).numpy()  # (steps, columns)
    run.history.fill(rows)
    run.history.snapshots = small["snapshots"]
    run.history.spacing, run.history.snapshot_spacing = small["spacing"]
