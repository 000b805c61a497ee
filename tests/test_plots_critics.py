"""The pictures of lesson 08 draw what `theory` and `critics` compute, and say it in words."""

import math

import numpy as np
import pytest

from gan_edu import critics, plots_critics, theory
from gan_edu.plots_critics import FARTHEST, SHAPES, apart, distances, held, slope_of_js


@pytest.mark.parametrize(("d", "js"), [(1, 0.111421), (2, 0.336831), (4, 0.632720), (8, 0.693054)])
def test_distances_of_bumps_by_table_and_by_scale(d, js):
    assert distances("bumps", d) == pytest.approx((js, d), abs=1e-5)
    assert distances("narrow", 0.2 * d) == pytest.approx((js, 0.2 * d), abs=1e-5)
    assert distances("points", d) == (math.log(2), d)


@pytest.mark.parametrize("shape", list(SHAPES))
def test_nothing_lies_between_equal_shapes(shape):
    assert distances(shape, 0) == pytest.approx((0, 0), abs=1e-9)
    assert slope_of_js(shape, 0) == 0


@pytest.mark.parametrize("d", [0.5, 2, 5])
def test_the_slope_of_js_is_half_the_mean_saturating_gradient(d):
    """V(D*, G) = 2 JS - ln 4, and moving G moves V by the gradient of its own loss (the envelope theorem)."""
    assert slope_of_js("bumps", d) == pytest.approx(theory.mean_gradients(d)[0] / 2, rel=5e-3)


@pytest.mark.parametrize("shape", list(SHAPES))
def test_apart_draws_both_measures_over_the_shift(shape):
    figure, alt, numbers = apart(3.0, shape)
    _, middle, right = figure.axes
    for axes, place in ((middle, 0), (right, 1)):
        curve, dot = axes.lines[:2]
        shifts, heights = curve.get_data()
        assert [shifts[0], shifts[-1]] == [0, FARTHEST]
        assert heights[20] == pytest.approx(distances(shape, shifts[20])[place])
        assert (float(dot.get_xdata()[0]), float(dot.get_ydata()[0])) == (3, pytest.approx(distances(shape, 3)[place]))
    js, w1 = distances(shape, 3.0)
    for words in (alt, numbers):
        assert f"{js:.3f}" in words
        assert f"{w1:.2f}" in words


@pytest.mark.parametrize(("how", "weight"), [("clip", 0.1), ("wgan_gp", 10.0)])
def test_held_draws_the_critic_and_its_weights(how, weight):
    figure, alt, numbers = held(how, 0.1, 2.0)
    D = critics.fit(2.0, penalty=how, weight=weight, updates=plots_critics.UPDATES)
    score, slope_one = (line.get_ydata() for line in figure.axes[0].lines)
    drawn = np.abs(np.diff(score)).max() / np.abs(np.diff(slope_one)).max()
    assert drawn == pytest.approx(critics.steepest(D, 2.0), rel=0.02)
    counted = sum(bar.get_height() for bar in figure.axes[1].patches)
    assert counted == len(critics.weights_of(D)) == 1153
    assert f"{critics.gain(D, 2.0):.3g}" in numbers
    assert f"{critics.steepest(D, 2.0):.3g}" in alt
    assert ("of the weights at ±c" in numbers) == (how == "clip")
