"""Run: the training loop as an iterator that can be watched, steered, replayed and rewound.

A step is one generator update. The number of discriminator updates in it follows from d_strength: each step adds
d_strength to a credit, and every whole credit buys one update, so 1/4 means one update every fourth step.
"""

import math
from dataclasses import dataclass

import torch

from gan_edu import assembly, conditions, tokens, work
from gan_edu.history import Checkpoints, History
from gan_edu.instance_noise import InstanceNoise
from gan_edu.knobs import NAME_KNOBS, NUMBER_KNOBS, Knobs, check_together, checked_event, events_of_token
from gan_edu.metrics_1d import points_snapshot
from gan_edu.metrics_images import image_snapshot
from gan_edu.optimisers import Average
from gan_edu.randomness import generator_for
from gan_edu.recipe import Recipe
from gan_edu.training import discriminator_update, outputs
from gan_edu.unrolling import generator_step

CHECKPOINT_BUDGET = 128 * 2**20  # bytes; with history, snapshots and what the allocator keeps, 256 MB in all
WHOLE = 1 - 1e-9  # credit that buys an update; strengths such as 0.3 add up to 1 only nearly
MEASURED_SAMPLES, MEASURED_IMAGES = 512, 256
LAST = ("d_loss", "d_grad_norm", "d_real", "d_fake", "auc")  # what an update of D leaves in the record
EVERY = {False: 25, True: 100}  # steps between snapshots: for points, for images


@dataclass(frozen=True)
class Record:
    """What one step did. Losses are those minimised; d_real, d_fake are D's mean outputs in [0, 1] (raw for critics);
    auc is P(D(real) > D(fake)) over the batch, ties half; gradient norms are Euclidean, of each network's last update.
    """

    step: int
    d_loss: float
    g_loss: float
    d_grad_norm: float
    g_grad_norm: float
    d_real: float
    d_fake: float
    auc: float

    @property
    def is_finite(self):
        """False once a loss is NaN or infinite."""
        return math.isfinite(self.d_loss) and math.isfinite(self.g_loss)


@dataclass(frozen=True)
class Bookmark:
    """A run's whole past at one step, for `Run.come_back`; its checkpoints are shared with the run, not copied."""

    step: int
    state: dict
    checkpoints: Checkpoints
    history: History
    events: tuple


class Run:
    """One GAN in training: `for record in Run(recipe)` trains it, a generator step at a time, to recipe.steps.

    recipe: a Recipe. events: (step, name, value) rows to repeat, as a token keeps them. Taught in notebooks/02.
    """

    def __init__(self, recipe, events=()):
        self.recipe = recipe
        self.target = assembly.target(recipe)
        self.players = assembly.players(recipe)
        self._d_stream, self._g_stream = assembly.streams(recipe)
        self._blur = InstanceNoise(recipe, assembly.blurs(recipe))
        self.knobs = Knobs(self, {name: getattr(recipe, name) for name in (*NUMBER_KNOBS, *NAME_KNOBS)})
        self.events = [(int(step), name, checked_event(name, value)) for step, name, value in events]
        check_together(recipe, self.events)
        self._updates_at_once = work.updates_at_once(recipe)
        self._applied = 0  # events that have taken effect
        self.credit = 0.0
        self.failed_at = None  # the step at which a loss was NaN or infinite
        self._average = Average(self.players.g_optimiser, recipe.average)
        self._last = {"d_loss": math.nan, "d_grad_norm": 0.0, "d_real": math.nan, "d_fake": math.nan, "auc": 0.5}
        self._last_g = (math.nan, 0.0)  # the generator's last loss and gradient norm
        self.history = History(self.target)
        self.checkpoints = Checkpoints(100 if not recipe.is_image else 50, CHECKPOINT_BUDGET)
        self._remember()

    # --- training ---------------------------------------------------------------------------------------------

    @property
    def step(self):
        """Generator updates so far."""
        return self.players.g_optimiser.updates

    def __iter__(self):
        """Train up to recipe.steps, yielding the Record of each step; stops after a NaN."""
        while self.step < self.recipe.steps and self.failed_at is None:
            yield self.train_step()

    def train_step(self):
        """Train one step and return its Record.

        Where a token's many updates of D by hand are repeated, a call does only a slice of them, so that a pause is
        heard: then the Record's step is the one before.
        """
        assembly.use_threads(self.recipe)
        last = self._replay_events()
        if last == "generator":
            return self._finish_step()
        if last == "discriminator":
            self.checkpoints.states[self.step] = self._state()  # so that going back repeats one slice at most
            return self._record()
        self.credit += self.knobs.d_strength
        while self.credit >= WHOLE:
            self.credit -= 1
            self._update_discriminator()
        self._update_generator()
        return self._finish_step()

    def step_discriminator(self):
        """Exactly one discriminator update by hand; the step count stays. Returns its Record."""
        self._record_event("discriminator", None)
        return self._record()

    def step_generator(self):
        """Exactly one generator update by hand, the discriminator standing still. Returns its Record."""
        self._record_event("generator", None)
        return self._finish_step()

    def next_discriminator_batch(self):
        """The (real, z, alpha) that the next discriminator update will see; looking changes nothing."""
        return self._d_stream[self.players.d_optimiser.updates][:3]

    def next_players(self):
        """The players of the next discriminator update: told its condition, where the recipe has one."""
        return conditions.bound(self.players, *self._d_stream[self.players.d_optimiser.updates][3:])

    @torch.no_grad()
    def next_inputs(self):
        """The (real, fake) that the next discriminator update will show to D, instance noise and all."""
        players, real, z, _ = self._seen_by_discriminator()
        return real, players.G(z)

    def _seen_by_discriminator(self):
        real, z, alpha = self.next_discriminator_batch()
        number = self.players.d_optimiser.updates
        return *self._blur.blurred(self.next_players(), real, "discriminator", number, self.step), z, alpha

    def _update_discriminator(self):
        optimiser = self.players.d_optimiser
        optimiser.lr = self.knobs.lr_d * self._decay()
        players, real, z, alpha = self._seen_by_discriminator()
        with assembly.precision(self.recipe):
            loss, real_logits, fake_logits = discriminator_update(players, real, z, alpha)
        values = (loss, optimiser.gradient_norm(), *outputs(self.players.objective, real_logits, fake_logits))
        self._last = dict(zip(LAST, map(float, values), strict=True))

    def _update_generator(self):
        optimiser = self.players.g_optimiser
        optimiser.lr = self.knobs.lr_g * self._decay()
        z, real, *given = self._g_stream[optimiser.updates]
        told = conditions.bound(self.players, *given)
        players, real = self._blur.blurred(told, real, "generator", optimiser.updates, self.step)
        with assembly.precision(self.recipe):
            loss = generator_step(players, z, real)
        self._last_g = float(loss), float(optimiser.gradient_norm())
        self._average.update(self.step)

    def _decay(self):
        return 1 / (1 + self.step / self.recipe.lr_halving) if self.recipe.lr_halving else 1.0

    def _record(self):
        g_loss, g_norm = self._last_g
        return Record(step=self.step, g_loss=g_loss, g_grad_norm=g_norm, **self._last)

    def _finish_step(self):
        record = self._record()
        d_waits = math.isnan(record.d_loss) and self.players.d_optimiser.updates == 0  # D has not been updated yet
        if not (record.is_finite or (d_waits and math.isfinite(record.g_loss))):
            self.failed_at = self.step
        self.history.append(record)
        self._remember()
        return record

    # --- knobs, events, tokens --------------------------------------------------------------------------------

    def _record_event(self, name, value):
        """A change from outside: what was still to be replayed is dropped, as it no longer fits."""
        del self.events[self._applied :]
        self.events.append((self.step, name, value))
        self._apply_next_event()

    def _apply_next_event(self):
        _, name, value = self.events[self._applied]
        self._applied += 1
        if name == "discriminator":
            self._update_discriminator()
        elif name == "generator":
            self._update_generator()
        else:
            self.knobs._values[name] = value
            assembly.apply_rules(self.players, self.knobs)
        return name

    def _replay_events(self):
        """Apply the events due at this step. What ended it: 'generator' for the step's own update, 'discriminator' for
        a full slice of updates by hand, None where all are applied and the step is still to be trained.
        """
        left = self._updates_at_once
        while self._applied < len(self.events) and self.events[self._applied][0] <= self.step:
            name = self._apply_next_event()
            left -= name == "discriminator"
            if name == "generator" or left == 0:
                return name
        return None

    @property
    def replayed(self):
        """(how many events have taken effect, how many there are)."""
        return self._applied, len(self.events)

    @property
    def token(self):
        """A text from which `Run.from_token` repeats this run, knob for knob (same build and thread count)."""
        content = {"recipe": self.recipe._changes(), "events": [list(event) for event in self.events]}
        return tokens.encode(content)

    @classmethod
    def from_token(cls, text):
        """A run at step 0 that repeats the token's run as it trains. ValueError with the reason for a bad token."""
        content = tokens.decode(text)
        return cls(Recipe.from_dict(content.get("recipe")), events_of_token(content.get("events", [])))

    # --- memory -----------------------------------------------------------------------------------------------

    def _remember(self):
        self.checkpoints.offer(self.step, self._state, assembly.state_bytes(self.players))
        if self.step % EVERY[self.recipe.is_image] == 0:
            self.history.add_snapshot({"step": self.step, **self._measure()})

    def _measure(self):
        if self.recipe.is_image:
            return image_snapshot(self.sample(MEASURED_IMAGES))
        return points_snapshot(self.sample(MEASURED_SAMPLES), self.target)

    def _state(self):
        return {**assembly.state(self.players), "average": self._average.state(), "credit": self.credit,
                "applied": self._applied, "knobs": self.knobs.as_dict(), "last": self._last, "last_g": self._last_g,
                "failed_at": self.failed_at}

    def rewind(self, step):
        """Go back to how the run was at `step` (0 to now): exact, by the nearest checkpoint and training on from it.

        Events after it are forgotten, so that a token made next tells the new story. Taught in notebooks/03.
        """
        if step != int(step) or not 0 <= step <= self.step:
            raise ValueError(f"cannot rewind to step {step}: this run has steps 0 to {self.step}")
        start, state = self.checkpoints.before(step)
        self._load(state)
        self.checkpoints.cut(start)
        self.history.cut(start)
        while self.step < step:
            self.train_step()
        self._finish_rewind(step)

    def _finish_rewind(self, step):
        """Apply what belongs to this step, a slice of it; more stays to be repeated, what comes later is forgotten."""
        left, own = self._updates_at_once, self._applied
        while own < len(self.events) and self.events[own][0] <= step and self.events[own][:2] != (step, "generator"):
            own += 1
        del self.events[own:]
        while left and self._applied < own:
            left -= self._apply_next_event() == "discriminator"

    def bookmark(self):
        """Where the run stands and how it came there: what `come_back` takes after a look back with `rewind`."""
        return Bookmark(self.step, self._state(), self.checkpoints.copy(), self.history.copy(), tuple(self.events))

    def come_back(self, mark):
        """Be again what the run was when it gave this bookmark."""
        self._load(mark.state)
        self.checkpoints, self.history, self.events = mark.checkpoints.copy(), mark.history.copy(), list(mark.events)

    def _load(self, state):
        assembly.load(self.players, state)
        self._average.load(state["average"])
        self.credit, self._applied, self._last = state["credit"], state["applied"], state["last"]
        self._last_g, self.failed_at = state["last_g"], state["failed_at"]
        self.knobs._values.update(state["knobs"])
        assembly.apply_rules(self.players, self.knobs)

    # --- samples ----------------------------------------------------------------------------------------------

    @torch.no_grad()
    def sample(self, n, seed=0, condition=None):
        """n samples, (n, dim) or (n, 1, 28, 28) in [-1, 1]; the same n and seed give the same noise at every step.

        condition: what to draw, where the recipe has one: for all, or one for each (`conditions.read` says how).
        Without it each sample is asked for what a random real one is. ValueError for one that will not do.
        """
        return self.generate(self.noise(n, seed), condition, seed)

    def real(self, n, seed=0):
        """n real samples of the same shape, for pictures and comparisons, never from the training's stream."""
        return assembly.real(self.recipe, n, generator_for(self.recipe.seed, "real", seed))

    def noise(self, n, seed=0):
        """Noise (n, recipe.noise) from a generator of its own, never from the training's."""
        return assembly.noise(self.recipe, n, generator_for(self.recipe.seed, "sample", seed))

    @torch.no_grad()
    def generate(self, z, condition=None, seed=0):
        """The generator's samples for noise z (n, recipe.noise), by the averaged weights where the recipe has them.

        condition, seed: as in `sample`.
        """
        asked = condition is not None
        given = [conditions.read(self.recipe, condition, len(z))] if asked else self.conditions(len(z), seed)
        with self._average.in_use():
            return assembly.generate(self.recipe, self.players.G, z, *given)

    def conditions(self, n, seed=0):
        """What `sample(n, seed)` asks for: [c] with c (n, numbers), or [] where the recipe has no condition."""
        if self.recipe.condition == "none":
            return []
        return list(conditions.drawn(self.recipe, n, generator_for(self.recipe.seed, "condition", seed))[1:])
