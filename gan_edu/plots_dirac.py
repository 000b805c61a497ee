"""Pictures of the Dirac-GAN: where both players are pushed, where they go, and the eigenvalues that say it beforehand.

Each returns what an explorer shows: (Figure, a text that stands for the picture, a line of numbers). Colours follow the
style that is set while drawing. Margins are fixed, so that a picture is drawn within the move of a slider.
"""

import math

import matplotlib
import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from gan_edu import dirac

EDGE = 2.3  # half the side of the drawn square of (θ, ψ)
SIDE = 15  # arrows along each side
NEAR, FAR = 0.01, 100.0  # distances from rest below and above which the words say so
GONE = 1e6  # beyond it a distance is not drawn


def explore(method="saturating", updates="simultaneous", h=dirac.STEP_SIZE, r1=0.0):
    """The vector field with a trajectory in it, beside the distance from rest over the steps.

    method, updates, h, r1: as in `dirac.trajectory`. Taught in notebooks/06.
    """
    path = dirac.trajectory(method, updates, h, r1).numpy()  # (steps + 1, 2)
    radius = np.hypot(*path.T)  # (steps + 1,)
    figure = Figure(figsize=(8.4, 3.9))
    left, right = figure.subplots(1, 2)
    figure.subplots_adjust(0.075, 0.135, 0.985, 0.92, wspace=0.24)
    _draw_field(left, dirac.vector_field(method, r1, h))
    _draw_path(left, path)
    left.set_title("Where both are pushed, and where they go")
    _draw_distance(right, radius)
    ending = words_of(radius)
    settings = f"{dirac.METHODS[method].words}, {updates} updates, step size {h:g}, R1 weight {r1:g}"
    alt = (f"{settings}. Arrows turn clockwise around rest in the middle. From θ = {path[0, 0]:g}, ψ = {path[0, 1]:g} "
           f"the trajectory {ending}: its distance from rest goes from {radius[0]:.3g} to {radius[-1]:.3g} in "
           f"{len(path) - 1} steps.")  # fmt: skip
    return figure, alt, f"distance from rest {radius[0]:.3g} → {radius[-1]:.3g} in {len(path) - 1} steps: {ending}"


def words_of(radius):
    """What a trajectory does, from its distances from rest (steps + 1,): the farthest of its last fifth beside that of
    its second fifth, when what the start brought along is over. Taught in notebooks/06.
    """
    if not np.isfinite(radius[-1]) or radius[-1] > FAR:
        return "runs away"
    fifth = len(radius) // 5
    before, last = radius[fifth : 2 * fifth].max(), radius[-fifth:].max()
    if last < NEAR:
        return "comes to rest"
    if abs(last / before - 1) < 0.02:
        return "goes round and round"
    return "moves outwards" if last > before else "moves inwards"


def _draw_field(axes, v):
    ticks = torch.linspace(-EDGE, EDGE, SIDE, dtype=torch.float64)
    theta, psi = torch.meshgrid(ticks, ticks, indexing="xy")  # (side, side)
    d_theta, d_psi = (part.numpy() for part in v(theta, psi))
    length = np.hypot(d_theta, d_psi).clip(1e-9)
    shown = length**0.4 / length  # long and short arrows nearer to each other than they are
    ink = matplotlib.rcParams["text.color"]
    u, w = d_theta * shown, d_psi * shown  # (side, side) each
    axes.quiver(theta, psi, u, w, color=ink, alpha=0.45, pivot="middle", scale=22, width=0.0045)
    axes.plot(0, 0, "+", ms=14, mew=2.2, c=ink, label="rest")
    axes.set(xlim=(-EDGE, EDGE), ylim=(-EDGE, EDGE), aspect="equal")
    axes.set(xlabel="θ: the generated number", ylabel="ψ: the discriminator's slope")


def _draw_path(axes, path):
    seen = path[np.abs(path).max(1) < 4 * EDGE]  # what lies far outside is cut off
    axes.plot(*seen.T, "-", c="C1", lw=0.9)
    axes.plot(*seen[:40].T, ".", c="C1", ms=4)  # the first steps one by one
    axes.plot(*path[0], "o", c="C1", ms=8, label="start")
    if np.abs(path[-1]).max() < EDGE:
        axes.plot(*path[-1], "s", c="C0", ms=7, label=f"after {len(path) - 1} steps")
    axes.legend(loc="upper right", ncols=3, handletextpad=0.2, columnspacing=0.8)


def _draw_distance(axes, radius):
    kept = np.where(np.isfinite(radius) & (radius < GONE), radius, np.nan).clip(1e-25)
    axes.semilogy(kept, c="C1")
    axes.axhline(radius[0], ls=":", c=matplotlib.rcParams["text.color"], lw=1)
    low, high = np.nanmin(kept), np.nanmax(kept)
    axes.set(ylim=(min(low / 1.5, 0.1), max(high * 1.5, 10)), xlabel="step")
    axes.set_title("Distance from rest (dotted: at the start)")
    axes.grid(alpha=0.6)


def explore_eigenvalues(method="saturating", h=dirac.STEP_SIZE, r1=0.0):
    """The eigenvalues at rest, over the disc in which simultaneous steps of size h come nearer to it.

    Taught in notebooks/06.
    """
    roots = dirac.eigenvalues(method, r1, h)
    figure = Figure(figsize=(6.4, 3.9))
    axes = figure.subplots()
    figure.subplots_adjust(0.11, 0.135, 0.985, 0.92)
    axes.add_patch(Circle((-1 / h, 0), 1 / h, color="C2", alpha=0.18, label="here a step comes nearer"))
    ink = matplotlib.rcParams["text.color"]
    axes.axvline(0, c=ink, lw=0.8)
    axes.axhline(0, c=ink, lw=0.8)
    axes.set(xlim=(-2.6, 0.9), ylim=(-1.25, 1.25), xlabel="real part: nearer (left) or farther (right)")
    axes.set(ylabel="imaginary part: turning", title=f"Eigenvalues at rest: {dirac.METHODS[method].words}")
    if roots is None:
        numbers = "no eigenvalues: this field jumps at rest"
        return figure, f"{dirac.METHODS[method].words}: {numbers}.", numbers
    axes.plot([root.real for root in roots], [root.imag for root in roots], "o", c="C1", ms=9, label="eigenvalues")
    axes.legend(loc="upper left")
    factors = {updates: dirac.growth(method, updates, h, r1) for updates in dirac.UPDATES}
    turn = dirac.steps_in_a_turn(method, r1, h)
    about = f"a turn in about {turn:.0f} steps" if math.isfinite(turn) else "no turning"
    numbers = (f"λ = {spoken(roots[0])} and {spoken(roots[1])} · {about} · a step stretches by "
               + ", ".join(f"{factor:.4f} ({updates})" for updates, factor in factors.items()))  # fmt: skip
    inside = "inside" if factors["simultaneous"] < 1 - 1e-12 else "not inside"
    alt = f"Two eigenvalues, {inside} the disc of step size {h:g} in which a step comes nearer to rest."
    return figure, alt, numbers


def spoken(number):
    """A complex number in words: '-0.15 + 0.477i', '0.5i', '-0.5'. Taught in notebooks/06."""
    real, imaginary = (round(part, 3) + 0.0 for part in (number.real, number.imag))
    if not imaginary:
        return f"{real:g}"
    if not real:
        return f"{imaginary:g}i"
    return f"{real:g} {'+' if imaginary > 0 else '-'} {abs(imaginary):g}i"
