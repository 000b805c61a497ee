"""Colours that can be told apart: marks on the heat map, words on paper, the two sides of the score without colour."""

import re
from pathlib import Path

import pytest
import torch
from matplotlib.colors import rgb_to_hsv, to_rgb

import gan_edu
from gan_edu import paper, plots
from gan_edu.recipe import Recipe
from gan_edu.run import Run

MARKS, WORDS = 3.0, 4.5  # WCAG 2, level AA: for what is drawn, and for small text
SIDES = 1.4  # between the two ends of the score, in grey
LAB = {"light": "#ffffff", "dark": "#111111"}  # what JupyterLab paints behind a cell's output
CSS = (Path(gan_edu.__file__).parent / "widgets" / "playground.css").read_text(encoding="utf-8")
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


def luminance(colour):
    """Relative luminance of WCAG 2, from 0 to 1."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Contrast ratio of WCAG 2, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def shades(theme):
    """Every colour that the heat map takes, from 'generated' to 'real'."""
    low, middle, high = (torch.tensor(to_rgb(colour)) for colour in paper.PALETTE[theme]["heat"])
    parts = torch.linspace(0, 1, 26)[:, None]
    return [*(low + (middle - low) * parts).tolist(), *(middle + (high - middle) * parts).tolist()]


def test_the_ratio_is_that_of_the_standard():
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the well-known grey that just fails
    assert contrast("#D55E00", "#D55E00") == 1


@THEMES
@pytest.mark.parametrize("mark", ["real", "fake", "ink"])
def test_marks_stand_out_from_every_shade_of_the_heat_map(theme, mark):
    assert min(contrast(paper.PALETTE[theme][mark], shade) for shade in shades(theme)) >= MARKS


@THEMES
def test_the_sides_of_the_score_differ_in_grey(theme):
    greys = [luminance(shade) for shade in shades(theme)]
    assert greys in (sorted(greys), sorted(greys, reverse=True)), "a grey stands for one score only"
    assert contrast(shades(theme)[0], shades(theme)[-1]) >= SIDES


@THEMES
@pytest.mark.parametrize("words", ["ink", "faint", "real", "fake", "first", "second"])
def test_words_and_numbers_can_be_read(theme, words):
    for background in (paper.PALETTE[theme]["paper"], LAB[theme]):
        assert contrast(paper.PALETTE[theme][words], background) >= WORDS


def test_legends_have_the_colours_of_what_they_name():
    for name in ("real", "fake", "first", "second"):
        light, dark = re.findall(rf"\.gan-{name} {{ color: (#\w+)", CSS)
        assert (light, dark) == (paper.PALETTE["light"][name], paper.PALETTE["dark"][name])


def test_a_still_figure_has_the_same_shades_and_marks():
    assert plots.HEAT(0.0)[:3] == pytest.approx(to_rgb(paper.PALETTE["light"]["heat"][0]))
    assert plots.HEAT(1.0)[:3] == pytest.approx(to_rgb(paper.PALETTE["light"]["heat"][2]))
    (axes,) = plots.picture(Run(Recipe(g_width=8, d_width=8, batch=16))).axes
    assert axes.images[0].get_alpha() is None
    real, fake = (next(c for c in axes.collections if c.get_label() == label) for label in ("real", "generated"))
    for marks, name in ((real, "real"), (fake, "fake")):
        assert tuple(marks.get_facecolor()[0]) == (*to_rgb(paper.PALETTE["light"][name]), 1.0)


def test_symptoms_are_neither_blue_nor_orange_and_their_letters_are_read():
    for symptom, colour in paper.PALETTE["symptoms"].items():
        hue, saturation, _ = rgb_to_hsv(to_rgb(colour))
        assert saturation < 0.1 or not (0.05 < hue < 0.13 or 0.53 < hue < 0.7), symptom
        assert contrast(colour, "white" if plots.dark(colour) else "black") >= WORDS
