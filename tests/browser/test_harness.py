"""The harness itself: it waits for what it says, isolates tests from each other, and lets nothing out."""

import json

import pytest

COUNT = "count = globals().get('count', 0) + 1; print('ran', count, 'times')"


def test_run_all_waits_and_again(lab):
    lab.open_notebook(lab.make_notebook([("markdown", "# Made here"), "import time; time.sleep(1)", COUNT]))
    lab.run_all()
    assert lab.page.get_by_text("ran 1 times", exact=True).is_visible()
    lab.run_all()
    assert lab.page.get_by_text("ran 2 times", exact=True).is_visible()
    lab.run_cell(2)
    assert lab.page.get_by_text("ran 3 times", exact=True).is_visible()
    lab.restart_kernel()
    lab.run_all()
    assert lab.page.get_by_text("ran 1 times", exact=True).is_visible()
    assert lab.screenshot("harness").stat().st_size > 10_000


def test_error_in_a_cell_is_raised(lab):
    lab.open_notebook(lab.make_notebook(["1 / 0", "print('never')"]))
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        lab.run_all()


def test_saved_outputs_and_kernel_outlive_a_reload_and_a_crash_does_not(lab):
    lab.open_notebook(lab.make_notebook([COUNT]))
    lab.run_all()
    lab.save()
    saved = json.loads((lab.server.notebooks / "made_here.ipynb").read_text(encoding="utf-8"))
    assert saved["cells"][0]["outputs"]
    lab.reload()
    lab.run_all()
    assert lab.page.get_by_text("ran 2 times", exact=True).is_visible()
    lab.kill_kernel()
    lab.run_all()
    assert lab.page.get_by_text("ran 1 times", exact=True).is_visible()


def test_each_test_starts_fresh(lab):
    assert not (lab.server.notebooks / "made_here.ipynb").exists()
    assert not lab.server.api("GET", "kernels")
    lab.open_notebook(
        lab.make_notebook(
            [
                "import os, pathlib; folder = pathlib.Path(os.environ['GAN_EDU_PROGRESS'])",
                "print('progress', len(list(folder.iterdir())))",
            ]
        )
    )
    lab.run_all()
    assert lab.page.get_by_text("progress 0", exact=True).is_visible()


def test_a_used_page_is_emptied_before_the_next_test(lab):
    lab.open_notebook(lab.make_notebook(["1"]))
    for area in ("left", "right"):
        lab.command(f"application:toggle-{area}-area")
    lab.page.set_viewport_size({"width": 600, "height": 500})
    lab.context.grant_permissions(["clipboard-read"])
    lab.context.new_page()
    lab.command("apputils:change-theme", theme="JupyterLab Dark")
    lab.page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    assert lab.emptied()
    left = lab.page.evaluate("""async () => { const shell = jupyterapp.shell; return {
      notebooks: document.querySelectorAll('.jp-Notebook').length, light: document.body.dataset.jpThemeLight,
      left: shell.leftCollapsed, right: shell.rightCollapsed, width: innerWidth,
      clipboard: (await navigator.permissions.query({name: 'clipboard-read'})).state}; }""")
    assert left == {"notebooks": 0, "light": "true", "left": False, "right": True, "width": 1280, "clipboard": "prompt"}
    assert len(lab.context.pages) == 1


def test_a_page_that_cannot_be_emptied_is_not_used_again(lab):
    lab.open_notebook(lab.make_notebook(["1"]))
    lab.command("help:about")
    lab.page.locator(".jp-Dialog").wait_for()
    assert not lab.emptied()
    lab.page.close()
    assert not lab.emptied()


def test_nothing_beyond_loopback_is_reachable_and_each_try_is_noted(lab):
    lab.open_notebook(lab.make_notebook(["1"]))
    for script in ("fetch('https://cdn.example/x.js')", "Promise.resolve(new WebSocket('wss://cdn.example/socket'))"):
        lab.page.evaluate(f"() => {script}.then(() => 1, () => 0)")
    lab.page.wait_for_timeout(200)
    assert lab.outside == ["https://cdn.example/x.js", "wss://cdn.example/socket"]
    lab.outside.clear()
    lab.console_errors.clear()  # of the two tries


def test_what_the_page_reports_as_an_error_is_noted(lab):
    """The fixture fails every test that leaves one."""
    lab.open_notebook(lab.make_notebook(["1"]))
    lab.page.evaluate("() => { console.error('told'); setTimeout(() => undefined.x); }")
    lab.page.wait_for_timeout(200)
    assert lab.console_errors[0] == "told"
    assert "undefined" in lab.console_errors[1]
    assert len(lab.console_errors) == 2
    lab.console_errors.clear()


def test_widgets_draw_without_a_network(lab):
    lab.open_notebook(
        lab.make_notebook(
            [
                "import anywidget, traitlets",
                "class Hello(anywidget.AnyWidget):\n"
                "    _esm = 'export default {render({model, el}) { el.textContent = model.get(`word`); }}'\n"
                "    word = traitlets.Unicode('drawn by anywidget').tag(sync=True)\nHello()",
            ]
        )
    )
    lab.run_all()
    lab.page.get_by_text("drawn by anywidget", exact=True).wait_for()
    assert not lab.outside
