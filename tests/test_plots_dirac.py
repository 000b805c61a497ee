"""The pictures of the Dirac-GAN draw what `dirac` computes, and say in words what they draw."""

import numpy as np
import pytest

from gan_edu import dirac, plots_dirac
from gan_edu.plots_dirac import NEAR, explore, explore_eigenvalues, spoken, words_of


def ending(**settings):
    return words_of(dirac.trajectory(**settings).norm(dim=1).numpy())


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"method": "saturating"}, "moves outwards"),
        ({"method": "saturating", "updates": "alternating"}, "goes round and round"),
        ({"method": "wasserstein"}, "runs away"),
        ({"method": "wasserstein", "updates": "alternating"}, "goes round and round"),
        ({"method": "wgan_gp"}, "goes round and round"),
        ({"method": "clip", "updates": "alternating"}, "goes round and round"),
        ({"method": "non_saturating"}, "moves inwards"),
        ({"method": "saturating", "r1": 0.3}, "comes to rest"),
        ({"method": "consensus"}, "comes to rest"),
        ({"method": "extragradient"}, "comes to rest"),
    ],
)
def test_words_of_a_trajectory(settings, words):
    assert ending(**settings) == words


def test_words_where_numbers_end():
    assert words_of(np.array([1.0] * 9 + [np.nan])) == "runs away"
    assert words_of(np.full(10, NEAR / 2)) == "comes to rest"


@pytest.mark.parametrize("updates", list(dirac.UPDATES))
@pytest.mark.parametrize("method", list(dirac.METHODS))
def test_the_picture_shows_the_trajectory_and_the_field(method, updates):
    figure, alt, numbers = explore(method, updates, 0.3, 0.1)
    left, right = figure.axes
    path = dirac.trajectory(method, updates, 0.3, 0.1)
    radius = path.norm(dim=1)
    start = next(line for line in left.lines if line.get_label() == "start")
    assert start.get_xydata().tolist() == [list(dirac.START)]
    inside = path.numpy()[np.abs(path.numpy()).max(1) < 4 * plots_dirac.EDGE]
    assert np.allclose(left.lines[1].get_xydata(), inside)
    assert np.allclose(right.lines[0].get_ydata()[0], float(radius[0]))
    arrows = left.collections[0]
    theta, psi = arrows.XY.T
    for k in (3, 40, 200):
        v = dirac.vector_field(method, 0.1, 0.3)(path.new_tensor(theta[k]), path.new_tensor(psi[k]))
        assert np.arctan2(arrows.V[k], arrows.U[k]) == pytest.approx(np.arctan2(float(v[1]), float(v[0])), abs=1e-9)
    assert dirac.METHODS[method].words in alt
    for words in (alt, numbers):
        assert f"{float(radius[-1]):.3g}" in words
        assert words_of(radius.numpy()) in words


def test_eigenvalues_are_drawn_inside_the_disc_where_steps_come_nearer():
    figure, alt, numbers = explore_eigenvalues("saturating", 0.2, 0.3)
    (dots,) = [line for line in figure.axes[0].lines if line.get_label() == "eigenvalues"]
    assert np.allclose(dots.get_xydata(), [[-0.15, 0.47697], [-0.15, -0.47697]], atol=1e-5)
    (disc,) = figure.axes[0].patches
    assert (disc.center, disc.radius) == ((-5.0, 0), 5.0)
    assert "inside the disc" in alt
    assert "not inside" not in alt
    assert "-0.15 + 0.477i" in numbers
    assert "66 steps" in numbers
    assert f"{dirac.growth('saturating', r1=0.3):.4f} (simultaneous)" in numbers


@pytest.mark.parametrize(
    ("method", "h", "r1"), [("saturating", 0.2, 0.0), ("saturating", 1.0, 2.5), ("wasserstein", 0.5, 0)]
)
def test_inside_the_disc_means_that_steps_shrink(method, h, r1):
    """|1 + hλ| < 1 is the disc of radius 1/h around -1/h: drawn and said alike."""
    figure, alt, _ = explore_eigenvalues(method, h, r1)
    (disc,) = figure.axes[0].patches
    distance = max(abs(root - complex(*disc.center)) for root in dirac.eigenvalues(method, r1, h))
    assert (distance < disc.radius - 1e-12) == ("not inside" not in alt)


def test_a_field_that_jumps_is_said_to():
    _, alt, numbers = explore_eigenvalues("wgan_gp")
    assert "jumps at rest" in numbers
    assert "jumps at rest" in alt


@pytest.mark.parametrize(
    ("number", "words"),
    [(complex(-0.5, 0), "-0.5"), (0.5j, "0.5i"), (-0.15 - 0.47697j, "-0.15 - 0.477i"), (complex(-0.0, -1), "-1i")],
)
def test_complex_numbers_in_words(number, words):
    assert spoken(number) == words
