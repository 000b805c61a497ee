"""Runs on digits: shapes and ranges, exact replay and rewind, averaged weights, samples that keep to themselves."""

import math

import numpy as np
import pytest
import torch

from gan_edu import assembly
from gan_edu.mnist import load_mnist
from gan_edu.presets import PRESETS
from gan_edu.run import Run

PRESET = PRESETS["mnist_plain"]
SMALL = PRESET.replace(g_width=8, d_width=8, batch=8)
MLP = SMALL.replace(architecture="mlp", g_width=16, d_width=16)


def trained(recipe, steps):
    run = Run(recipe)
    while run.step < steps:
        run.train_step()
    return run


def fingerprint(run):
    """Weights, moments, records and samples, bit for bit."""
    state = assembly.state(run.players)
    tensors = [value for kept in state.values() for value in kept.values() if torch.is_tensor(value)]
    rows = [np.array(run.history[name]).tobytes() for name in ("step", "d_loss", "g_loss", "d_grad_norm", "auc")]
    return [tensor.numpy().tobytes() for tensor in tensors], rows, run.sample(3).numpy().tobytes(), run.token


def test_the_preset_takes_a_few_steps():
    run = Run(PRESET)
    before = run.players.g_optimiser.flat.clone(), run.players.d_optimiser.flat.clone()
    records = [run.train_step() for _ in range(3)]
    assert [record.step for record in records] == [1, 2, 3]
    assert all(record.is_finite for record in records)
    assert records[0].d_loss == pytest.approx(2 * math.log(2), abs=0.1)  # at the start D cannot tell
    assert run.players.d_optimiser.updates == 3
    after = run.players.g_optimiser.flat, run.players.d_optimiser.flat
    assert not any(torch.equal(a, b) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("recipe", [PRESET, SMALL, MLP], ids=["preset", "dcgan", "mlp"])
def test_samples_are_images_in_the_range_of_the_digits(recipe):
    run = trained(recipe, 1)
    for n in (1, 5):
        images = run.sample(n)
        assert (images.shape, images.dtype) == ((n, 1, 28, 28), torch.float32)
        assert -1 <= float(images.min()) < float(images.max()) <= 1
        assert not images.requires_grad
    assert torch.equal(run.sample(5), run.sample(5))
    assert not torch.equal(run.sample(5), run.sample(5, seed=1))


def test_real_digits_are_the_published_ones_in_the_same_range():
    run = Run(SMALL)
    images, _ = load_mnist("train")
    known = {row.numpy().tobytes() for row in images.flatten(1)}
    for x in (run.real(20), run.next_discriminator_batch()[0]):
        assert (x.shape[1:], x.dtype) == ((1, 28, 28), torch.float32)
        assert (float(x.min()), float(x.max())) == (-1, 1)
        back = ((x + 1) * 127.5).round().to(torch.uint8).flatten(1)
        assert all(row.numpy().tobytes() in known for row in back)
    batches = torch.cat([assembly.streams(SMALL)[0][i][0] for i in range(32)])
    assert len(batches.flatten(1).unique(dim=0)) > 240  # of 256 drawn from 60,000


@pytest.mark.parametrize("recipe", [SMALL, MLP.replace(average=0)], ids=["dcgan", "mlp"])
def test_replay_with_knobs_is_bit_for_bit(recipe):
    run = trained(recipe, 3)
    run.knobs.lr_g, run.knobs.d_strength = 1e-3, 2
    for _ in range(3):
        run.train_step()
    run.step_discriminator()
    run.step_generator()
    run.train_step()
    again = Run.from_token(run.token)
    while again.step < run.step:
        again.train_step()
    assert fingerprint(again) == fingerprint(run)
    assert fingerprint(trained(recipe, 8)) != fingerprint(run)


def test_rewinding_is_exact_on_and_off_checkpoints():
    run = trained(SMALL, 56)
    end = fingerprint(run)
    for step in (50, 47):
        run.rewind(step)
        assert run.step == len(run.history) == step
        while run.step < 56:
            run.train_step()
        assert fingerprint(run) == end, f"after rewinding to {step}"


def test_looking_changes_nothing():
    watched = Run(SMALL)
    for _ in range(6):
        watched.sample(3)
        watched.real(3)
        watched.next_discriminator_batch()
        watched.train_step()
    assert fingerprint(watched) == fingerprint(trained(SMALL, 6))


def test_averaged_weights_are_those_of_a_hand_made_average():
    run, plain = Run(SMALL.replace(average=0.6)), Run(SMALL.replace(average=0))
    average = plain.players.g_optimiser.flat.double()
    for step in range(1, 21):
        run.train_step()
        plain.train_step()
        decay = min(0.6, step / (step + 10))
        average = decay * average + (1 - decay) * plain.players.g_optimiser.flat.double()
    assert torch.equal(run.players.g_optimiser.flat, plain.players.g_optimiser.flat)
    naive = plain.sample(4)
    plain.players.g_optimiser.flat.copy_(average)
    torch.testing.assert_close(run.sample(4), plain.sample(4), rtol=0, atol=0.02)  # as near as bfloat16 is
    assert float((run.sample(4) - naive).abs().max()) > 0.05


def test_an_image_hardly_depends_on_the_others_that_are_drawn_with_it():
    """Batch norm mixes a batch; a fixed reference batch keeps the same noise the same picture."""
    run = trained(PRESET.replace(average=0), 10)
    z = run.noise(400)
    together = run.generate(z)[:4]
    alone = torch.cat([run.generate(z[i : i + 1]) for i in range(4)])
    with torch.no_grad():
        unguarded = torch.cat([run.players.G(z[i : i + 1]) for i in range(4)])
    guarded, free = ((together - other).abs() for other in (alone, unguarded))
    assert float(guarded.mean()) < 0.01  # of a range of 2
    assert float(guarded.max()) < 0.1
    assert float(free.mean()) > 5 * float(guarded.mean())  # without the reference batch: another picture


def test_many_images_are_the_same_as_few_at_a_time():
    run = trained(SMALL, 3)
    z = run.noise(assembly.CHUNK + 5)
    many = run.generate(z)
    assert many.shape == (assembly.CHUNK + 5, 1, 28, 28)
    parts = torch.cat([run.generate(z[: assembly.CHUNK]), run.generate(z[assembly.CHUNK :])])
    torch.testing.assert_close(many, parts, rtol=0, atol=0)


def test_the_penalty_acts_every_fourth_update():
    """With a huge weight the gradient norm tells which updates had it: the first, then every fourth."""
    run = Run(SMALL.replace(penalty_weight=1000, lr_d=1e-6, average=0))
    norms = [run.train_step().d_grad_norm for _ in range(9)]
    with_it, without = norms[::4], [norm for i, norm in enumerate(norms) if i % 4]
    assert min(with_it) > 3 * max(without)


def test_float32_where_bfloat16_is_turned_off(monkeypatch):
    monkeypatch.setenv("GAN_EDU_PRECISION", "float32")
    assembly.has_fast_bfloat16.cache_clear()
    try:
        assert not assembly.has_fast_bfloat16()
        run = Run(SMALL)
        with assembly.precision(SMALL):
            assert run.players.D(run.real(2)).dtype == torch.float32
        record = run.train_step()
        real, z, _ = assembly.streams(SMALL)[0][0]
        players = assembly.players(SMALL)
        on_real, on_fake = players.D(real), players.D(players.G(z))
        wanted = -torch.log(torch.sigmoid(on_real)).mean() - torch.log(1 - torch.sigmoid(on_fake)).mean()
        assert record.d_loss == pytest.approx(wanted.item(), rel=1e-5)
    finally:
        assembly.has_fast_bfloat16.cache_clear()


def test_a_nan_stops_a_run_on_images():
    run = Run(SMALL.replace(lr_g=1, lr_d=1, optimiser="sgd", objective="wasserstein", penalty="none", average=0))
    run.players.g_optimiser.flat[0] = math.nan
    assert len(list(run)) == 1
    assert run.failed_at == 1
