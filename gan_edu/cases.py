"""The loss detective's cases: real runs, drawn and trained afresh, with their losses in words and what they show.

Names: kind = what the samples do (a key of KINDS), spare = runs trained besides, for those that end undecided.
"""

import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np
import torch

from gan_edu import assembly, views
from gan_edu.diagnosis import Diagnosis, diagnose
from gan_edu.ensemble import Group, chunks
from gan_edu.history import History
from gan_edu.presets import PRESETS
from gan_edu.randomness import generator_for
from gan_edu.recipe import Recipe

RUNS, SPARE, STEPS = 8, 2, 1500
JITTER = 0.1  # rates are multiplied by a factor between e^-JITTER and e^JITTER
SAMPLES = 256
SWINGS = 0.08  # spread of the smoothed curve from which on it is not called level
POLL = 0.2  # seconds between two reports of the progress
KINDS = {  # what a learner may say of a run, in words
    "good": "Good points on all or nearly all modes",
    "few": "Only a few modes, at rest (mode collapse)",
    "moving": "Points that wander, and never settle on the modes",
}
OF_SYMPTOM = {"healthy": "good", "mode_collapse": "few", "weak_discriminator": "moving", "oscillation": "moving",
              "non_convergence": "moving"}  # fmt: skip
SETTINGS = {  # kind that they mostly end as -> what is changed in the healthy ring's recipe
    "good": ({"lr_g": 1e-3, "lr_d": 2e-3}, {"lr_g": 2e-3, "lr_d": 5e-3},
             {"lr_g": 3e-3, "lr_d": 3e-3, "penalty": "r1", "penalty_weight": 0.05}),
    "few": ({"lr_g": 1e-4, "lr_d": 1e-2}, {"lr_g": 1e-4, "lr_d": 2e-2}),
    "moving": ({"lr_g": 5e-4, "lr_d": 5e-5}, {"lr_g": 3e-3, "lr_d": 3e-4}, {"lr_g": 1e-3, "lr_d": 1e-3, "beta1": 0.9}),
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One finished run: what was set, what was recorded, what it draws (256, 2), and what it shows."""

    recipe: Recipe
    history: History
    sample: np.ndarray
    diagnosis: Diagnosis

    @property
    def kind(self):
        """A key of KINDS by the diagnosis, or '' where that is undecided."""
        return OF_SYMPTOM.get(self.diagnosis.symptom, "")


def draw(seed, steps=STEPS):
    """RUNS + SPARE recipes: each kind's settings at least twice, rates and seeds at random, in random order.

    The same seed gives the same recipes. Taught in notebooks/03.
    """
    chance = random.Random(seed)
    kinds = [*SETTINGS] * 2 + chance.choices([*SETTINGS], k=RUNS + SPARE - 2 * len(SETTINGS))
    chance.shuffle(kinds)
    made = []
    for kind in kinds:
        changes = dict(chance.choice(SETTINGS[kind]))
        for name in ("lr_g", "lr_d"):
            changes[name] = float(f"{changes[name] * np.exp(chance.uniform(-JITTER, JITTER)):.3g}")
        made.append(PRESETS["ring_healthy"].replace(**changes, seed=chance.randrange(10**6, 10**9), steps=steps))
    return made


def solve(recipes, tell=None, stop=None):
    """Train the recipes side by side in float32, on all cores, and return a Case each; None where `stop` was set.

    tell(share) is called from here with the share done, 0 to 1; stop: a threading.Event. Taught in notebooks/03.
    """
    workers, stop = os.cpu_count() or 1, stop or threading.Event()
    places = chunks(recipes, -(-len(recipes) // (2 * workers)))  # places of recipes that train in lockstep
    done, cases = [0] * len(recipes), {}
    with ThreadPoolExecutor(workers, thread_name_prefix="detective") as pool:
        futures = [pool.submit(_train, recipes, here, done, stop) for here in places]
        waiting = set(futures)
        while waiting:
            waiting = wait(waiting, timeout=POLL).not_done
            if tell is not None:
                tell(sum(done) / sum(recipe.steps for recipe in recipes))
        for here, future in zip(places, futures, strict=True):
            cases |= dict(zip(here, future.result(), strict=True))
    return None if stop.is_set() else [cases[i] for i in range(len(recipes))]


def _train(recipes, places, done, stop):
    torch.set_num_threads(1)  # parts run side by side; threads inside one would wait for each other
    recipes = [recipes[i] for i in places]
    group = Group(recipes, dtype=torch.float32)
    while group.step < recipes[0].steps and not stop.is_set():
        group.train_step()
        for i in places:
            done[i] = group.step
    histories, generators = group.finished()
    return [Case(recipe, history, _sample(recipe, G), diagnose(history))
            for recipe, history, G in zip(recipes, histories, generators, strict=True)]  # fmt: skip


@torch.no_grad()
def _sample(recipe, G):
    z = assembly.noise(recipe, SAMPLES, generator_for(recipe.seed, "sample", 0))
    return G(z.to(next(G.parameters()).dtype)).double().numpy()


def chosen(cases):
    """The first RUNS cases that were decided, in their order; where those are too few, undecided ones join them."""
    decided = [case for case in cases if case.kind]
    rest = [case for case in cases if not case.kind]
    kept = [*decided, *rest][:RUNS]
    return [case for case in cases if any(case is one for one in kept)]


def in_words(history):
    """Both loss curves in words and numbers, without naming what they mean. Taught in notebooks/03."""
    d_loss, g_loss = (_course(np.array(history[column])) for column in ("d_loss", "g_loss"))
    return f"Discriminator's loss: {d_loss} Generator's loss: {g_loss}"


def _course(loss):
    """One curve: where it starts, its extremes, and the last quarter's level, spread and drift.

    Before the discriminator's first update its loss is NaN: the curve starts after that.
    """
    loss = loss[np.isfinite(loss)]
    if not len(loss):
        return "no number yet."
    smooth = views.thin(loss, 60)  # means over equal stretches
    late, single = smooth[len(smooth) * 3 // 4 :], loss[len(loss) * 3 // 4 :]
    rise = np.polyfit(np.arange(len(late)), late, 1)[0] * len(late)  # along a straight line; a ramp has 3.5 std
    way = "is rising at" if rise > 0 else "is falling at"
    if late.std() > SWINGS and abs(rise) <= 1.5 * late.std():
        way = f"swings between {late.min():.2f} and {late.max():.2f} around"
    elif abs(rise) <= late.std() + 0.01:
        way = "is level at"
    return (
        f"starts at {loss[0]:.2f}, lies between {smooth.min():.2f} and {smooth.max():.2f}, and in the last quarter "
        f"{way} {late.mean():.2f} (single steps ± {single.std():.2f})."
    )
