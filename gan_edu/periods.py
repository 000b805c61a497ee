"""Is there a period in a short noisy series? Its spectrum is held against that of noise with the same memory.

The noise is first-order autoregressive, AR(1): x[i] = a·x[i-1] + white noise. Its spectrum is known, and at every
frequency a periodogram of such noise is that spectrum times an exponential variable of mean 1. Hence the 99 % line of
the highest of m peaks, in closed form: the surrogate series need not be drawn.
Names: x = series (n,) at even spacing, a = its autocorrelation at lag 1, m = frequencies looked at.
"""

from dataclasses import dataclass

import numpy as np

MIN_POINTS = 24
MIN_CYCLES = 3  # fewer than three repetitions is a drift, not a period
CONFIDENCE = 0.99


@dataclass(frozen=True)
class Period:
    """A spectral peak: `height` over the noise's spectrum, the `line` that 99 % of noise stays below, `length` of one
    cycle in points, `amplitude` of its sine in the series' unit.
    """

    height: float
    line: float
    length: float
    amplitude: float

    @property
    def is_real(self):
        """Whether the peak stands above the 99 % line."""
        return self.height > self.line


NONE = Period(0.0, np.inf, np.inf, 0.0)


def noise_line(m):
    """Height that the highest of m peaks of AR(1) noise exceeds in 1 % of cases: 1 - (1 - exp(-h))^m = .01.

    Taught in notebooks/06.
    """
    return float(-np.log1p(-(CONFIDENCE ** (1 / m))))


def strongest_period(columns, plane=None):
    """The highest peak over the noise's spectrum among series (n, series), each freed of its straight trend.

    plane: (n, 2), a moving point, also read as x + iy: one that circles has all its power on one side of the spectrum,
    above noise that spreads over both; `amplitude` is then the circle's radius. Returns a Period, NONE where
    n < MIN_POINTS or nothing moves. Taught in notebooks/06.
    """
    x = np.asarray(columns, dtype=float)
    n = len(x)
    if plane is not None:
        x = np.column_stack([x, np.asarray(plane, dtype=float) @ [1, 1j]])
    if n < MIN_POINTS or not np.isfinite(x).all():
        return NONE
    x = x - _trend(x)
    moves = x.var(0) > 1e-12
    if not moves.any():
        return NONE
    circles = (np.arange(x.shape[1]) == x.shape[1] - 1)[moves] & (plane is not None)
    cycles = np.arange(MIN_CYCLES, (n - 1) // 2 + 1)
    power = np.abs(np.fft.fft(x[:, moves], axis=0)[np.append(cycles, -cycles)]) ** 2 / n  # (2 m, series)
    height = power / _noise_spectrum(x[:, moves], np.append(cycles, cycles) / n)
    height[len(cycles) :, ~circles] = 0  # both sides of a real series say the same
    place, series = np.unravel_index(height.argmax(), height.shape)
    limit = noise_line(np.count_nonzero(height))
    return Period(float(height.max()), limit, float(n / np.append(cycles, cycles)[place]),
                  float((1 if circles[series] else 2) * np.sqrt(power[place, series] / n)))  # fmt: skip


def _trend(x):
    t = np.linspace(-1, 1, len(x))[:, None]
    return x.mean(0) + t * (t * x).sum(0) / (t**2).sum()


def _noise_spectrum(x, frequency):
    """The AR(1) spectrum with each series' variance and lag-1 autocorrelation, (frequencies, series)."""
    a = np.clip((x[1:] * x[:-1].conj()).sum(0).real / (np.abs(x) ** 2).sum(0), 0, 0.99)  # (series,)
    return x.var(0) * (1 - a**2) / (1 - 2 * a * np.cos(2 * np.pi * frequency[:, None]) + a**2)
