"""Drive the real JupyterLab in a real browser: a server on loopback, and `Lab`, a page on it.

conftest.py turns both into fixtures. A test reads like what a learner does:

    def test_answer(lab):
        lab.open_notebook("02_gaussian_mixtures.ipynb")
        lab.run_all()
        lab.page.get_by_role("button", name="Play").click()
        lab.screenshot("playing")

`lab.page` is Playwright's page (synchronous API); the rest is what Playwright does not know about JupyterLab.
"""

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError

REPO = Path(__file__).resolve().parents[2]
VIEWPORT = {"width": 1280, "height": 720}
CHROMIUM_ARGS = [
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",  # containers have 64 MB there
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # web sockets included
]
LOOPBACK = re.compile(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:|about:|devtools:")
# The page's own application object says what the screen only hints at: a kernel indicator reads 'idle' while there is
# no kernel yet, and a Run All sent then is lost.
READY = """() => {
  const panel = window.jupyterapp?.shell.currentWidget;
  const kernel = panel?.sessionContext?.session?.kernel;
  return !!panel?.content?.model?.cells?.length && panel.sessionContext.isReady
    && kernel?.connectionStatus === 'connected' && kernel.status === 'idle'; }"""
# Done when each wanted code cell has a number again, or one of them raised (the cells after it then never run).
RAN = """wanted => {
  const cells = [...jupyterapp.shell.currentWidget.content.model.cells].filter((c, i) => !wanted || wanted.includes(i))
    .filter(c => c.type === 'code' && c.sharedModel.source.trim());
  return cells.every(c => c.executionCount && c.executionState === 'idle')
    || cells.some(c => c.outputs.toJSON().some(o => o.output_type === 'error')); }"""
FORGET = """() => { for (const c of jupyterapp.shell.currentWidget.content.model.cells)
  if (c.type === 'code') { c.executionCount = null; c.outputs.clear(); } }"""
CLOSE_ALL = "for (const widget of [...jupyterapp.shell.widgets('main')]) widget.dispose();"
OPEN = f"path => {{ {CLOSE_ALL} void jupyterapp.commands.execute('docmanager:open', {{path}}); }}"
EMPTY = f"""async () => {{
  if (!window.jupyterapp || document.querySelector('.jp-Dialog, .lm-Menu')) return false;
  {CLOSE_ALL}
  jupyterapp.shell.expandLeft();
  jupyterapp.shell.collapseRight();
  await jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab Light'}});
  return true; }}"""
CELL_ERRORS = """() => [...jupyterapp.shell.currentWidget.content.model.cells].flatMap((c, i) =>
  (c.type === 'code' ? c.outputs.toJSON() : []).filter(o => o.output_type === 'error')
    .map(o => `cell ${i}: ${o.ename}: ${o.evalue}`))"""


def find_browser():
    """Path of a Chromium-like browser, or None. `GAN_EDU_BROWSER` names one that is not found by itself."""
    if os.environ.get("GAN_EDU_BROWSER"):
        return os.environ["GAN_EDU_BROWSER"]
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"):
        if found := shutil.which(name):
            return found
    programs = [os.environ.get(key, "") for key in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
    usual = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]
    usual += [
        f"{folder}/{app}"
        for folder in programs
        if folder
        for app in ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")
    ]
    return next((path for path in usual if Path(path).is_file()), None)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class LabServer:
    """One JupyterLab on 127.0.0.1 with a token, settings of its own, and `notebooks/`, a copy of the course's.

    `fresh()` brings the copy, the progress folder and the theme back to their first state, and ends every kernel.
    """

    def __init__(self):
        self.state = Path(tempfile.mkdtemp(prefix="gan-edu-lab-"))
        self.notebooks, self.progress = self.state / "notebooks", self.state / "progress"
        self.port, self.token = free_port(), secrets.token_hex(16)
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = self.state / "server.log"
        self.settings = self.state / "settings" / "@jupyterlab" / "apputils-extension"
        self.fresh_folders()
        self.process = self._start()
        self._wait_until_up()

    def _start(self):
        self.settings.mkdir(parents=True)
        news = self.settings / "notification.jupyterlab-settings"
        news.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}), encoding="utf-8")
        folders = {
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "IPYTHONDIR": "ipython",
            "GAN_EDU_PROGRESS": "progress",
        }
        env = dict(
            os.environ,
            JUPYTER_PREFER_ENV_PATH="1",
            GAN_EDU_FAST="1",  # lessons take short runs; tests/test_notebooks_in_full.py runs some in full
            **{name: str(self.state / folder) for name, folder in folders.items()},
        )
        options = [
            "--no-browser",
            "--allow-root",
            "--ip=127.0.0.1",
            f"--port={self.port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={self.token}",
            f"--ServerApp.root_dir={self.notebooks}",
            "--LabApp.expose_app_in_browser=True",
        ]
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", *options],
                env=env,
                cwd=self.notebooks,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _wait_until_up(self, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                return self.api("GET", "status")
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"JupyterLab did not start:\n{self.tail()}")

    def tail(self, lines=30):
        """The last lines that the server wrote."""
        return "\n".join(self.log.read_text(errors="replace", encoding="utf-8").splitlines()[-lines:])

    def api(self, method, path, body=None):
        """Call Jupyter's REST interface, for example `api("GET", "kernels")`; return the decoded answer."""
        data = json.dumps(body or {}).encode() if method in {"POST", "PATCH", "PUT"} else None
        request = urllib.request.Request(
            f"{self.base}/api/{path}", method=method, data=data, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def close_kernels(self):
        """End every session and its kernel."""
        for session in self.api("GET", "sessions"):
            self.api("DELETE", f"sessions/{session['id']}")

    def fresh_folders(self):
        """Put an untouched copy of the course's notebooks and an empty progress folder in place."""
        for folder in (self.notebooks, self.progress):
            folder.mkdir(exist_ok=True)
            for path in folder.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(
            REPO / "notebooks", self.notebooks, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".ipynb_checkpoints")
        )

    def fresh(self):
        self.close_kernels()
        (self.settings / "themes.jupyterlab-settings").unlink(missing_ok=True)  # a test may have left it dark
        self.fresh_folders()

    def kernel_pid(self, kernel_id):
        """Process id of a kernel, read from the command line that carries its connection file (Linux and macOS)."""
        table = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, text=True, check=True)
        for row in table.stdout.splitlines():
            if kernel_id in row:
                return int(row.split()[0])
        raise LookupError(f"no process carries the kernel id {kernel_id}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(15)
        shutil.rmtree(self.state, ignore_errors=True)


class Lab:
    """One browser page on a `LabServer`: 1280 x 720, nothing but loopback reachable.

    `outside` lists requests beyond loopback (refused; the fixture fails the test for any), `console_errors` what the
    page's console reported as an error, JupyterLab's own included.
    """

    def __init__(self, server, context, artefacts):
        self.server, self.context, self.artefacts = server, context, Path(artefacts)
        self.outside, self.console_errors = [], []
        context.route("**/*", self._gate)
        self.page = context.new_page()
        self.page.on("websocket", lambda socket: self._note(socket.url))
        self.page.on("console", lambda line: line.type == "error" and self.console_errors.append(line.text))
        self.page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        self.page.set_default_timeout(30_000)

    def _note(self, url):
        if not LOOPBACK.match(url):
            self.outside.append(url)

    def _gate(self, route):
        self._note(route.request.url)
        route.continue_() if LOOPBACK.match(route.request.url) else route.abort()

    def make_notebook(self, cells, name="made_here.ipynb"):
        """Write a notebook beside the course's copies; a cell is code, or ("markdown", text). Returns its name."""
        book = {
            "nbformat": 4,
            "nbformat_minor": 5,
            "cells": [],
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        }
        for number, cell in enumerate(cells):
            kind, source = ("code", cell) if isinstance(cell, str) else cell
            extra = {"outputs": [], "execution_count": None} if kind == "code" else {}
            book["cells"].append({"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source, **extra})
        (self.server.notebooks / name).write_text(json.dumps(book), encoding="utf-8")
        return name

    def emptied(self):
        """Make the page as good as new, which takes a quarter of the time of a new one; False where that fails."""
        try:
            if not self.page.evaluate(EMPTY):
                return False
            self.page.wait_for_function("() => document.body.dataset.jpThemeLight === 'true'")
            self.page.set_viewport_size(VIEWPORT)
            self.context.clear_permissions()
            for other in self.context.pages[1:]:
                other.close()
        except PlaywrightError:  # closed, or crashed
            return False
        self.console_errors.clear()
        return True

    def open_notebook(self, name):
        """Open a notebook, and nothing beside it, and wait for its kernel."""
        if self.page.url.startswith(self.server.base):
            self.page.evaluate(OPEN, name)
        else:
            path = urllib.parse.quote(name)
            self.page.goto(f"{self.server.base}/lab/tree/{path}?token={self.server.token}&reset")
        self.wait_ready()

    def wait_ready(self, seconds=60):
        """Wait until the notebook in front is drawn and its kernel is connected and idle."""
        drawn = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell"
        self.page.wait_for_selector(drawn, timeout=seconds * 1000)
        self.page.wait_for_function(READY, timeout=seconds * 1000)

    def menu(self, bar, command):
        """Click an entry of the menu bar: `menu("Run", "runmenu:run-all")`."""
        self.page.click(f"div.lm-MenuBar-itemLabel:text-is('{bar}')")
        self.page.click(f".lm-Menu li[data-command='{command}']")

    def command(self, name, **args):
        """Run a JupyterLab command without the mouse: `command("apputils:change-theme", theme="JupyterLab Dark")`."""
        self.page.evaluate("([name, args]) => { void jupyterapp.commands.execute(name, args); }", [name, args])

    def run_all(self, seconds=120):
        """Run > Run All Cells, by mouse, and wait for the end. A cell that raises makes this raise too."""
        self.page.evaluate(FORGET)
        self.menu("Run", "runmenu:run-all")
        self.wait_ran(seconds)

    def run_cell(self, index, seconds=60):
        """Run one cell again, by Ctrl+Enter, and wait for it."""
        self.page.evaluate(
            "i => { const book = jupyterapp.shell.currentWidget.content;"
            " book.activeCellIndex = i; book.deselectAll(); book.mode = 'command'; book.activate();"
            " const c = book.model.cells.get(i); c.executionCount = null; c.outputs.clear(); }",
            index,
        )
        self.page.keyboard.press("Control+Enter")
        self.wait_ran(seconds, cells=[index])

    def wait_ran(self, seconds=120, cells=None):
        """Wait until every code cell (or those with the given indices) has run; raise on an error output."""
        self.page.wait_for_function(RAN, arg=cells, timeout=seconds * 1000)
        if errors := self.cell_errors():
            raise AssertionError("; ".join(errors))

    def cell_errors(self):
        """Error outputs of the notebook in front, one text each."""
        return self.page.evaluate(CELL_ERRORS)

    def save(self):
        """File > Save Notebook, and wait until nothing is unsaved."""
        self.menu("File", "docmanager:save")
        self.page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")

    def reload(self):
        """Reload the page, as F5 does, and wait for the notebook to be back on its living kernel."""
        self.page.reload()
        self.wait_ready()

    def kernel_id(self):
        return self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.id")

    def restart_kernel(self):
        """Restart the kernel as its manager does: all state is gone, outputs stay."""
        self.server.api("POST", f"kernels/{self.kernel_id()}/restart")
        self.wait_ready()

    def kill_kernel(self):
        """End the kernel's process at once, as a crash would; JupyterLab starts a new one and says so."""
        os.kill(self.server.kernel_pid(self.kernel_id()), signal.SIGKILL)
        self.page.locator(".jp-Dialog").get_by_role("button", name="Ok").click()
        self.wait_ready()

    def screenshot(self, name):
        """Keep a picture of the page in the artefacts folder; return its path."""
        self.artefacts.mkdir(parents=True, exist_ok=True)
        path = self.artefacts / f"{name}.png"
        self.page.screenshot(path=path)
        return path
