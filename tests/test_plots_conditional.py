"""Pictures of conditional generators: what they show is what was asked and drawn."""

import json
from pathlib import Path

import pytest
import torch
from matplotlib.figure import Figure
from torch.nn.functional import one_hot

from gan_edu import captions, plots_conditional
from gan_edu.generators import Drawer
from gan_edu.mnist import load_mnist, to_unit
from gan_edu.presets import PRESETS
from gan_edu.run import Run


def obedient(monkeypatch, shift=0):
    """A run whose generator gives exactly the mode asked for, or the one `shift` places on."""
    run = Run(PRESETS["ring_conditional"])
    monkeypatch.setattr(run.players, "G", lambda z, c: run.target.modes[(c.argmax(1) + shift) % 8] + 0.01 * z)
    return run


@pytest.mark.parametrize("shift", [0, 3])
def test_asked_and_got_is_a_row_for_each_class(monkeypatch, shift):
    shares = plots_conditional.asked_and_got(obedient(monkeypatch, shift), 50)
    assert torch.equal(shares, torch.eye(8).roll(shift, 1))


def test_the_matrix_prints_its_shares():
    axes = Figure().subplots()
    plots_conditional.draw_shares(axes, torch.tensor([[0.75, 0.25], [0.0, 1.0]]), "shares")
    assert [text.get_text() for text in axes.texts] == [".75", ".25", "1.00"]
    assert [text.get_position() for text in axes.texts] == [(0, 0), (1, 0), (1, 1)]


def test_points_are_drawn_as_the_numbers_asked_for(monkeypatch):
    run = obedient(monkeypatch)
    figure = plots_conditional.compare_asked([run], ["obedient"])
    clouds = figure.axes[0].collections
    assert len(clouds) == 1 + 8  # real, and one for each mode
    for mode, cloud in enumerate(clouds[1:]):
        assert len(cloud.get_offsets()) == 12
        assert torch.tensor(cloud.get_offsets()).sub(run.target.modes[mode]).abs().max() < 0.1


def test_a_close_up_shows_one_mode(monkeypatch):
    axes = Figure().subplots()
    plots_conditional.close_up(axes, obedient(monkeypatch), mode=2, n=40)
    assert [len(cloud.get_offsets()) for cloud in axes.collections] == [40, 40]
    assert axes.get_xlim() == pytest.approx((-0.2, 0.2))
    assert axes.get_ylim() == pytest.approx((0.8, 1.2))


class Copier(torch.nn.Module):
    """Draws the real digits that it knows: for c, the mixture of one of each class."""

    def __init__(self):
        super().__init__()
        images, labels = load_mnist("test")
        self.known = to_unit(torch.stack([images[labels == digit][0] for digit in range(10)])).flatten(1)

    def forward(self, z, c):
        return (c[:, -10:] @ self.known + 1e-4 * z[:, :1]).clamp(-1, 1).view(-1, 1, 28, 28)


def drawer(name):
    return Drawer(PRESETS[name], Copier(), {})


def test_the_digit_explorer_draws_what_the_controls_say():
    draw = plots_conditional.digit_explorer(drawer("mnist_conditional"))
    figure, alt, numbers = draw(digit=3, other=8, share=0, first=0.0, second=0.0)
    assert "asked for a 3" in alt
    assert numbers == "The classifier names 24 of 24 a 3."
    _, alt, numbers = draw(digit=3, other=8, share=1, first=0.0, second=0.0)
    assert numbers == "The classifier names 24 of 24 a 8."
    assert "0% 3 and 100% 8" in alt
    shown = figure.axes[0].images[0].get_array()
    assert shown.shape == (2 * 28, 12 * 28)
    assert float(shown[:28, :28].max()) > 0.5


def test_the_caption_explorer_measures_what_it_draws():
    draw = plots_conditional.caption_explorer(drawer("mnist_captions"))
    _, alt, numbers = draw(thickness="thick", slant="", digit="seven")
    assert "'thick seven'" in alt
    seven = Copier()(torch.zeros(1, 1), one_hot(torch.tensor([7]), 10).float())
    width, lean = captions.measured(seven)[:, 0].tolist()
    assert numbers == f"24 of 24 named seven · strokes {width:.1f} pixels wide · slant {lean:.2f}"


def test_rows_of_digits_are_titled_at_their_places():
    rows = [torch.full((3, 1, 28, 28), value) for value in (-1.0, 1.0)]
    axes = plots_conditional.digit_rows(rows, ["dark", "light"]).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["dark", "light"]
    assert axes.get_yticks().tolist() == [14, 42]
    assert axes.images[0].get_array().mean(axis=1).tolist() == [-1] * 28 + [1] * 28


def test_lesson_10_measures_the_share_that_its_picture_shows(monkeypatch):
    """One question, one number: the row of the picture and 'Measured' are the same share, with the same decimals."""
    path = Path(__file__).parents[1] / "notebooks" / "10_conditional_gans.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    (source,) = ("".join(cell["source"]) for cell in cells if cell["id"] == "told-listens")
    monkeypatch.setattr(plots_conditional, "asked_and_got", lambda run: torch.full((8, 8), 0.15625))
    names = {"first": None, "plots_conditional": plots_conditional}
    exec(source, names)
    assert names["listens"].measured.startswith("0.16 of 1,000 points")
