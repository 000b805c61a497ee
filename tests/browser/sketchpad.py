"""The page's drawing functions on an empty page, without JupyterLab: frames of real runs in, pixels out."""

import base64
import io
from pathlib import Path

import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image

import gan_edu
from gan_edu.widgets import scene
from gan_edu.widgets.frames import unpack

WIDGETS = Path(gan_edu.__file__).parent / "widgets"
SCRIPTS = ("dom.js", *scene.SCRIPTS)
READY = """() => { window.read = told => ({ header: told.header, arrays: Object.fromEntries(Object.entries(told.arrays)
  .map(([name, { data, shape }]) => [name, { data: Float32Array.from(data), shape }])) }); }"""


def pad(browser, width=400, scripts=SCRIPTS):
    """A blank page with the drawing functions and one canvas of this width."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_content(f"<body style='margin:0'><canvas id='pad' style='width:{width}px; display:block'></canvas></body>")
    page.add_script_tag(content="\n".join((WIDGETS / name).read_text(encoding="utf-8") for name in scripts))
    page.evaluate(READY)
    theme(page, "light")
    return page


def theme(page, name):
    """Set the page's theme, 'light' or 'dark', as JupyterLab does."""
    page.evaluate("light => { document.body.dataset.jpThemeLight = String(light); }", name == "light")
    page.evaluate("dark => { document.body.style.background = dark ? '#111' : '#fff'; }", name == "dark")


def told(data):
    """Packed bytes as what the page can read: floats are lists, what is not finite is text."""
    header, arrays = unpack(data)
    as_list = {name: {"data": [v if abs(v) < 1e300 else str(v) for v in array.ravel().tolist()],
                      "shape": list(array.shape)} for name, array in arrays.items()}  # fmt: skip
    return {"header": header, "arrays": as_list}


def draw(page, function, still, frame):
    """Call drawPlane, drawLine or drawCurves on the canvas."""
    page.evaluate(f"([still, frame]) => {function}(document.getElementById('pad'), read(still), read(frame))",
                  [still, frame])  # fmt: skip


def pixels(page):
    """The canvas, on white where nothing was drawn, as an array (height, width, 4) of bytes."""
    address = page.evaluate("() => document.getElementById('pad').toDataURL()")
    drawn = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGBA")
    return np.asarray(Image.alpha_composite(Image.new("RGBA", drawn.size, "white"), drawn))


def count(pixels, colour, near=12):
    """How many pixels (..., 4) have a colour '#rrggbb', nearly."""
    return int(like(pixels, colour, near).sum())


def like(pixels, colour, near=12):
    """Which pixels (..., 4) have a colour '#rrggbb', nearly."""
    wanted = 255 * np.array(to_rgb(colour))
    return np.abs(pixels[..., :3] - wanted).max(-1) <= near
