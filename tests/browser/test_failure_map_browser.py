"""The failure map in JupyterLab: a cell opened by mouse and by keyboard trains and is held against the map."""

import re

from board import WAIT, open_board
from playwright.sync_api import expect
from readable import faint

CELL = "from gan_edu import explore_map\nchart = explore_map()\nplay = chart.play\nchart"
ENDED = re.compile(r"^The run ended as .+, which (agrees with|differs from) the map: .+ in \d of 2 seeds\.$")


def test_a_cell_opens_by_mouse_and_keyboard_and_its_run_is_held_against_the_map(lab):
    board = open_board(lab, CELL)
    chart = lab.page.locator("section.gan-map")
    status = chart.get_by_role("status")
    expect(status).to_contain_text("288 runs of 3,000 steps")
    assert chart.get_by_role("grid", name="Failure map").locator("button").count() == 144
    assert board.ask("play.session.step") == 0
    lab.screenshot("failure_map")
    grid, axis, legend = (chart.locator(f).bounding_box() for f in ("table", ".gan-map-x", ".gan-map-legend"))
    assert grid["y"] + grid["height"] <= axis["y"], "the axis has its name below the numbers"
    assert axis["y"] + axis["height"] <= legend["y"], "and above the legend"
    assert all(text.strip() for text in chart.locator("th").all_text_contents())
    assert not faint(chart.locator("td button, .gan-map-legend i"), 144)

    named = re.compile("^Discriminator learning rate 1e-5, Generator learning rate 3e-3:")
    cell = chart.get_by_role("button", name=named)
    assert "weak" in cell.get_attribute("aria-label")
    cell.click()
    expect(status).to_have_text(ENDED, timeout=WAIT)
    assert board.ask("[play.session.recipe.lr_d, play.session.recipe.lr_g, play.session.step]") == [1e-5, 3e-3, 3000]
    assert board.ask("play.outcome['symptom']") == "weak_discriminator"
    expect(status).to_contain_text("agrees with")
    lab.screenshot("failure_map_cell")

    cell.focus()
    lab.page.keyboard.press("ArrowRight")
    lab.page.keyboard.press("ArrowDown")
    lab.page.keyboard.press("Enter")
    expect(status).to_contain_text("Its recipe trains below.")
    assert board.ask("[play.session.recipe.lr_d, play.session.recipe.lr_g]") == [3e-5, 2e-3]
    board.press("Pause")


def test_the_map_is_read_on_a_narrow_page_in_both_themes(lab):
    lab.open_notebook(lab.make_notebook(["from gan_edu import explore_map\nexplore_map().grid"]))
    lab.run_all()
    chart = lab.page.locator("section.gan-map")
    lab.command("application:toggle-left-area")
    lab.command("apputils:change-theme", theme="JupyterLab Dark")
    for width in (600, 390):
        lab.page.set_viewport_size({"width": width, "height": 1000})
        lab.page.wait_for_timeout(500)
        lab.screenshot(f"failure_map_{width}")
        assert chart.evaluate("e => e.scrollWidth <= e.clientWidth"), "only the table itself scrolls"
        scrolls = chart.locator(".gan-map-scroll").evaluate("e => e.scrollWidth > e.clientWidth")
        assert scrolls == (width == 390)
    assert not faint(chart.locator("td button, .gan-map-legend i"), 144)
