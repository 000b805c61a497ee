"""Pictures of lesson 08's explorers: two distributions that move apart, and a critic whose slope is held in two ways.

Each returns (Figure, a sentence that stands for the picture, a short line of numbers). Colours follow the page's theme.
Names: d = distance of the two means, c = bound of the clipped weights, λ = weight of the gradient penalty.
"""

from functools import lru_cache

import torch

from gan_edu import critics, theory
from gan_edu.paper import ink, panels

SHAPES = {"bumps": "Bumps (Gaussians, width 1)", "narrow": "Narrow bumps (width 0.2)", "points": "Single points"}
WIDTHS = {"bumps": 1.0, "narrow": 0.2}
HOLDS = {"clip": "Weight clipping", "wgan_gp": "Gradient penalty"}
FARTHEST = 8.0
UPDATES = 300  # enough for the slopes of `held` to settle, and quick enough for a slider


@lru_cache(maxsize=256)
def distances(shape, d):
    """(Jensen-Shannon divergence, earth mover's distance) of two equal shapes, one shifted by d.

    Taught in notebooks/08.
    """
    d = abs(d)
    if shape == "points":
        return (theory.LN2 if d else 0.0), d
    width = WIDTHS[shape]
    x = theory.line(-8 * width, d + 8 * width, 3001)
    log_p, log_q = theory.log_normal(x, 0, width), theory.log_normal(x, d, width)
    return theory.jensen_shannon(log_p, log_q, x), theory.w1(log_p, log_q, x)


def apart(d, shape):
    """Real and generated numbers, the generated ones shifted by d, and both measures over the shift.

    shape: a name in SHAPES. Arjovsky et al. 2017, Example 1 and Fig. 1. Taught in notebooks/08.
    """
    js, w1 = distances(shape, d)
    figure, (left, middle, right) = panels(3, (9.6, 3.1))
    _draw_shapes(left, shape, d)
    shifts = [FARTHEST * i / 40 for i in range(41)]
    names = "Jensen-Shannon divergence", "earth mover's distance"
    for axes, place, now, title in zip((middle, right), (0, 1), (js, w1), names, strict=True):
        axes.plot(shifts, [distances(shape, s)[place] for s in shifts], "C2")
        axes.plot(d, now, "o", c="C1", ms=9)
        axes.set(title=title, xlabel="shift")
        axes.grid()
    middle.axhline(theory.LN2, ls=":", c="C2", label="ln 2")
    middle.set(ylim=(-0.03, 0.8))
    middle.legend(loc="lower right")
    slope = slope_of_js(shape, d)
    alt = (f"Generated numbers lie {d:.1f} to the right of the real ones. Jensen-Shannon {js:.3f}, slope {slope:.4f}; "
           f"earth mover's {w1:.2f}, slope {1 if d else 0}.")  # fmt: skip
    return figure, alt, f"JS {js:.3f}, its slope {slope:.4f} · earth mover's {w1:.2f}, its slope {1 if d else 0}"


def slope_of_js(shape, d, step=0.05):
    """How fast the Jensen-Shannon divergence grows with the shift; 0 at d = 0, its minimum. Taught in notebooks/08."""
    if shape == "points" or not d:
        return 0.0
    return (distances(shape, d + step)[0] - distances(shape, d - step)[0]) / (2 * step)


def _draw_shapes(axes, shape, d):
    if shape == "points":
        axes.vlines([0], 0, 1, colors="C0", lw=5, label="real")
        axes.vlines([d], 0, 1, colors="C1", lw=5, linestyles="--", label="generated")
    else:
        x = theory.line(-4, FARTHEST + 4, 1201)
        axes.plot(x, theory.log_normal(x, 0, WIDTHS[shape]).exp(), "C0", label="real")
        axes.fill_between(x, theory.log_normal(x, d, WIDTHS[shape]).exp(), color="C1", alpha=0.5, label="generated")
    axes.set(xlim=(-4, FARTHEST + 4), title="two distributions", xlabel="x", yticks=[])
    axes.set_ylim(0, 1.45 * axes.get_ylim()[1])  # room for the legend, wherever the generated numbers are
    axes.legend(loc="upper right")


@lru_cache(maxsize=64)
def _critic(how, weight, d):
    return critics.fit(d, penalty=how, weight=weight, updates=UPDATES)


def held(how, c, d):
    """A critic trained on N(0, 1) against N(d, 1), beside the histogram of all its weights.

    how: a name in HOLDS; c: the bound, used by clipping only; the penalty's weight is 10. Gulrajani et al. 2017,
    Fig. 1, in small. Taught in notebooks/08.
    """
    clipped = how == "clip"
    D = _critic(how, c if clipped else 10.0, d)
    weights, says, steep = critics.weights_of(D), critics.gain(D, d), critics.steepest(D, d)
    figure, (left, right) = panels(2, (8.4, 3.3))
    _draw_critic(left, D, d)
    right.hist(weights.numpy(), bins=61, range=(-1.02 * c, 1.02 * c) if clipped else None, color="C2")
    if clipped:
        for bound in (-c, c):
            right.axvline(bound, ls=":", c=ink())
    right.set(title=f"its {len(weights):,} weights", xlabel="value", ylabel="how many")
    piled = f" · {critics.share_at_bound(D, c):.0%} of the weights at ±c" if clipped else ""
    words = f"{HOLDS[how]}{f' to {c:.3g}' if clipped else ', weight 10'}"
    alt = f"{words}: the critic's steepest slope is {steep:.3g}; wanted is 1{piled.replace(' · ', '; ')}."
    return figure, alt, f"the critic says {says:.3g}, the distance is {d:g} · steepest slope K = {steep:.3g}{piled}"


def _draw_critic(axes, D, d):
    x = theory.line(-4, FARTHEST + 4, 601)
    with torch.no_grad():
        score = D(x[:, None]) - D(torch.tensor([[d / 2]], dtype=x.dtype))  # any constant may be added
    axes.plot(x, score, "C2", label="critic")
    axes.plot(x, d / 2 - x, "--", c=ink(), lw=1, label="slope 1")
    high = theory.log_normal(theory.line(0, 0, 1)).exp().item()
    for mean, colour, words in ((0, "C0", "real"), (d, "C1", "generated")):
        bump = theory.log_normal(x, mean).exp() / high * 3 - 8
        axes.fill_between(x, bump, -8, color=colour, alpha=0.4, label=words)
    axes.set(xlim=(-4, FARTHEST + 4), ylim=(-8, 8), title="the critic's score", xlabel="x")
    axes.legend(loc="upper right", ncols=2)
