"""Pulls and gradient norms against closed forms and finite differences; the picture draws what theory says."""

import math
import re

import numpy as np
import pytest
import torch

from gan_edu import PRESETS, Run, plots_gradients, theory
from gan_edu.gradients import gradient_norm, pulls, while_frozen
from gan_edu.objectives import minimax_generator, non_saturating_generator

BOTH = (minimax_generator, non_saturating_generator)


@pytest.fixture
def run():
    return Run(PRESETS["square_saturating"].replace(g_width=8, d_width=8, batch=16))


@pytest.mark.parametrize("d", [1.0, 4.0, 8.0])
def test_pulls_of_the_best_discriminator_are_the_closed_form(d):
    def D(x):
        return d * (d / 2 - x[:, 0])

    x = torch.tensor([[d], [0.0], [d - 1]], dtype=torch.float64)
    saturating, non_saturating = (pulls(loss, D, x) for loss in BOTH)
    sigma = torch.sigmoid(D(x))
    assert torch.allclose(saturating, d * sigma, rtol=1e-12)
    assert torch.allclose(non_saturating, d * (1 - sigma), rtol=1e-12)
    assert float(saturating[0] / non_saturating[0]) == pytest.approx(theory.gradient_ratio(d), rel=1e-9)


def test_a_pull_belongs_to_its_sample_alone(run):
    x = run.sample(7)
    many = pulls(minimax_generator, run.players.D, x)
    assert many.shape == (7,)
    assert torch.allclose(many[3:4], pulls(minimax_generator, run.players.D, x[3:4]), rtol=1e-9)


@pytest.mark.parametrize("loss", BOTH)
def test_the_gradient_norm_is_the_steepest_rise_of_the_loss(run, loss):
    z, players = run.noise(32, seed=1), run.players
    norm = gradient_norm(loss, players, z)
    flat = players.g_optimiser.flat
    (gradient,) = [torch.cat([g.flatten() for g in torch.autograd.grad(
        loss(None, players.D(players.G(z))), list(players.G.parameters()))])]  # fmt: skip
    before = flat.clone()

    def value(step):
        with torch.no_grad():
            flat.copy_(before)
            for p, part in zip(players.G.parameters(), gradient.split([p.numel() for p in players.G.parameters()]),
                               strict=True):  # fmt: skip
                p += step * part.view_as(p) / gradient.norm()
            found = float(loss(None, players.D(players.G(z))))
            flat.copy_(before)
        return found

    assert (value(1e-5) - value(-1e-5)) / 2e-5 == pytest.approx(norm, rel=1e-4)
    assert torch.equal(flat, before)


def test_only_the_discriminator_moves_and_each_norm_is_the_one_before_an_update(run):
    z, G = run.noise(32, seed=1), run.players.g_optimiser.flat.clone()
    first = [gradient_norm(loss, run.players, z) for loss in BOTH]
    norms = while_frozen(run, 4, BOTH, z)
    assert np.array(norms).shape == (4, 2)
    assert norms[0] == first
    assert norms[1] != norms[0]
    assert torch.equal(run.players.g_optimiser.flat, G)
    assert (run.players.d_optimiser.updates, run.step) == (4, 0)


def test_frozen_the_saturating_gradient_dies_and_the_other_does_not():
    """Arjovsky & Bottou's Figure 2 in small: three orders of magnitude."""
    run = Run(PRESETS["square_saturating"])
    norms = np.array(while_frozen(run, 1200, BOTH, run.noise(256, seed=1)))
    assert norms[:, 0].max() / norms[-20:, 0].max() > 1e3
    assert norms[-20:, 1].min() > norms[0, 1]


@pytest.mark.parametrize("d", [0.2, 1.0, 4.0, 10.0])
def test_the_explorers_picture_shows_what_theory_says(d):
    figure, alt, numbers = plots_gradients.explore(d)
    left, right = figure.axes
    x = right.lines[1].get_xdata()
    place = int(np.argmin(np.abs(x - d)))
    saturating, non_saturating = (np.asarray(line.get_ydata())[place] for line in (right.lines[1], right.lines[0]))
    assert x[place] == pytest.approx(d, abs=0.013)
    sigma = 1 / (1 + math.exp(d * (x[place] - d / 2)))
    assert saturating == pytest.approx(max(d * sigma, plots_gradients.LOWEST), rel=1e-9)
    assert non_saturating == pytest.approx(d * (1 - sigma), rel=1e-9)
    share = np.asarray(left.lines[0].get_ydata()) / 0.45
    assert share == pytest.approx(1 / (1 + np.exp(d * (x - d / 2))), abs=1e-9)
    told = [float(text) for text in re.findall(r"[\d.]+(?:e-?\d+)?(?= ·|,|$)", numbers)]
    wanted = [1 / (1 + math.exp(d * d / 2)), math.exp(-(d**2) / 2), *theory.mean_gradients(d)]
    assert told == pytest.approx(wanted, rel=6e-3)
    assert f"{theory.mean_gradients(d)[0]:.3g}" in alt
