"""A kernel that is gone is said within three seconds, by every widget: restarted from the menu, or shut down."""

from board import WAIT
from playwright.sync_api import TimeoutError as Late
from playwright.sync_api import expect

GONE = "The kernel was restarted: run this cell again."
CELLS = {  # a widget's class, the cell that shows it, and what is pressed in it
    "gan-playground": ("playground('ring_healthy', view='balance')", ("button", "Play")),
    "gan-twin": ("twin('ring_healthy', lr_d=1e-2)", ("button", "Play")),
    "gan-map": ("explore_map()", ("button", "Recompute")),
    "gan-challenge": ("challenge('02.provoke_collapse')", ("button", "Next hint")),
    "gan-quiz": ("quiz('02', 'half')", ("button", "Check answer")),
    "gan-predict": ("predict('02', 'collapse')", ("button", "Skip")),
    "gan-explorer": ("explorer(draw, 'A line', {'a': Slider('Slope', 0, 1, 0.5)})", ("slider", "Slope")),
    "gan-progress": ("progress_bar('02')", None),  # nothing to press: it says so by itself
    "gan-course": ("detective(seed=1, steps=60)", ("button", "Draw eight runs")),
}
HEAD = """from matplotlib.figure import Figure
from gan_edu.widgets.challenge import challenge
from gan_edu.widgets.detective import detective
from gan_edu.widgets.explorer import Slider, explorer
from gan_edu.widgets.failure_map import explore_map
from gan_edu.widgets.playground import playground
from gan_edu.widgets.prediction import predict
from gan_edu.widgets.progress import progress_bar
from gan_edu.widgets.quiz import quiz
from gan_edu.widgets.twin import twin
def draw(a):
    figure = Figure((2, 1))
    figure.add_subplot().plot([0, a])
    return figure, "a line", ""
"""
SLEEP = """() => { void jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute(
  {code: 'import time; time.sleep(5)'}); }"""


def run_all(lab):
    lab.run_all()
    for root in CELLS:
        expect(lab.page.locator(f".{root}").first).to_be_attached(timeout=WAIT)


def press_all(lab, seconds):
    """Press one control of each widget; widget -> the sentence that it shows at most so many seconds later."""
    said = {}
    for place, (root, (_, control)) in enumerate(CELLS.items(), start=1):
        cell = lab.page.locator(".jp-CodeCell").nth(place)
        cell.scroll_into_view_if_needed()
        if control:
            role, name = control
            found = cell.get_by_role(role, name=name).first
            found.press("ArrowRight") if role == "slider" else found.click()
        line = cell.locator(".gan-gone:visible").first
        try:
            line.wait_for(timeout=seconds * 1000)
            said[root] = line.inner_text()
        except Late:
            said[root] = ""
    return said


def test_each_widget_says_that_its_kernel_is_gone_and_never_that_a_busy_one_is(lab):
    lab.open_notebook(lab.make_notebook([HEAD, *(code for code, _ in CELLS.values())]))
    run_all(lab)
    lab.page.evaluate(SLEEP)
    lab.page.get_by_role("button", name="Reset", exact=True).first.click()
    lab.page.get_by_role("button", name="Check answer").first.click()
    lab.page.wait_for_timeout(3500)
    assert GONE not in lab.page.locator(".gan-gone:visible").all_inner_texts(), "it is busy, and answers later"
    expect(lab.page.locator(".gan-gone:visible")).to_have_count(0, timeout=WAIT)
    lab.menu("Kernel", "kernelmenu:restart")
    lab.page.locator(".jp-Dialog").locator(".jp-mod-accept").click()
    lab.wait_ready()
    assert press_all(lab, 3) == dict.fromkeys(CELLS, GONE)
    lab.screenshot("dead_kernel")
    run_all(lab)
    lab.server.api("DELETE", f"kernels/{lab.kernel_id()}")
    assert press_all(lab, 3) == {**dict.fromkeys(CELLS, GONE), "gan-progress": ""}, "nothing was pressed in the last"
