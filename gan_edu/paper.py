"""The paper that explorers draw on: a figure with fixed margins, and matplotlib's settings for both themes."""

import matplotlib
from cycler import cycler
from matplotlib.figure import Figure

COLOURS = {False: ("#0072B2", "#D55E00", "#009E73", "#B0559A", "#7A6A00"),  # as the live picture has them
           True: ("#56B4E9", "#F0A030", "#2FC59B", "#E39AC4", "#E5DB5A")}  # fmt: skip
PAPER = {False: ("#ffffff", "#222222", "#dddddd"), True: ("#16181c", "#eeeeee", "#3a3d42")}  # paper, ink, grid


def panels(count=1, size=(7.2, 3.2)):
    """A new Figure with `count` axes side by side, and the axes (a list): margins are fixed, so that drawing is quick.

    Inside `draw` the style follows the page's theme: C0 is for the real, C1 for the generated, and what gets no colour
    stays readable on dark paper. size: inches. Taught in notebooks/01.
    """
    figure = Figure(figsize=size)
    axes = figure.subplots(1, count, squeeze=False)[0]
    (width, height), (left, right, between) = size, (0.66, 0.2, 0.8)  # inches
    wide = (width - left - right - (count - 1) * between) / count
    edges = {"left": left / width, "right": 1 - right / width, "bottom": 0.56 / height, "top": 1 - 0.34 / height}
    figure.subplots_adjust(**edges, wspace=between / wide)
    return figure, list(axes)


def ink():
    """The colour of text on the paper now drawn on, for lines that would otherwise be black."""
    return matplotlib.rcParams["text.color"]


def style(dark):
    """matplotlib's settings for one of the page's two themes."""
    paper, text, grid = PAPER[dark]
    inked = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color", "legend.labelcolor")
    return {"font.size": 10, "legend.fontsize": 9, "legend.framealpha": 0.75, "lines.linewidth": 1.8,
            "axes.titlesize": 10.5, "axes.titley": 1.0,  # a title that need not look for its place saves a fifth
            "axes.spines.top": False, "axes.spines.right": False, "grid.color": grid, "axes.axisbelow": True,
            "figure.facecolor": paper, "axes.facecolor": paper, "savefig.facecolor": paper, "legend.facecolor": paper,
            "legend.edgecolor": grid, "axes.prop_cycle": cycler(color=COLOURS[dark]),
            **dict.fromkeys(inked, text)}  # fmt: skip
