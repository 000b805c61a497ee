"""The explorer in JupyterLab: found by role and name, moved by keyboard and mouse, in both themes, on narrow pages."""

import json

from board import WAIT
from playwright.sync_api import expect

CELL = """from gan_edu import Choice, Slider, explorer, panels

def draw(mean, loss):
    if mean < -3:
        raise ValueError("the mean has left the page")
    figure, axes = panels(2)
    for each in axes:
        each.plot([mean], [0.5], "o", color="C1", markersize=14)
        each.set(xlim=(-5, 5), ylim=(0, 1), xlabel="x", ylabel="height", title=loss)
    return figure, f"A dot at {mean:g}, titled {loss}.", f"mean {mean:g} · {loss}"

explorer(draw, "A dot that moves", {
    "mean": Slider("Generator's mean", -4, 4, 1, steps=16, words=lambda x: f"{x:g} from the data"),
    "loss": Choice("Loss", ["minimax", "non-saturating"], "minimax")})"""
# By a copy of the picture on a canvas: where the dot's colour lies (0 left, 1 right), and how light the paper is.
LOOK = """async picture => {
  await picture.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
  const pen = canvas.getContext('2d');
  pen.drawImage(picture, 0, 0);
  const {data} = pen.getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0, count = 0;
  for (let i = 0; i < data.length; i += 4) {
    const x = (i / 4) % canvas.width;
    if (x < canvas.width / 2 && data[i] > 190 && data[i + 1] < 180 && data[i + 2] < 90) { sum += x; count += 1; }
  }
  return [sum / count / canvas.width * 2, data[0] + data[1] + data[2]]; }"""


def opened(lab):
    lab.open_notebook(lab.make_notebook([CELL]))
    lab.run_all()
    root = lab.page.locator(".gan-explorer")
    expect(root.get_by_role("img", name="A dot at 1, titled minimax.")).to_be_visible(timeout=WAIT)
    return root


def test_a_slider_moved_by_keyboard_changes_picture_text_and_numbers(lab):
    root = opened(lab)
    slider = root.get_by_role("slider", name="Generator's mean", exact=True)
    before = root.get_by_role("img").evaluate(LOOK)[0]
    slider.focus()
    for _ in range(4):
        lab.page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "3 from the data")
    expect(root.get_by_role("img", name="A dot at 3, titled minimax.")).to_be_visible(timeout=WAIT)
    expect(root.get_by_role("status")).to_have_text("mean 3 · minimax", timeout=WAIT)
    expect(slider).to_be_focused()
    after = root.get_by_role("img").evaluate(LOOK)[0]
    assert 0.1 < after - before < 0.3, "two of ten units to the right"
    loss = root.get_by_role("combobox", name="Loss", exact=True)
    loss.focus()
    lab.page.keyboard.press("ArrowDown")
    expect(root.get_by_role("status")).to_have_text("mean 3 · non-saturating", timeout=WAIT)
    assert lab.page.evaluate("jupyterapp.shell.currentWidget.content.mode") == "command"
    lab.screenshot("explorer_light")


def test_an_error_is_shown_and_the_next_move_heals_it(lab):
    root = opened(lab)
    slider = root.get_by_role("slider", name="Generator's mean", exact=True)
    slider.focus()
    lab.page.keyboard.press("Home")
    alert = root.get_by_role("alert")
    expect(alert).to_have_text("ValueError: the mean has left the page", timeout=WAIT)
    lab.screenshot("explorer_error")
    lab.page.keyboard.press("End")
    expect(alert).to_be_hidden(timeout=WAIT)
    expect(root.get_by_role("status")).to_have_text("mean 4 · minimax", timeout=WAIT)


def test_dragged_far_the_newest_place_is_shown_in_the_end(lab):
    root = opened(lab)
    slider = root.get_by_role("slider", name="Generator's mean", exact=True)
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    lab.page.mouse.move(box["x"] + box["width"] * 0.625, middle)
    lab.page.mouse.down()
    lab.page.mouse.move(box["x"] + box["width"] * 0.2, middle, steps=40)
    lab.page.mouse.move(box["x"] + box["width"] - 2, middle, steps=40)
    lab.page.mouse.up()
    expect(root.get_by_role("status")).to_have_text("mean 4 · minimax", timeout=WAIT)
    assert json.loads(root.get_attribute("data-shown")) == {"mean": 16, "loss": 0}


def test_dark_theme_narrow_page_and_reload(lab):
    root = opened(lab)
    light = root.get_by_role("img").evaluate(LOOK)
    lab.save()
    lab.command("apputils:change-theme", theme="JupyterLab Dark")
    for _ in range(WAIT // 100):
        dark = root.get_by_role("img").evaluate(LOOK)
        if dark[1] < 120:
            break
        lab.page.wait_for_timeout(100)
    assert light[1] == 3 * 255
    assert dark[1] < 120
    assert abs(dark[0] - light[0]) < 0.02
    lab.page.set_viewport_size({"width": 600, "height": 800})
    lab.command("application:toggle-left-area")
    slider = root.get_by_role("slider", name="Generator's mean", exact=True)
    slider.scroll_into_view_if_needed()
    for part in (root.get_by_role("img"), slider):
        box = part.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 600
    lab.screenshot("explorer_dark_600")
    lab.reload()
    root = lab.page.locator(".gan-explorer")
    slider = root.get_by_role("slider", name="Generator's mean", exact=True)
    slider.focus()
    lab.page.keyboard.press("ArrowRight")
    expect(root.get_by_role("status")).to_have_text("mean 1.5 · minimax", timeout=WAIT)
