"""What the page draws, pixel by pixel, on an empty page: no JupyterLab is started for these."""

import math

import numpy as np
import pytest
import sketchpad
import torch
from matplotlib.colors import to_rgb
from sketchpad import count, like

from gan_edu import paper, views
from gan_edu.presets import PRESETS
from gan_edu.recipe import Recipe
from gan_edu.run import Run
from gan_edu.widgets import scene

SIZE = 400
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


@pytest.fixture
def page(browser_found, browser):
    page = sketchpad.pad(browser, SIZE)
    yield page
    page.close()


def shown(page, run, wants=frozenset(), **header):
    """Draw a run's frame, and return its pixels."""
    still, frame = sketchpad.told(scene.still(run)), sketchpad.told(scene.frame(run, header, wants))
    sketchpad.draw(page, "drawLine" if run.recipe.data == "two_gaussians" else "drawPlane", still, frame)
    return sketchpad.pixels(page)


def plane(fake, heat=(0.0,) * 25, arrows=()):
    """A still and a frame by hand: generated points, a heat map from left to right, arrows. The square is -1 to 1."""
    arrays = {"fake": fake, "real": (), "arrows": arrows, "heat": [heat] * 25}
    told = {name: {"data": np.ravel(rows).tolist(), "shape": [len(rows), 2]} for name, rows in arrays.items()}
    told["heat"]["shape"] = [25, 25]
    return {"header": {"extent": 1, "kind": "plane"}, "arrays": told}, {"header": {}, "arrays": told}


@THEMES
def test_the_heat_map_and_the_line_at_one_half_are_the_palettes(page, theme):
    sketchpad.theme(page, theme)
    colours = paper.PALETTE[theme]
    sketchpad.draw(page, "drawPlane", *plane([[0.5, 0.5]], heat=np.linspace(0, 255, 25).round()))
    pixels = sketchpad.pixels(page)
    middle = pixels[350].astype(float)  # 'generated' at the left, 'real' at the right
    for place, colour in ((1, colours["heat"][0]), (SIZE - 2, colours["heat"][2])):
        assert middle[place][:3] == pytest.approx([255 * v for v in to_rgb(colour)], abs=3)
    (faint,) = like(middle, colours["faint"], 60).nonzero()
    assert len(faint), "no line at one half"
    assert faint.mean() == pytest.approx(SIZE / 2, abs=2)


def test_arrows_lie_on_top_of_the_crosses_in_one_scale_for_all_steps(page):
    ink = paper.PALETTE["light"]["ink"]
    fake, arrow = [[0.0, 0.0]], [[2.0, 0.0]]
    sketchpad.draw(page, "drawPlane", *plane(fake * 40, arrows=arrow * 40))
    row = sketchpad.pixels(page)[SIZE // 2]
    (dark,) = like(row, ink, 60).nonzero()
    assert dark.min() == pytest.approx(SIZE / 2, abs=2), "the cross covers the arrow"
    assert dark.max() - SIZE / 2 == pytest.approx(14 * math.log10(2 / 0.001), abs=2)
    for pull, length in ((1e-12, 0), (0.001, 0), (0.01, 14), (0.1, 28), (1, 42), (1e6, 50)):
        assert page.evaluate("pull => arrowLength(pull)", pull) == pytest.approx(length, abs=1e-9)


def test_the_arrows_of_lesson_04_are_seen_and_then_vanish(page):
    run, ink = Run(PRESETS["vanishing_gradients"]), paper.PALETTE["light"]["ink"]
    seen = []
    for step in (0, 1, 10):
        while run.step < step:
            run.train_step()
        with_arrows, without = (count(shown(page, run, wants), ink) for wants in ({"arrows"}, set()))
        seen.append(with_arrows - without)
    assert seen[0] > 60, seen
    assert seen[1] > seen[0], seen
    assert seen[2] == 0, seen


@THEMES
def test_points_outside_are_shown_at_the_edge_with_their_distance(page, theme):
    sketchpad.theme(page, theme)
    colour = paper.PALETTE[theme]["fake"]
    for dx, dy, place in ((50, 0, (SIZE - 5, 200)), (-50, 0, (4, 200)), (0, 50, (200, 4)), (0, -50, (200, SIZE - 5))):
        sketchpad.draw(page, "drawPlane", *plane([[dx, dy]] * 20))
        pixels = sketchpad.pixels(page)
        assert like(pixels[place[1], place[0]], colour), (dx, dy)
    words = "found => strayWords(strays({ data: Float32Array.from(found), shape: [found.length / 2, 2] }, 1))"
    both = page.evaluate(words, [30, 0, 0, -4.5e5])
    assert both == ["2 of 2 generated points lie outside,", "30 to 4.5e5 from the middle"]
    assert page.evaluate(words, [0.5, 0, 0, 1]) == []
    assert page.evaluate(words, [0.0] * 20 + [3, 3]) == [], "one of eleven is marked, without words"
    assert page.evaluate(words, ["NaN", 0, 1, 1])[0] == "1 of 2 generated points"


def test_samples_that_have_left_do_not_leave_the_picture_empty(page):
    run = Run(PRESETS["divergence"])
    for _ in range(30):
        run.train_step()
    assert run.sample(256).abs().amax(1).min() > views.extent(run.target), "all points have left"
    line = Run(Recipe(data="two_gaussians"))
    with torch.no_grad():
        list(line.players.G.parameters())[-1].fill_(50.0)
    for each in (run, line):
        assert count(shown(page, each), paper.PALETTE["light"]["fake"]) > 30


MARKS = [[100, "lr G 0.1"], [900, "lr D 0.2"], [950, "lr G 0.3"], [1000, "strength 0.5"]]


def curves(page, arrays, step=1000, marks=(), k=8):
    """Draw curves by hand: arrays {name: rows}."""
    told = {name: {"data": np.ravel(rows).tolist(), "shape": list(np.shape(rows))} for name, rows in arrays.items()}
    header = {"step": step, "marks": list(marks)}
    sketchpad.draw(page, "drawCurves", {"header": {"k": k}, "arrays": {}}, {"header": header, "arrays": told})
    return sketchpad.pixels(page)


def test_the_words_of_a_moved_knob_never_lie_on_a_curve(page):
    rows = [[step, 4, 0.5] for step in range(0, 1001, 50)]
    bare, marked = (curves(page, {"modes_curve": rows}, marks=marks) for marks in ((), MARKS))
    above = len(marked) - len(bare)
    assert 13 <= above <= 60, "rows of words above the panel"
    ink = paper.PALETTE["light"]["ink"]
    words = marked[:above]
    assert like(words, ink, 60).sum() > 100, "the words are there"
    late = marked[above + 20 : above + 90, SIZE - 120 : SIZE - 40]  # the last quarter of the panel
    assert count(late, ink, 60) == 0, "something is written over it"
    assert count(late, paper.PALETTE["light"]["first"], 30) > 40, "the curve is gone"
    assert page.evaluate("([marks]) => placeMarks(document.getElementById('pad').getContext('2d'), marks,"
                         " { x: 36, y: 18, w: 328, h: 76 }, 1000).labels.length", [MARKS]) == 4  # fmt: skip


@pytest.mark.parametrize(("far", "near", "low", "high"), [(2.1e6, 3e5, 5, 6.5), (8e4, 1.2e4, 4, 5), (100, 100, 2, 2.5)])
def test_the_kernel_distance_has_a_scale_from_the_data(page, far, near, low, high):
    rows = [[step, 9, math.log10(far + (near - far) * step / 1000)] for step in range(0, 1001, 50)]
    pixels = curves(page, {"digits_curve": rows})
    ends = "([data]) => decades({ data: Float32Array.from(data), shape: [data.length / 3, 3] })"
    assert page.evaluate(ends, [np.ravel(rows).tolist()]) == [low, high]
    height, _ = like(pixels[18:, 40 : SIZE - 40], paper.PALETTE["light"]["second"], 30).nonzero()
    drop = 76 * math.log10(far / near) / (high - low)
    assert np.ptp(height) == pytest.approx(drop, abs=6)


def test_numbers_beside_curves_can_be_read(page):
    page.evaluate("""() => { const pen = document.getElementById('pad').getContext('2d'); window.painted = [];
      const old = pen.fillText.bind(pen);
      pen.fillText = (text, ...at) => { painted.push([String(text), pen.fillStyle]); old(text, ...at); }; }""")
    curves(page, {"modes_curve": [[0, 1, 0], [1000, 8, 1]], "loss_curve": [[0, 1.39, 0.69], [1000, 1.2, 0.9]]})
    colours = dict(page.evaluate("() => painted"))
    assert {"8", "1", "1,000", "step 0"} <= set(colours)
    assert set(colours.values()) <= {paper.PALETTE["light"][name] for name in ("ink", "faint")}


def test_the_words_of_a_level_do_not_lie_on_the_losses(page):
    rows = [[step, 1.2, 0.9] for step in range(0, 1001, 50)]
    told = {"loss_curve": {"data": np.ravel(rows).tolist(), "shape": [21, 3]}}
    header = {"step": 1000, "marks": [], "levels": [1.386, 0.693]}
    sketchpad.draw(page, "drawCurves", {"header": {}, "arrays": {}}, {"header": header, "arrays": told})
    pixels, ink = sketchpad.pixels(page), paper.PALETTE["light"]["ink"]
    assert count(pixels[20:92, 40 : SIZE - 40], ink, 60) == 0
    assert count(pixels[20:98, SIZE - 35 :], ink, 60) > 20, "the loss stands in the margin"
