"""Random inputs by number: the same whenever they are asked for, and different wherever they should be."""

import hashlib

import pytest
import torch

from gan_edu.randomness import BLOCK, Stream, generator_for


def normals(count, generator):
    return torch.randn(count, 3, generator=generator), torch.rand(count, generator=generator)


def test_a_draw_does_not_depend_on_what_was_asked_before():
    places = [0, 1, BLOCK - 1, BLOCK, 5 * BLOCK + 7, 1000]
    fresh = {place: Stream(0, "x", normals)[place] for place in places}
    shared = Stream(0, "x", normals)
    for place in [*places, *reversed(places), *places[::2]]:
        assert all(torch.equal(a, b) for a, b in zip(shared[place], fresh[place], strict=True))


def test_no_draw_comes_twice():
    draws = torch.stack([Stream(0, "x", normals)[i][0] for i in range(3 * BLOCK)])
    assert len(draws.unique(dim=0)) == 3 * BLOCK


@pytest.mark.parametrize("other", [Stream(1, "x", normals), Stream(0, "y", normals)])
def test_other_seeds_and_names_draw_other_numbers(other):
    mine = Stream(0, "x", normals)
    assert not any(torch.equal(mine[i][0], other[i][0]) for i in range(BLOCK + 2))


def test_a_draw_has_the_shapes_of_one():
    normal, uniform = Stream(0, "x", normals)[3]
    assert (normal.shape, uniform.shape) == ((3,), ())


def test_a_generators_seed_is_the_hash_of_its_names():
    digest = hashlib.sha256(b"7/sample/0").digest()
    assert generator_for(7, "sample", 0).initial_seed() == int.from_bytes(digest[:8], "big") // 2


def test_the_global_generator_is_left_alone():
    before = torch.get_rng_state()
    Stream(0, "x", normals)[70]
    assert torch.equal(torch.get_rng_state(), before)
