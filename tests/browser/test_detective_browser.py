"""The loss detective in JupyterLab: a round by mouse and keyboard, in both themes and on a narrow page."""

import re

from board import TELL, WAIT
from playwright.sync_api import expect
from readable import faint
from test_playground_page import TOO_WIDE
from test_twin_browser import CORNER

CELL = "from gan_edu import detective\ntested = detective(seed=1, steps={steps})\ntested"
SHOWN = "h4, p, legend, label, button, summary, td, th, li"


def opened(lab, steps):
    """The detective on a page of its own."""
    lab.open_notebook(lab.make_notebook([CELL.format(steps=steps)]))
    lab.run_all()
    root = lab.page.locator(".gan-detective")
    expect(root.get_by_role("button", name="Draw eight runs")).to_be_visible(timeout=WAIT)
    return root


def phase(root, name):
    expect(root).to_have_attribute("data-phase", name, timeout=WAIT)


def test_a_round_by_mouse_and_keyboard(lab):
    root = opened(lab, 400)
    page, losses = lab.page, root.locator("canvas.gan-losses")
    expect(losses).to_be_hidden()
    root.get_by_role("button", name="Draw eight runs").focus()
    page.keyboard.press("Enter")
    phase(root, "open")
    expect(losses).to_have_attribute("aria-label", re.compile(r"^Discriminator's loss: starts at [\d.]+"))
    assert root.locator("canvas").count() == 1, "no samples, no metric before the verdict"
    expect(root.get_by_role("radio").first).to_be_focused(timeout=WAIT)
    root.get_by_role("button", name="Commit to this verdict").click()
    expect(root.get_by_role("status")).to_contain_text("Choose one first", timeout=WAIT)
    lab.screenshot("detective_open")
    for number in range(1, 9):
        expect(root.locator("legend")).to_contain_text(f"Run {number} of 8", timeout=WAIT)
        drawn = losses.evaluate("c => c.toDataURL()")
        root.get_by_role("radio").first.focus()
        page.keyboard.press("ArrowDown" if number % 2 else "Space")
        root.get_by_role("button", name="Commit to this verdict").focus()
        page.keyboard.press("Enter")
        phase(root, "told")
        expect(root.get_by_role("status")).to_contain_text("You said: " + ("Only a few" if number % 2 else "Good"))
        expect(root.locator(".gan-revealed canvas").first).to_have_attribute(
            "aria-label", re.compile(r"^Generated points hold \d of 8 modes; \d+% lie"))
        assert losses.evaluate("c => c.toDataURL()") == drawn, "the losses stay beside what is shown"
        if number == 2:
            lab.screenshot("detective_told")
        expect(root.get_by_role("button", name="Next run" if number < 8 else "See all eight")).to_be_focused()
        page.keyboard.press("Enter")
    phase(root, "done")
    assert root.locator("tr").count() == 9
    expect(root).to_contain_text("Rounds so far: ")
    assert page.locator(".jp-CodeCell").count() == 1, "no key reached the notebook"
    lab.screenshot("detective_done")
    root.get_by_role("button", name="Eight new runs").click()
    phase(root, "training")
    root.get_by_role("button", name="Cancel").click()
    phase(root, "idle")


def test_themes_and_a_narrow_page(lab):
    root = opened(lab, 300)
    page = lab.page
    page.set_viewport_size({"width": 1280, "height": 1100})
    page.evaluate(TELL, "tested.begin(); tested.commit('good')")
    phase(root, "told")
    for theme in ("Dark", "Light"):
        lab.command("apputils:change-theme", theme=f"JupyterLab {theme}")
        page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{str(theme == 'Light').lower()}'")
        page.wait_for_timeout(500)
        lab.screenshot(f"detective_{theme.lower()}")
        corner = root.locator("canvas.gan-samples").evaluate(CORNER)
        assert (sum(corner) > 380) == (theme == "Light"), f"the picture follows the theme: {corner}"
        assert not faint(root.locator(SHOWN), 7)
    lab.command("application:toggle-left-area")
    page.set_viewport_size({"width": 600, "height": 1500})
    page.wait_for_timeout(500)
    assert root.evaluate(TOO_WIDE) == []
    lab.screenshot("detective_600")
