"""The live picture: from a run to the bytes that the browser draws."""

import numpy as np
import torch

from gan_edu import views
from gan_edu.widgets.frames import pack

SCRIPTS = ("palette.js", "marks.js", "draw.js", "curves.js")  # what draws it
SHOWN = 256  # points of each kind
COUNTED = 2000  # numbers on a line that the histogram counts
ARROWS = 16  # more would cover the points that they belong to
DIGITS = 48


def still(run, number=0):
    """What does not change while a run goes on: real points or digits, modes, the drawn square.

    number: of the run in its widget; the page draws a frame only on the still of the same run.
    """
    if run.recipe.is_image:
        real = run.real(DIGITS)
        return pack({"kind": "images", "run": number}, {"real": _grey(real)})
    real = run.target.sample(SHOWN, torch.Generator().manual_seed(1))
    header = {"kind": "plane" if run.target.dim == 2 else "line", "extent": views.extent(run.target),
              "k": len(run.target.modes), "run": number}
    arrays = {"real": real.numpy(), "modes": run.target.modes.numpy()}
    if run.target.dim == 1:
        arrays["density"] = run.target.log_prob(views.heat_points(run.target, 200)).exp().numpy()
    return pack(header, arrays)


def _grey(images):
    """(n, 1, 28, 28) in [-1, 1] -> uint8 (n, 28, 28)."""
    return ((images[:, 0].float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).numpy()


def frame(run, header, wants, extra=None):
    """One frame. wants: the parts to show, of 'arrows', 'manifold', 'curves', 'losses'; extra: arrays of 'Explain'."""
    arrays = images(run) if run.recipe.is_image else points(run, wants)
    arrays |= extra or {}
    if "curves" in wants and not run.recipe.is_image:
        arrays["modes_curve"] = views.mode_curves(run.history)
        if run.target.dim == 1:
            arrays["distance_curve"] = views.distance_curves(run.history)
    if "losses" in wants and len(run.history):
        arrays["loss_curve"] = views.loss_curves(run.history)
    return pack({**header, "step": run.step, "marks": views.knob_marks(run)}, arrays)


def images(run):
    """The digits drawn from fixed noise, uint8 (DIGITS, 28, 28), the latest share of each class (10,), and a curve."""
    return {"fake": _grey(run.sample(DIGITS)), "classes": np.array(run.history.snapshots[-1]["shares"]),
            "digits_curve": views.digit_curve(run.history)}  # fmt: skip


def points(run, wants):
    """Generated points, heat map (or curve in 1-D), and on request arrows and the warped grid."""
    fake = run.sample(SHOWN)
    arrays = {"fake": fake.numpy()}
    if run.target.dim == 1:
        arrays["curve"] = views.scores(run, views.heat_points(run.target, 200)).numpy()
        arrays["bars"] = views.histogram(run.sample(COUNTED), run.target)
    else:
        heat = views.scores(run, views.heat_points(run.target))
        arrays["heat"] = np.nan_to_num(heat.numpy() * 255).astype(np.uint8).reshape(views.HEAT_SIDE, views.HEAT_SIDE)
    if "arrows" in wants:
        arrays["arrows"] = views.arrows(run, fake[:ARROWS], [c[:ARROWS] for c in run.conditions(SHOWN)]).numpy()
    if "manifold" in wants and run.target.dim == 2:
        arrays["manifold"] = views.manifold(run).numpy()
    return arrays
