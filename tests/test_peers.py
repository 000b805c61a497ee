"""The course's measures against other people's programs (torchmetrics, prdc, POT), whose values peers.py recorded."""

import json

import peers
import pytest
import torch

from gan_edu.metrics_1d import w1_to_density
from gan_edu.metrics_2d import sliced_w1, sort_and_pair
from gan_edu.metrics_images import closeness, frechet_distance, kernel_distance
from gan_edu.mixtures import Mixture

RECORDED = json.loads(peers.RECORDED.read_text(encoding="utf-8"))
NORMAL = Mixture("", torch.zeros(1, 1, dtype=torch.float64), 0.5, torch.ones(1, dtype=torch.float64))


@pytest.mark.parametrize("seed", [int(seed) for seed in RECORDED])
def test_measures_agree_with_other_programs(seed):
    theirs = RECORDED[str(seed)]
    real, fake = peers.features(seed)
    (x, y), (a, b) = peers.numbers(seed), peers.points(seed)
    ours = closeness(real, fake, peers.NEIGHBOURS)
    for name in ("precision", "recall", "density", "coverage"):
        assert getattr(ours, name) == pytest.approx(theirs[name], abs=1e-12), name
    assert frechet_distance(real, fake, at_least=len(real)) == pytest.approx(theirs["frechet_distance"], rel=1e-9)
    assert kernel_distance(real, fake) == pytest.approx(theirs["kernel_distance"], rel=1e-9)
    assert float(sort_and_pair(x, y)) == pytest.approx(theirs["sort_and_pair"], rel=1e-9)
    assert sliced_w1(a, b, peers.DIRECTIONS) == pytest.approx(theirs["sliced_w1"], rel=1e-9)
    assert sliced_w1(a, b, peers.DIRECTIONS) < theirs["earth_mover_2d"]  # as its docstring says
    assert w1_to_density(x[:, None], NORMAL) == pytest.approx(theirs["w1_to_normal"], abs=2e-6)  # 200,000 points there


def test_recorded_values_tell_a_wrong_measure_from_a_right_one():
    """They hang on k, on which side is real, and on the samples."""
    real, fake = peers.features(0)
    theirs = RECORDED["0"]
    assert closeness(fake, real).precision != pytest.approx(theirs["precision"], abs=0.1)
    assert closeness(real, fake, k=4).coverage != pytest.approx(theirs["coverage"], abs=0.02)
    assert len({values["frechet_distance"] for values in RECORDED.values()}) == len(RECORDED) == 3
