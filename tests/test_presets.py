"""The presets do what their names say, on seeds that nobody chose for it, in few steps where few show it.

A preset promises 19 seeds of 20 (`gan-edu audit`), so one of the eight here may depart; of divergence,
which 76 of 80 seeds show in float64 (docs/audit.md), two.
"""

import numpy as np
import pytest

from gan_edu.ensemble import train_ensemble
from gan_edu.presets import PRESETS

SEEDS = range(101, 109)


def trained(name, steps):
    recipes = [PRESETS[name].replace(seed=seed, steps=steps) for seed in SEEDS]
    return train_ensemble(recipes, progress=False)


@pytest.mark.parametrize(("name", "steps", "most", "fewest"), [
    ("mode_collapse", 400, 4, 7), ("weak_discriminator", 400, 2, 7), ("vanishing_gradients", 800, 0, 7),
    ("oscillation", 3000, 1, 7), ("non_convergence", 800, 4, 7), ("divergence", 1500, 0, 6),
])  # fmt: skip
def test_a_failing_preset_fails_as_its_name_says(name, steps, most, fewest):
    ensemble = trained(name, steps)
    ends = [(diagnosis.symptom, history.snapshots[-1]["modes"])
            for diagnosis, history in zip(ensemble.diagnoses, ensemble.histories, strict=True)]  # fmt: skip
    shown = [modes for symptom, modes in ends if symptom == name]
    assert len(shown) >= fewest, ends
    assert max(shown) <= most


def test_the_healthy_preset_holds_every_mode_and_comes_nearer():
    """A quarter of its way: it is not yet called healthy (.7 of high quality), and nothing else either."""
    ensemble = trained("ring_healthy", 800)
    for history, diagnosis in zip(ensemble.histories, ensemble.diagnoses, strict=True):
        modes, quality = np.array([(s["modes"], s["quality"]) for s in history.snapshots]).T
        assert modes[-20:].min() >= 7
        assert 0.5 < quality[-10:].mean() < 0.99
        assert quality[-10:].mean() > quality[-20:-10].mean() + 0.02
        assert diagnosis.symptom in ("undecided", "healthy")
