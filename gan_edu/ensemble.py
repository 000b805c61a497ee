"""Many small GANs in one vectorised run, over the same networks, objectives and penalties as a lone Run.

Members are grouped so that within a group only seeds and learning rates differ; a group advances in lockstep.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np
import torch

from gan_edu import assembly
from gan_edu.history import COLUMNS, History
from gan_edu.metrics import snapshot
from gan_edu.randomness import BLOCK, generator_for
from gan_edu.run import EVERY, MEASURED_SAMPLES
from gan_edu.training import Players, discriminator_update, generator_update, outputs

FREE_FIELDS = ("seed", "lr_g", "lr_d")  # what may differ inside a group


@dataclass
class Ensemble:
    """Finished members, in the order of the recipes: .histories, and .sample(n) of shape (members, n, dim)."""

    recipes: list
    histories: list
    generators: list

    def sample(self, n, seed=0):
        """n samples of every member, (members, n, dim); the same noise as `Run.sample` uses."""
        noises = [assembly.noise(r, n, generator_for(r.seed, "sample", seed)) for r in self.recipes]
        with torch.no_grad():
            return torch.stack([G(z) for G, z in zip(self.generators, noises, strict=True)])  # (members, n, dim)


class _Streams:
    """The members' numbered random inputs, stacked: stream[i] is a tuple of tensors (members, batch, ...)."""

    def __init__(self, streams):
        self.streams, self.number, self.block = streams, None, None

    def __getitem__(self, index):
        number, place = divmod(index, BLOCK)
        if number != self.number:
            blocks = [stream.block(number) for stream in self.streams]
            self.block = [torch.stack(parts, dim=1).contiguous() for parts in zip(*blocks, strict=True)]
            self.number = number
        return tuple(tensor[place] for tensor in self.block)


def _stack(networks, rule, lr, recipe):
    """One network with a leading dimension of members, holding the lone networks' weights, and its optimiser."""
    stacked = assembly.networks(recipe, members=len(networks))[0 if rule == "G" else 1]
    for p, *lone in zip(stacked.parameters(), *(n.parameters() for n in networks), strict=True):
        p.data = torch.stack([q.detach() for q in lone])
    lr = torch.tensor(lr, dtype=torch.float64)[:, None]  # (members, 1)
    return stacked, assembly.optimiser(stacked, recipe, lr)


class Group:
    """Recipes that differ in seed and learning rates only, trained side by side."""

    def __init__(self, recipes):
        self.recipes, first = recipes, recipes[0]
        lone = [assembly.networks(r) for r in recipes]
        G, g_optimiser = _stack([G for G, _ in lone], "G", [r.lr_g for r in recipes], first)
        D, d_optimiser = _stack([D for _, D in lone], "D", [r.lr_d for r in recipes], first)
        rules = assembly.players(first)
        self.players = Players(G, D, g_optimiser, d_optimiser, rules.objective, rules.penalty, rules.penalty_weight,
                               rules.penalty_every)
        streams = [assembly.streams(r) for r in recipes]
        self._d_stream, self._g_stream = (_Streams(list(s)) for s in zip(*streams, strict=True))
        self._z = torch.stack([assembly.noise(r, MEASURED_SAMPLES, generator_for(r.seed, "sample", 0)) for r in recipes])
        self.histories = [History(assembly.target(r)) for r in recipes]
        self.rows = np.full((first.steps, len(COLUMNS), len(recipes)), np.nan)
        self.rows[:, 0] = np.arange(1, first.steps + 1)[:, None]
        self.rows[:, COLUMNS.index("d_grad_norm")] = 0
        self.rows[:, COLUMNS.index("accuracy")] = 0.5
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
        self.credit += self.recipes[0].d_strength
        while self.credit >= 1:
            self.credit -= 1
            self._update_discriminators(row)
        z, real = self._g_stream[self.step]
        row[2] = generator_update(self.players, z, real)
        row[4] = self.players.g_optimiser.gradient_norm()
        if self.step % EVERY[False] == 0:
            self.measure()

    def _update_discriminators(self, row):
        optimiser = self.players.d_optimiser
        loss, real_logits, fake_logits = discriminator_update(self.players, *self._d_stream[optimiser.updates])
        row[1], row[3] = loss, optimiser.gradient_norm()
        row[5:8] = torch.stack(outputs(self.players.objective, real_logits, fake_logits))

    @torch.no_grad()
    def measure(self):
        """Add a snapshot to every member's history."""
        for history, x in zip(self.histories, self.players.G(self._z), strict=True):
            history.add_snapshot({"step": self.step, **snapshot(x, history.target)})

    def finished(self):
        """The histories with their rows filled in, and a lone generator for each member."""
        generators = []
        for i, (recipe, history) in enumerate(zip(self.recipes, self.histories, strict=True)):
            history.fill(self.rows[: self.step, :, i])
            G, _ = assembly.networks(recipe)
            for p, many in zip(G.parameters(), self.players.G.parameters(), strict=True):
                p.data = many.detach()[i].clone()
            generators.append(G)
        return self.histories, generators


def train_ensemble(recipes):
    """Train every recipe to its end; returns an Ensemble in the same order."""
    recipes = list(recipes)
    groups = {}
    for place, recipe in enumerate(recipes):
        key = tuple(v for name, v in dataclasses.asdict(recipe).items() if name not in FREE_FIELDS)
        groups.setdefault(key, []).append(place)
    histories, generators = [None] * len(recipes), [None] * len(recipes)
    for places in groups.values():
        group = Group([recipes[i] for i in places])
        while group.step < group.recipes[0].steps:
            group.train_step()
        for i, history, G in zip(places, *group.finished(), strict=True):
            histories[i], generators[i] = history, G
    return Ensemble(recipes, histories, generators)
