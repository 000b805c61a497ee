"""The explorers' pictures: what they say and draw against closed forms, scipy and PyTorch, over the sliders' ranges."""

import math
import re

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from scipy import special, stats

from gan_edu import sketches


def numbers(text):
    """The numbers in a text, in order."""
    return [
        float(found.replace("−", "-").replace(",", "")) for found in re.findall(r"[-−]?\d[\d,]*\.?\d*(?:e-?\d+)?", text)
    ]


def shown(answer):
    """What a sketch returned, once its figure has been drawn: (axes, alt, line of numbers)."""
    figure, alt, line = answer
    assert isinstance(figure, Figure)
    figure.draw_without_rendering()
    return figure.axes, alt, line


@pytest.mark.parametrize("t", [-8, -1.25, 0, 3, 8])
def test_sigmoid(t):
    (left, right), alt, line = shown(sketches.sigmoid(t))
    expected = special.expit(t), -special.log_expit(t)
    assert numbers(line)[1] == pytest.approx(expected[0], abs=6e-4)
    assert numbers(line)[3] == pytest.approx(expected[1], abs=6e-4)
    for axes, height in ((left, expected[0]), (right, expected[1])):
        assert [float(axes.lines[1].get_xdata()[0]), float(axes.lines[1].get_ydata()[0])] == pytest.approx([t, height])
    assert f"{expected[0]:.3f}" in alt


@pytest.mark.parametrize(("share", "large", "n"), [(0.1, 5, 64), (0.0, 1, 4), (0.5, 10, 1024)])
def test_expectation(share, large, n):
    (left, right), alt, line = shown(sketches.expectation(share, large, float(n)))
    mean = 0.1 + share * (large - 0.1)
    assert numbers(line)[-2:] == pytest.approx([mean, abs(large - 0.1) * math.sqrt(share * (1 - share) / n)], abs=6e-4)
    assert left.lines[0].get_xdata()[0] == pytest.approx(mean)
    assert f"{mean:.3f}" in alt
    bars = [(bar.get_x() + bar.get_width() / 2, bar.get_height()) for bar in right.patches]
    assert sum(height for _, height in bars) == 400
    if share:
        drawn_mean = sum(x * height for x, height in bars) / 400
        assert drawn_mean == pytest.approx(mean, abs=large / math.sqrt(400 * n) * 2 + 0.05)


@pytest.mark.parametrize(("d", "width"), [(0, 1), (2, 1), (6, 0.4), (3, 2)])
def test_divergences(d, width):
    (_, right), alt, line = shown(sketches.divergences(d, width))
    p_to_q = math.log(width) + (1 + d**2) / (2 * width**2) - 0.5
    q_to_p = -math.log(width) + (width**2 + d**2) / 2 - 0.5
    p, q = stats.norm(0, 1), stats.norm(d, width)
    x = np.linspace(-20, 30, 200_001)
    middle = (p.pdf(x) + q.pdf(x)) / 2
    js = np.trapezoid(special.rel_entr(p.pdf(x), middle) + special.rel_entr(q.pdf(x), middle), x) / 2
    assert numbers(line)[:3] == pytest.approx([p_to_q, q_to_p, js], abs=6e-3)
    assert f"{js:.3f}" in alt
    assert float(right.lines[2].get_ydata()[0]) == pytest.approx(js, abs=1e-6)
    curve = dict(zip(right.lines[0].get_xdata().round(6), right.lines[0].get_ydata(), strict=True))
    assert curve[d] == pytest.approx(js, abs=1e-6)


@pytest.mark.parametrize(("factor", "beta2"), [(1e-3, 0.99), (1e-6, 0.9), (1.0, 0.999)])
def test_adam_moves_as_torchs_does(factor, beta2):
    weight = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.Adam([weight], lr=0.01, betas=(0.5, beta2))
    expected = []
    for step in range(1, sketches.ADAM_STEPS + 1):
        before = weight.item()
        weight.grad = torch.full((1,), 1.0 if step <= 100 else factor)
        optimiser.step()
        expected.append(abs(weight.item() - before))
        weight.data.zero_()
    assert sketches.adam_lengths(factor, beta2) == pytest.approx(expected, rel=1e-3)


def test_adams_step_comes_back_to_its_length_and_gradient_descents_does_not():
    _, alt, line = shown(sketches.adam_steps(1e-3, "0.99"))
    v = 1e-6 + (1 - 0.99**100) * 0.99**1500  # what is left of the large gradients, beside the small ones
    assert numbers(line) == pytest.approx([1600, 0.01 * 1e-3 / math.sqrt(v), 1e-5], rel=0.02)
    lengths = sketches.adam_lengths(1e-3, 0.99)
    assert lengths[0] == pytest.approx(0.01, rel=1e-3)
    assert min(lengths) < 2e-5
    assert "0.001" in alt


@pytest.mark.parametrize(
    ("name", "slope"),
    [("x", 1), ("sin x", 1), ("|x|", 1), ("2 sin x", 2), ("x² / 4", 2.5), ("steep step", 4)],
)
def test_cone(name, slope):
    (axes,), alt, line = shown(sketches.cone(name, 0.0 if name != "x² / 4" else 2.0))
    assert numbers(line)[0] == pytest.approx(slope, abs=0.02)
    assert line.endswith("stays inside the cone" if slope <= 1 else "leaves the cone")
    assert name in alt
    x, y = axes.lines[0].get_data()
    assert np.abs(np.diff(y) / np.diff(x)).max() == pytest.approx(slope, abs=0.02)


@pytest.mark.parametrize(
    ("a", "b", "h", "way"),
    [(0, 1, 0.2, "outwards"), (-1, 1, 0.5, "inwards"), (0, 0, 0.1, "round"), (-0.5, 1, 1.0, "outwards")],
)
def test_spiral(a, b, h, way):
    (left, _), alt, line = shown(sketches.spiral(a, b, h))
    size = math.hypot(1 + h * a, h * b)
    assert numbers(line)[2] == pytest.approx(size, abs=6e-5)
    assert line.endswith(way)
    assert alt.endswith(f"{way}.")
    x, y = left.lines[0].get_data()
    radius = np.hypot(x, y)
    assert radius[1:50] / radius[:49] == pytest.approx(size)
    turn = np.array([[1 + h * a, -h * b], [h * b, 1 + h * a]])
    assert [x[3], y[3]] == pytest.approx(np.linalg.matrix_power(turn, 3) @ [1, 0])


@pytest.mark.parametrize(
    ("mean", "width", "weight"), [(1, 0.25, 1), (1, 0.25, 0.5), (4, 0.1, 1), (-1.5, 1, 0), (0, 0.5, 0.3)]
)
def test_forger(mean, width, weight):
    (left, right), alt, line = shown(sketches.forger(mean, width, weight))
    p = sum(stats.norm(m, 0.25).pdf(x := sketches.LINE.numpy()) for m in (-1, 1)) / 2
    q = (1 - weight) * stats.norm(-1, 0.25).pdf(x) + weight * stats.norm(mean, width).pdf(x)
    middle = (p + q) / 2
    js = np.trapezoid(special.rel_entr(p, middle) + special.rel_entr(q, middle), x) / 2
    found = numbers(line.replace("−ln 4", ""))
    assert found[2:] == pytest.approx([-math.log(4) + 2 * js, 2, js, found[-1]], abs=1.1e-3)
    w1 = np.trapezoid(np.abs(np.cumsum(p - q) * (x[1] - x[0])), x)
    assert found[-1] == pytest.approx(w1, abs=0.01)
    best = np.asarray(right.lines[0].get_ydata())
    seen = p + q > 1e-9
    assert best[seen] == pytest.approx((p / (p + q).clip(1e-300))[seen], abs=1e-9)
    assert f"D* at {mean:.1f} is" in alt
    assert np.asarray(left.lines[0].get_ydata()) == pytest.approx(p)
