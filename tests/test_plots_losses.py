"""Figures of losses show what the run recorded, and never without a metric and samples."""

import io
import math

import numpy as np
import pytest

from gan_edu import Recipe, Run
from gan_edu.plots_losses import dashboard, draw_losses, draw_modes

SMALL = Recipe(g_width=8, d_width=8, batch=16, steps=80)


@pytest.fixture(scope="module")
def runs():
    made = [Run(SMALL), Run(SMALL.replace(objective="minimax", lr_d=1e-2))]
    for run in made:
        for _ in run:
            pass
    return made


def line(axes, label):
    (found,) = [one for one in axes.lines if one.get_label() == label]
    return found


def test_a_dashboard_has_losses_metric_and_samples_of_each_run(runs):
    figure = dashboard(runs, ["left", "right"], 50)
    figure.savefig(io.BytesIO(), dpi=40)
    rows = np.array(figure.axes).reshape(2, 3)
    for (losses, metric, samples), run, title in zip(rows, runs, ("left", "right"), strict=True):
        assert losses.get_title() == f"{title}: losses"
        assert np.allclose(line(losses, "discriminator").get_ydata(), run.history["d_loss"])
        assert np.allclose(line(losses, "generator").get_ydata(), run.history["g_loss"])
        held = [s["modes"] / 8 for s in run.history.snapshots]
        assert np.allclose(line(metric, "modes held, of all").get_ydata(), held)
        assert np.allclose(line(metric, "high-quality share").get_ydata(), run.history.snapshot_column("quality"))
        assert "step 80" in samples.get_title()
        (generated,) = [one for one in samples.collections if one.get_label() == "generated"]
        assert np.allclose(generated.get_offsets(), run.sample(50).numpy())


@pytest.mark.parametrize(("number", "levels"), [(0, [2 * math.log(2), math.log(2)]),
                                                (1, [2 * math.log(2), -math.log(2)])])  # fmt: skip
def test_dotted_lines_are_where_the_discriminator_cannot_tell(runs, number, levels):
    axes = dashboard([runs[number]], [""]).axes[0]
    drawn = [one.get_ydata()[0] for one in axes.lines if one.get_linestyle() == ":"]
    assert drawn == pytest.approx(levels)
    low, high = axes.get_ylim()
    assert low <= min(levels)
    assert max(levels) <= high <= 3.5


def test_a_critics_generator_has_no_line():
    run = Run(SMALL.replace(objective="wasserstein", steps=3))
    for _ in run:
        pass
    axes = dashboard([run], ["critic"]).axes[0]
    assert [one.get_ydata()[0] for one in axes.lines if one.get_linestyle() == ":"] == [0]


def test_parts_can_be_drawn_alone(runs):
    from matplotlib.figure import Figure

    left, right = Figure().subplots(1, 2)
    draw_losses(left, runs[0])
    draw_modes(right, runs[0].history)
    assert left.get_xlabel() == right.get_xlabel() == "step"
    assert {one.get_linestyle() for one in left.lines} >= {"-", "--"}, "shape tells them apart besides colour"
