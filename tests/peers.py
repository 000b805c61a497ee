# /// script
# dependencies = ["torch==2.13.0", "scipy", "torchmetrics==1.8.2", "prdc==0.2", "POT==0.9.7.post1"]
# ///
"""What other people's programs measure on samples that everybody can make again: written to peers.json beside this.

    uv run tests/peers.py           (or: pip install the above, then python tests/peers.py)

tests/test_peers.py compares the course's measures with these values, without installing those programs.
"""

import json
from pathlib import Path

import torch

RECORDED = Path(__file__).with_suffix(".json")
NEIGHBOURS = 5
DIRECTIONS = 32


def samples(n, dim, seed):
    """n points (n, dim) in [0, 1) that look random, by whole numbers alone: the same on every machine and version."""
    i = torch.arange(1, n * dim + 1) * 7919 + seed * 104_729
    for _ in range(4):
        i = (i * i * 31 + i * 17 + 12_345) % 1_000_003
    return (i.double() / 1_000_003).view(n, dim)


def features(seed, n=400, dim=64):
    """Two sets of features (n, dim) that differ in place, width and shape."""
    a, b = samples(n, dim, seed), samples(n, dim, seed + 1)
    return 3 * a, (3 * b).pow(1.1) + 0.2 * b.roll(1, dims=1)


def numbers(seed, n=500):
    """Two sets of numbers (n,)."""
    a, b = samples(n, 1, seed).flatten(), samples(n, 1, seed + 1).flatten()
    return 4 * a - 2, 3 * b.square() - 1


def points(seed, n=300):
    """Two clouds of points (n, 2)."""
    return 4 * samples(n, 2, seed) - 2, samples(n, 2, seed + 1) * torch.tensor([3.0, 1.0])


def measured(seed):
    """All that the others measure on the samples of one seed."""
    real, fake = features(seed)
    return {**_by_torchmetrics(real, fake), **_by_prdc(real, fake), **_by_pot(seed)}


def _by_torchmetrics(real, fake):
    from torchmetrics.image.fid import FrechetInceptionDistance
    from torchmetrics.image.kid import KernelInceptionDistance

    as_they_are = torch.nn.Identity()
    as_they_are.num_features = real.shape[1]
    found = {}
    for name, metric in {
        "frechet_distance": FrechetInceptionDistance(feature=as_they_are).set_dtype(torch.float64),
        "kernel_distance": KernelInceptionDistance(feature=as_they_are, subsets=1, subset_size=len(real)),
    }.items():
        metric.update(real, real=True)
        metric.update(fake, real=False)
        value = metric.compute()
        found[name] = float(value[0] if isinstance(value, tuple) else value)
    return found


def _by_prdc(real, fake):
    from prdc import compute_prdc

    found = compute_prdc(real.numpy(), fake.numpy(), nearest_k=NEIGHBOURS)
    return {name: float(value) for name, value in found.items()}


def _by_pot(seed):
    import ot

    (x, y), (a, b) = numbers(seed), points(seed)
    angles = torch.arange(DIRECTIONS, dtype=torch.float64) * (torch.pi / DIRECTIONS)
    across = torch.stack([angles.cos(), angles.sin()])  # (2, directions)
    grid = (torch.arange(200_000, dtype=torch.float64) + 0.5) / 200_000
    normal = 0.5 * torch.special.ndtri(grid)  # stands for the density of N(0, 0.5²)
    return {
        "sort_and_pair": float(ot.wasserstein_1d(x, y, p=1)),
        "sliced_w1": float(ot.sliced_wasserstein_distance(a, b, projections=across, p=1)),
        "earth_mover_2d": float(ot.emd2([], [], ot.dist(a, b, metric="euclidean"))),
        "w1_to_normal": float(ot.emd2_1d(x.numpy(), normal.numpy(), metric="euclidean")),
    }


if __name__ == "__main__":
    RECORDED.write_text(json.dumps({seed: measured(seed) for seed in range(3)}, indent=1) + "\n", encoding="utf-8")
