"""The two Wasserstein presets on seeds that nobody chose for them, in as few steps as show where they go."""

import numpy as np
import pytest
import torch

from gan_edu.ensemble import Group
from gan_edu.presets import PRESETS

SEEDS = (201, 202, 203, 204)


def trained(name, steps):
    """Snapshots of each seed after so many steps: (seeds, snapshots, 2), modes and high-quality share."""
    group = Group([PRESETS[name].replace(seed=seed, steps=steps) for seed in SEEDS], torch.float32)
    while group.step < steps:
        group.train_step()
    histories, _ = group.finished()
    return np.array([[(s["modes"], s["quality"]) for s in history.snapshots] for history in histories])


@pytest.mark.parametrize(("name", "steps", "seeds", "low", "high"), [("ring_wgan_gp", 500, 4, 0.4, 0.6),
                                                                     ("ring_wgan", 1500, 3, 0.3, 0.5)])  # fmt: skip
def test_a_wasserstein_preset_finds_the_modes_and_comes_nearer(name, steps, seeds, low, high):
    """A sixth of the way, and a quarter; a clipped critic has one seed of four that is late."""
    seen = trained(name, steps)
    modes, quality = seen[:, -4:, 0], seen[:, :, 1]
    assert sum(np.median(modes, axis=1) >= 6) >= seeds
    assert low < quality[:, -4:].mean() < high
    assert quality[:, -4:].mean() > quality[:, 4:8].mean() + 0.05
