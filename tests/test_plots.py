"""Still figures show the data they are given, and touch no pyplot state."""

import io
import subprocess
import sys

import numpy as np
import pytest
import torch
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.quiver import Quiver

from gan_edu import plots, views
from gan_edu.recipe import Recipe
from gan_edu.run import Run

SMALL = Recipe(g_width=8, d_width=8, batch=16, steps=60)


@pytest.fixture(scope="module")
def run():
    run = Run(SMALL)
    for _ in run:
        pass
    return run


def drawn(figure):
    """The figure rendered to PNG, to find what only drawing finds."""
    assert isinstance(figure, Figure)
    file = io.BytesIO()
    figure.savefig(file, dpi=40)
    assert file.getvalue().startswith(b"\x89PNG")
    return figure


def test_a_picture_shows_the_samples_of_this_step(run):
    (axes,) = drawn(plots.picture(run, 50)).axes
    real, fake = (c for c in axes.collections if isinstance(c, PathCollection))
    assert np.asarray(fake.get_offsets()) == pytest.approx(run.sample(50).numpy())
    assert len(real.get_offsets()) == 50
    assert run.target.log_prob(np.asarray(real.get_offsets())).exp().min() > 1e-6  # real points lie on the modes
    assert axes.get_title() == "step 60"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["real", "generated"]
    (heat,) = axes.images
    edge = views.extent(run.target)
    assert heat.get_extent() == [-edge, edge, -edge, edge]
    assert heat.origin == "lower"
    cell = torch.tensor([[-edge, edge]], dtype=torch.float64)  # top left of the square: the last row, first column
    assert heat.get_array()[-1, 0] == pytest.approx(views.scores(run, cell).item())


def test_real_and_generated_differ_in_shape_as_well_as_colour(run):
    real, fake = (c for c in plots.picture(run, 9).axes[0].collections if isinstance(c, PathCollection))
    assert len(real.get_paths()[0].vertices) != len(fake.get_paths()[0].vertices)
    assert tuple(real.get_facecolor()[0]) != tuple(fake.get_facecolor()[0])


@pytest.mark.parametrize("data", ["ring", "two_gaussians"])
@pytest.mark.parametrize("far", [50.0, np.nan])
def test_a_picture_says_where_samples_are_that_it_does_not_hold(data, far):
    run = Run(SMALL.replace(data=data))
    with torch.no_grad():
        list(run.players.G.parameters())[-1].fill_(far)
    axes = drawn(plots.picture(run, 40)).axes[0]
    words = " ".join(text.get_text() for text in axes.texts)
    if np.isnan(far):
        assert "are no finite numbers any more" in words
    else:
        count = 40 if data == "ring" else 320
        (marks,) = (c for c in axes.collections if isinstance(c, Quiver))
        edge = views.extent(run.target)
        assert f"{count} of {count} generated points lie outside" in words
        assert np.abs(marks.get_offsets()).max(1) == pytest.approx(np.full(count, edge), rel=0.02)


def test_a_picture_of_one_dimension():
    run = Run(SMALL.replace(data="two_gaussians"))
    axes = drawn(plots.picture(run)).axes[0]
    density = next(line for line in axes.lines if line.get_label() == "real density")
    x, y = density.get_data()
    assert np.trapezoid(y, x) == pytest.approx(1, abs=0.01)
    assert y == pytest.approx(run.target.log_prob(np.asarray(x)[:, None]).exp().numpy())
    assert sum(bar.get_height() * bar.get_width() for bar in axes.patches) == pytest.approx(1)


def test_on_a_line_the_discriminator_has_an_axis_of_its_own():
    run = Run(SMALL.replace(data="two_gaussians"))
    density, scores = drawn(plots.picture(run)).axes
    x, y = next(line for line in scores.lines if line.get_label().startswith("discriminator")).get_data()
    assert y == pytest.approx(views.scores(run, torch.as_tensor(x)[:, None]).numpy())
    assert scores.get_ylim() == (0, 1.05)
    assert density.get_ylim()[1] > max(density.lines[0].get_ydata())
    named = [text.get_text() for text in scores.get_legend().get_texts()]
    assert named == ["generated", "real density", "discriminator (right)"]


def test_distances_over_the_steps_with_their_floors():
    run = Run(SMALL.replace(data="two_gaussians", steps=60))
    list(run)
    for axes, name, floor in zip(drawn(plots.distances(run.history)).axes, ("js", "w1"), (0.012, 0.046), strict=True):
        curve, dotted = axes.lines[:2]
        assert list(curve.get_ydata()) == run.history.snapshot_column(name)
        assert list(curve.get_xdata()) == [0, 25, 50]
        assert dotted.get_ydata()[0] == pytest.approx(floor, abs=0.002)


def test_a_picture_of_digits():
    run = Run(Recipe(data="mnist", architecture="dcgan", g_width=8, d_width=8, batch=8, noise=4))
    (axes,) = drawn(plots.picture(run)).axes
    assert axes.images[0].get_array().shape == (8 * 28, 8 * 28)
    assert axes.images[0].get_clim() == (-1, 1)


@pytest.mark.parametrize(("n", "columns", "rows"), [(6, 3, 2), (8, 8, 1), (1, 1, 1), (5, 3, 2), (3, 8, 1)])
def test_images_stand_in_rows(n, columns, rows):
    images = torch.rand(n, 1, 28, 28)
    grid = plots.image_grid(images, columns)
    assert grid.shape == (rows * 28, columns * 28)
    for place in range(rows * columns):
        row, column = divmod(place, columns)
        tile = grid[row * 28 : row * 28 + 28, column * 28 : column * 28 + 28]
        assert np.array_equal(tile, images[place, 0].numpy() if place < n else np.full((28, 28), -1))


def test_loss_curves_are_the_history(run):
    (axes,) = drawn(plots.losses(run.history)).axes
    lines = {line.get_label(): line.get_data() for line in axes.lines}
    for label, column in (("discriminator", "d_loss"), ("generator", "g_loss")):
        assert lines[label][0].tolist() == run.history["step"]
        assert lines[label][1].tolist() == run.history[column]
    assert len({line.get_linestyle() for line in axes.lines}) == 2  # colour is not the only cue


def test_mode_curves_are_the_snapshots(run):
    left, right = drawn(plots.modes(run.history)).axes
    assert left.lines[0].get_ydata().tolist() == run.history.snapshot_column("modes")
    assert right.lines[0].get_ydata().tolist() == run.history.snapshot_column("quality")
    assert left.lines[0].get_xdata().tolist() == [0, 25, 50]


def test_runs_side_by_side(run):
    other = Run(SMALL)
    figure = drawn(plots.compare([run, other], ["left", "right"], 20))
    assert [axes.get_title() for axes in figure.axes] == ["left · step 60", "right · step 0"]
    assert len(drawn(plots.compare([run], ["alone"], 20)).axes) == 1
    with pytest.raises(ValueError, match="shorter"):
        plots.compare([run, other], ["one title"])


def test_no_pyplot_is_imported():
    """In a Python of its own, as other tests may have imported it here."""
    code = ("import sys; from gan_edu import plots, Run, Recipe; r = Run(Recipe(steps=1)); list(r); "
            "plots.picture(r, 9); plots.losses(r.history); plots.modes(r.history); "
            "sys.exit('matplotlib.pyplot' in sys.modules)")  # fmt: skip
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0
