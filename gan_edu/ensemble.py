"""Many small GANs in one vectorised run, over the same networks, objectives and penalties as a lone Run.

Members are grouped so that within a group only seeds and learning rates differ; a group advances in lockstep.
"""

import os
import warnings
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import torch
from tqdm.auto import tqdm

from gan_edu import assembly, conditions
from gan_edu.diagnosis import diagnose
from gan_edu.history import COLUMNS, History
from gan_edu.instance_noise import InstanceNoise
from gan_edu.metrics_1d import points_snapshot
from gan_edu.optimisers import Average
from gan_edu.randomness import BLOCK, generator_for
from gan_edu.run import EVERY, MEASURED_SAMPLES, WHOLE
from gan_edu.training import discriminator_update, outputs
from gan_edu.unrolling import generator_step

# Members' parameters are slices of one tensor, which PyTorch calls a layout that "may impair performance"; measured, it
# does not.
warnings.filterwarnings("ignore", message="grad and param do not obey the gradient layout contract")

FREE_FIELDS = ("seed", "lr_g", "lr_d")  # what may differ inside a group that advances in lockstep
SHARED_FIELDS = ("data", "architecture", "g_width", "d_width", "layers", "noise", "batch", "steps")
CHUNK, LARGE_CHUNK = 8, 16  # members at once; more share the cost of each call, until the processor's cache is full


@dataclass
class Ensemble:
    """Finished members, in the order of their recipes: .histories, .diagnoses, and .sample(n) (members, n, dim).

    `missing` lists the recipes that an interruption left unfinished.
    """

    recipes: list
    histories: list
    generators: list
    missing: list = field(default_factory=list)

    def __len__(self):
        return len(self.recipes)

    @cached_property
    def diagnoses(self):
        """One Diagnosis for each member."""
        return [diagnose(history) for history in self.histories]

    def sample(self, n, seed=0):
        """n samples of every member, (members, n, dim); the same noise as `Run.sample` uses."""
        noises, given = _noises(self.recipes, n, seed), _conditions(self.recipes, n, seed)
        inputs = zip(self.generators, noises, *given, strict=True)
        with torch.no_grad():
            return torch.stack([G(*parts) for G, *parts in inputs])  # (members, n, dim)


def _noises(recipes, n, seed=0):
    """The noise that `Run.sample(n, seed)` of each recipe uses, (members, n, noise)."""
    return torch.stack([assembly.noise(r, n, generator_for(r.seed, "sample", seed)) for r in recipes])


def _conditions(recipes, n, seed=0):
    """What `Run.sample(n, seed)` of each recipe asks for: [c] of shape (members, n, numbers), or []."""
    drawn = [conditions.drawn(r, n, generator_for(r.seed, "condition", seed))[1:] for r in recipes]
    return [torch.stack(parts) for parts in zip(*drawn, strict=True)]


class _Streams:
    """The members' numbered random inputs, stacked: stream[i] is a tuple of tensors (members, batch, ...)."""

    def __init__(self, streams, dtype):
        self.streams, self.number, self.block, self.dtype = streams, None, None, dtype

    def __getitem__(self, index):
        number, place = divmod(index, BLOCK)
        if number != self.number:
            blocks = [stream.block(number) for stream in self.streams]
            parts = (torch.stack(tensors, dim=1) for tensors in zip(*blocks, strict=True))
            self.block = [part.to(self.dtype).contiguous() for part in parts]
            self.number = number
        return tuple(tensor[place] for tensor in self.block)


def _side_by_side(streams, dtype):
    """The members' pairs of streams as one pair."""
    return [_Streams(list(pair), dtype) for pair in zip(*streams, strict=True)]


def _stack(networks, rule, lr, recipe, dtype):
    """One network with a leading dimension of members, holding the lone networks' weights, and its optimiser."""
    stacked = assembly.networks(recipe, members=len(networks))[0 if rule == "G" else 1]
    for p, *lone in zip(stacked.parameters(), *(n.parameters() for n in networks), strict=True):
        p.data = torch.stack([q.detach() for q in lone]).to(dtype)
    lr = torch.tensor(lr, dtype=dtype)[:, None]  # (members, 1)
    return stacked, assembly.optimiser(stacked, recipe, lr)


class Group:
    """Recipes that differ in seed and learning rates only, trained side by side.

    dtype: float64 agrees with lone runs; float32 takes half the time and is as good where only the outcome counts.
    """

    def __init__(self, recipes, dtype=torch.float64):
        self.recipes, first = recipes, recipes[0]
        lone = [assembly.networks(r) for r in recipes]
        G, g_optimiser = _stack([G for G, _ in lone], "G", [r.lr_g for r in recipes], first, dtype)
        D, d_optimiser = _stack([D for _, D in lone], "D", [r.lr_d for r in recipes], first, dtype)
        self.players = replace(assembly.players(first), G=G, D=D, g_optimiser=g_optimiser, d_optimiser=d_optimiser)
        self.rates = g_optimiser.lr, d_optimiser.lr  # (members, 1) each, at the start
        self.average = Average(g_optimiser, first.average)
        self._d_stream, self._g_stream = _side_by_side([assembly.streams(r) for r in recipes], dtype)
        self._blur = InstanceNoise(first, _side_by_side([assembly.blurs(r) for r in recipes], dtype))
        self._z = _noises(recipes, MEASURED_SAMPLES).to(dtype)
        self._asked = [c.to(dtype) for c in _conditions(recipes, MEASURED_SAMPLES)]
        self.histories = [History(assembly.target(r)) for r in recipes]
        self.rows = np.full((first.steps, len(COLUMNS), len(recipes)), np.nan)
        self.rows[:, 0] = np.arange(1, first.steps + 1)[:, None]
        self.rows[:, COLUMNS.index("d_grad_norm")] = 0
        self.rows[:, COLUMNS.index("auc")] = 0.5
        self.credit = 0.0
        self.measure()

    @property
    def step(self):
        """Generator updates so far."""
        return self.players.g_optimiser.updates

    def train_step(self):
        """One step of every member."""
        row = self.rows[self.step]
        if self.step:
            row[1:] = self.rows[self.step - 1, 1:]
        self._halve_rates()
        self.credit += self.recipes[0].d_strength
        while self.credit >= WHOLE:
            self.credit -= 1
            self._update_discriminators(row)
        z, real, *given = self._g_stream[self.step]
        told = conditions.bound(self.players, *given)
        players, real = self._blur.blurred(told, real, "generator", self.step, self.step)
        row[2] = generator_step(players, z, real)
        row[4] = self.players.g_optimiser.gradient_norm()
        self.average.update(self.step)
        if self.step % EVERY[False] == 0:
            self.measure()

    def _halve_rates(self):
        halving = self.recipes[0].lr_halving
        if halving:
            decay = 1 / (1 + self.step / halving)
            self.players.g_optimiser.lr, self.players.d_optimiser.lr = (rate * decay for rate in self.rates)

    def _update_discriminators(self, row):
        optimiser = self.players.d_optimiser
        real, z, alpha, *given = self._d_stream[optimiser.updates]
        told = conditions.bound(self.players, *given)
        players, real = self._blur.blurred(told, real, "discriminator", optimiser.updates, self.step)
        loss, real_logits, fake_logits = discriminator_update(players, real, z, alpha)
        row[1], row[3] = loss, optimiser.gradient_norm()
        row[5:8] = torch.stack(outputs(self.players.objective, real_logits, fake_logits))

    @torch.no_grad()
    def measure(self):
        """Add a snapshot to every member's history."""
        with self.average.in_use():
            samples = self.players.G(self._z, *self._asked)  # (members, n, dim)
        for history, x in zip(self.histories, samples, strict=True):
            history.add_snapshot({"step": self.step, **points_snapshot(x.double(), history.target)})

    def finished(self):
        """The histories with their rows filled in, and a lone generator for each member, of averaged weights if so."""
        generators = []
        with self.average.in_use():
            weights = [p.detach().clone() for p in self.players.G.parameters()]  # (members, ...) each
        for i, (recipe, history) in enumerate(zip(self.recipes, self.histories, strict=True)):
            history.fill(self.rows[: self.step, :, i])
            G, _ = assembly.networks(recipe)
            for p, many in zip(G.parameters(), weights, strict=True):
                p.data = many[i].to(p.dtype)
            generators.append(G)
        return self.histories, generators


def train_chunk(recipes, dtype=torch.float64):
    """Train recipes that share everything but FREE_FIELDS to their end: (histories, generators)."""
    torch.set_num_threads(1)  # chunks run side by side; threads inside one would wait for each other
    group = Group(recipes, dtype)
    while group.step < recipes[0].steps:
        group.train_step()
    return group.finished()


def check_shapes(recipes):
    """Raise ValueError naming the first member, and its field, that cannot stand beside the first one."""
    for place, recipe in enumerate(recipes):
        if recipe.is_image:
            raise ValueError(f"member {place}: data='mnist' cannot join an ensemble; ensembles train points only")
        for name in SHARED_FIELDS:
            ours, first = getattr(recipe, name), getattr(recipes[0], name)
            if ours != first:
                raise ValueError(f"member {place} has {name}={ours!r}, but member 0 has {first!r}; "
                                 f"all members of an ensemble share {', '.join(SHARED_FIELDS)}")  # fmt: skip


def chunks(recipes, size=CHUNK):
    """Places of the recipes that may train in lockstep, at most `size` together: a list of lists."""
    groups = {}
    for place, recipe in enumerate(recipes):
        key = tuple(value for name, value in recipe.as_dict().items() if name not in FREE_FIELDS)
        groups.setdefault(key, []).append(place)
    return [places[i : i + size] for places in groups.values() for i in range(0, len(places), size)]


def chunk_size(members, cores):
    """How many members train in lockstep: no core idles, and a bar moves at least twice where there are many."""
    share = -(-members // cores)
    return max(1, min(CHUNK, share), min(LARGE_CHUNK, share // 2))


def train_ensemble(recipes, executor=None, progress=True, dtype=torch.float64):
    """Train every recipe to its end, many at a time; returns an Ensemble in the same order.

    recipes: they share shapes (SHARED_FIELDS); seeds, rates, d_strength, objectives and penalties may differ.
    executor: any concurrent.futures.Executor; without one, as many threads as there are cores. progress: show a bar, or
    a bar to move on. dtype: as in Group. An interruption gives back what is finished. Raises ValueError naming
    the member and field that do not fit. Taught in notebooks/02.
    """
    recipes = list(recipes)
    check_shapes(recipes)
    done, own = {}, executor is None
    executor = executor or ThreadPoolExecutor(os.cpu_count())
    parts = chunks(recipes, chunk_size(len(recipes), os.cpu_count() or 1))
    futures = {executor.submit(train_chunk, [recipes[i] for i in places], dtype): places for places in parts}
    try:
        with _bar(progress, len(recipes)) as bar:
            for future in as_completed(futures):
                done |= dict(zip(futures[future], zip(*future.result(), strict=True), strict=True))
                bar.update(len(futures[future]))
    except KeyboardInterrupt:
        if isinstance(progress, bool):  # else the bar's owner says it
            print(f"Interrupted: {len(done)} of {len(recipes)} members are finished and kept.")
    finally:
        for future in futures:
            future.cancel()
        if own:
            executor.shutdown(wait=False, cancel_futures=True)
    return _collect(recipes, done)


def _bar(progress, count):
    if isinstance(progress, bool):
        return tqdm(total=count, unit="GAN", disable=not progress, leave=False)
    return nullcontext(progress)


def _collect(recipes, done):
    kept = sorted(done)
    missing = [recipe for i, recipe in enumerate(recipes) if i not in done]
    return Ensemble([recipes[i] for i in kept], [done[i][0] for i in kept], [done[i][1] for i in kept], missing)
