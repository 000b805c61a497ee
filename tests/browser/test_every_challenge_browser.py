"""Every challenge on points, solved in JupyterLab with its controls: only with GAN_EDU_CHALLENGES=all.

That takes half a minute a challenge on two free cores. test_challenge_browser.py solves one at each run of the tests.
"""

import os

import pytest
from playwright.sync_api import expect
from test_challenge_browser import CHECK, button, open_challenge, verdict

from gan_edu.challenges import at_start, find
from gan_edu.course.challengebank import load_challenges
from gan_edu.remedies import REMEDY_CHOICES

POINTS = [name for name, wanted in load_challenges().items() if not at_start(wanted).is_image]
SLIDERS = {  # field -> the slider's name and the list of its values
    "lr_g": ("Generator learning rate", "rates"),
    "lr_d": ("Discriminator learning rate", "rates"),
    "d_strength": ("Discriminator strength", "strengths"),
    "penalty_weight": ("Penalty weight", "weights"),
}


def put(board, field, value):
    """Bring a control to the value that a solution asks for."""
    if field in SLIDERS:
        name, values = SLIDERS[field]
        if board.ask("play.session.recipe.objective") == "wasserstein":
            name = name.replace("Discriminator", "Critic")
        slider = board.slider(name)
        slider.focus()
        slider.press("Home")
        for _ in range(board.ask(f"play.fixed['{values}']").index(value)):
            slider.press("ArrowRight")
    elif field == "objective":
        board.select("Objective").select_option(value)
    else:
        board.select("Remedy").select_option(label=REMEDY_CHOICES["packing" if value > 1 else "none"].label)


@pytest.mark.skipif(os.environ.get("GAN_EDU_CHALLENGES") != "all", reason="half a minute each: GAN_EDU_CHALLENGES=all")
@pytest.mark.parametrize("name", POINTS)
def test_a_challenge_is_solved_with_its_controls(lab, name):
    board = open_challenge(lab, name)
    if (methods := board.root.locator("summary").get_by_text("Methods")).is_visible():
        methods.click()
    for field, value in find(name).solution.items():
        put(board, field, value)
    button(lab, "Check on 8 unseen seeds").click()
    expect(verdict(lab)).to_contain_text("8: passed", timeout=CHECK)
    lab.screenshot(f"solved_{name}")
