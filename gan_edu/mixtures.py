"""Targets to learn: Gaussian mixtures in one and two dimensions, whose modes and density are known exactly.

Names: k = number of modes, dim = 1 or 2, x = points of shape (n, dim). Lengths have the data's own unit.
"""

import math
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Mixture:
    """A mixture of equally wide round Gaussians: `modes` (k, dim), `weights` (k,) summing to 1, one `std` > 0.

    Taught in notebooks/02.
    """

    name: str
    modes: torch.Tensor  # (k, dim)
    std: float
    weights: torch.Tensor = None  # (k,); equal shares when not given

    def __post_init__(self):
        if self.weights is None:
            count = len(self.modes)
            object.__setattr__(self, "weights", torch.full((count,), 1 / count, dtype=self.modes.dtype))

    @property
    def dim(self):
        """Number of coordinates of a point: 1 or 2."""
        return self.modes.shape[1]

    @property
    def radius(self):
        """Distance from the origin to the farthest mode, the data's scale."""
        return float(self.modes.norm(dim=1).max())

    def sample(self, n, generator=None):
        """Draw n points, shape (n, dim), float64. Taught in notebooks/02."""
        return self.sample_labelled(n, generator)[0]

    def sample_labelled(self, n, generator=None):
        """Draw n points (n, dim), float64, and the mode that each was drawn from (n,). Taught in notebooks/10."""
        which = torch.multinomial(self.weights, n, replacement=True, generator=generator)  # (n,)
        noise = torch.randn(n, self.dim, generator=generator, dtype=self.modes.dtype)  # (n, dim)
        return self.modes[which] + self.std * noise, which

    def log_prob(self, x):
        """Log density at x (n, dim), in nats; returns (n,). Taught in notebooks/01."""
        x = torch.as_tensor(x, dtype=self.modes.dtype)
        if x.dim() != 2 or x.shape[1] != self.dim:
            raise ValueError(f"log_prob needs points of shape (n, {self.dim}), got {tuple(x.shape)}")
        squared = (x[:, None, :] - self.modes).square().sum(-1)  # (n, k)
        normaliser = self.dim * (math.log(self.std) + 0.5 * math.log(2 * math.pi))
        return torch.logsumexp(self.weights.log() - squared / (2 * self.std**2) - normaliser, dim=1)  # (n,)


def _points(rows):
    return torch.tensor(rows, dtype=torch.float64)


def ring_modes(count, radius=1.0):
    """`count` distinct points on a circle, shape (count, 2).

    The angle's end point is left out: with it (numpy's linspace default) the last mode repeats the first.
    """
    return _points([[radius * math.cos(2 * math.pi * i / count), radius * math.sin(2 * math.pi * i / count)]
                    for i in range(count)])


def grid_modes(side, spacing):
    """side² points on a square lattice centred at the origin, shape (side², 2)."""
    ticks = [spacing * (i - (side - 1) / 2) for i in range(side)]
    return _points([[x, y] for y in ticks for x in ticks])


# The ring is easier than the papers' (radius/std = 20, theirs is 100); the grid is VEEGAN's, shrunk to fit [-1, 1].
_UNEVEN = torch.tensor([8.0, 4, 4, 2, 2, 1, 1, 1], dtype=torch.float64)
TARGETS = {
    target.name: target
    for target in (
        Mixture("two_gaussians", _points([[-1.0], [1.0]]), 0.25),
        Mixture("line", _points([[x, 0.0] for x in (-1.0, -0.5, 0.0, 0.5, 1.0)]), 0.05),
        Mixture("one_blob", _points([[1.0, 0.0]]), 0.5),  # nothing to miss, yet room to circle in
        Mixture("two_blobs", _points([[-0.7, 0.0], [0.7, 0.0]]), 0.15),
        Mixture("ring", ring_modes(8), 0.05),
        Mixture("grid", grid_modes(5, 0.5), 0.0125),
        Mixture("imbalanced_ring", ring_modes(8), 0.05, _UNEVEN / _UNEVEN.sum()),
        Mixture("far_square", grid_modes(2, 1.0) + _points([[2.5, 0.0]]), 0.1),  # nothing lies where G starts
    )
}
