"""The slider 'Penalty weight': it acts at once, follows a new penalty's default, and is kept by restart and token."""

import pytest

from gan_edu import Recipe, Run
from gan_edu.widgets import choices
from gan_edu.widgets.playground import playground

SMALL = Recipe(objective="wasserstein", penalty="clip", penalty_weight=0.3, g_width=8, d_width=8, batch=16, steps=60)


def move(play, **controls):
    """A page that moves controls while nothing plays."""
    play.controls = {**play.controls, **controls}
    play.command({"do": "show"})


def steepest(play):
    return float(play.session.players.d_optimiser.flat.abs().max())


def test_the_bound_acts_at_the_next_update():
    play = playground(SMALL).run(5)
    assert 0.01 < steepest(play) <= 0.3
    move(play, penalty_weight=0.01)
    play.run(1)
    assert steepest(play) == 0.01
    assert play.session.events == [(5, "penalty_weight", 0.01)]


def test_a_new_penalty_brings_its_weight_to_the_slider_and_a_move_back_wins():
    play = playground(SMALL)
    move(play, penalty="wgan_gp")
    assert (play.controls["penalty_weight"], play.session.knobs.penalty_weight) == (1, 1)
    move(play, penalty_weight=10.0)
    assert play.session.players.penalty_weight == 10
    play.command({"do": "restart"})
    wanted = SMALL.replace(penalty="wgan_gp", penalty_weight=10)
    assert play.session.recipe == wanted
    assert Run.from_token(play.session.token).recipe == wanted
    play.command({"do": "reset"})
    assert play.session.recipe == SMALL
    assert play.controls["penalty_weight"] == 0.3


@pytest.mark.parametrize("controls", [{"penalty": "r1"}, {"remedy": "r1"}])
def test_restart_with_a_penalty_that_was_just_chosen_takes_its_default(controls):
    play = playground(SMALL)
    play.controls = {**play.controls, **controls}
    play.command({"do": "restart"})
    assert (play.session.recipe.penalty, play.session.recipe.penalty_weight) == ("r1", 0.1)


def test_the_places_are_in_order_and_hold_each_default():
    assert sorted(choices.WEIGHTS) == choices.WEIGHTS
    assert {0.01, 0.1, 0.3, 1, 10} <= set(choices.WEIGHTS)
    assert playground(SMALL).fixed["weights"] == choices.WEIGHTS
