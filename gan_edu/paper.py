"""The paper that explorers draw on: a figure with fixed margins, and matplotlib's settings for both themes."""

import json
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

_TEXT = (Path(__file__).parent / "widgets" / "palette.js").read_text(encoding="utf-8")
PALETTE = json.loads(_TEXT[_TEXT.index("{") :].rstrip(";\n"))  # {"light" or "dark": {name: colour}}, as the page has it
THEMES = {False: "light", True: "dark"}
COLOURS = {dark: [PALETTE[theme][name] for name in ("real", "fake", "first", "second")] + [last]
           for (dark, theme), last in zip(THEMES.items(), ("#7A6A00", "#E5DB5A"), strict=True)}  # fmt: skip
PAPER = {dark: [PALETTE[theme][name] for name in ("paper", "ink", "grid")] for dark, theme in THEMES.items()}
REAL, FAKE, FIRST, SECOND = COLOURS[False][:4]  # on white paper, as all figures but the explorers' are



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
            "legend.edgecolor": grid, "axes.prop_cycle": matplotlib.cycler(color=COLOURS[dark]),
            **dict.fromkeys(inked, text)}  # fmt: skip
