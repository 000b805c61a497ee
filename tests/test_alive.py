"""Each widget answers the page's number at once, before it acts: so the page can tell when nobody is there."""

import pytest

from gan_edu import playground
from gan_edu.widgets.challenge import challenge
from gan_edu.widgets.detective import detective
from gan_edu.widgets.explorer import Slider, explorer
from gan_edu.widgets.failure_map import explore_map
from gan_edu.widgets.prediction import predict
from gan_edu.widgets.progress import progress_bar
from gan_edu.widgets.quiz import quiz
from gan_edu.widgets.twin import twin


def a_line(a):
    from matplotlib.figure import Figure

    return Figure((1, 1)), "a line", ""


WIDGETS = {
    "playground": lambda: playground("ring_healthy"), "twin": lambda: twin("ring_healthy", lr_d=1e-2),
    "map": lambda: explore_map().grid, "challenge": lambda: challenge("02.provoke_collapse"),
    "quiz": lambda: quiz("02", "half"), "prediction": lambda: predict("02", "collapse"),
    "explorer": lambda: explorer(a_line, "A line", {"a": Slider("Slope", 0, 1, 0.5)}),
    "progress": lambda: progress_bar("02"), "detective": detective,
}  # fmt: skip


@pytest.mark.parametrize("name", WIDGETS)
def test_each_widget_answers_and_carries_the_page_side(name, monkeypatch):
    widget, said = WIDGETS[name](), []
    assert "render: alive(render)" in widget._esm, "the page side says so where no answer comes"
    assert widget._esm.count("function alive(render)") == 1
    monkeypatch.setattr(widget, "send", lambda content, buffers=None: said.append(content))
    widget._handle_custom_msg({"asks": ["page", 7]}, [])
    assert said == [{"heard": ["page", 7], "older": False}]
