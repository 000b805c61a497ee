"""Still figures: data in, matplotlib Figure out. No widgets, no training, no pyplot state."""

import math

import numpy as np
import torch
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from gan_edu import views
from gan_edu.metrics_1d import floors
from gan_edu.objectives import OBJECTIVES
from gan_edu.paper import FAKE, PALETTE, REAL
from gan_edu.run import MEASURED_SAMPLES
from gan_edu.spoken import value_of

HEAT = LinearSegmentedColormap.from_list("generated to real", PALETTE["light"]["heat"])  # as the live picture has it
RIM = [withStroke(linewidth=2.6, foreground="white")]  # round marks, so that they stand out from the heat map


def picture(run, samples=256):
    """What the run's generator draws now: real and generated points over the discriminator's heat map, or images."""
    figure = Figure(figsize=(4.6, 4.4), layout="constrained")
    draw_samples(figure.subplots(), run, samples)
    return figure


def draw_samples(axes, run, samples=256):
    """The same, drawn into given axes."""
    if run.recipe.is_image:
        axes.imshow(image_grid(run.sample(64)), cmap="gray", vmin=-1, vmax=1)
        axes.set_axis_off()
    elif run.target.dim == 1:
        _draw_line(axes, run, samples)
    else:
        _draw_plane(axes, run, samples)
    axes.set_title(f"step {run.step:,}")


def _draw_plane(axes, run, samples):
    side, edge = 60, views.extent(run.target)
    heat = views.scores(run, views.heat_points(run.target, side)).view(side, side).numpy()
    extent = (-edge, edge, -edge, edge)
    axes.imshow(heat, origin="lower", extent=extent, cmap=HEAT, vmin=0, vmax=1)
    if run.players.objective.is_probability and heat.min() < 0.5 < heat.max():
        axes.contour(heat, [0.5], extent=extent, origin="lower", colors=PALETTE["light"]["faint"], linewidths=0.7)
    real = run.target.sample(samples, torch.Generator().manual_seed(1))
    fake = run.sample(samples)
    axes.scatter(*real.numpy().T, s=11, c=REAL, marker="o", label="real", edgecolors="white", linewidths=0.4)
    axes.scatter(*fake.numpy().T, s=14, c=FAKE, marker="x", linewidths=1, label="generated", path_effects=RIM)
    _draw_strays(axes, fake, edge)
    axes.set(xlim=(-edge, edge), ylim=(-edge, edge), aspect="equal", xticks=[], yticks=[])
    axes.legend(loc="upper right", fontsize=8)


def _draw_strays(axes, x, edge, row=0.0):
    """An arrowhead at the edge for each sample (n, dim) outside the picture, and where they are many, how far.

    row: the height at which those of one dimension are drawn.
    """
    found = views.strays(x, edge)
    if len(found.places):
        px, py = found.places.T
        size = np.hypot(px, py)
        axes.quiver(px, py + row, px / size, py / size, color=FAKE, pivot="tip", scale=25, headwidth=9, headlength=9,
                    headaxislength=9, width=0.004, zorder=8)  # fmt: skip
    if found.words:
        axes.text(0.03, 0.04, "\n".join(found.words), transform=axes.transAxes, fontsize=8, zorder=9,
                  bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.9, "pad": 2})  # fmt: skip


def _draw_line(axes, run, samples):
    x = views.heat_points(run.target, 200)
    line, density = x[:, 0].numpy(), run.target.log_prob(x).exp().numpy()
    fake = run.sample(samples * 8)
    numbers = fake[fake.isfinite()].numpy()
    axes.hist(numbers, bins=60, density=len(numbers) > 0, color=FAKE, alpha=0.5, label="generated")
    _draw_strays(axes, fake, line[-1], row=0.03 * density.max())
    axes.plot(line, density, c=REAL, label="real density")
    axes.set(xlabel="x", ylabel="density", xlim=(line[0], line[-1]), ylim=(0, 1.9 * density.max()))
    right = axes.twinx()
    objective = OBJECTIVES[run.recipe.objective]
    right.plot(line, views.scores(run, x).numpy(), c="#444", ls="--", label=f"{objective.judge} (right)")
    if objective.is_probability:
        right.axhline(0.5, c="#888", ls=":", lw=1)
        right.set(ylim=(0, 1.05), yticks=[0, 0.5, 1], ylabel="D")
    else:
        right.set(ylim=(0, 1.05), yticks=[0, 1], yticklabels=["lowest", "highest"], ylabel="score")
    handles = [handle for each in (axes, right) for handle in each.get_legend_handles_labels()[0]]
    below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.13), "ncols": 3}
    right.legend(handles=handles, fontsize=8, handlelength=1.4, **below)


def image_grid(images, columns=8):
    """(n, 1, 28, 28) images in rows as one array (rows·28, columns·28); places left over stay black (-1)."""
    images = np.asarray(images.float())[:, 0]  # (n, 28, 28)
    rows = -(-len(images) // columns)
    places = np.full((rows * columns, 28, 28), -1, dtype=images.dtype)
    places[: len(images)] = images
    return places.reshape(rows, columns, 28, 28).transpose(0, 2, 1, 3).reshape(rows * 28, columns * 28)


def losses(history):
    """Both losses over the steps, as the run recorded them."""
    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.subplots()
    step, d_loss, g_loss = views.loss_curves(history, 400).T
    axes.plot(step, d_loss, c=REAL, label="discriminator")
    axes.plot(step, g_loss, c=FAKE, ls="--", label="generator")
    axes.set(xlabel="step", ylabel="loss")
    axes.legend()
    return figure


def modes(history):
    """Modes held and high-quality share over the steps."""
    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.subplots()
    step, held, quality = views.mode_curves(history, 400).T
    axes.step(step, held, c=REAL, where="post", label="modes held")
    axes.set(xlabel="step", ylabel="modes held", ylim=(0, len(history.target.modes) * 1.05))
    right = axes.twinx()
    right.plot(step, quality, c=FAKE, ls="--", label="high-quality share")
    right.set(ylabel="high-quality share", ylim=(0, 1.05))
    figure.legend(loc="outside upper center", ncols=2)
    return figure


def distances(history):
    """How far a run on a line is from its data, over the steps: Jensen-Shannon divergence and earth mover's distance.

    Dotted: what a perfect generator scores on as many samples. Taught in notebooks/01.
    """
    figure = Figure(figsize=(8, 2.9), layout="constrained")
    left, right = figure.subplots(1, 2)
    step, js, w1 = views.distance_curves(history, 400).T
    js_floor, w1_floor = floors(history.target, MEASURED_SAMPLES)
    for axes, values, floor in ((left, js, js_floor), (right, w1, w1_floor)):
        axes.plot(step, values, c=FAKE)
        axes.axhline(floor, c="#444", ls=":", label=f"a perfect generator: {floor:.3f}")
        axes.set(xlabel="step", ylim=(0, 1.05 * max(values)))
    left.axhline(math.log(2), c="#888", ls="--", lw=1, label="ln 2: no place shared")
    left.set(title="Jensen-Shannon divergence (nats)", ylim=(0, 0.75))
    right.set(title="earth mover's distance")
    left.legend(fontsize=8)
    right.legend(fontsize=8)
    return figure


def compare(runs, titles, samples=256):
    """Runs side by side, one panel each."""
    figure = Figure(figsize=(4.2 * len(runs), 4.2), layout="constrained")
    for axes, run, title in zip(np.atleast_1d(figure.subplots(1, len(runs))), runs, titles, strict=True):
        draw_samples(axes, run, samples)
        axes.set_title(f"{title} · step {run.step:,}")
    return figure


SYMPTOM_COLOURS = PALETTE["symptoms"]


def dark(colour):
    """Whether white words are read more easily on a colour '#rrggbb' than black ones."""
    return sum(w * v**2.2 for w, v in zip((0.2126, 0.7152, 0.0722), to_rgb(colour), strict=True)) < 0.18


def failure_map(cells, x, y):
    """A heat map of symptoms: colour and letter name the commonest one, the number its share of the seeds in tenths.

    cells: what `gan_edu.maps.summary` returned. Taught in notebooks/07.
    """
    import seaborn
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    names = list(SYMPTOM_COLOURS)
    grid = cells.assign(code=cells["symptom"].map(names.index)).pivot(index=y, columns=x, values="code")[::-1]
    words = cells.assign(word=cells["letter"] + cells["share"].map("{:.2f}".format).str.replace("1.00", "", regex=False)
                         .str.replace("0.", " .", regex=False))  # fmt: skip
    words = words.pivot(index=y, columns=x, values="word")[::-1]
    figure = Figure(figsize=(1.6 + 0.62 * grid.shape[1], 1.2 + 0.45 * grid.shape[0]), layout="constrained")
    axes = figure.subplots()
    seaborn.heatmap(grid, ax=axes, cmap=ListedColormap(SYMPTOM_COLOURS.values()), vmin=-0.5, vmax=len(names) - 0.5,
                    annot=words, fmt="", cbar=False, linewidths=0.5, annot_kws={"size": 8})  # fmt: skip
    colour_of = dict(zip(cells["letter"], cells["symptom"].map(SYMPTOM_COLOURS), strict=True))
    for text in axes.texts:
        text.set_color("white" if dark(colour_of[text.get_text()[0]]) else "black")
    ticks = {"xticklabels": [value_of(x, v) for v in grid.columns], "yticklabels": [value_of(y, v) for v in grid.index]}
    axes.set(xlabel=x, ylabel=y, **ticks)
    shown = [name for name in names if name in set(cells["symptom"])]
    patches = [Patch(color=SYMPTOM_COLOURS[name], label=name.replace("_", " ")) for name in shown]
    figure.legend(handles=patches, loc="outside lower center", ncols=4, fontsize=8)
    return figure
