"""Draw collapse.png, the picture on top of 00_start_here: a real run of the preset `mode_collapse`, at four moments.

Run it again with `python notebooks/images/collapse.py`; tests/test_notebooks.py compares the file with a new drawing.
"""

from pathlib import Path

from matplotlib.figure import Figure

from gan_edu import PRESETS, Run, plots

MOMENTS = (0, 100, 400, 3000)


def draw():
    """The figure, from a run that is trained now; takes a few seconds."""
    run = Run(PRESETS["mode_collapse"])
    figure = Figure(figsize=(10, 2.9), layout="constrained")
    for axes, step in zip(figure.subplots(1, len(MOMENTS)), MOMENTS, strict=True):
        while run.step < step:
            run.train_step()
        plots.draw_samples(axes, run)
        axes.set_title(f"step {step:,}: {run.history.snapshots[-1]['modes']} of 8 modes", fontsize=11)
        if step != MOMENTS[0]:
            axes.get_legend().remove()
    return figure


if __name__ == "__main__":
    draw().savefig(Path(__file__).with_suffix(".png"), dpi=80, bbox_inches="tight")
