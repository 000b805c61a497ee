"""Instance noise: on all that D sees and on nothing else, from a stream of its own, falling to 0."""

import pytest
import torch

from gan_edu import Recipe, Run, assembly
from gan_edu.instance_noise import InstanceNoise

NOISY = Recipe(g_width=8, d_width=8, batch=16, steps=40, instance_noise=0.5, noise_until=20)


def test_sigma_falls_along_a_line_and_stays_at_zero():
    noise = InstanceNoise(NOISY, (None, None))
    assert [noise.sigma(step) for step in (0, 5, 10, 20, 21, 900)] == pytest.approx([0.5, 0.375, 0.25, 0, 0, 0])


@pytest.mark.parametrize("data", ["ring", "two_gaussians", "mnist"])
def test_the_streams_are_standard_normal_in_the_samples_shape(data):
    recipe = Recipe(data=data, batch=32, instance_noise=1)
    shape = Run(recipe).real(32).shape
    for stream in assembly.blurs(recipe):
        draws = torch.stack([torch.stack(stream[i]) for i in range(64)]).double()  # (64, real and fake, batch, ...)
        assert draws.shape == (64, 2, *shape)
        assert float(draws.mean()) == pytest.approx(0, abs=4 / draws.numel() ** 0.5)
        assert float(draws.var()) == pytest.approx(1, abs=6 / draws.numel() ** 0.5)
        on_real, on_fake = draws.transpose(0, 1).flatten(1)
        assert float((on_real * on_fake).mean()) == pytest.approx(0, abs=4 / on_real.numel() ** 0.5)


def test_what_d_sees_is_blurred_by_sigma_and_what_is_drawn_is_not():
    run = Run(NOISY)
    for _ in range(10):
        run.train_step()
    real, z, _ = run.next_discriminator_batch()
    on_real, on_fake = assembly.blurs(NOISY)[0][10]
    seen_real, seen_fake = run.next_inputs()
    torch.testing.assert_close(seen_real, real + 0.25 * on_real, rtol=0, atol=1e-14)
    torch.testing.assert_close(seen_fake, run.players.G(z).detach() + 0.25 * on_fake, rtol=0, atol=1e-14)
    torch.testing.assert_close(run.sample(16), run.players.G(run.noise(16)).detach(), rtol=0, atol=0)


def test_the_other_random_numbers_are_those_of_a_run_without_it():
    with_noise, without = Run(NOISY), Run(NOISY.replace(instance_noise=0))
    for ours, theirs in zip(with_noise.next_discriminator_batch(), without.next_discriminator_batch(), strict=True):
        assert torch.equal(ours, theirs)
    for ours, theirs in zip(assembly.streams(NOISY)[1][3], assembly.streams(without.recipe)[1][3], strict=True):
        assert torch.equal(ours, theirs)
    assert torch.equal(with_noise.players.d_optimiser.flat, without.players.d_optimiser.flat)


def test_once_it_has_fallen_to_zero_nothing_is_drawn():
    run = Run(NOISY)
    run._blur.streams = {"discriminator": [None] * 40, "generator": [None] * 40}
    with pytest.raises(TypeError):
        run.train_step()
    run = Run(NOISY)
    while run.step < 20:
        run.train_step()
    run._blur.streams = {}
    assert run.train_step().is_finite
