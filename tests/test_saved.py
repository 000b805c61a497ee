"""A run that was saved goes on as if it had never stopped, bit for bit; a file that is none is refused."""

import math

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from gan_edu import assembly
from gan_edu.presets import PRESETS
from gan_edu.recipe import Recipe
from gan_edu.run import Run
from gan_edu.saved import load, save

POINTS = Recipe(g_width=8, d_width=8, batch=16, d_strength=0.3, average=0.9)
DIGITS = PRESETS["mnist_dcgan"].replace(g_width=8, d_width=8, batch=8)


def trained(run, steps):
    while run.step < steps:
        run.train_step()
    return run


def everything(run):
    """All that later steps hang on, and all that is remembered."""
    state = assembly.state(run.players)
    tensors = [state[player][name] for player in "GD" for name in ("flat", "m", "v")]
    names = ("step", "d_loss", "g_loss", "auc", "g_grad_norm")
    columns = [torch.tensor(run.history[name]).nan_to_num(-1) for name in names]
    return [*tensors, *columns, run.sample(4)], run.history.snapshots, run.token


@pytest.mark.parametrize(("recipe", "at", "end"), [(POINTS, 60, 130), (DIGITS, 5, 9)], ids=["points", "digits"])
def test_a_loaded_run_goes_on_bit_for_bit(recipe, at, end, tmp_path):
    run = trained(Run(recipe), at - 2)
    run.knobs.lr_g = 3e-3
    trained(run, at)
    save(run, tmp_path / "run.safetensors")
    again = load(tmp_path / "run.safetensors")
    for step in (at, end):
        one, other = everything(trained(run, step)), everything(trained(again, step))
        assert all(torch.equal(a, b) for a, b in zip(one[0], other[0], strict=True)), step
        assert one[1:] == other[1:]
    assert again.knobs.lr_g == 3e-3


def test_a_loaded_run_rewinds_to_any_step(tmp_path):
    run = trained(Run(POINTS), 40)
    save(run, tmp_path / "run.safetensors")
    again = load(tmp_path / "run.safetensors")
    again.rewind(33)
    run.rewind(33)
    assert torch.equal(again.sample(8), run.sample(8))
    assert again.history["g_loss"] == run.history["g_loss"]


def test_a_run_saved_when_the_auc_was_called_accuracy_is_read(tmp_path):
    run = trained(Run(POINTS), 30)
    save(run, file := tmp_path / "run.safetensors")
    with safe_open(file, "pt") as opened:
        header, tensors = opened.metadata(), {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    del header["crc32"]  # files of that time have none
    tensors["history.accuracy"] = tensors.pop("history.auc")
    save_file(tensors, file, metadata={**header, "state": header["state"].replace('"auc"', '"accuracy"')})
    again = load(file)
    assert again.history["auc"] == run.history["auc"]
    assert trained(again, 31).history["auc"] == trained(run, 31).history["auc"]


def test_a_run_at_step_0_can_be_saved(tmp_path):
    save(Run(POINTS), tmp_path / "run.safetensors")
    again = load(tmp_path / "run.safetensors")
    assert again.step == 0
    assert math.isnan(again._last["d_loss"])
    assert torch.equal(trained(again, 3).sample(8), trained(Run(POINTS), 3).sample(8))


def test_what_is_no_run_is_refused_by_name(tmp_path):
    broken, other = tmp_path / "broken.safetensors", tmp_path / "other.safetensors"
    broken.write_bytes(b"no tensors in here")
    save_file({"a": torch.zeros(2)}, other)
    with pytest.raises(ValueError, match=r"broken\.safetensors is damaged"):
        load(broken)
    with pytest.raises(ValueError, match=r"other\.safetensors holds no run"):
        load(other)
    with pytest.raises(OSError, match="missing"):
        load(tmp_path / "missing.safetensors")
