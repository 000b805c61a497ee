"""`Board`: one playground on a page of JupyterLab, used as a learner uses it, with the kernel's truth beside it."""

import ast
import json
import re

from playwright.sync_api import expect

WAIT = 60_000  # milliseconds; generous, as other work may share the machine
STATUS_PLAYING = re.compile(r"step [\d,]+ · [\d,]+ steps/s · \d of 8 modes · .+")
ASK = """async code => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const request = {code: '', silent: true, store_history: false, user_expressions: {answer: code}};
  const {answer} = (await kernel.requestExecute(request).done).content.user_expressions;
  if (answer.status !== 'ok') throw new Error(answer.ename + ': ' + answer.evalue);
  return answer.data['text/plain']; }"""
TELL = """async code => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const reply = await kernel.requestExecute({code, silent: true, store_history: false}).done;
  if (reply.content.status !== 'ok') throw new Error(reply.content.ename + ': ' + reply.content.evalue); }"""
# For each point (x, y): the colour of the picture there, as [red, green, blue] of the nine pixels around it.
COLOURS = """(canvas, [points, extent]) => {
  const pen = canvas.getContext('2d'), size = canvas.width;
  return points.map(([x, y]) => {
    const [column, row] = [(x + extent) / (2 * extent) * size, (extent - y) / (2 * extent) * size].map(Math.round);
    const {data} = pen.getImageData(column - 1, row - 1, 3, 3);
    return [...Array(9).keys()].map(i => [...data.slice(4 * i, 4 * i + 3)]); }); }"""
GENERATED = {"true": (179, 71, 0), "false": (245, 168, 60)}  # the crosses: light, dark (palette.js)
INK = """canvas => {
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const light = document.body.dataset.jpThemeLight === 'true';
  let inked = 0;
  for (let i = 0; i < data.length; i += 4) {
    const grey = data[i] + data[i + 1] + data[i + 2];
    inked += light ? grey < 200 : grey > 650; }
  return inked; }"""
HEAD = "from gan_edu import PRESETS, Recipe, playground, predict\n"


class Board:
    """The playground number `nth` on the page, or the one at `root`; `variable` is its name in the kernel."""

    def __init__(self, lab, variable="play", nth=0, root=None):
        self.lab, self.page, self.variable = lab, lab.page, variable
        self.root = root or lab.page.locator(".gan-playground").nth(nth)
        self.picture = self.root.locator("canvas.gan-picture")
        self.status = self.root.get_by_role("status")
        self.notice = self.root.locator(".gan-notice")

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    def slider(self, name):
        return self.root.get_by_role("slider", name=name, exact=True)

    def select(self, name):
        return self.root.get_by_role("combobox", name=name, exact=True)

    def press(self, name):
        """Click a button by mouse."""
        self.button(name).click()

    # --- the kernel's truth ---

    def ask(self, expression):
        """The value of a Python expression in the kernel, where `play` is this playground; anything JSON can carry."""
        code = f"__import__('json').dumps((lambda play: {expression})({self.variable}))"
        return json.loads(ast.literal_eval(self.page.evaluate(ASK, code)))

    def tell(self, code):
        """Run Python in the kernel, past the notebook."""
        self.page.evaluate(TELL, code)

    def step(self):
        return self.ask("play.session.step")

    def updates(self):
        """(discriminator's, generator's) updates so far."""
        return tuple(self.ask("[play.session.players.d_optimiser.updates, play.session.players.g_optimiser.updates]"))

    # --- waiting ---

    def until(self, condition, what="that"):
        """Wait until a function of no arguments returns something true; return it."""
        for _ in range(WAIT // 50):
            if found := condition():
                return found
            self.page.wait_for_timeout(50)
        raise AssertionError(f"waited in vain for {what}; status: {self.status.inner_text()}")

    def until_step(self, step):
        """Wait until the page itself shows that many steps."""
        return self.until(lambda: self.shown_step() >= step, f"step {step}")

    def shown_step(self):
        """The step in the status line; -1 while there is none, as just after a reload."""
        shown = re.match(r"step ([\d,]+)", self.status.inner_text())
        return int(shown[1].replace(",", "")) if shown else -1

    def says(self, text):
        """Wait until the status has a text (a string or a pattern that it holds)."""
        expect(self.status).to_have_text(text, timeout=WAIT)

    def pause(self):
        """Pause, and wait until page and kernel agree on the step."""
        self.press("Pause")
        expect(self.button("Play")).to_be_visible(timeout=WAIT)
        self.until(lambda: self.shown_step() == self.step(), "the last frame")

    # --- sliders ---

    def drag(self, name, index):
        """Drag a slider's handle by mouse to its value number `index`."""
        slider = self.slider(name)
        low, high, now = slider.evaluate("s => [+s.min, +s.max, +s.value]")
        box = slider.bounding_box()
        place = [box["x"] + 8 + (box["width"] - 16) * (v - low) / (high - low) for v in (now, index)]
        middle = box["y"] + box["height"] / 2
        self.page.mouse.move(place[0], middle)
        self.page.mouse.down()
        self.page.mouse.move(place[1], middle, steps=5)
        self.page.mouse.up()
        assert slider.evaluate("s => +s.value") == index

    # --- pictures ---

    def pixels(self, canvas=None):
        """What is drawn now, as one comparable text."""
        return (canvas or self.picture).evaluate("c => c.toDataURL()")

    def share_drawn(self, points, extent):
        """Share of the points (x, y) at whose place the picture has the generated points' colour."""
        inside = [p for p in points if max(map(abs, p)) < 0.97 * extent]
        colours = self.picture.evaluate(COLOURS, [inside, extent])
        wanted = GENERATED[self.page.locator("body").get_attribute("data-jp-theme-light")]
        near = [min(sum((a - b) ** 2 for a, b in zip(pixel, wanted, strict=True)) for pixel in nine) < 60**2
                for nine in colours]
        return sum(near) / len(near)


def open_board(lab, *cells, variables=("play",)):
    """A notebook whose first cell imports what these tests need; run it, and return a Board for each variable."""
    lab.open_notebook(lab.make_notebook([HEAD + cells[0], *cells[1:]]))
    lab.run_all()
    boards = [Board(lab, variable, nth) for nth, variable in enumerate(variables)]
    for board in boards:
        expect(board.status).to_contain_text("step 0", timeout=WAIT)
    return boards[0] if len(boards) == 1 else boards
