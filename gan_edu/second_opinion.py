"""A second opinion: how well does a fresh, strong discriminator tell a frozen generator's samples from real ones?

D = 1/2 has two meanings: the samples are good, or the discriminator is weak. A fresh one knows which. Nothing of the
run is changed: its generator only draws samples, with random numbers from a generator of this module's own.
Names: D = the fresh discriminator, auc = P(D(real) > D(fake)) over all pairs, ties counted half.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from gan_edu import assembly, conditions, views
from gan_edu.networks import MLP, DCGANDiscriminator, Scores, initialise
from gan_edu.optimisers import Optimiser
from gan_edu.randomness import generator_for

WEAK_BELOW, TELLS_FROM = 0.6, 0.9  # the run's own below, a fresh one above: its own is weak
RATE, BETAS = 3e-3, (0.9, 0.999)
CHUNK = 4096  # samples drawn at once
LIMIT = 100  # points are clipped to this many radii of the data: far enough off to be told, near enough to compute with


@dataclass(frozen=True)
class Size:
    """How much is spent on an opinion: about a second on one core."""

    steps: int
    batch: int
    held_out: int  # samples of each kind, none of them trained on


SIZES = {False: Size(600, 256, 4000), True: Size(60, 64, 1000)}  # for points, for images


@dataclass(frozen=True)
class Opinion:
    """What a fresh discriminator found on held-out samples, and what the run's own scores on the same ones, now.

    The verdict's AUC of the run's own is another: its mean over the batches of the run's last quarter.
    auc from 0 to 1, 1/2 = cannot tell; accuracy: share right at probability 1/2; *_error: standard errors.
    heat, own_heat: scores in [0, 1] at `views.heat_points`, (25, 25) or in one dimension (200,); None for images.
    sample: the frozen generator's points (256, dim) that go with the heat maps; None for images.
    """

    step: int
    samples: int  # of each kind, held out
    auc: float
    auc_error: float
    accuracy: float
    accuracy_error: float
    own_auc: float
    own_auc_error: float
    heat: np.ndarray | None
    own_heat: np.ndarray | None
    sample: np.ndarray | None

    @property
    def is_weak(self):
        """Whether the run's own discriminator misses what a fresh one sees (AUC below .6 against .9 or more)."""
        return self.auc >= TELLS_FROM and self.own_auc < WEAK_BELOW

    @property
    def sentence(self):
        """The finding in words, with its numbers."""
        found = (f"Step {self.step:,}: a fresh discriminator tells real from generated with AUC {self.auc:.2f} "
                 f"(± {self.auc_error:.3f}) on {self.samples:,} new samples of each, now; the run's own manages "
                 f"{self.own_auc:.2f} on the same")
        return f"{found}: {self._meaning()}"

    def _meaning(self):
        if self.is_weak:
            return "it is weak, or comes too late, and what it says of the generator means little."
        if self.auc < WEAK_BELOW:
            return "even the fresh one can hardly tell them apart (0.5 = not at all)."
        if (missed := self.auc - self.own_auc) > 0.1:
            return f"it misses {'much' if missed > 0.25 else 'a part'} of what can be seen."
        return "it sees what there is to see."


def probe(run, steps=None):
    """The Opinion of a fresh discriminator (MLP 128 × 2, Adam 3e-3; for digits a small conv net) on the run as it is.

    steps: updates of the fresh one, 600 for points and 60 for digits if not given, about a second on one core. The
    same run and steps give the same Opinion. Where the recipe averages G's weights, the averaged G is examined, as
    `run.sample` shows it. Perfect generator: AUC .5 ± .006 (points), .5 ± .013 (digits); fully collapsed on the ring:
    about 1 - 1/16, as an eighth of the real points lies where the fakes lie. Fewer steps see less: on a healthy ring
    AUC .59 after 150, .70 after 600. Raises ValueError where the samples are not finite. Taught in notebooks/03.
    """
    examiner = Examiner(run, steps)
    while not examiner.done:
        examiner.train_step()
    return examiner.opinion()


def fresh_update(D, optimiser, real, fake):
    """One update of a fresh discriminator, the generator being frozen: real, fake (n, ...) are plain samples.

    minimised: -E[log σ(D(real))] - E[log(1 - σ(D(fake)))]. Goodfellow et al. 2014, eq. 1. Taught in notebooks/03.
    """
    loss = F.softplus(-D(real)).mean() + F.softplus(D(fake)).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


class Examiner:
    """A fresh discriminator in training, step by step, on samples that the run's generator draws here and now.

    The run may train on meanwhile: the samples, and what its own discriminator makes of them, are those of this moment.
    """

    def __init__(self, run, steps=None):
        self.recipe, self.run_step, self.target = run.recipe, run.step, run.target
        size = SIZES[run.recipe.is_image]
        self.steps, self.batch = size.steps if steps is None else steps, size.batch
        init = generator_for(self.recipe.seed, "second opinion")
        self.D = Scores(_strong(self.recipe, init))
        self.optimiser = Optimiser(self.D, "adam", RATE, *BETAS)
        self._held_out = _samples(run, size.held_out, init)
        if not torch.isfinite(self._held_out[1]).all():
            raise ValueError("the generator's samples are not finite numbers: there is nothing to tell apart")
        self._own = _scored(conditions.best_of(self.recipe, run.players.D), self._held_out, assembly.dtype(self.recipe))
        self._own_heat = None if self.recipe.is_image else _heat(lambda x: views.scores(run, x), self.target)
        self._batches = zip(*(x.split(size.batch) for x in _samples(run, self.steps * size.batch, init)), strict=True)

    @property
    def done(self):
        """Whether the fresh discriminator has had all its updates."""
        return self.optimiser.updates >= self.steps

    def train_step(self):
        """One update on samples not seen before."""
        assembly.use_threads(self.recipe)
        real, fake = next(self._batches)
        with assembly.precision(self.recipe):
            fresh_update(self.D, self.optimiser, real, fake)

    def opinion(self):
        """What it finds on the samples held out, as far as it has been trained."""
        real, fake = _scored(self.D, self._held_out, torch.float32)
        right = float(((real > 0).double().mean() + (fake <= 0).double().mean()) / 2)
        heat = sample = None
        if not self.recipe.is_image:
            heat = _heat(lambda x: torch.sigmoid(self.D(x.float())), self.target)
            sample = self._held_out[1][:256].numpy()
        auc, error = area_under_curve(real, fake)
        own_auc, own_error = area_under_curve(*self._own)
        right_error = math.sqrt(right * (1 - right) / (2 * len(real)))
        return Opinion(self.run_step, len(real), auc, error, right, right_error, own_auc, own_error, heat,
                       self._own_heat, sample)


def _samples(run, n, generator):
    """n real and n generated samples in float32."""
    real = assembly.real(run.recipe, n, generator)
    fake = torch.cat([run.generate(z) for z in assembly.noise(run.recipe, n, generator).split(CHUNK)])
    if not run.recipe.is_image:
        fake = fake.clamp(-LIMIT * run.target.radius, LIMIT * run.target.radius)
    return real.float(), fake.float()


def _strong(recipe, init):
    """A body that is stronger than the course's usual discriminators."""
    if recipe.is_image:
        with torch.random.fork_rng(devices=[]):  # PyTorch's layers draw from the global generator when they are made
            return initialise(DCGANDiscriminator(32), init)
    return MLP((assembly.target(recipe).dim, 128, 128, 1), init, dtype=torch.float32)


@torch.no_grad()
def _scored(D, samples, dtype):
    """D's logits on real and on generated samples, float64; what is not a number counts as 0."""
    return tuple(D(x.to(dtype)).double().nan_to_num() for x in samples)


@torch.no_grad()
def _heat(scores, target):
    """Scores in [0, 1] over the drawn square (25, 25), or along the drawn line (200,)."""
    if target.dim == 1:
        return scores(views.heat_points(target, 200)).float().numpy()
    return scores(views.heat_points(target)).float().view(views.HEAT_SIDE, views.HEAT_SIDE).numpy()


def area_under_curve(real, fake):
    """P(score of a real > score of a fake) over all pairs, ties counted half, and its standard error.

    real (n,), fake (m,) -> (auc in [0, 1], error). DeLong, DeLong & Clarke-Pearson 1988. Taught in notebooks/03.
    """
    beaten, beating = _placements(real, fake), 1 - _placements(fake, real)  # (n,), (m,)
    return float(beaten.mean()), math.sqrt(float(beaten.var() / len(real) + beating.var() / len(fake)))


def _placements(x, others):
    """For each x the share of the others below it, equal ones counted half."""
    ordered = others.sort().values
    below = torch.searchsorted(ordered, x) + torch.searchsorted(ordered, x, right=True)
    return below.double() / (2 * len(ordered))
