"""A plain PyTorch loop over the same networks: what `gan-edu bench` holds our own loop against."""

import torch
from torch import nn
from torch.nn.functional import softplus

from gan_edu import assembly


def ring_loop(recipe):
    """One step of a plain GAN on points as a function: nn.Linear, torch.optim.Adam, nothing recorded."""
    dtype = assembly.dtype(recipe)
    dim = assembly.target(recipe).dim

    def mlp(inputs, width, outputs):
        return nn.Sequential(nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(),
                             nn.Linear(width, outputs)).to(dtype)  # fmt: skip

    G, D = mlp(recipe.noise, recipe.g_width, dim), mlp(dim, recipe.d_width, 1)
    g_adam, d_adam = _adams(G, D, recipe)

    def step():
        real = assembly.target(recipe).sample(recipe.batch)
        z = torch.randn(recipe.batch, recipe.noise, dtype=dtype)
        d_loss = softplus(-D(real)).mean() + softplus(D(G(z).detach())).mean()
        _move(d_adam, d_loss)
        z = torch.randn(recipe.batch, recipe.noise, dtype=dtype)
        _move(g_adam, softplus(-D(G(z))).mean())

    return step


def image_loop(recipe):
    """One step of a plain DCGAN over the same networks, penalty and precision, nothing recorded."""
    G, D = assembly.networks(recipe)
    g_adam, d_adam = _adams(G, D, recipe)
    count = 0

    def step():
        nonlocal count
        real = assembly.real(recipe, recipe.batch, None)
        with assembly.precision(recipe):
            fake = G(torch.randn(recipe.batch, recipe.noise)).detach()
            d_loss = softplus(-D(real)).mean() + softplus(D(fake)).mean()
            if count % recipe.penalty_every == 0:
                x = real.requires_grad_(True)
                (slope,) = torch.autograd.grad(D(x).sum(), x, create_graph=True)
                d_loss = d_loss + recipe.penalty_weight / 2 * slope.square().sum((1, 2, 3)).mean()
            _move(d_adam, d_loss)
            _move(g_adam, softplus(-D(G(torch.randn(recipe.batch, recipe.noise)))).mean())
        count += 1

    return step


def _adams(G, D, recipe):
    betas = (recipe.beta1, recipe.beta2)
    return torch.optim.Adam(G.parameters(), recipe.lr_g, betas), torch.optim.Adam(D.parameters(), recipe.lr_d, betas)


def _move(optimiser, loss):
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
