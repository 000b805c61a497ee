"""Files of tensors: any damage to a run, a generator or the classifier is a ValueError that names file and remedy."""

import json
import math
import random

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from gan_edu import digits, generators, saved, tensor_files
from gan_edu.presets import PRESETS
from gan_edu.recipe import Recipe
from gan_edu.run import Run

TINY = PRESETS["mnist_conditional"].replace(g_width=4, d_width=4, batch=8, noise=2, steps=3)
NAME = "mnist_conditional"


def _saved(file):
    run = Run(Recipe(g_width=4, d_width=4, batch=8, average=0.9))
    for _ in range(3):
        run.train_step()
    saved.save(run, file)


def _kept(file):
    tensor_files.write(file, generators.weights(Run(TINY)), {"token": TINY.token})


def _trained(file):
    tensor_files.write(file, digits.DigitClassifier().state_dict(), {"test_accuracy": "0.1"})


KINDS = {  # what is written, and how it is read
    "run": (_saved, saved.load),
    "generator": (_kept, lambda file: generators.load_generator.__wrapped__(NAME)),
    "classifier": (_trained, lambda file: digits.load_classifier.__wrapped__()),
}


@pytest.fixture(params=KINDS)
def kind(request, tmp_path, monkeypatch):
    """(a whole file, how it is read) of one kind."""
    file = tmp_path / f"{NAME}.safetensors"
    write, read = KINDS[request.param]
    write(file)
    monkeypatch.setattr(generators, "FOLDER", tmp_path)
    monkeypatch.setattr(digits, "FILE", file)
    return file, read


def refused(file, read, why):
    with pytest.raises(ValueError, match=rf"{NAME}\.safetensors ") as caught:
        read(file)
    said = str(caught.value)
    assert any(word in said for word in ("git checkout", "save the run anew")), (why, said)
    assert len(said) < 900


def test_a_changed_bit_or_a_cut_anywhere_is_found(kind):
    file, read = kind
    read(file)
    whole, chance = file.read_bytes(), random.Random(7)
    size = 8 + int.from_bytes(whole[:8], "little")  # of the header
    for turn in range(60):
        bad, place = bytearray(whole), chance.randrange(size if turn % 2 else len(whole))
        if whole[place] == ord(" "):
            continue  # blanks that fill the header up say nothing
        bad[place] ^= 1 << chance.randrange(8)
        file.write_bytes(bad)
        refused(file, read, f"bit at {place}")
    for length in (0, 1, 7, 8, 9, size - 1, size, size + 5, *(chance.randrange(len(whole)) for _ in range(10))):
        file.write_bytes(whole[:length])
        refused(file, read, f"cut at {length}")


def rewritten(file, change):
    """The file with its tensors and header changed by hand, and without a checksum, as an old or a forged one."""
    with safe_open(file, "pt") as opened:
        header, tensors = opened.metadata(), {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    header.pop("crc32", None)
    change(header, tensors)
    save_file(tensors, file, metadata=header)


def _first(tensors):
    return next(name for name in sorted(tensors) if tensors[name].numel() > 3 and not name.startswith("history"))


def _with(value):
    def change(header, tensors):
        name = _first(tensors)
        tensors[name] = value(tensors[name])

    return change


CHANGES = {
    "a tensor is missing": lambda header, tensors: tensors.pop(_first(tensors)),
    "a tensor too many": lambda header, tensors: tensors.update(more=torch.zeros(2)),
    "another shape": _with(lambda x: x.flatten()[:-1].clone()),
    "more dimensions": _with(lambda x: x[None].clone()),
    "another kind of number": _with(lambda x: x.to(torch.int64)),
    "complex numbers": _with(lambda x: x.to(torch.complex64)),
    "NaN": _with(lambda x: torch.full_like(x, math.nan)),
    "infinity": _with(lambda x: torch.full_like(x, math.inf)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_tensors_that_are_not_its_own_are_refused(kind, change):
    file, read = kind
    rewritten(file, lambda header, tensors: header.update(more="words"))
    read(file)  # without a checksum it is read all the same
    rewritten(file, CHANGES[change])
    refused(file, read, change)


def test_a_folder_is_refused_and_a_missing_file_is_named(kind):
    file, read = kind
    file.unlink()
    with pytest.raises(FileNotFoundError, match=NAME):
        read(file)
    file.mkdir()
    refused(file, read, "a folder")


STATES = [  # a change of a saved run's small numbers
    {"updates": [3]}, {"updates": [3, "x"]}, {"updates": None}, {"updates": [-1, 3]}, {"updates": [2, 3]},
    {"spacing": [0, 1]}, {"applied": 5}, {"applied": -1}, {"applied": True}, {"credit": "x"}, {"credit": 1e9},
    {"credit": None}, {"last": {}}, {"last": 7}, {"last_g": [1]}, {"last_g": "ab"}, {"failed_at": "x"},
    {"failed_at": 99}, {"knobs": {}}, {"knobs": {"lr_g": 1}}, {"knobs": {"lr_g": "fast"}}, {"knobs": 5},
    {"snapshots": 5}, {"snapshots": [5]}, {"snapshots": [{}]}, {"snapshots": [{"step": "x", "modes": 1}]},
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=str)
def test_small_numbers_that_no_run_can_have_are_refused(tmp_path, state):
    file = tmp_path / f"{NAME}.safetensors"
    _saved(file)
    rewritten(file, lambda header, _: header.update(state=json.dumps({**json.loads(header["state"]), **state})))
    refused(file, saved.load, state)


@pytest.mark.parametrize("header", [
    {"state": "{"}, {"state": "[]"}, {"state": "null"}, {"state": "[" * 100_000}, {"state": "9" * 5000},
    {"token": "gan1-x"}, {"token": ""}, {"kind": "gan_edu run 2"},
])  # fmt: skip
def test_a_header_that_no_run_can_have_is_refused(tmp_path, header):
    file = tmp_path / f"{NAME}.safetensors"
    _saved(file)
    rewritten(file, lambda old, _: old.update(header))
    refused(file, saved.load, header)


def test_a_run_that_a_nan_has_stopped_is_saved_and_read(tmp_path):
    run = Run(Recipe(g_width=4, d_width=4, batch=8))
    run.players.g_optimiser.flat.fill_(math.nan)
    run.train_step()
    saved.save(run, tmp_path / "run.safetensors")
    assert saved.load(tmp_path / "run.safetensors").failed_at == 1
