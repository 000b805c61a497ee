"""What lesson 01 says of its two settings, on 20 seeds that it does not show: healthy, and with one knob turned, not.

The settings are read from the notebook, so that the two cannot drift apart.
"""

from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

from gan_edu.ensemble import train_ensemble
from gan_edu.metrics_1d import js_to_density, w1_to_density
from gan_edu.mixtures import TARGETS
from gan_edu.recipe import Recipe

BOOK = nbformat.read(Path(__file__).parents[1] / "notebooks" / "01_the_minimax_game.ipynb", as_version=4)
TWO, SEEDS = TARGETS["two_gaussians"], range(7000, 7020)


def settings():
    """The recipe `calm`, from the cells that define it."""
    lines = [line for cell in BOOK.cells if cell.cell_type == "code" for line in cell.source.split("\n")]
    space = {"Recipe": Recipe}
    for start in ("small = ", "calm = "):
        (line,) = (line for line in lines if line.startswith(start))
        exec(line, space)
    return space["calm"]


def trained(recipe):
    """The ensemble, and for each seed the two distances of 2,500 samples and D's mean outputs at the end."""
    ensemble = train_ensemble([recipe.replace(seed=seed) for seed in SEEDS], progress=False)
    samples = ensemble.sample(2500)
    js, w1 = ([measure(x, TWO) for x in samples] for measure in (js_to_density, w1_to_density))
    outputs = [[np.mean(history[name][-500:]) for name in ("d_real", "d_fake")] for history in ensemble.histories]
    return ensemble, np.array(js), np.array(w1), np.array(outputs)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def test_the_calm_settings_are_healthy_on_nearly_every_seed():
    ensemble, js, w1, outputs = trained(settings())
    assert [found.symptom for found in ensemble.diagnoses].count("healthy") >= 19
    assert np.sort(js)[18] < 0.06
    assert np.sort(w1)[18] < 0.12
    assert np.abs(outputs - 0.5).max() < 0.02


def test_with_one_update_in_sixteen_the_discriminator_says_half_and_the_data_are_not_learnt():
    ensemble, js, _, outputs = trained(settings().replace(d_strength=1 / 16))
    assert [found.symptom for found in ensemble.diagnoses].count("healthy") <= 4
    assert np.sort(js)[3] > 0.4, "now and then a wandering cloud lies well for a moment"
    assert np.abs(outputs - 0.5).max() < 0.06
