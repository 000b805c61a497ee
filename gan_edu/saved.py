"""Runs on disk: `save(run, file)` keeps a run as it stands, `load(file)` goes on with it, update for update.

A safetensors file: weights, moments and averages of both players, the history's columns, and in its header the token,
the snapshots and the small numbers. It holds no code, so a file from somebody else can be opened without fear.
"""

import json
import math

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from gan_edu import tokens
from gan_edu.history import COLUMNS
from gan_edu.knobs import events_of_token
from gan_edu.recipe import Recipe
from gan_edu.run import Run

KIND = "gan_edu run 1"
SMALL = ("credit", "applied", "knobs", "last", "last_g", "failed_at")
OLD_NAMES = {"accuracy": "auc"}  # columns as files kept before say it: as it is now


def save(run, file):
    """Write a run to a file: all that it needs to go on, and its history; its checkpoints stay behind.

    Taught in notebooks/11.
    """
    state = run._state()
    tensors = {f"{player}.{name}": state[player][name] for player in "GD" for name in ("flat", "m", "v")}
    if state["average"] is not None:
        tensors["average"] = state["average"]
    tensors |= {f"history.{name}": torch.tensor(run.history[name], dtype=torch.float64) for name in COLUMNS}
    small = {"updates": [state[player]["updates"] for player in "GD"], "snapshots": run.history.snapshots,
             "spacing": [run.history.spacing, run.history.snapshot_spacing], **{name: state[name] for name in SMALL}}
    save_file({name: value.contiguous() for name, value in tensors.items()}, file,
              metadata={"kind": KIND, "token": run.token, "state": json.dumps(small)})  # fmt: skip


def load(file):
    """The Run in a file, ready to go on; rewinding goes by step 0 from there. Taught in notebooks/11.

    Raises ValueError that names the file where it is no saved run, OSError where it cannot be read.
    """
    try:
        with safe_open(file, "pt") as opened:
            header = opened.metadata() or {}
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"{file} is damaged, or no safetensors file: {error}") from error
    if header.get("kind") != KIND:
        raise ValueError(f"{file} holds no run: its header does not say {KIND!r}, as gan_edu.saved.save writes it")
    content = tokens.decode(header["token"])
    run = Run(Recipe.from_dict(content.get("recipe")), events_of_token(content.get("events", [])))
    _fill(run, tensors, json.loads(header["state"]))
    return run


def _fill(run, tensors, small):
    """Bring a run at step 0 to the state of a file."""
    players = {player: {"updates": updates} for player, updates in zip("GD", small["updates"], strict=True)}
    for name, value in tensors.items():
        player, _, part = name.partition(".")
        if player in players:
            players[player][part] = value
    for old, new in OLD_NAMES.items():
        if f"history.{old}" in tensors:
            tensors[f"history.{new}"] = tensors.pop(f"history.{old}")
            small["last"][new] = small["last"].pop(old)
    last_g = tuple(math.nan if value is None else value for value in small["last_g"])
    run._load({**players, "average": tensors.get("average"), **{name: small[name] for name in SMALL}, "last_g": last_g})
    rows = torch.stack([tensors[f"history.{name}"] for name in COLUMNS], 1).numpy()  # (steps, columns)
    run.history.fill(rows)
    run.history.snapshots = small["snapshots"]
    run.history.spacing, run.history.snapshot_spacing = small["spacing"]
