"""The presets do what their names say, on seeds that nobody chose for it; in as few steps as show it on every seed."""

import numpy as np
import pytest

from gan_edu.ensemble import train_ensemble
from gan_edu.presets import PRESETS

SEEDS = (101, 102, 103, 104)


def trained(name, steps):
    recipes = [PRESETS[name].replace(seed=seed, steps=steps) for seed in SEEDS]
    return train_ensemble(recipes, progress=False)


@pytest.mark.parametrize(("name", "steps", "most"), [
    ("mode_collapse", 400, 4), ("weak_discriminator", 400, 2), ("vanishing_gradients", 800, 0),
    ("oscillation", 3000, 4), ("non_convergence", 800, 4), ("divergence", 600, 0),
])  # fmt: skip
def test_a_failing_preset_fails_as_its_name_says(name, steps, most):
    ensemble = trained(name, steps)
    assert [diagnosis.symptom for diagnosis in ensemble.diagnoses] == [name] * len(SEEDS)
    assert max(history.snapshots[-1]["modes"] for history in ensemble.histories) <= most


def test_the_healthy_preset_holds_every_mode_and_comes_nearer():
    """A quarter of its way: it is not yet called healthy (.7 of high quality), and nothing else either."""
    ensemble = trained("ring_healthy", 800)
    for history, diagnosis in zip(ensemble.histories, ensemble.diagnoses, strict=True):
        modes, quality = np.array([(s["modes"], s["quality"]) for s in history.snapshots]).T
        assert modes[-20:].min() >= 7
        assert 0.5 < quality[-10:].mean() < 0.99
        assert quality[-10:].mean() > quality[-20:-10].mean() + 0.02
        assert diagnosis.symptom in ("undecided", "healthy")
