"""The explorer without a page: its controls, what it draws, that the newest move wins, and what a saved one shows."""

import asyncio
import base64
import contextlib
import io
import threading
from itertools import pairwise

import matplotlib
import matplotlib.image
import numpy as np
import pytest
import traitlets

from gan_edu import Choice, Slider, explorer, panels
from gan_edu.paper import COLOURS, PAPER, ink, style

CONTROLS = {
    "mean": Slider("Mean of G", -4, 4, 1, steps=80, words=lambda x: f"{abs(x):g} {'left' if x < 0 else 'right'}"),
    "rate": Slider("Learning rate", 1e-4, 1.0, 1e-2, steps=4, log=True, words="{:.0e}"),
    "loss": Choice("Loss", {"minimax": "Minimax", "ns": "Non-saturating"}, "ns"),
}


def draw(mean, rate, loss):
    """A dot at the mean, and a complaint for one combination of values."""
    if mean == 3 and loss == "minimax":
        raise RuntimeError("nothing to draw here")
    figure, (axes,) = panels(size=(3, 2))
    axes.plot([mean], [rate], "o", color="C1", markersize=12)
    axes.set(xlim=(-5, 5), ylim=(0, 1))
    return figure, f"a dot at {mean:g} for {loss}", f"rate {rate:g}"


def pixels(e):
    return matplotlib.image.imread(io.BytesIO(e.picture))[..., :3]  # (height, width, 3)


def from_page(e, **places):
    """A control moves on the page."""
    e.set_state({"places": {**e.places, **places}})


def near(image, colour, within=0.12):
    """Where an image has a colour: (height, width)."""
    return np.abs(image - matplotlib.colors.to_rgb(colour)).max(-1) < within


@pytest.fixture
def e():
    return explorer(draw, "A dot", CONTROLS)


def test_linear_places_are_even_and_hold_the_start():
    slider = Slider("x", -1, 1, 0.33, steps=4)
    assert slider.places == [-1, -0.5, 0, 0.33, 0.5, 1]
    assert slider.texts == ["-1", "-0.5", "0", "0.33", "0.5", "1"]
    assert [slider.place_of(x) for x in (-1, -0.8, 0.1, 0.4, 0.7, 1)] == [0, 0, 2, 3, 4, 5]


def test_logarithmic_places_grow_by_a_factor():
    slider = CONTROLS["rate"]
    assert slider.places == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1, 1], rel=1e-12)
    assert slider.texts == ["1e-04", "1e-03", "1e-02", "1e-01", "1e+00"]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Slider("x", 0, 1, 2), "2 does not lie from 0 to 1"),
        (lambda: Slider("x", 1, 1, 1), "does not lie"),
        (lambda: Slider("x", 0, 1, 1, log=True), "above 0 with log"),
        (lambda: Slider("x", 0, 1, 1, steps=0), "steps must be 1 or more"),
        (lambda: Choice("x", ("a", "b"), "c"), "'x' offers a, b"),
        (lambda: explorer(draw, "t", {"mean": (0, 1)}), "mean is neither"),
    ],
)
def test_controls_that_cannot_be_are_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()


def test_it_starts_where_the_controls_say_and_names_them_for_the_page(e):
    assert e.values == {"mean": 1, "rate": 0.01, "loss": "ns"}
    assert e.shown == {"alt": "a dot at 1 for ns", "numbers": "rate 0.01", "error": "", "places": e.places}
    mean, _, loss = e.fixed["controls"]
    assert (mean["label"], mean["kind"], mean["texts"][e.places["mean"]]) == ("Mean of G", "slider", "1 right")
    assert (loss["label"], loss["kind"], loss["texts"]) == ("Loss", "choice", ["Minimax", "Non-saturating"])


def test_set_moves_controls_and_draws_what_they_say(e):
    left = pixels(e.set(mean=-4))
    right = pixels(e.set(mean=4))
    assert e.values["mean"] == 4
    assert e.shown["alt"] == "a dot at 4 for ns"
    dots = [near(image, COLOURS[False][1]).nonzero()[1].mean() / image.shape[1] for image in (left, right)]
    assert dots[0] < 0.4 < 0.7 < dots[1]
    assert e.set(mean=2.04, rate=0.5).values == {"mean": 2.0, "rate": 1.0, "loss": "ns"}, "to the nearest place"


@pytest.mark.parametrize(
    ("move", "says"),
    [({"mean": 4.1}, "goes from -4 to 4"), ({"loss": "hinge"}, "offers minimax, ns"), ({"size": 1}, "no control size")],
)
def test_a_move_that_cannot_be_changes_nothing(e, move, says):
    before, picture = e.values, e.picture
    with pytest.raises(ValueError, match=says):
        e.set(**move)
    assert e.values == before
    assert e.picture == picture


def test_an_error_is_raised_headless_and_shown_on_the_page(e):
    with pytest.raises(RuntimeError, match="nothing to draw"):
        e.set(mean=3, loss="minimax")
    assert e.values["mean"] == 1, "nothing has changed"
    from_page(e, mean=CONTROLS["mean"].place_of(3))
    assert e.shown["error"] == ""
    from_page(e, loss=0)
    assert e.shown["error"] == "RuntimeError: nothing to draw here"
    from_page(e, loss=1)
    assert (e.shown["error"], e.shown["alt"]) == ("", "a dot at 3 for ns")


def test_an_error_at_the_start_stops_the_cell():
    with pytest.raises(ZeroDivisionError):
        explorer(lambda: 1 / 0, "t", {})


def test_in_the_dark_the_same_picture_on_dark_paper(e):
    light = pixels(e)
    e.set_state({"dark": True})
    dark = pixels(e)
    assert light.shape == dark.shape
    corner = 3, 3
    assert light[corner] == pytest.approx(matplotlib.colors.to_rgb(PAPER[False][0]), abs=0.01)
    assert dark[corner] == pytest.approx(matplotlib.colors.to_rgb(PAPER[True][0]), abs=0.01)
    assert near(dark, COLOURS[True][1]).sum() > 100, "the dot"
    assert near(dark, PAPER[True][1]).sum() > 100, "labels and axes"
    assert matplotlib.rcParams["text.color"] == ink() == "black", "no setting outlives the drawing"


@pytest.mark.parametrize("dark", [False, True])
def test_colours_and_ink_stand_out_from_their_paper(dark):
    """WCAG 2: at least 3:1 for lines, 4.5:1 for text."""
    paper, text, _ = PAPER[dark]
    for colour, least in (*((c, 3) for c in COLOURS[dark]), (text, 4.5)):
        light, deep = sorted((luminance(colour), luminance(paper)), reverse=True)
        assert (light + 0.05) / (deep + 0.05) > least, colour


def luminance(colour):
    rgb = np.array(matplotlib.colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)


def test_of_many_moves_only_the_newest_is_drawn():
    drawn = []

    def slow(mean):
        drawn.append(mean)
        return panels(size=(1, 1))[0], f"at {mean:g}", ""

    async def scene():
        e = explorer(slow, "t", {"mean": Slider("Mean", 0, 100, 0, steps=100)})
        for place in range(1, 40):
            from_page(e, mean=place)
        thread = threading.Thread(target=lambda: [from_page(e, mean=place) for place in range(40, 101)])
        thread.start()  # as later moves of a widget come, on another thread than the loop's
        thread.join()
        await asyncio.sleep(0.3)
        return e

    e = asyncio.run(scene())
    assert drawn[0] == 0
    assert drawn[-1] == 100
    assert len(drawn) <= 4, "no backlog"
    assert (e.shown["alt"], e.shown["places"]) == ("at 100", e.places)


def test_drawing_happens_on_the_loops_own_thread():
    seen = set()

    def where(mean):
        seen.add(threading.get_ident())
        return panels(size=(1, 1))[0], "", ""

    async def scene():
        e = explorer(where, "t", {"mean": Slider("Mean", 0, 1, 0)})
        thread = threading.Thread(target=lambda: from_page(e, mean=5))
        thread.start()
        thread.join()
        await asyncio.sleep(0.2)
        assert e.shown["places"] == {"mean": 5}

    asyncio.run(scene())
    assert seen == {threading.get_ident()}


def test_where_no_widget_lives_there_is_a_picture_and_a_text(e):
    bundle, _ = e._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert base64.b64decode(bundle["image/png"]) == e.picture
    wanted = "A dot\nMean of G: 1 right · Learning rate: 1e-02 · Loss: Non-saturating\na dot at 1 for ns\nrate 0.01"
    assert bundle["text/plain"] == wanted


@pytest.mark.parametrize("count", [1, 2, 3])
def test_panels_keep_their_labels_inside(count):
    with matplotlib.rc_context(style(False)):
        figure, axes = panels(count)
        for each in axes:
            each.set(xlabel="x", ylabel="density", title="A title", ylim=(0, 0.25))
        figure.draw_without_rendering()
    outline = figure.bbox
    assert len(axes) == count
    boxes = [each.get_tightbbox() for each in axes]
    for box in boxes:
        assert outline.x0 <= box.x0 < box.x1 <= outline.x1
        assert outline.y0 <= box.y0 < box.y1 <= outline.y1
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes)), "no panel covers the next"


@pytest.mark.parametrize("value", [None, 3, "x", [], {}, {"mean": 10**6}, {"mean": -1}, {"mean": "x"}, {"mean": [1]},
                                   {"mean": True}, {"mean": 2.5}, {"moon": 1}, {"loss": None}], ids=repr)  # fmt: skip
def test_whatever_the_page_sends_the_explorer_goes_on(e, value):
    before = e.values
    for name in ("places", "dark", "picture", "shown", "fixed"):
        with contextlib.suppress(traitlets.TraitError):  # the kernel logs it and goes on
            e.set_state({name: value})
    e._handle_custom_msg(value, [])
    assert e.values == before
    assert e.shown["error"] == ""
    assert len(e.fixed["controls"]) == 3
    from_page(e, mean=e.controls["mean"].place_of(2))
    assert e.values["mean"] == 2
    assert e.shown["alt"] == "a dot at 2 for ns"


def test_a_control_that_acts_only_with_another_says_so():
    """The page greys it out: 'bound c' under a gradient penalty would move nothing."""
    e = explorer(draw, "A dot", {**CONTROLS, "rate": Slider("Rate", 1e-3, 1, 0.1, log=True, only={"loss": "minimax"})})
    only = {control["name"]: control["only"] for control in e.fixed["controls"]}
    assert only.pop("rate") == [["loss", e.controls["loss"].place_of("minimax")]]
    assert set(map(len, only.values())) == {0}
    with pytest.raises(ValueError, match="'lin' will not do"):
        explorer(draw, "A dot", {**CONTROLS, "rate": Slider("Rate", 1e-3, 1, 0.1, log=True, only={"loss": "lin"})})
