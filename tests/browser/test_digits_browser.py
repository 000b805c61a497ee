"""Digits in the playground, as lesson 11 shows them: behind a prediction, trained, steered, restarted on the page."""

import re

from board import open_board
from playwright.sync_api import expect

# Mean brightness, 0 to 255, of each 7 × 7 pixels of the digits as they are drawn: 24 rows of 32.
DRAWN = """canvas => {
  const small = document.createElement('canvas');
  [small.width, small.height] = [224, 168];
  const pen = small.getContext('2d', {willReadFrequently: true});
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(canvas, 0, 0, 224, 168);
  const {data} = pen.getImageData(0, 0, 224, 168);
  const sums = new Array(768).fill(0);
  for (let p = 0; p < 224 * 168; p++)
    sums[Math.floor(p / 224 / 7) * 32 + Math.floor((p % 224) / 7)] += data[4 * p] / 49;
  return sums; }"""
SAMPLED = """(lambda grid: ((grid.reshape(24, 7, 32, 7).mean((1, 3)) + 1) * 127.5).flatten().tolist())(
    __import__('gan_edu.plots').plots.image_grid(play.session.sample(48)))"""
KNOBS = "root => JSON.parse(root.dataset.knobs)"


def apart(board):
    """Mean difference between the picture on the page and the run's own samples, of 255."""
    pairs = zip(board.picture.evaluate(DRAWN), board.ask(SAMPLED), strict=True)
    return sum(abs(drawn - sampled) for drawn, sampled in pairs) / 768


def test_digits_train_are_steered_and_restart(lab):
    show = "play = playground('mnist_dcgan', view='balance', prediction=asked)\nplay"
    board = open_board(lab, "asked = predict('11', 'readable_when')\nasked", show)
    board.says("step 0 · 1 of 10 classes")
    noise = board.picture.evaluate(DRAWN)
    expect(board.button("Play")).to_be_disabled()
    lab.page.get_by_role("radio", name="Not sure").check()
    lab.page.get_by_role("button", name="Lock in prediction").click()
    board.press("Play")
    board.until_step(40)
    board.says(re.compile(r"^step \d+ · \d+ steps/s · \d+ of 10 classes$"))
    board.drag("Discriminator strength", 0)
    board.until(lambda: board.root.evaluate(KNOBS)["d_strength"] == 1 / 16, "the slider's value in the run")
    (d_before, before), start = board.updates(), board.shown_step()
    board.until_step(start + 48)
    d_after, after = board.updates()
    assert (after - before) / 16 - 1 <= d_after - d_before <= (after - before) / 16 + 1, "the run obeys the slider"
    board.pause()
    _stands_still(board)
    assert apart(board) < 8, "the picture shows the run's samples"
    now = board.picture.evaluate(DRAWN)
    assert sum(abs(a - b) for a, b in zip(noise, now, strict=True)) / 768 > 16, "this test must see that they changed"
    words = re.compile(r"Curves over \d+ steps, now at: \d+ of 10 classes, discriminator's loss [\d.]+, generator's")
    expect(board.root.locator("canvas.gan-curves")).to_have_attribute("aria-label", words)
    lab.screenshot("digits_steered")
    _restart(board)


def _stands_still(board):
    step, words = board.step(), board.status.inner_text()
    board.page.wait_for_timeout(700)
    assert (board.step(), board.status.inner_text()) == (step, words)
    assert not board.ask("play.playing")


def _restart(board):
    board.tell("old = play.session")
    board.press("Restart with these settings")
    board.says("step 0 · 1 of 10 classes")
    assert board.ask("play.session is not old and play.session.recipe == old.recipe.replace(d_strength=1 / 16)")
    board.until(lambda: apart(board) < 8, "the picture of the new run")
    board.press("Play")
    board.until_step(20)
    board.pause()
    assert board.updates() == (board.step() // 16, board.step())
