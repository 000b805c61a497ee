"""What a run really shows: the criteria of the symptoms with measurements that the diagnosis cannot see.

The diagnosis reads 512 samples now and then, and the run's own discriminator. A label comes from 10,000 samples at each
snapshot, from a fresh discriminator trained against the frozen generator, and from the same run continued to three
times its length. Thresholds are shared, measurements are not; where the two disagree, the label counts.
Names: G = generators of all members side by side, x = samples (members, n, dim), window = the run's last quarter.
"""

from dataclasses import dataclass, field

import numpy as np
import torch
from torch.nn.functional import softplus

from gan_edu import assembly
from gan_edu.diagnosis import (
    FAR,
    FIRST_STEPS,
    GUESSING,
    HIGH_QUALITY,
    LOW_QUALITY,
    SEPARABLE,
    STILL,
    SWING,
    TREND,
    VANISHED,
    WANDERING,
    fair_shares,
    overlap,
)
from gan_edu.ensemble import Group
from gan_edu.history import COLUMNS, History
from gan_edu.metrics import held, mode_counts
from gan_edu.networks import MLP, Scores
from gan_edu.optimisers import Optimiser
from gan_edu.periods import strongest_period
from gan_edu.randomness import generator_for
from gan_edu.run import EVERY

SAMPLES = 10_000
FRESH_STEPS, FRESH_BATCH, FRESH_WIDTH, FRESH_RATE = 400, 256, 64, 5e-3
LONGER = 3  # times the run's length, to tell slow runs from failing ones
BETTER = 0.25  # gain in overlap with the data, on continuing, that makes a failing run a slow one


@dataclass(frozen=True)
class Label:
    """A symptom and the numbers that decided it, by name."""

    symptom: str
    numbers: dict = field(default_factory=dict)


class Watched:
    """A Group that is measured with 10,000 samples a member at every snapshot of the stretches asked for."""

    def __init__(self, recipes, dtype=torch.float64):
        if any(r.condition != "none" for r in recipes):
            raise ValueError(f"condition={recipes[0].condition!r} cannot be labelled: set condition='none'")
        self.group, self.recipes, self.target = Group(recipes, dtype), recipes, assembly.target(recipes[0])
        self.records = [[] for _ in recipes]
        self.z = torch.stack([assembly.noise(r, SAMPLES, generator_for(r.seed, "label")) for r in recipes]).to(dtype)
        self.real = self.target.sample(SAMPLES, generator_for("label", "real")).to(dtype)  # (n, dim)

    def train(self, until, start):
        """Train to step `until`, measuring from `start` on."""
        while self.group.step < until:
            self.group.train_step()
            if self.group.step >= start and self.group.step % EVERY[False] == 0:
                self.measure(in_window=self.group.step > until * 3 / 4)

    @torch.no_grad()
    def measure(self, in_window):
        """Add what 10,000 samples of each member show now; in the window also how well its own discriminator tells."""
        players = self.group.players
        with self.group.average.in_use():
            x = players.G(self.z)  # (members, n, dim)
        own = np.full(len(x), np.nan)
        if in_window:
            own = ranked(players.D(self.real.expand(len(x), -1, -1)), players.D(x))
        for record, points, score in zip(self.records, x, own, strict=True):
            record.append({"step": self.group.step, "own": float(score), **measured(points.double(), self.target)})


@torch.no_grad()
def measured(x, target):
    """What samples x (n, dim) show: modes held, share at each mode and at none, quality, centre and reach in radii."""
    if not torch.isfinite(x).all():
        return {"modes": 0, "shares": np.eye(len(target.modes) + 1)[-1], "quality": 0.0,
                "centre": np.full(target.dim, np.nan), "reach": np.inf}  # fmt: skip
    counts = mode_counts(x, target)
    shares = (counts / len(x)).numpy()
    return {"modes": int(held(counts, target, len(x)).sum()), "shares": np.append(shares, 1 - shares.sum()),
            "quality": float(shares.sum()), "centre": x.mean(0).numpy() / target.radius,
            "reach": float(x.norm(dim=1).max()) / target.radius}  # fmt: skip


def ranked(real, fake):
    """P(real logit > fake logit) over pairs, ties half: (members, n) twice -> (members,)."""
    return ((real > fake).double() + (real == fake).double() / 2).mean(-1)


def fresh_scores(G, recipes, steps=FRESH_STEPS, dtype=torch.float64):
    """How often a discriminator new to the game ranks real above fake samples of the frozen G, held out: (members,).

    0.5 where nothing tells them apart, 1 where everything does; ± .005 at 10,000 pairs. Taught in notebooks/03.
    """
    assembly.use_threads(recipes[0])
    target, members, noise = assembly.target(recipes[0]), len(recipes), recipes[0].noise
    draw = generator_for(recipes[0].seed, "fresh discriminator")
    D = Scores(MLP((target.dim, FRESH_WIDTH, FRESH_WIDTH, 1), draw, members, dtype))
    optimiser = Optimiser(D, "adam", FRESH_RATE, 0.9, 0.999)
    for _ in range(steps):
        real, fake = _pairs(G, target, (members, FRESH_BATCH, noise), draw, dtype)
        loss = softplus(-D(real)).mean(-1) + softplus(D(fake)).mean(-1)  # (members,)
        optimiser.zero_grad()
        loss.sum().backward()
        optimiser.step()
    real, fake = _pairs(G, target, (members, SAMPLES, noise), draw, dtype)
    with torch.no_grad():
        return ranked(D(real), D(fake)).numpy()


@torch.no_grad()
def _pairs(G, target, shape, draw, dtype):
    members, n, _ = shape
    real = target.sample(members * n, draw).view(members, n, target.dim)
    return real.to(dtype), G(torch.randn(shape, generator=draw, dtype=torch.float64).to(dtype))


def examine(recipes, continued=True, dtype=torch.float64):
    """Train recipes side by side from step 0 and label each: (labels, histories), one of each a recipe.

    recipes: of points, alike in all but seed and rates (ensemble.Group). continued: failing runs go on to LONGER times
    their steps, to tell slow from failing, which takes as much longer. dtype: as in ensemble.Group.
    Taught in notebooks/07.
    """
    assembly.use_threads(recipes[0])
    steps = recipes[0].steps
    watched = Watched([recipe.replace(steps=LONGER * steps if continued else steps) for recipe in recipes], dtype)
    watched.train(steps, start=steps // 4)
    with watched.group.average.in_use():
        fresh = fresh_scores(watched.group.players.G, recipes, dtype=dtype)
    seen = [at_end(watched, i, float(score)) for i, score in enumerate(fresh)]
    labels = [Label(decide(numbers), numbers) for numbers in seen]
    if continued and any(label.symptom in MAY_BE_SLOW for label in labels):
        watched.train(LONGER * steps, start=LONGER * steps * 3 // 4)
        labels = [unless_slow(label, watched, i) for i, label in enumerate(labels)]
    return labels, histories(watched.group, steps)


def histories(group, steps):
    """The members' histories as they stood after `steps`."""
    made = []
    for member, long in enumerate(group.histories):
        history = History(long.target)
        history.fill(group.rows[:steps, :, member])
        history.snapshots = [s for s in long.snapshots if s["step"] <= steps]
        made.append(history)
    return made


def at_end(watched, member, fresh):
    """The numbers that `decide` looks at, for one member at its present step: a dict."""
    records, target, step = watched.records[member], watched.target, watched.group.step
    window = [r for r in records if r["step"] > step * 3 / 4]
    before = [r for r in records if step / 2 < r["step"] <= step * 3 / 4]
    norms = watched.group.rows[:step, COLUMNS.index("g_grad_norm"), member]
    shares, centres = (np.array([r[name] for r in window]) for name in ("shares", "centre"))
    older, newer = np.array_split(shares[:, :-1], 2)
    fair = fair_shares(target)
    modes = np.array([r["modes"] for r in records]) / len(target.modes)
    paths = np.array([r["centre"] for r in records])  # (n, dim)
    return {
        "reach": max(r["reach"] for r in window),
        "quality": float(np.median([r["quality"] for r in window])),
        "lowest quality": min(r["quality"] for r in window),
        "fewest modes": min(r["modes"] for r in window) / len(target.modes),
        "most modes": max(r["modes"] for r in window) / len(target.modes),
        "moved": float(np.abs(older.mean(0) - newer.mean(0)).sum() / 2),
        "wandering": float(np.sqrt(((centres - centres.mean(0)) ** 2).sum(1).mean())),
        "gradient": float(np.median(norms[step * 3 // 4 :]) / max(np.median(norms[:FIRST_STEPS]), 1e-300)),
        "own": float(np.mean([r["own"] for r in window])),
        "fresh": fresh,
        "overlap": overlap(shares, fair),
        "trend": overlap(shares, fair) - overlap(np.array([r["shares"] for r in before]), fair),
        "period": strongest_period(np.column_stack([modes, paths]), paths if target.dim == 2 else None),
    }


def decide(seen):
    """The first symptom whose criterion the numbers meet, in the order of CRITERIA; else 'undecided'."""
    return next((symptom for symptom, meets in CRITERIA.items() if meets(seen)), "undecided")


def _still(seen):
    return seen["moved"] < STILL and seen["wandering"] < WANDERING


def _few_and_good(seen):
    return seen["most modes"] <= 1 / 2 and seen["quality"] >= LOW_QUALITY


CRITERIA = {
    "divergence": lambda seen: not seen["reach"] <= FAR,
    "vanishing_gradients": lambda seen: seen["quality"] < LOW_QUALITY and _still(seen) and seen["gradient"] <= VANISHED,
    "weak_discriminator": lambda seen: seen["fresh"] >= SEPARABLE and seen["own"] < GUESSING,
    "mode_collapse": lambda seen: _few_and_good(seen) and _still(seen),
    "oscillation": lambda seen: seen["period"].is_real and seen["period"].amplitude >= SWING,
    "non_convergence": lambda seen: not _still(seen) and seen["trend"] < TREND,
    "healthy": lambda seen: seen["fewest modes"] >= 7 / 8 and seen["lowest quality"] >= HIGH_QUALITY,
}
MAY_BE_SLOW = ("vanishing_gradients", "weak_discriminator", "mode_collapse", "oscillation", "non_convergence")


def unless_slow(label, watched, member):
    """The label, or 'undecided' where a failing run came clearly nearer to the data on being continued."""
    window = [r["shares"] for r in watched.records[member] if r["step"] > watched.group.step * 3 / 4]
    later = overlap(np.array(window), fair_shares(watched.target))
    numbers = {**label.numbers, "overlap when continued": later}
    slow = label.symptom in MAY_BE_SLOW and later - numbers["overlap"] >= BETTER
    return Label("undecided" if slow else label.symptom, numbers)
