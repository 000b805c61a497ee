"""Outputs for places without widgets: text in lines that JupyterLab need not break."""

import pytest

from gan_edu import predict, quiz
from gan_edu.course.text import folded
from gan_edu.widgets.twin import twin

LONG = "The generator draws " + "discriminator " * 20 + "at last.\n  indented: " + "point " * 30


def test_lines_end_between_words_and_say_the_same():
    text = folded(LONG, 40)
    assert max(map(len, text.split("\n"))) <= 40
    assert text.split() == LONG.split()
    assert [line[:2] for line in text.split("\n")][-1] == "  ", "what was indented stays so"
    assert folded("short\n\n  a  b") == "short\n\n  a  b", "lines that fit stay as they are"
    assert folded("x" * 50, 20) == "x" * 50, "a word is never broken"


SHOWN = (lambda: predict("02", "collapse"), lambda: quiz("02"), lambda: twin("ring_healthy", lr_g=1e-3))


@pytest.mark.parametrize("make", SHOWN)
def test_the_text_beside_a_widget_fits_a_line_of_the_notebook(make):
    text = make()._repr_mimebundle_()[0]["text/plain"]
    assert max(map(len, text.split("\n"))) <= 80
