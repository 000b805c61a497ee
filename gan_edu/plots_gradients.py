"""The picture of lesson 04's explorer: how strongly each loss pulls a sample, at every distance from the data."""

import math

import matplotlib
from matplotlib.figure import Figure

from gan_edu import theory
from gan_edu.plots import FAKE, REAL

LOWEST = 1e-12  # pulls below are cut off


def explore(d=4.0):
    """Real N(0, 1) and generated N(d, 1) with the best discriminator, beside the pull of both losses at each place.

    d: distance of the means, 0.2 to 10. Returns (Figure, a text that stands for the picture, a line of numbers).
    Taught in notebooks/04.
    """
    x = theory.line(-4, 14, 721)
    log_p, log_q, t = theory.log_normal(x), theory.log_normal(x, d), d * (d / 2 - x)  # (n,) each; t = D*'s logit
    saturating, non_saturating = d * t.sigmoid(), d * (-t).sigmoid()  # (n,) each; the slope of t is -d everywhere
    figure = Figure(figsize=(8.6, 3.7))
    left, right = figure.subplots(1, 2)
    figure.subplots_adjust(0.065, 0.135, 0.985, 0.91, wspace=0.17)
    _draw_densities(left, x, log_p, log_q, d)
    _draw_pulls(right, x, saturating, non_saturating, d)
    mean_sat, mean_ns = theory.mean_gradients(d)
    ratio = theory.gradient_ratio(d)
    numbers = (f"at the generated mean: D* = {1 / (1 + math.exp(d * d / 2)):.3g}, saturating / non-saturating = "
               f"{ratio:.3g} · mean pull: saturating {mean_sat:.3g}, non-saturating {mean_ns:.3g}")  # fmt: skip
    alt = (f"Real data around 0, generated data around {d:g}, and a best discriminator that falls from 1 to 0 "
           f"half-way. Where the generated data lies, the non-saturating loss pulls with {mean_ns:.3g} on average, "
           f"the saturating loss with {mean_sat:.3g}; at its mean their ratio is {ratio:.3g}.")  # fmt: skip
    return figure, alt, numbers


def _draw_densities(axes, x, log_p, log_q, d):
    ink = matplotlib.rcParams["text.color"]
    axes.fill_between(x, log_p.exp(), color=REAL, alpha=0.45, label="real")
    axes.fill_between(x, log_q.exp(), color=FAKE, alpha=0.45, hatch="//", label="generated")
    axes.plot(x, 0.45 * theory.optimal_discriminator(log_p, log_q), c=ink, ls="--", label="D* (from 0 to 1)")
    axes.axvline(d, c=FAKE, ls=":", lw=1)
    axes.set(ylim=(0, 0.52), yticks=[], xlabel="x", title="Data, samples, and the best discriminator")
    axes.legend(loc="upper right", fontsize=8)


def _draw_pulls(axes, x, saturating, non_saturating, d):
    axes.semilogy(x, non_saturating.clamp(min=LOWEST), c=REAL, label="non-saturating")
    axes.semilogy(x, saturating.clamp(min=LOWEST), c=FAKE, ls="--", label="saturating")
    axes.axvspan(d - 2, d + 2, color=FAKE, alpha=0.15, label="here the samples lie")
    axes.axvline(d, c=FAKE, ls=":", lw=1)
    axes.set(ylim=(LOWEST, 100), xlabel="x", title="How strongly each loss pulls a sample at x")
    axes.legend(loc="lower left", fontsize=8)
    axes.grid(alpha=0.4)
