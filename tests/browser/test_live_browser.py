"""Page and kernel agree whatever comes close together: presets, sliders, a penalty, a theme."""

import re

from board import WAIT, open_board
from playwright.sync_api import expect

CHOOSE = """async ([select, names, pause]) => { for (const name of names) {
  select.value = name; select.dispatchEvent(new Event('change'));
  await new Promise(done => setTimeout(done, pause)); } }"""
SLIDE_AND_CHOOSE = """([slider, select]) => {
  for (const by of [1, 2, 3]) { slider.value = +slider.value + 1; slider.dispatchEvent(new Event('input')); }
  select.value = 'r1'; select.dispatchEvent(new Event('change'));
  slider.value = +slider.value + 1; slider.dispatchEvent(new Event('input')); }"""
SHAPE = "c => { const box = c.getBoundingClientRect(); return [box.width, box.height]; }"
FLAT = """c => { const {data} = c.getContext('2d').getImageData(0, 0, c.width, c.height);
  return data.every((value, i) => value === data[i % 4]); }"""


def test_presets_penalty_and_theme_in_quick_succession(lab):
    board = open_board(lab, "play = playground('ring_healthy', view='all')\nplay")
    board.root.locator("summary").get_by_text("Methods").click()
    slider, penalty = board.slider("Discriminator learning rate"), board.select("Penalty")
    lab.page.evaluate(SLIDE_AND_CHOOSE, [slider.element_handle(), penalty.element_handle()])
    board.until(lambda: board.ask("play.session.knobs.lr_d") == 6e-3, "the slider's last place")
    assert board.ask("[play.session.knobs.penalty, play.session.knobs.penalty_weight]") == ["r1", 0.1]
    expect(board.slider("Penalty weight")).to_have_attribute("aria-valuetext", re.compile("0.1"), timeout=WAIT)
    expect(slider).to_have_attribute("aria-valuetext", "6e-3")
    preset = board.select("Preset")
    expect(preset.locator("option:checked")).to_have_text("ring healthy, changed", timeout=WAIT)
    board.press("Reset")
    expect(preset).to_have_value("ring_healthy", timeout=WAIT)

    _presets_of_two_kinds(lab, board, preset)
    for theme in ("Dark", "Light"):
        lab.command("apputils:change-theme", theme=f"JupyterLab {theme}")
        lab.page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{str(theme == 'Light').lower()}'")
        lab.page.wait_for_timeout(1000)
        width, height = board.picture.evaluate(SHAPE)
        assert width > 200, "the picture has its width"
        assert abs(height / width - 6 / 8) < 0.02, "and 48 digits in rows of 8 stand as high as they should"
        assert not board.picture.evaluate(FLAT), "and are drawn"
    lab.screenshot("digits_after_theme")


def _presets_of_two_kinds(lab, board, preset):
    """From points to digits and back, faster than frames come: none is drawn on the other's page."""
    names = ["mnist_plain", "ring_healthy", "mnist_plain", "mode_collapse", "mnist_plain"]
    lab.page.evaluate(CHOOSE, [preset.element_handle(), names, 40])
    board.until(lambda: board.ask("play.generation") == 2 + len(names), "the last preset")
    board.says(re.compile(r"of 10 classes"))
    expect(preset).to_have_value("mnist_plain", timeout=WAIT)
