"""Measure the playground as a learner meets it: in JupyterLab, in Chromium, while it trains. `gan-edu bench --live`."""

import json
import statistics
import time
from pathlib import Path

from lab import CHROMIUM_ARGS, VIEWPORT, Lab, LabServer, find_browser
from playwright.sync_api import sync_playwright

BARE = """import time
from gan_edu import PRESETS, assembly, bare, playground
from gan_edu.bench import rate
recipe = PRESETS["ring_healthy"].replace(steps=10_000_000)
assembly.use_threads(recipe)
step = bare.ring_loop(recipe)
rate(step, 0.5)
print(round(max(rate(step, 1) for _ in range(3)), 1))"""
SHOW = "play = playground(recipe, view='all')\nplay"
STATE = """import resource
from pathlib import Path
pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) if Path("/proc/self/statm").exists() else 0
print(play.session.step, play.pace.frames, round(play.pace.spent, 4), pages * resource.getpagesize() // 1024)"""
# Moves a slider and waits until a frame shows the run with another value; returns milliseconds.
MOVE = """() => new Promise((done) => {
  const root = document.querySelector('.gan-playground');
  const input = [...root.querySelectorAll('input[type=range]')][1];
  const before = root.dataset.knobs, start = performance.now();
  const watch = new MutationObserver(() => {
    if (root.dataset.knobs !== before) { watch.disconnect(); done(performance.now() - start); } });
  watch.observe(root, {attributes: true, attributeFilter: ['data-knobs']});
  input.value = +input.value === 7 ? 8 : 7;
  input.dispatchEvent(new Event('input', {bubbles: true})); })"""


def state(lab):
    """Step, frames, seconds spent on frames and memory (kB) of the kernel, asked by running the state cell again."""
    lab.run_cell(2)
    return [float(part) for part in output(lab, 2).split()]


def output(lab, cell):
    """The text that a cell printed."""
    return lab.page.evaluate(
        """n => jupyterapp.shell.currentWidget.content.model.cells.get(n).outputs.toJSON()
           .filter(o => o.output_type === 'stream').map(o => [o.text].flat().join('')).join('')""", cell)  # fmt: skip


def frames(lab):
    """Frames that the page has drawn so far."""
    return int(lab.page.get_attribute(".gan-playground", "data-frames"))


def watch(lab, seconds):
    """Steps and frames a second, and milliseconds of kernel time a frame, over some seconds of playing."""
    start, drawn, before = time.perf_counter(), frames(lab), state(lab)
    time.sleep(seconds)
    after, took = state(lab), time.perf_counter() - start
    return {"steps_per_s": round((after[0] - before[0]) / took, 1),
            "frames_per_s": round((frames(lab) - drawn) / took, 1),
            "kernel_ms_per_frame": round(1000 * (after[2] - before[2]) / max(after[1] - before[1], 1), 2)}  # fmt: skip


def measure(minutes=1.0):
    """All figures of the live playground as a dict."""
    if not find_browser():
        return {"not measured": "no browser was found"}
    server = LabServer()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=CHROMIUM_ARGS)
            lab = Lab(server, browser.new_context(viewport=VIEWPORT), Path("artefacts"))
            name = lab.make_notebook([BARE, SHOW, STATE])
            lab.open_notebook(name)
            lab.run_all()
            return figures(lab, minutes)
    finally:
        server.stop()


def figures(lab, minutes):
    """Play, watch, move the slider, watch the memory."""
    bare = float(output(lab, 0))
    lab.page.get_by_role("button", name="Play").click()
    time.sleep(3)
    seen = watch(lab, 10)
    moves = sorted(lab.page.evaluate(MOVE) for _ in range(40))
    memory, end = [], time.monotonic() + 60 * minutes
    while time.monotonic() < end:
        memory.append(round(state(lab)[3] / 1024))
        time.sleep(min(15, 15 * minutes))
    return {"bare_loop_in_kernel_steps_per_s": bare, **seen, "ratio": round(seen["steps_per_s"] / bare, 3),
            "slider_to_picture_ms": {"p50": round(statistics.median(moves)), "p95": round(moves[37])},
            "kernel_memory_mb": memory}  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
