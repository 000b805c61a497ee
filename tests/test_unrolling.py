"""Unrolling: the gradient of looking ahead, by finite differences through PyTorch's own optimisers; D stays put."""

import copy

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from gan_edu import Recipe, Run, assembly
from gan_edu.objectives import OBJECTIVES
from gan_edu.training import generator_update
from gan_edu.unrolling import generator_step, lookahead, unrolled_generator_update

SMALL = Recipe(g_width=6, d_width=7, batch=8, lr_g=1e-2, lr_d=2e-2, unroll=3)
OPTIMISERS = {"adam": lambda p, r: torch.optim.Adam(p, r.lr_d, (r.beta1, r.beta2)),
              "sgd": lambda p, r: torch.optim.SGD(p, r.lr_d),
              "rmsprop": lambda p, r: torch.optim.RMSprop(p, r.lr_d, alpha=r.beta2)}  # fmt: skip


def forward(weights, x):
    """An MLP with ReLUs, from its list of matrices and its list of biases."""
    for i, (W, b) in enumerate(zip(*weights, strict=True)):
        x = x @ W + b
        x = torch.relu(x) if i < len(weights[0]) - 1 else x
    return x


def copied(network):
    body = network.body if hasattr(network, "body") else network
    return [[p.detach().clone().requires_grad_() for p in parts] for parts in (body.weights, body.biases)]


def lists(flat, like):
    """A flat vector cut into the shapes of `like`: all matrices, then all biases."""
    parts = flat.split([p.numel() for kind in like for p in kind])
    shaped = [part.view(p.shape) for part, p in zip(parts, (p for kind in like for p in kind), strict=True)]
    return shaped[: len(like[0])], shaped[len(like[0]) :]


def trained(recipe, steps=6):
    """Players that have moments, and the optimiser of PyTorch that has gone the same way as their D's."""
    run = Run(recipe)
    D = copied(run.players.D)
    theirs = OPTIMISERS[recipe.optimiser]([p for kind in D for p in kind], recipe)
    for _ in range(steps):
        real, z, _ = run.next_discriminator_batch()
        with torch.no_grad():
            fake = run.players.G(z)
        step(D, theirs, real, fake)
        run.train_step()
    flat = torch.cat([p.detach().flatten() for kind in D for p in kind])
    torch.testing.assert_close(flat, run.players.d_optimiser.flat, rtol=0, atol=1e-10)
    return run.players, D, theirs


def step(D, optimiser, real, fake):
    on_real, on_fake = forward(D, real)[:, 0], forward(D, fake)[:, 0]
    optimiser.zero_grad()
    (bce(on_real, torch.ones_like(on_real)) + bce(on_fake, torch.zeros_like(on_fake))).backward()
    optimiser.step()


def loss_ahead(flat_g, like, D, optimiser, z, real, objective, updates):
    """The generator's loss after D's updates by PyTorch's optimiser, all from copies; a number, no derivative taken."""
    D, optimiser = copy.deepcopy((D, optimiser))
    fake = forward(lists(flat_g, like), z)
    for _ in range(updates):
        step(D, optimiser, real, fake.detach())
    on_fake = forward(D, fake)[:, 0].detach()
    labels = torch.zeros_like(on_fake) if objective == "minimax" else torch.ones_like(on_fake)
    return -float(bce(on_fake, labels)) if objective == "minimax" else float(bce(on_fake, labels))


@pytest.mark.parametrize("objective", ["minimax", "non_saturating"])
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_the_gradient_knows_that_the_discriminator_will_answer(objective, optimiser):
    recipe = SMALL.replace(objective=objective, optimiser=optimiser, lr_d=0.1 if optimiser == "sgd" else 0.02)
    players, D, theirs = trained(recipe)
    z, real = assembly.streams(recipe)[1][40]
    before, like = players.g_optimiser.flat.clone(), copied(players.G)
    loss = generator_step(players, z, real)
    gradient = players.g_optimiser.gradient.clone()
    assert float(loss) == pytest.approx(loss_ahead(before, like, D, theirs, z, real, objective, 3), abs=1e-9)
    h, places = 1e-6, range(0, len(before), 5)
    numeric = []
    for place in places:
        ends = []
        for shift in (h, -h):
            shifted = before.clone()
            shifted[place] += shift
            ends.append(loss_ahead(shifted, like, D, theirs, z, real, objective, 3))
        numeric.append((ends[0] - ends[1]) / (2 * h))
    assert gradient[::5].tolist() == pytest.approx(numeric, rel=1e-4, abs=1e-7)
    fixed = lookahead(players, real, forward(lists(before, like), z).detach())  # the D ahead, as if it did not answer
    players.g_optimiser.flat.copy_(before)
    loss = OBJECTIVES[objective].generator(None, fixed(players.G(z)))
    parts = torch.autograd.grad(loss, list(players.G.parameters()))
    unaware = torch.cat([part.flatten() for part in parts])
    assert (unaware - gradient).norm() > 1e-2 * unaware.norm()


def test_looking_ahead_leaves_the_discriminator_exactly_as_it_was():
    players, *_ = trained(SMALL)
    z, real = assembly.streams(SMALL)[1][0]
    optimiser = players.d_optimiser
    before, gradient, scores = optimiser.state(), optimiser.gradient.clone(), players.D(real).detach()
    unrolled_generator_update(players, z, real)
    after = optimiser.state()
    assert after["updates"] == before["updates"]
    assert all(torch.equal(after[name], before[name]) for name in ("flat", "m", "v"))
    assert torch.equal(optimiser.gradient, gradient)
    assert torch.equal(players.D(real), scores)
    assert all(p.requires_grad for p in players.D.parameters())


def test_the_discriminator_ahead_is_where_its_own_updates_on_that_batch_would_take_it():
    recipe = SMALL.replace(penalty="none", unroll=4)
    run = Run(recipe)
    for _ in range(3):
        run.train_step()
    real, z, _ = run.next_discriminator_batch()
    with torch.no_grad():
        fake = run.players.G(z)
    ahead = lookahead(run.players, real, fake)(real).detach()
    run._d_stream = [(real, z, None)] * 10  # the same batch four times
    for _ in range(4):
        run.step_discriminator()
    torch.testing.assert_close(run.players.D(real).detach(), ahead, rtol=0, atol=1e-12)


def test_no_unrolling_is_the_plain_update():
    updates = []
    for update in (generator_step, generator_update):
        players = assembly.players(SMALL.replace(unroll=0))
        update(players, *assembly.streams(SMALL)[1][0])
        updates.append(players.g_optimiser.flat)
    assert torch.equal(*updates)


def test_dead_units_do_not_poison_the_gradient():
    """A weight that never had a gradient has v = 0, where a root has no slope."""
    players = assembly.players(SMALL)
    with torch.no_grad():
        players.D.body.biases[0][0, 0] = -1e3  # this unit never fires
    generator_step(players, *assembly.streams(SMALL)[1][0])
    assert torch.isfinite(players.g_optimiser.gradient).all()
    assert players.g_optimiser.gradient.norm() > 0


@pytest.mark.parametrize("changes", [{"objective": "relativistic"}, {"objective": "wasserstein", "penalty": "clip"},
                                     {"pack": 2, "spectral_norm": True}, {"data": "mnist", "batch": 4}])  # fmt: skip
def test_it_goes_with_the_other_settings(changes):
    run, plain = Run(SMALL.replace(**changes)), Run(SMALL.replace(unroll=0, **changes))
    for _ in range(3):
        assert run.train_step().is_finite
        plain.train_step()
    assert not torch.equal(run.sample(4), plain.sample(4))
