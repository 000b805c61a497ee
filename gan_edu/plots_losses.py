"""Losses never alone: still figures of a run's losses beside a metric and its samples."""

from matplotlib.figure import Figure

from gan_edu import views
from gan_edu.objectives import OBJECTIVES
from gan_edu.plots import FAKE, REAL, draw_samples

HIGHEST = 3.5  # losses above are cut off: early peaks would flatten all the rest


def draw_losses(axes, run):
    """Both losses of a run into given axes; dotted, where they stand while the discriminator cannot tell.

    Taught in notebooks/03.
    """
    step, d_loss, g_loss = views.loss_curves(run.history, 400).T
    objective = OBJECTIVES[run.recipe.objective]
    name = "D" if objective.judge == "discriminator" else objective.judge
    axes.plot(step, d_loss, c=REAL, lw=1.2, label=objective.judge)
    axes.plot(step, g_loss, c=FAKE, lw=1.2, ls="--", label="generator")
    levels = [level for level in objective.equilibrium if level is not None]
    for number, level in enumerate(levels):
        axes.axhline(level, c="#555", ls=":", lw=1.2, label=None if number else f"{name} cannot tell")
    low = min([0, *(1.1 * value for value in (*d_loss, *g_loss, *levels))])
    axes.set(xlabel="step", ylim=(low, min(HIGHEST, 1.1 * max(*d_loss, *g_loss, *levels))))
    axes.legend(fontsize=8, loc="best")


def draw_modes(axes, history):
    """Modes held (in parts of all) and high-quality share of a run into given axes. Taught in notebooks/03."""
    step, held, quality = views.mode_curves(history, 400).T
    axes.step(step, held / len(history.target.modes), c=REAL, where="post", label="modes held, of all")
    axes.plot(step, quality, c=FAKE, ls="--", label="high-quality share")
    axes.set(xlabel="step", ylim=(0, 1.05))
    axes.legend(fontsize=8, loc="best")


def dashboard(runs, titles, samples=256):
    """A row for each run on points in the plane: its losses, its modes and quality, its samples.

    Taught in notebooks/03.
    """
    figure = Figure(figsize=(10.5, 2.9 * len(runs)), layout="constrained")
    for row, run, title in zip(figure.subplots(len(runs), 3, squeeze=False), runs, titles, strict=True):
        draw_losses(row[0], run)
        draw_modes(row[1], run.history)
        draw_samples(row[2], run, samples)
        row[0].set_title(f"{title}: losses")
        row[1].set_title("a metric")
        row[2].get_legend().remove()  # the same in every row, and it would hide points
        row[2].set_title(f"samples (o real, × generated) · step {run.step:,}", fontsize=10)
    return figure
