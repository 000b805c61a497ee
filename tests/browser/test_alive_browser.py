"""The page's watch on the kernel, on an empty page with a clock of the test's own: no JupyterLab is started."""

import pytest
import sketchpad

# A model whose kernel never answers, and timers that run when `tick` is called.
SILENT_KERNEL = """() => {
  const timers = [];
  window.setTimeout = (then) => timers.push(then);
  window.tick = () => timers.splice(0).forEach((then) => then());
  window.sent = [];
  window.model = { send: ({ asks }) => sent.push(asks), on: () => {}, off: () => {} };
  window.said = "";
  [window.guarded] = aliveModel(model, (text) => { said = text; });
}"""


@pytest.fixture
def page(browser_found, browser):
    page = sketchpad.pad(browser, scripts=("alive.js",))
    page.evaluate(SILENT_KERNEL)
    yield page
    page.close()


def test_of_a_hundred_moves_without_an_answer_only_the_newest_asks_again(page):
    page.evaluate("for (let move = 0; move < 100; move++) guarded.send({ do: 'set' })")
    assert page.evaluate("sent.length") == 100
    for rounds in range(1, 5):
        page.evaluate("tick()")
        assert page.evaluate("sent.length") == 100 + rounds, "one more each time, and it goes on asking"
        assert "does not answer" in page.evaluate("said")
    page.evaluate("guarded.send({ do: 'set' })")
    page.evaluate("tick()")
    assert page.evaluate("sent.length") == 106
    assert page.evaluate("new Set(sent.map(([, number]) => number)).size") == 106
