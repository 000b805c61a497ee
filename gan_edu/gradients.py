"""What reaches the generator: how strongly its loss pulls at each sample, and at the weights behind them.

Names: loss = a generator's loss of (real_logits, fake_logits), as in objectives.py, that needs no real ones;
D = discriminator, G = generator, x = samples (n, dim), z = noise (n, noise).
"""

import torch


def pulls(loss, D, x):
    """‖∂ loss / ∂x‖ of each sample of x (n, dim), judged alone by D: (n,), from 0 up. A pull moves it, or does not.

    Arjovsky & Bottou 2017, §2.2. Taught in notebooks/04.
    """
    x = x.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(len(x) * loss(None, D(x)), x)  # (n, dim)
    return gradient.norm(dim=-1)


def gradient_norm(loss, players, z):
    """‖∂ loss / ∂ weights of G‖ for noise z (n, noise), as a float from 0 up; nothing is moved.

    Arjovsky & Bottou 2017, Figure 2. Taught in notebooks/04.
    """
    value = loss(None, players.D(players.G(z)))
    gradient = torch.autograd.grad(value, list(players.G.parameters()))
    return float(torch.cat([part.flatten() for part in gradient]).norm())


def while_frozen(run, updates, losses, z):
    """Train only the run's discriminator; before each of its updates, every loss's gradient norm at the frozen G.

    losses: generator's losses. z: noise (n, noise). Returns a list of `updates` lists of floats, one for each loss.
    Arjovsky & Bottou 2017, Figure 2. Taught in notebooks/04.
    """
    norms = []
    for _ in range(updates):
        norms.append([gradient_norm(loss, run.players, z) for loss in losses])
        run.step_discriminator()
    return norms
