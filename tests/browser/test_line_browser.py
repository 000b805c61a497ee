"""Numbers on a line in the playground: the picture, Explain's parts, and the distances beside it."""

import re

from board import WAIT, open_board
from playwright.sync_api import expect

CELL = "play = playground(Recipe(data='two_gaussians', g_width=32, d_width=32, steps=10**6), view='all')\nplay"
# Height (0 bottom, 1 top) of the topmost pixel of a colour in each of 60 columns, 0 where there is none.
TOPS = """(canvas, [red, green, blue]) => {
  const pen = canvas.getContext('2d'), wide = canvas.width / 60, tall = canvas.height;
  return [...Array(60).keys()].map(column => {
    const {data} = pen.getImageData(Math.round((column + .5) * wide), 0, 1, tall);
    for (let y = 0; y < tall; y++) {
      const away = Math.abs(data[4 * y] - red) + Math.abs(data[4 * y + 1] - green) + Math.abs(data[4 * y + 2] - blue);
      if (away < 60) return 1 - y / tall; }
    return 0; }); }"""
BAR = (230, 159, 115)  # the generated numbers' colour, lighter as it is half transparent on white


def test_the_histogram_and_the_distances_are_those_of_the_run(lab):
    board = open_board(lab, CELL)
    board.tell("play.run(600)")
    board.until_step(600)
    heights = board.ask("__import__('gan_edu.views').views.histogram(play.session.sample(2000), play.session.target)"
                        ".tolist()")  # fmt: skip
    tall = [i for i, height in enumerate(heights) if height > 0.15]
    empty = [i for i, height in enumerate(heights) if height == 0]
    assert len(tall) > 5
    assert len(empty) > 5

    def drawn():
        tops = board.picture.evaluate(TOPS, BAR)
        seen = [tops[i] for i in tall if tops[i]]  # the discriminator's line and the density may hide a few
        return len(seen) > 0.7 * len(tall) and max(tops[i] for i in empty) < min(seen) + 0.1

    board.until(drawn, "the histogram")
    curves = board.root.locator("canvas.gan-curves")
    last = board.ask("play.session.history.snapshots[-1]")
    wanted = f"Jensen-Shannon divergence {last['js']:.3f}, earth mover's distance {last['w1']:.3f}"
    expect(curves).to_have_attribute("aria-label", re.compile(re.escape(wanted)), timeout=WAIT)
    lab.screenshot("line_light")


def test_each_part_of_explain_changes_the_picture(lab):
    board = open_board(lab, CELL)
    board.tell("play.run(200)")
    board.until_step(200)
    board.select("Speed").select_option("Explain")
    pictures = [board.pixels()]
    for number in range(1, 9):
        board.press("Next")
        expect(board.root.locator(".gan-explain")).to_contain_text(f"{number} of 8 · ", timeout=WAIT)
        lab.page.wait_for_timeout(200)
        pictures.append(board.pixels())
        if number in (2, 7):
            lab.screenshot(f"line_explain_{number}")
    assert len(set(pictures)) >= 7, "loss shows the same points as scores; every other part has a picture of its own"
    expect(board.root.get_by_role("alert")).to_be_hidden()


def test_in_the_dark(lab):
    board = open_board(lab, CELL.replace("all", "balance"))
    board.tell("play.run(300)")
    board.until_step(300)
    lab.command("apputils:change-theme", theme="JupyterLab Dark")
    lab.page.wait_for_timeout(600)
    corner = board.picture.evaluate("c => [...c.getContext('2d').getImageData(3, 3, 1, 1).data].slice(0, 3)")
    assert sum(corner) < 120
    lab.screenshot("line_dark")
    lab.command("apputils:change-theme", theme="JupyterLab Light")
