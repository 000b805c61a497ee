"""The way between two noise vectors: its ends, its length, its evenness; and the picture that the explorer shows."""

import math

import pytest
import torch

from gan_edu import walks


def noise(n=4, seed=0):
    return torch.randn(n, 16, generator=torch.Generator().manual_seed(seed))


def test_the_way_leads_from_one_end_to_the_other():
    z, other = noise(), noise(seed=1)
    torch.testing.assert_close(walks.between(z, other, 0.0), z)
    torch.testing.assert_close(walks.between(z, other, 1.0), other)
    torch.testing.assert_close(walks.between(z, z, 0.3), z)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_it_keeps_the_length_and_turns_evenly(share):
    """Between two vectors of one length: on the circle, at that share of the angle. A straight line cuts the corner."""
    z, other = noise(), noise(seed=1)
    other = other / other.norm(dim=1, keepdim=True) * z.norm(dim=1, keepdim=True)
    middle = walks.between(z, other, share)
    torch.testing.assert_close(middle.norm(dim=1), z.norm(dim=1))
    whole, part = (torch.cosine_similarity(z, x).acos() for x in (other, middle))
    torch.testing.assert_close(part, share * whole, atol=1e-4, rtol=1e-4)
    assert (torch.lerp(z, other, 0.5).norm(dim=1) < 0.95 * z.norm(dim=1)).all()


def test_right_angle_by_hand():
    z, other = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 2.0]])
    torch.testing.assert_close(walks.between(z, other, 0.5), torch.full((1, 2), math.sqrt(2)))


def test_the_picture_of_a_walk_tells_what_it_shows():
    figure, alt, numbers = walks.latent_walk(0, 1, 0.5)
    assert len(figure.axes) == walks.STOPS + 1
    named = numbers.split(": ")[1].split(" · ")[0].split()
    assert len(named) == walks.STOPS
    assert " ".join(named) in alt
    assert "50%" in alt
    ends = [walks.latent_walk(0, 1, place)[2] for place in (0.0, 1.0)]
    assert [text[-1] for text in ends] == [named[0], named[-1]], "the ends are the two digits"
