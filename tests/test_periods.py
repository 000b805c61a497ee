"""A period is found where there is one; noise with a memory is taken for one in about 1 % of cases."""

import math

import numpy as np
import pytest

from gan_edu.periods import MIN_POINTS, NONE, noise_line, strongest_period


def ar1(a, n, series, rng):
    """Autoregressive noise (n, series), past its start."""
    x = np.zeros((n + 200, series))
    for i in range(1, len(x)):
        x[i] = a * x[i - 1] + rng.standard_normal(series)
    return x[200:]


def test_the_line_is_the_99th_percentile_of_the_highest_of_m_exponentials():
    highest = np.random.default_rng(0).exponential(size=(200_000, 30)).max(1)
    assert noise_line(30) == pytest.approx(np.quantile(highest, 0.99), abs=0.1)


@pytest.mark.parametrize("a", [0.0, 0.5, 0.9])
def test_noise_is_rarely_taken_for_a_period(a):
    rng = np.random.default_rng(1)
    found = sum(strongest_period(ar1(a, 90, 3, rng)).is_real for _ in range(1000))
    assert found <= 20  # 1 % of 1,000 is 10, with a standard deviation of 3


@pytest.mark.parametrize(("a", "low", "high"), [(0.0, 0.001, 0.02), (0.5, 0.15, 0.3), (0.8, 0.65, 0.79)])
def test_the_line_alone_holds_for_white_noise_only(a, low, high):
    """Lesson 06: over a spectrum's own mean, noise that remembers crosses the line of white noise, at .8 in 72 %."""
    x = ar1(a, 90, 1500, np.random.default_rng(6))
    power = np.abs(np.fft.rfft(x - x.mean(0), axis=0))[3:-1] ** 2
    crossed = (power / power.mean(0)).max(0) > noise_line(len(power))
    assert low <= crossed.mean() <= high


@pytest.mark.parametrize("a", [0.0, 0.5, 0.8])
def test_against_noise_of_the_same_memory_about_one_series_in_a_hundred_crosses(a):
    x = ar1(a, 90, 1500, np.random.default_rng(7))
    found = sum(strongest_period(x[:, [i]]).is_real for i in range(x.shape[1]))
    assert 2 <= found <= 27  # 1 % of 1,500 is 15, with a standard deviation of 4


@pytest.mark.parametrize("length", [4.5, 10, 29])
def test_a_sine_in_noise_is_found_with_its_length_and_amplitude(length):
    rng, t = np.random.default_rng(2), np.arange(90)
    series = np.column_stack([ar1(0.5, 90, 1, rng)[:, 0] * 0.2, 3 * np.sin(2 * math.pi * t / length) + 0.1 * t])
    period = strongest_period(series)
    assert period.is_real
    assert period.length == pytest.approx(length, rel=0.1)
    assert period.amplitude == pytest.approx(3, rel=0.3)


def test_a_point_that_circles_is_found_where_neither_of_its_coordinates_would_do():
    rng, t = np.random.default_rng(3), np.arange(90)
    circle = np.column_stack([np.cos(2 * math.pi * t / 11.25), np.sin(2 * math.pi * t / 11.25)])  # 8 times round
    found, alone = 0, 0
    for _ in range(60):
        point = 0.9 * circle + ar1(0.5, 90, 2, rng)
        period = strongest_period(point, point)
        found += period.is_real and abs(period.length - 11.25) < 0.01
        alone += strongest_period(point).is_real
    assert found >= 40
    assert alone <= 0.7 * found
    clean = strongest_period(circle, circle)
    assert clean.amplitude == pytest.approx(1, rel=0.02)  # the circle's radius


@pytest.mark.parametrize("a", [0.0, 0.5, 0.9])
def test_a_point_that_only_wanders_is_rarely_taken_for_one_that_circles(a):
    rng = np.random.default_rng(4)
    points = (ar1(a, 90, 3, rng) for _ in range(1000))
    assert sum(strongest_period(x, x[:, 1:]).is_real for x in points) <= 20


def test_nothing_is_found_where_nothing_can_be():
    t = np.arange(90)[:, None]
    assert strongest_period(np.sin(t[: MIN_POINTS - 1])) == NONE
    assert strongest_period(np.ones((90, 2))) == NONE
    assert strongest_period(np.where(t == 5, np.nan, t)) == NONE
    assert not strongest_period(0.1 * t).is_real
    assert not strongest_period(np.sin(2 * math.pi * t / 60)).is_real  # one and a half cycles are a drift
