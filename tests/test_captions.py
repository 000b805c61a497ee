"""Captions: stroke width and slant of shapes whose width and slant are known, and words that fit the digits."""

import pytest
import torch

from gan_edu import captions
from gan_edu.mnist import load_mnist, to_unit


def bars(width, lean):
    """One image with a bar of this width from edge to edge, leaning `lean` pixels to the right for each pixel up."""
    image = torch.full((1, 1, 28, 28), -1.0)
    for row in range(28):
        start = 12 + lean * (13.5 - row)
        for column in range(28):
            inside = min(start + width, column + 1) - max(start, column)
            image[0, 0, row, column] = 2 * max(0.0, min(1.0, inside)) - 1
    return image


@pytest.mark.parametrize("width", [1, 2, 3.5, 6])
def test_the_width_of_an_upright_bar_is_exact(width):
    assert captions.stroke_width(bars(width, 0)).item() == pytest.approx(width, rel=1e-4)


@pytest.mark.parametrize("lean", [-0.5, 0.0, 0.25, 0.6])
def test_the_slant_of_a_bar_is_its_lean(lean):
    assert captions.slant(bars(3, lean)).item() == pytest.approx(lean, abs=0.01)


def test_an_empty_image_breaks_nothing():
    empty = torch.full((2, 1, 28, 28), -1.0)
    assert captions.stroke_width(empty).tolist() == [0, 0]
    assert captions.slant(empty).tolist() == [0, 0]


def test_a_third_of_each_training_digit_is_thin_and_a_third_slanted():
    codes, labels = captions.training_codes(), load_mnist("train")[1]
    assert (codes.shape, codes.dtype) == ((60_000, 14), torch.uint8)
    for digit in range(10):
        mine = codes[labels == digit].double()
        assert torch.equal(mine[:, 4:].mean(0), torch.eye(10, dtype=torch.float64)[digit])
        assert mine[:, :4].mean(0).tolist() == pytest.approx([1 / 3] * 4, abs=0.002)  # thin, thick, upright, slanted
    assert int((codes[:, 0] * codes[:, 1]).sum()) == int((codes[:, 2] * codes[:, 3]).sum()) == 0


def test_a_caption_says_what_its_code_says():
    images, labels = load_mnist("train")
    texts = captions.captions(to_unit(images[:50]), labels[:50])
    codes = torch.stack([captions.encode(text) for text in texts])
    assert torch.equal(codes, captions.training_codes()[:50].float())
    assert texts[0].endswith("five")  # the first digit of the published file


def test_the_order_of_the_words_does_not_count():
    code = captions.encode("thick slanted seven")
    assert code.sum() == 3
    assert torch.equal(code, captions.encode("Seven  slanted THICK"))


@pytest.mark.parametrize(("caption", "reason"), [
    ("fat seven", "'fat' is no word of it; use thin, thick"), ("", "exactly one of zero"), ("thick", "exactly one"),
    ("one two", "exactly one of zero"), ("thin thick one", "at most one of thin, thick"),
    ("upright slanted one", "at most one of upright"), (7, "'7' is no word"),
])  # fmt: skip
def test_a_caption_that_will_not_do_is_refused(caption, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        captions.encode(caption)
    assert repr(caption) in str(caught.value)
