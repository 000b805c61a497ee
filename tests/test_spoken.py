"""A setting and its value have one wording, wherever they are shown; a Wasserstein GAN's D is called critic."""

import pytest

from gan_edu import PRESETS, Recipe, Run, playground, twin, views
from gan_edu.challenges import at_start, find
from gan_edu.spoken import capitalised, in_terms_of, judge_of, name_of, setting, value_of
from gan_edu.widgets import wording
from gan_edu.widgets.challenge import _standing
from gan_edu.widgets.forks import _offer

SMALL = Recipe(g_width=8, d_width=8, batch=16)
CRITIC = PRESETS["ring_wgan_gp"].replace(g_width=8, d_width=8, batch=16)
VALUES = [("lr_g", 1e-5, "1e-5"), ("lr_d", 5e-4, "5e-4"), ("lr_d", 3.5e-3, "3.5e-3"), ("lr_g", 0.1, "1e-1"),
          ("d_strength", 0.125, "1/8"), ("d_strength", 1, "1"), ("d_strength", 16.0, "16"),
          ("d_strength", 0.3, "1/3.33333"),
          ("penalty_weight", 0.3, "0.3"), ("penalty_weight", 100.0, "100"), ("d_width", 64, "64"),
          ("objective", "non_saturating", "non-saturating"), ("spectral_norm", True, "on")]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "words"), VALUES)
def test_a_value_is_spoken(name, value, words):
    assert value_of(name, value) == words


def test_the_same_value_is_the_same_on_curves_forks_twins_and_in_challenges():
    run = Run(SMALL.replace(d_strength=1))
    run.knobs.d_strength = 1 / 8
    run.knobs.lr_d = 5e-4
    run.train_step()
    assert [words for _, words in views.knob_marks(run)] == ["strength 1/8", "lr D 5e-4"]
    assert _offer(run, "d_strength")["now"] == "1/8"
    assert _offer(run, "lr_d")["now"] == "5e-4"
    assert "discriminator strength 1/8 instead of 1" in twin(SMALL, d_strength=1 / 8).twin.sentence
    start = at_start(find("02.mend_weak"))
    standing = _standing("d_strength", 1, start.replace(d_strength=1 / 8), True)
    assert standing[:3] == ["Discriminator strength", "1", "1/8"]


def test_a_critic_is_called_so_in_every_setting_and_every_verdict():
    assert judge_of(CRITIC) == "critic"
    assert setting("lr_d", 1e-3, "critic") == "critic learning rate 1e-3"
    assert name_of("d_width", "critic") == "critic width"
    run = Run(CRITIC)
    assert _offer(run, "d_strength")["words"] == "Critic strength"
    assert "critic strength 1/8 instead of 3" in twin(CRITIC, d_strength=1 / 8).twin.sentence
    play = playground(CRITIC).run(300)
    verdict = play.verdict
    shown = str([wording.evidence(verdict, "critic"), wording.advice(verdict, play.session), wording.status(play)])
    assert "iscriminator" not in shown.replace("weak discriminator", "")
    assert in_terms_of("critic", "Discriminator width, discriminator's rate") == "Critic width, critic's rate"
    assert capitalised("critic") == "Critic"
