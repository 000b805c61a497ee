"""The button 'Second opinion' in JupyterLab: by mouse and keyboard, with its sentence and its picture."""

import re

import numpy as np
from board import WAIT, open_board
from playwright.sync_api import expect

CELL = "play = playground(PRESETS['weak_discriminator'].replace(steps=10**6), view='all')\nplay"
FOUND = re.compile(r"^Step [\d,]+: a fresh discriminator tells real from generated with AUC (\d\.\d\d) "
                   r"\(± \d\.\d{3}\) on 4,000 new samples of each, now; "
                   r"the run's own manages (\d\.\d\d) on the same: .+\.$")  # fmt: skip


def test_a_weak_discriminator_is_unmasked_on_the_page(lab):
    board = open_board(lab, CELL)
    words, picture = board.root.locator(".gan-opinion-words"), board.root.locator("canvas.gan-opinion-picture")
    expect(picture).to_be_hidden()
    board.press("Play")
    board.until_step(200)
    board.press("Second opinion")
    expect(words).to_have_text(FOUND, timeout=WAIT)
    expect(board.button("Play")).to_be_visible()
    step, auc, own = board.ask("[play.desk.last.step, play.desk.last.auc, play.desk.last.own_auc]")
    assert step == board.step()
    shown = FOUND.match(words.inner_text())
    assert [shown[1], shown[2]] == [f"{auc:.2f}", f"{own:.2f}"]
    assert auc > 0.9 > 0.7 > own

    expect(picture).to_be_visible()
    assert picture.get_attribute("aria-label").endswith(words.inner_text())
    board.until(lambda: len(set(board.pixels(picture))) > 20 and board.pixels(picture) != board.pixels(), "a picture")
    heat = np.array(board.ask("play.desk.last.heat.tolist()"))
    drawn = np.array(picture.evaluate(TINT, len(heat)))
    assert heat.min() < 0.1 < 0.9 < heat.max()
    assert np.corrcoef(heat.ravel(), drawn.ravel())[0, 1] > 0.7, "blue where it says real, orange where it says fake"
    lab.screenshot("second_opinion")

    board.button("Restart with these settings").focus()
    lab.page.keyboard.press("Enter")
    expect(words).to_have_text("")
    expect(picture).to_be_hidden()
    board.button("Second opinion").focus()
    lab.page.keyboard.press("Enter")
    expect(words).to_have_text(FOUND, timeout=WAIT)
    board.select("View").select_option("balance")
    expect(board.button("Second opinion")).to_be_hidden()


# Blue minus red, averaged round each cell's place on the heat map; the bottom row of the picture comes first.
TINT = """(canvas, side) => {
  const pen = canvas.getContext('2d'), size = canvas.width, cell = size / side;
  const tint = (row, column) => {
    const {data} = pen.getImageData(Math.round(column * cell), Math.round((side - 1 - row) * cell), 6, 6);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum += data[i + 2] - data[i];
    return sum / 36; };
  return [...Array(side).keys()].map(row => [...Array(side).keys()].map(column => tint(row, column))); }"""
