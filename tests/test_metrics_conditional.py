"""Obedience and variety: on real samples, on shuffled ones, and on spreads that are known."""

import math

import pytest
import torch

from gan_edu.captions import captions
from gan_edu.metrics_conditional import caption_obeyed, obeyed, variety
from gan_edu.mixtures import TARGETS
from gan_edu.mnist import load_mnist, to_unit

RING = TARGETS["ring"]


def real_digits(n=400, split="test"):
    images, labels = load_mnist(split)
    return to_unit(images[:n]), labels[:n]


def test_real_points_obey_within_three_standard_deviations():
    x, which = RING.sample_labelled(20_000, torch.Generator().manual_seed(0))
    assert obeyed(x, which, RING) == pytest.approx(1 - math.exp(-4.5), abs=0.003)
    assert obeyed(x, (which + 1) % 8, RING) == 0
    assert obeyed(RING.modes + torch.tensor([4 * RING.std, 0]), torch.arange(8), RING) == 0  # near, not near enough


def test_points_that_do_not_listen_obey_by_chance():
    x, which = RING.sample_labelled(20_000, torch.Generator().manual_seed(0))
    other = which[torch.randperm(20_000, generator=torch.Generator().manual_seed(1))]
    assert obeyed(x, other, RING) == pytest.approx(0.9889 / 8, abs=0.008)


def test_real_digits_obey_their_labels():
    x, labels = real_digits()
    assert obeyed(x, labels) > 0.97
    assert obeyed(x, (labels + 1) % 10) < 0.02


def test_variety_is_the_ratio_of_spreads():
    chance = torch.Generator().manual_seed(0)
    real = torch.randn(4000, 2, generator=chance, dtype=torch.float64)
    assert variety(0.5 * torch.randn(4000, 2, generator=chance, dtype=torch.float64) + 3, real) == (
        pytest.approx(0.25, rel=0.08))  # fmt: skip
    assert variety(real[:1].expand(50, -1), real) == 0
    with pytest.raises(ValueError, match="two samples a side, got 1 and 4000"):
        variety(real[:1], real)


def test_the_variety_of_images_is_that_of_their_features():
    x, labels = real_digits(2000)
    more, more_labels = real_digits(4000, "train")
    threes = x[labels == 3]
    assert variety(threes, more[more_labels == 3]) == pytest.approx(1, abs=0.2)
    assert variety(threes[:1].expand(20, -1, -1, -1), threes) == pytest.approx(0, abs=1e-6)
    assert variety(x, threes) > 2  # ten classes are more varied than one


def test_real_digits_meet_their_own_captions_and_not_each_others():
    x, labels = real_digits(600)
    texts = captions(x, labels)
    own = caption_obeyed(x, texts)
    assert own["digit"] > 0.97
    assert (own["thickness"], own["slant"]) == (1, 1)
    sevens = x[labels == 7]
    wrong = caption_obeyed(sevens, ["thick slanted seven"] * len(sevens))
    assert 0.15 < wrong["thickness"] < 0.55
    assert 0.15 < wrong["slant"] < 0.55
    assert math.isnan(caption_obeyed(sevens, ["seven"] * len(sevens))["slant"])
