"""The explorers' pictures of lessons 01 and A. Each takes what the controls say and returns (Figure, a sentence that
stands for the picture, a short line of numbers), as `explorer` wants it. Colours follow the page's theme.
"""

import numpy as np
import torch

from gan_edu import theory
from gan_edu.mixtures import TARGETS
from gan_edu.optimisers import adam
from gan_edu.paper import panels

LINE = theory.line(-6, 6, 2401)
REAL = TARGETS["two_gaussians"]
ADAM_STEPS, FALLS_AT = 1600, 100
FUNCTIONS = {"x": lambda x: x, "sin x": np.sin, "|x|": np.abs, "2 sin x": lambda x: 2 * np.sin(x),
             "x² / 4": lambda x: x**2 / 4, "steep step": lambda x: np.tanh(4 * x)}  # fmt: skip


def forger(mean, width, weight):
    """Real numbers from two bumps, a generator with one bump at -1 and one of its own, and the best discriminator.

    mean, width, weight: of the generator's own bump. Taught in notebooks/01.
    """
    log_p = REAL.log_prob(LINE[:, None])
    log_q = theory.log_mixture(LINE, [-1, mean], [REAL.std, width], [1 - weight, weight])
    best = theory.optimal_discriminator(log_p, log_q)
    measures = (theory.best_value, theory.jensen_shannon, theory.w1)
    V, js, w1 = (round(measure(log_p, log_q, LINE), 3) + 0.0 for measure in measures)
    figure, (left, right) = panels(2)
    left.plot(LINE, log_p.exp(), "C0", label="real, p")
    left.fill_between(LINE, log_q.exp(), color="C1", alpha=0.5, label="generated, q")
    right.plot(LINE, best, "C2")
    right.axhline(0.5, ls=":", c="C2")
    left.set(xlim=(-2.5, 5), ylim=(0, 1.8), title="the two densities", xlabel="x")
    right.set(xlim=(-2.5, 5), ylim=(0, 1.03), title="the best expert, D* (dotted: ½)", xlabel="x")
    left.legend()
    there = float(best[(LINE - mean).abs().argmin()])
    alt = (f"Generated bumps at -1 and {mean:.1f}, the second {width:.2f} wide with {weight:.0%} of the numbers. "
           f"D* at {mean:.1f} is {there:.2f}.")  # fmt: skip
    numbers = f"D*({mean:.1f}) = {there:.3f} · V(D*, G) = {V:.3f} = −ln 4 + 2 × {js:.3f} · earth mover's {w1:.2f}"
    return figure, alt, numbers


def sigmoid(t):
    """The sigmoid and the loss -ln σ, with a dot at the logit t. Taught in notebooks/A."""
    ticks = np.linspace(-8, 8, 200)
    probability, loss = 1 / (1 + np.exp(-t)), float(np.logaddexp(0, -t))
    figure, (left, right) = panels(2)
    for axes, curve, height in ((left, 1 / (1 + np.exp(-ticks)), probability),
                                (right, np.logaddexp(0, -ticks), loss)):  # fmt: skip
        axes.plot(ticks, curve)
        axes.plot(t, height, "o", c="C1", ms=9)
        axes.grid()
    left.set(title="the sigmoid σ(t)", xlabel="logit t", ylim=(-0.03, 1.03))
    right.set(title="the loss −ln σ(t)", xlabel="logit t")
    alt = f"At logit {t:.2f} the probability is {probability:.3f} and the loss {loss:.3f}."
    return figure, alt, f"σ({t:.2f}) = {probability:.3f} · −ln σ({t:.2f}) = {loss:.3f}"


def expectation(share, large, n):
    """Two losses with their shares and their expectation; beside them the means of 400 batches of n samples.

    share: of the samples with the loss `large`; the others have 0.1. Taught in notebooks/A.
    """
    n = int(n)
    mean, spread = (1 - share) * 0.1 + share * large, abs(large - 0.1) * np.sqrt(share * (1 - share))
    draws = np.random.default_rng(0).random((400, n)) < share
    figure, (left, right) = panels(2)
    left.bar([0.1, large], [1 - share, share], width=0.3)
    left.axvline(mean, c="C1", ls="--", label="expectation")
    right.hist(np.where(draws, large, 0.1).mean(1), bins=30)
    right.axvline(mean, c="C1", ls="--")
    left.set(title="how often each loss comes", xlabel="loss of one sample", xlim=(-0.3, 10.3), ylim=(0, 1))
    right.set(title=f"means of 400 batches of {n}", xlabel="mean of a batch")
    left.legend()
    alt = f"{share:.0%} of the samples have the loss {large:g}, the others 0.1. Their expectation is {mean:.3f}."
    sums = f"{1 - share:.2f} × 0.1 + {share:.2f} × {large:g} = {mean:.3f}"
    return figure, alt, f"{sums} · a batch wobbles by {spread / np.sqrt(n):.3f}"


def divergences(d, width):
    """N(0, 1) and N(d, width²), and the Jensen-Shannon divergence over their distance. Taught in notebooks/A."""
    x = theory.line(-8, 16, 1201)
    log_p, log_q = theory.log_normal(x), theory.log_normal(x, d, width)
    one, other = theory.kullback_leibler(log_p, log_q, x), theory.kullback_leibler(log_q, log_p, x)
    both = theory.jensen_shannon(log_p, log_q, x)
    steps = np.linspace(0, 6, 31)
    figure, (left, right) = panels(2)
    left.plot(x, log_p.exp(), label="p")
    left.plot(x, log_q.exp(), ls="--", label="q")
    right.plot(steps, [theory.jensen_shannon(log_p, theory.log_normal(x, s, width), x) for s in steps], "C2")
    right.axhline(theory.LN2, c="C2", ls=":", label="ln 2")
    right.plot(d, both, "o", c="C1", ms=9, label="now")
    left.set(xlim=(-4, 10), title="two densities", xlabel="x")
    right.set(title="Jensen-Shannon divergence", xlabel="distance of the means", ylim=(-0.02, 0.75))
    left.legend()
    right.legend(loc="lower right")
    alt = f"Two Gaussians, {d:g} apart, of width 1 and {width:g}: KL {one:.2f} and {other:.2f}, JS {both:.3f}."
    return figure, alt, f"KL(p‖q) = {one:.2f} · KL(q‖p) = {other:.2f} · JS = {both:.3f} of at most 0.693"


def adam_steps(factor, beta2):
    """The length of Adam's steps, learning rate 0.01, when the gradient falls from 1 to `factor` at step 100.

    Taught in notebooks/A.
    """
    lengths = adam_lengths(factor, float(beta2))
    figure, (axes,) = panels(1)
    axes.semilogy(range(1, ADAM_STEPS + 1), lengths, label="Adam")
    plain = [0.01, 0.01, 0.01 * factor, 0.01 * factor]
    axes.semilogy([1, FALLS_AT, FALLS_AT, ADAM_STEPS], plain, "--", label="gradient descent")
    axes.set(title="length of a step (learning rate 0.01)", xlabel="step", ylim=(1e-9, 0.1))
    axes.legend(loc="lower left")
    axes.grid()
    alt = f"The gradient falls to {factor:g}. Adam's step falls with it, and at the end it is {lengths[-1]:.2g}."
    return figure, alt, f"length at step {ADAM_STEPS:,}: Adam {lengths[-1]:.2g}, gradient descent {plain[-1]:.2g}"


def adam_lengths(factor, beta2):
    """How far a weight moves in each of the steps, by the course's own Adam. Taught in notebooks/A."""
    weight, state = torch.zeros(1), {"m": torch.zeros(1), "v": torch.zeros(1)}
    gradients, lengths = torch.tensor([[1.0], [factor]]), []
    for t in range(1, ADAM_STEPS + 1):
        weight.zero_()
        adam(weight, gradients[int(t > FALLS_AT)], state, 0.01, t, 0.5, beta2)
        lengths.append(abs(weight.item()))
    return lengths


def cone(name, place):
    """A function of FUNCTIONS with a cone of slope 1 at a place, which it leaves where it is steeper.

    Taught in notebooks/A.
    """
    ticks = np.linspace(-5, 5, 1001)
    values, height = FUNCTIONS[name](ticks), float(FUNCTIONS[name](np.array(place)))
    steepest = float(np.abs(np.gradient(values, ticks)).max())
    reach = np.abs(ticks - place)
    figure, (axes,) = panels(1)
    axes.fill_between(ticks, height - reach, height + reach, alpha=0.15, label="cone of slope 1")
    axes.plot(ticks, values, label=name)
    axes.plot(place, height, "o", c="C1", ms=9)
    axes.set(ylim=(-5, 5), xlim=(-5, 5), xlabel="x")
    axes.legend(loc="upper left")
    stays = bool((np.abs(values - height) <= reach + 1e-9).all())
    words = "stays inside the cone" if stays else "leaves the cone"
    alt = f"The graph of {name} with a cone of slope 1 at {place:g}: it {words}."
    return figure, alt, f"steepest slope here: {steepest:.2f} · the graph {words}"


def spiral(a, b, h):
    """200 steps that each multiply by λ = 1 + h(a + ib), and λ beside the circle |λ| = 1. Taught in notebooks/A."""
    root = 1 + h * complex(a, b)
    path = root ** np.arange(200)  # turning and stretching a point of the plane is multiplying by a complex number
    circle = np.exp(2j * np.pi * np.linspace(0, 1, 200))
    figure, (left, right) = panels(2)
    left.plot(path.real, path.imag, ".-", c="C1", lw=0.8, ms=3)
    left.plot(1, 0, "o", c="C1", ms=8, label="start")
    left.plot(0, 0, "+", c="C0", ms=12, mew=2, label="rest")
    right.plot(circle.real, circle.imag, "C2", label="|λ| = 1")
    right.plot([root.real] * 2, [root.imag, -root.imag], "o", c="C1", ms=8, label="λ")
    for axes, title in ((left, "200 steps"), (right, "the eigenvalues of one step")):
        axes.set(xlim=(-2, 2), ylim=(-1.5, 1.5), aspect="equal", title=title)
        axes.legend(loc="upper left")
    size = abs(root)
    way = "inwards" if size < 1 - 1e-9 else "outwards" if size > 1 + 1e-9 else "round"
    alt = f"With eigenvalues {root.real:.3f} ± {root.imag:.3f} i the path goes {way}."
    return figure, alt, f"λ = {root.real:.3f} ± {root.imag:.3f} i · |λ| = {size:.4f}: the path goes {way}"
