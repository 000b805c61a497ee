"""The live picture's bytes for numbers on a line; what it sends for points and digits is tested with the playground."""

import numpy as np
import pytest
import torch

from gan_edu import Recipe, Run, playground, views
from gan_edu.widgets import scene
from gan_edu.widgets.frames import unpack

LINE = Recipe(data="two_gaussians", g_width=16, d_width=16, batch=32, steps=60)


@pytest.fixture(scope="module")
def run():
    run = Run(LINE)
    list(run)
    return run


def test_on_a_line_a_frame_has_the_histogram_of_many_numbers(run):
    _, arrays = unpack(scene.frame(run, {}, set()))
    wanted = views.histogram(run.sample(2000), run.target)
    assert arrays["bars"] == pytest.approx(wanted, abs=1e-6)
    assert arrays["bars"].sum() * 2 * views.extent(run.target) / 60 == pytest.approx(1, abs=0.05)
    assert arrays["fake"].shape == (256, 1)
    assert "distance_curve" not in arrays


def test_with_the_curves_come_the_distances(run):
    _, arrays = unpack(scene.frame(run, {}, {"curves"}))
    wanted = [[s["step"], s["js"], s["w1"]] for s in run.history.snapshots]
    assert arrays["distance_curve"] == pytest.approx(np.array(wanted), abs=1e-6)
    plane = Run(LINE.replace(data="ring"))
    assert "distance_curve" not in unpack(scene.frame(plane, {}, {"curves"}))[1]


def test_the_text_beside_the_curves_names_both_distances():
    play = playground(LINE, view="balance").run(50)
    last = play.session.history.snapshots[-1]
    words = unpack(bytes(play.frame))[0]["curves_alt"]
    assert f"Jensen-Shannon divergence {last['js']:.3f}, earth mover's distance {last['w1']:.3f}," in words


def test_numbers_that_are_none_are_drawn_as_nothing():
    """A generator that has blown up leaves an empty histogram, and no error."""
    run = Run(LINE)
    with torch.no_grad():
        run.players.g_optimiser.flat.fill_(torch.nan)
    _, arrays = unpack(scene.frame(run, {}, set()))
    assert not arrays["bars"].any()
