"""What a picture of a run shows, as plain arrays: points, heat map, arrows, warped grid, thinned curves.

Used by the still figures (plots) and by the live picture (widgets); nothing in here draws or trains.
"""

from dataclasses import dataclass

import numpy as np
import torch

from gan_edu import conditions
from gan_edu.spoken import value_of
from gan_edu.unrolling import lookahead

HEAT_SIDE = 25  # cells along each side of the discriminator's heat map
MANIFOLD_SIDE = 15  # lines along each direction of the generator's warped grid
CURVE_POINTS = 150


def extent(target):
    """Half the side of the square that is drawn around a target."""
    return 1.35 * target.radius + 3 * target.std


def heat_points(target, side=HEAT_SIDE):
    """Points on a square lattice over the drawn square, (side², 2) in 2-D, or (side, 1) in 1-D; rows go up in y."""
    ticks = torch.linspace(-extent(target), extent(target), side, dtype=torch.float64)
    if target.dim == 1:
        return ticks[:, None]
    y, x = torch.meshgrid(ticks, ticks, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], dim=1)


def histogram(x, target, bars=60):
    """Samples (n, 1) as heights (bars,) of a density over the drawn line; others only lower it."""
    edge = extent(target)
    counts, _ = np.histogram(x.numpy(), bins=bars, range=(-edge, edge))
    return counts / (len(x) * 2 * edge / bars)


@dataclass(frozen=True)
class Strays:
    """Samples that the picture does not hold. places (n, 2): where on its edge each is shown; words: lines, or none."""

    places: np.ndarray
    words: tuple


def strays(x, edge):
    """Which of the samples x (n, dim) lie outside the square from -edge to edge, as `Strays`.

    Words are for a tenth of the samples and more: a few show as marks at the edge only.
    """
    x = x.detach().numpy()
    x = np.concatenate([x, np.zeros((len(x), 2 - x.shape[1]))], axis=1)  # (n, 2)
    finite = np.isfinite(x).all(1)
    if not finite.all():
        lost = int((~finite).sum())
        return Strays(x[:0], (f"{lost} of {len(x)} generated points", "are no finite numbers any more"))
    reach = np.abs(x).max(1, initial=0) / edge
    out = x[reach > 1]
    places = out / reach[reach > 1, None]
    if len(out) < max(1, 0.1 * len(x)):
        return Strays(places, ())
    far = np.hypot(*out.T)
    return Strays(places, (f"{len(out)} of {len(x)} generated points lie outside,",
                           f"{far.min():.2g} to {far.max():.2g} from the middle"))  # fmt: skip


@torch.no_grad()
def scores(run, x):
    """D at points x (n, dim) as numbers in [0, 1], (n,): the probability, or for critics the rank between ends.

    A D that judges packs gets each point as a pack of copies; one that is told a class shows its best over all.
    """
    logits = conditions.best_of(run.recipe, run.players.D)(x.repeat_interleave(run.players.D.pack, 0))
    if run.players.objective.is_probability:
        return torch.sigmoid(logits)
    low, high = logits.min(), logits.max()
    return (logits - low) / (high - low).clamp_min(1e-12)


def arrows(run, x, given=()):
    """The direction in which the generator's loss asks each of its samples x (n, dim) to go: -∂loss/∂x, (n, dim).

    Each is the gradient of the loss of that sample, or of its pack, not divided by the batch; where the generator
    looks ahead, of the loss that it sees there. given: [c], what each sample was asked for, where there is a condition.
    Taught in notebooks/02.
    """
    x = x.detach().requires_grad_(True)
    players, objective = conditions.bound(run.players, *given), run.players.objective
    real = run.real(len(x)) if objective.needs_real or players.unroll else None
    players.D.requires_grad_(False)
    D = lookahead(players, real, x) if players.unroll else players.D
    logits = D(x)
    loss = objective.generator(D(real) if objective.needs_real else None, logits)
    players.D.requires_grad_(True)
    (gradient,) = torch.autograd.grad(loss.sum(), x)
    return -gradient * len(logits)


def manifold(run, side=MANIFOLD_SIDE):
    """Where G takes a square lattice of noise quantiles (first two numbers of z, the others 0): (side, side, dim)."""
    quantiles = torch.special.ndtri(torch.linspace(0.02, 0.98, side, dtype=torch.float64))
    z = torch.zeros(side, side, run.recipe.noise, dtype=torch.float64)
    z[..., 0] = quantiles[:, None]
    if run.recipe.noise > 1:
        z[..., 1] = quantiles[None, :]
    told = None if run.recipe.condition == "none" else 0  # the first class, for all of the lattice
    return run.generate(z.flatten(0, 1), told).view(side, side, -1)


def thin(values, points=CURVE_POINTS):
    """A long sequence as at most `points` means over equal stretches."""
    values = np.asarray(values, dtype=float)
    if len(values) <= points:
        return values
    stretch = -(-len(values) // points)
    whole = len(values) // stretch * stretch
    means = values[:whole].reshape(-1, stretch).mean(1)
    return means if whole == len(values) else np.append(means, values[whole:].mean())


def loss_curves(history, points=CURVE_POINTS):
    """(n, 3): step, discriminator's loss, generator's loss; noise averaged over equal stretches."""
    return np.stack([thin(history.columns[name], points) for name in ("step", "d_loss", "g_loss")], axis=1)


def mode_curves(history, points=CURVE_POINTS):
    """(n, 3): step, modes held, high-quality share, at evenly chosen snapshots, the last one always."""
    return _evenly([(s["step"], s["modes"], s["quality"]) for s in history.snapshots], points)


def digit_curve(history, points=CURVE_POINTS):
    """(n, 3): step, classes drawn, and the kernel distance from real digits in powers of ten, at snapshots.

    What is within a perfect generator's range (100) is drawn as 100; what is not finite is left out (nan).
    Taught in notebooks/11.
    """
    floor = 100.0
    logs = [np.log10(max(s["distance"], floor)) if np.isfinite(s["distance"]) else np.nan for s in history.snapshots]
    return _evenly([(s["step"], s["modes"], log) for s, log in zip(history.snapshots, logs, strict=True)], points)


def distance_curves(history, points=CURVE_POINTS):
    """(n, 3): step, Jensen-Shannon divergence, earth mover's distance, at snapshots of a run on a line."""
    return _evenly([(s["step"], s["js"], s["w1"]) for s in history.snapshots], points)


def _evenly(rows, points):
    stride = max(1, -(-len(rows) // points))
    return np.array(rows[::-1][::stride][::-1], dtype=float).reshape(-1, 3)


def knob_marks(run):
    """(step, words) for every change of a knob, as drawn on the curves."""
    return [(step, f"{KNOB_WORDS.get(name, name)} {value_of(name, value)}")
            for step, name, value in run.events[: run._applied] if name not in ("discriminator", "generator")]


KNOB_WORDS = {"lr_g": "lr G", "lr_d": "lr D", "d_strength": "strength", "penalty_weight": "penalty"}
