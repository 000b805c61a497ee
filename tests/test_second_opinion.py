"""The second opinion: a fresh discriminator, judged by scipy and by the best one there can be, that leaves no trace."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from gan_edu import PRESETS, Recipe, Run
from gan_edu.mixtures import Mixture
from gan_edu.second_opinion import Examiner, Opinion, area_under_curve, probe

torch.set_num_threads(1)  # more threads make small work slower
SMALL = Recipe(g_width=16, d_width=16, batch=32, steps=60)
DIGITS = PRESETS["mnist_plain"].replace(g_width=16, d_width=16, batch=16)


def trained(recipe, steps):
    run = Run(recipe)
    while run.step < steps:
        run.train_step()
    return run


def drawing(run, sample):
    """Let the run's generator draw what sample(n) gives, whatever it has learnt."""
    run.generate = lambda z: sample(len(z))
    return run


def bits(run):
    """All that a run's training goes by, and what it will draw next."""
    players = run.players
    state = [value for o in (players.g_optimiser, players.d_optimiser) for value in o.state().values()]
    gradients = [o.gradient.clone() for o in (players.g_optimiser, players.d_optimiser)]
    flags = [p.requires_grad for network in (players.G, players.D) for p in network.parameters()]
    return [*state, *gradients, *run.next_discriminator_batch(), run.sample(8), torch.get_rng_state(), run.token, flags,
            len(run.history), run.history.snapshots[-1]]  # fmt: skip


def same(one, other):
    return all(torch.equal(a, b) if torch.is_tensor(a) else a == b for a, b in zip(one, other, strict=True))


# --- the measure --------------------------------------------------------------------------------------------------


def test_auc_is_scipys_rank_statistic_with_ties():
    real = torch.tensor([0.1, 0.4, 0.4, 0.9, 2.0], dtype=torch.float64)
    fake = torch.tensor([-1.0, 0.4, 0.4, 0.3, 0.95, 0.0, 0.9], dtype=torch.float64)
    expected = stats.mannwhitneyu(real, fake).statistic / 35
    assert area_under_curve(real, fake)[0] == pytest.approx(expected, abs=1e-12)
    assert area_under_curve(fake, real)[0] == pytest.approx(1 - expected, abs=1e-12)


@pytest.mark.parametrize("d", [0.0, 1.0, 2.0])
def test_auc_of_two_gaussians_and_its_standard_error(d):
    generator = torch.Generator().manual_seed(4)
    x = torch.randn(2, 200, 300, generator=generator, dtype=torch.float64)
    found = np.array([area_under_curve(real + d, fake) for real, fake in zip(*x, strict=True)])
    assert found[:, 0].mean() == pytest.approx(stats.norm.cdf(d / math.sqrt(2)), abs=0.006)
    assert found[:, 1].mean() == pytest.approx(found[:, 0].std(), rel=0.2)


# --- the opinion --------------------------------------------------------------------------------------------------


def test_a_weak_discriminator_is_unmasked():
    opinion = probe(trained(PRESETS["weak_discriminator"], 500), steps=100)
    assert opinion.auc > 0.95
    assert opinion.own_auc < 0.6
    assert opinion.is_weak
    found = f"Step 500: a fresh discriminator tells real from generated with AUC {opinion.auc:.2f}"
    assert opinion.sentence.startswith(found)
    assert f"the run's own manages {opinion.own_auc:.2f} on the same: it is weak" in opinion.sentence


def test_a_collapse_is_seen_by_both():
    opinion = probe(trained(PRESETS["mode_collapse"], 300), steps=100)
    assert opinion.auc > 0.85
    assert opinion.own_auc > 0.75
    assert not opinion.is_weak


def test_a_perfect_generator_gives_a_coin_toss():
    run = Run(SMALL)
    own = torch.Generator().manual_seed(9)
    opinion = probe(drawing(run, lambda n: run.target.sample(n, own)), steps=150)
    assert opinion.auc == pytest.approx(0.5, abs=0.026)
    assert opinion.auc_error == pytest.approx(1 / math.sqrt(6 * 4000), rel=0.1)  # √(1/12n + 1/12n)
    assert opinion.accuracy == pytest.approx(0.5, abs=0.026)
    assert "hardly tell them apart" in opinion.sentence


def test_all_fakes_on_one_mode_leave_an_eighth_of_the_real_points_in_doubt():
    """The best discriminator puts 7/8 of the reals above every fake and ties with the rest: 1 - 1/16."""
    run = Run(SMALL)
    own = torch.Generator().manual_seed(9)
    one = Mixture("one", run.target.modes[:1], run.target.std)
    opinion = probe(drawing(run, lambda n: one.sample(n, own)), steps=200)
    assert opinion.auc == pytest.approx(1 - 1 / 16, abs=0.012)
    assert opinion.accuracy == pytest.approx(1 - 1 / 16, abs=0.012)
    assert opinion.heat.shape == opinion.own_heat.shape == (25, 25)
    middle = opinion.heat[12]  # the row y = 0: the mode with the fakes lies to the right
    place = {x: round(12 + 12 * x / 1.5) for x in (-1, 1)}  # the square reaches to 1.35 + 3 · 0.05
    assert middle[place[1]] < 0.3
    assert middle[place[-1]] > 0.9


def test_in_one_dimension_the_heat_is_a_curve():
    run = trained(SMALL.replace(data="two_gaussians"), 20)
    opinion = probe(run, steps=100)
    assert opinion.heat.shape == opinion.own_heat.shape == (200,)
    assert opinion.sample.shape == (256, 1)


def test_far_off_samples_are_told_and_samples_that_are_no_numbers_refused():
    run = Run(SMALL)
    far = probe(drawing(run, lambda n: torch.full((n, 2), 1e200, dtype=torch.float64)), steps=60)
    assert (far.auc, far.accuracy) == (1, pytest.approx(1, abs=1e-3))
    assert np.isfinite(far.heat).all()
    with pytest.raises(ValueError, match="not finite"):
        probe(drawing(run, lambda n: torch.full((n, 2), math.nan, dtype=torch.float64)))


def test_digits():
    run = trained(DIGITS, 2)
    before = bits(run)
    opinion = probe(run, steps=25)
    assert opinion.auc > 0.97
    assert (opinion.heat, opinion.own_heat, opinion.sample) == (None, None, None)
    assert same(before, bits(run))
    images = run.real(2000, seed=5)
    real_ones = probe(drawing(run, lambda n: images[torch.arange(n) % 2000]), steps=3)
    assert real_ones.auc == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize(
    ("auc", "own", "words"),
    [(0.97, 0.52, "it is weak"), (0.97, 0.75, "misses a part of"), (0.97, 0.61, "misses much of"),
     (0.97, 0.95, "sees what there is"),
     (0.55, 0.5, "hardly"), (0.7, 0.52, "misses a part"), (0.95, 0.3, "it is weak")],
)  # fmt: skip
def test_words_follow_the_numbers(auc, own, words):
    opinion = Opinion(1234, 4000, auc, 0.004, 0.9, 0.004, own, 0.01, None, None, None)
    found = f"generated with AUC {auc:.2f} (± 0.004) on 4,000 new samples of each, now; "
    assert f"{found}the run's own manages {own:.2f} on the same: " in opinion.sentence
    assert opinion.sentence.startswith("Step 1,234: a fresh discriminator tells real from")
    assert words in opinion.sentence
    assert opinion.is_weak == (words == "it is weak")


# --- no trace, no chance ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("recipe", [SMALL, SMALL.replace(objective="relativistic", penalty="r1", average=0.9)])
def test_the_run_goes_on_bit_for_bit_as_if_it_had_not_been_asked(recipe):
    asked, alone = trained(recipe, 30), trained(recipe, 30)
    before = bits(asked)
    probe(asked, steps=10)
    assert same(before, bits(asked))
    for _ in range(20):
        assert asked.train_step() == alone.train_step()
    assert same(bits(asked), bits(alone))


def test_the_same_run_gives_the_same_opinion_and_another_seed_another():
    run = trained(SMALL, 30)
    one, other = probe(run, steps=20), probe(run, steps=20)
    assert one.sentence == other.sentence
    assert (one.heat == other.heat).all()
    assert one.auc == other.auc
    assert probe(trained(SMALL.replace(seed=1), 30), steps=20).auc != one.auc


def test_it_judges_the_moment_at_which_it_was_asked():
    run = trained(SMALL, 30)
    expected = probe(run, steps=20)
    examiner = Examiner(run, steps=20)
    while not examiner.done:
        run.train_step()
        examiner.train_step()
    assert (examiner.opinion().auc, examiner.opinion().own_auc) == (expected.auc, expected.own_auc)
    assert (examiner.opinion().own_heat == expected.own_heat).all()
    assert examiner.opinion().step == 30
