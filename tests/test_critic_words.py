"""Around a Wasserstein run the words say critic and score: no probability, no line at ½, no 'D says real'."""

import math

import pytest

from gan_edu import Recipe, Run, plots, twin
from gan_edu.objectives import OBJECTIVES
from gan_edu.plots_losses import dashboard
from gan_edu.widgets import wording
from gan_edu.widgets.explain import STAGES, Explainer
from gan_edu.widgets.frames import unpack
from gan_edu.widgets.playground import playground

SMALL = Recipe(g_width=8, d_width=8, batch=16, steps=5)


def trained(**changes):
    run = Run(SMALL.replace(**changes))
    for _ in run:
        pass
    return run


def test_only_wasserstein_has_a_critic():
    assert {name for name, objective in OBJECTIVES.items() if objective.judge == "critic"} == {"wasserstein"}
    assert {objective.judge for objective in OBJECTIVES.values()} == {"critic", "discriminator"}


@pytest.mark.parametrize(("objective", "judge"), [("wasserstein", "critic"), ("hinge", "discriminator")])
def test_curves_and_frames_name_who_judges(objective, judge):
    play = playground(SMALL.replace(objective=objective), view="all").run(3)
    header, _ = unpack(play.frame)
    assert (header["judge"], header["probability"]) == (judge, False)
    assert f"{judge}'s loss" in header["curves_alt"]
    assert wording.judge(trained()) == {"judge": "discriminator", "probability": True}


def test_a_twin_names_the_judge_of_each_side():
    board = twin(SMALL.replace(objective="wasserstein"), objective="non_saturating")
    sides = [unpack(getattr(board, side))[0] for side in ("left", "right")]
    assert [side["judge"] for side in sides] == ["critic", "discriminator"]
    assert [side["probability"] for side in sides] == [False, True]


@pytest.mark.parametrize(("objective", "judge"), [("wasserstein", "critic"), ("non_saturating", "discriminator")])
def test_explain_names_who_judges(objective, judge):
    explainer = Explainer(Run(SMALL.replace(objective=objective)))
    said = {stage: explainer.next()[0]["sentence"] for stage in STAGES}
    for stage in ("scores", "loss", "update"):
        assert f"the {judge}" in said[stage].lower(), stage
    other = {"critic": "discriminator", "discriminator": "critic"}[judge]
    assert not any(other in sentence for sentence in said.values())


def test_the_picture_of_a_critic_on_a_line_has_no_half():
    for objective, ticks in (("wasserstein", ["lowest", "highest"]), ("non_saturating", ["0.0", "0.5", "1.0"])):
        _, score = plots.picture(trained(data="two_gaussians", objective=objective)).axes
        assert [tick.get_text() for tick in score.get_yticklabels()] == ticks
        halves = [line for line in score.lines if list(line.get_ydata()) == [0.5, 0.5]]
        assert len(halves) == (objective == "non_saturating")
        names = [text.get_text() for text in score.get_legend().get_texts()]
        assert ("critic (right)" in names) == (objective == "wasserstein")


def test_losses_name_the_critic():
    axes = dashboard([trained(objective="wasserstein")], ["x"]).axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["critic", "generator", "critic cannot tell"]
    axes = dashboard([trained()], ["x"]).axes[0]
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["discriminator", "generator", "D cannot tell"]
    assert math.isclose(axes.lines[2].get_ydata()[0], 2 * math.log(2))
