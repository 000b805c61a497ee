"""The update rules against torch.optim, alone and side by side, over flat parameters that the network shares."""

import contextlib

import pytest
import torch

from gan_edu.networks import MLP
from gan_edu.optimisers import RULES, Average, Optimiser, flatten

SIZES = (3, 5, 2)
BETA1, BETA2 = 0.5, 0.99
ORACLES = {
    "adam": lambda ps, lr: torch.optim.Adam(ps, lr, betas=(BETA1, BETA2)),
    "sgd": lambda ps, lr: torch.optim.SGD(ps, lr),
    "rmsprop": lambda ps, lr: torch.optim.RMSprop(ps, lr, alpha=BETA2),
}


def seeded(number=0):
    return torch.Generator().manual_seed(number)


def gradients(steps, shape, seed=9):
    """Pseudo-gradients whose size runs over four orders of magnitude, with exact zeros among them."""
    for i in range(steps):
        g = torch.randn(shape, generator=seeded(seed + i), dtype=torch.float64) * 10 ** (-(i % 5))
        g[..., ::7] = 0
        yield g


def by_torch(rule, flat, lr, steps, seed=9):
    """The same gradients fed to torch.optim."""
    p = torch.nn.Parameter(flat.clone())
    oracle = ORACLES[rule]([p], lr)
    for g in gradients(steps, flat.shape, seed):
        p.grad = g
        oracle.step()
    return p.detach()


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("lr", [1e-3, 0.3])
def test_rule_equals_torchs(rule, lr):
    ours = Optimiser(MLP(SIZES, seeded()), rule, lr, BETA1, BETA2)
    start = ours.flat.clone()
    for g in gradients(300, start.shape):
        ours.gradient.copy_(g)
        ours.step()
    assert ours.updates == 300
    torch.testing.assert_close(ours.flat, by_torch(rule, start, lr, 300), rtol=0, atol=1e-12)
    assert not torch.allclose(ours.flat, start, atol=1e-3)


@pytest.mark.parametrize("rule", RULES)
def test_members_move_each_at_its_own_rate(rule):
    rates = [1e-3, 1e-2, 0.1]
    lr = torch.tensor(rates, dtype=torch.float64)[:, None]
    ours = Optimiser(MLP(SIZES, seeded(), members=3), rule, lr, BETA1, BETA2)
    start = ours.flat.clone()  # (3, parameters)
    streams = [list(gradients(50, start.shape[1:], seed)) for seed in (100, 200, 300)]
    for rows in zip(*streams, strict=True):
        ours.gradient.copy_(torch.stack(rows))
        ours.step()
    for i, (rate, seed) in enumerate(zip(rates, (100, 200, 300), strict=True)):
        torch.testing.assert_close(ours.flat[i], by_torch(rule, start[i], rate, 50, seed), rtol=0, atol=1e-12)


@pytest.mark.parametrize("members", [None, 3])
def test_flat_tensors_are_the_networks_parameters_and_gradients(members):
    network = MLP(SIZES, seeded(), members)
    before = [p.detach().clone() for p in network.parameters()]
    flat, gradient = flatten(network)
    assert flat.shape == gradient.shape == (() if members is None else (3,)) + (3 * 5 + 5 * 2 + 5 + 2,)
    for p, old in zip(network.parameters(), before, strict=True):
        assert torch.equal(p, old)  # laying them out changes no weight
    x = torch.randn(*(() if members is None else (3,)), 4, 3, generator=seeded(1), dtype=torch.float64)
    network(x).square().sum().backward()
    lead = () if members is None else (3,)
    torch.testing.assert_close(gradient, torch.cat([p.grad.reshape(*lead, -1) for p in network.parameters()], -1))
    assert float(gradient.abs().max()) > 0
    flat.zero_()
    assert all(float(p.detach().abs().max()) == 0 for p in network.parameters())
    assert float(network(x).detach().abs().max()) == 0


def test_gradient_of_the_flat_layout_is_that_of_plain_layers():
    """A network of torch.nn.Linear with the same weights gets the same gradient, number for number."""
    ours = MLP(SIZES, seeded())
    plain = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.ReLU(), torch.nn.Linear(5, 2)).double()
    for layer, W, b in zip((plain[0], plain[2]), ours.weights, ours.biases, strict=True):
        layer.weight.data, layer.bias.data = W.detach().T.clone(), b.detach()[0].clone()
    _, gradient = flatten(ours)
    x = torch.randn(6, 3, generator=seeded(1), dtype=torch.float64)
    torch.testing.assert_close(ours(x), plain(x), rtol=0, atol=1e-14)
    ours(x).square().sum().backward()
    plain(x).square().sum().backward()
    wanted = torch.cat([plain[0].weight.grad.T.flatten(), plain[2].weight.grad.T.flatten(),
                        plain[0].bias.grad, plain[2].bias.grad])  # fmt: skip
    torch.testing.assert_close(gradient, wanted, rtol=0, atol=1e-13)


def test_zero_grad_and_norm():
    optimiser = Optimiser(MLP(SIZES, seeded(), members=2), "sgd", 0.1, BETA1, BETA2)
    optimiser.gradient[0] = 3.0
    optimiser.gradient[1] = 4.0
    count = optimiser.gradient.shape[1]
    assert optimiser.gradient_norm().tolist() == pytest.approx([3 * count**0.5, 4 * count**0.5])
    optimiser.zero_grad()
    assert optimiser.gradient_norm().tolist() == [0, 0]


@pytest.mark.parametrize("rule", RULES)
def test_going_back_to_a_state_repeats_every_number(rule):
    network = MLP(SIZES, seeded())
    optimiser = Optimiser(network, rule, 0.05, BETA1, BETA2)
    pushes = list(gradients(30, optimiser.flat.shape))

    def push(gs):
        for g in gs:
            optimiser.gradient.copy_(g)
            optimiser.step()
        return optimiser.flat.clone()

    push(pushes[:11])
    kept = optimiser.state()
    first = push(pushes[11:])
    optimiser.load(kept)
    assert optimiser.updates == 11
    assert torch.equal(push(pushes[11:]), first)
    shared = torch.cat([p.detach().flatten() for p in network.parameters()])
    assert torch.equal(shared, first)  # the network followed


def test_kept_state_is_a_copy():
    optimiser = Optimiser(MLP(SIZES, seeded()), "adam", 0.05, BETA1, BETA2)
    kept = optimiser.state()
    before = {name: value.clone() for name, value in kept.items() if name != "updates"}
    optimiser.gradient.fill_(1.0)
    optimiser.step()
    assert all(torch.equal(kept[name], value) for name, value in before.items())
    assert kept["updates"] == 0


@pytest.mark.parametrize("members", [None, 2])
def test_an_average_is_the_recursion_that_a_loop_computes(members):
    network = MLP(SIZES, seeded(), members)
    optimiser = Optimiser(network, "sgd", 1.0, BETA1, BETA2)
    average, expected = Average(optimiser, 0.7), optimiser.flat.clone()
    for i, g in enumerate(gradients(40, optimiser.flat.shape), 1):
        optimiser.gradient.copy_(g)
        optimiser.step()
        average.update(i)
        decay = i / (i + 10) if i / (i + 10) < 0.7 else 0.7
        expected = decay * expected + (1 - decay) * optimiser.flat
    own, x = optimiser.flat.clone(), torch.randn(*(() if members is None else (2,)), 4, 3, dtype=torch.float64)
    outside = network(x)
    with contextlib.suppress(KeyError), average.in_use():
        torch.testing.assert_close(optimiser.flat, expected, rtol=0, atol=1e-12)
        assert not torch.allclose(network(x), outside, atol=1e-3)  # the network has the mean weights
        raise KeyError  # even then its own weights come back
    assert torch.equal(optimiser.flat, own)
    kept = average.state()
    average.update(1)
    average.load(kept)
    assert torch.equal(average.mean, kept)


def test_no_average_costs_and_changes_nothing():
    optimiser = Optimiser(MLP(SIZES, seeded()), "sgd", 1.0, BETA1, BETA2)
    average, own = Average(optimiser, 0), optimiser.flat.clone()
    average.update(1)
    with average.in_use():
        assert torch.equal(optimiser.flat, own)
    average.load(average.state())
    assert average.state() is None
