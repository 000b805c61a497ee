"""Unrolling: the generator's loss against the discriminator as it will be some updates later, not as it is.

Names: G = generator, D = discriminator, z = noise (..., batch, noise), real, fake = samples, flat = all weights of D.
"""

import torch
from torch.func import functional_call

from gan_edu.networks import MLP
from gan_edu.optimisers import RULES
from gan_edu.training import generator_update, paired_generator_update

TINY = 1e-32  # added to Adam's v, as a root has no slope at 0; Adam's own ε is 1e-8


def unrolled_generator_update(players, z, real):
    """One step of G against the D of players.unroll updates later; D itself stands still.

    minimised: objective.generator(Dₖ(real), Dₖ(G(z))), where Dₖ depends on G(z) too, and the gradient knows it.
    Returns the loss, detached. Metz et al. 2017, eq. 8–10. Taught in notebooks/05.
    """
    fake = players.G(z)
    D = lookahead(players, real, fake)
    real_logits = D(real) if players.objective.needs_real else None
    loss = players.objective.generator(real_logits, D(fake))
    players.g_optimiser.zero_grad()
    loss.sum().backward()
    players.g_optimiser.step()
    return loss.detach()


def lookahead(players, real, fake):
    """D after players.unroll updates on this one batch, as a function of x whose gradient flows back into `fake`.

    Each update follows D's own optimiser, with the moments and the rate that it has now, as Metz et al. 2017 compute
    it; a penalty is left out. The singular vectors of spectral normalisation count as constants.
    Taught in notebooks/05.
    """
    flat, memory = players.d_optimiser.flat.clone().requires_grad_(), players.d_optimiser.memory
    for ahead in range(1, players.unroll + 1):
        D = with_weights(players.D, flat)
        loss = players.objective.discriminator(D(real), D(fake))
        (gradient,) = torch.autograd.grad(loss.sum(), flat, create_graph=True)
        flat, memory = moved(players.d_optimiser, flat, gradient, memory, ahead)
    return with_weights(players.D, flat)


def moved(optimiser, flat, gradient, memory, ahead):
    """(flat, memory) after one update by the optimiser's rule, in tensors of their own that can be differentiated."""
    flat, memory = flat.clone(), {"m": memory["m"].clone(), "v": memory["v"] + TINY}
    t = optimiser.updates + ahead
    RULES[optimiser.rule](flat, gradient, memory, optimiser.lr, t, optimiser.beta1, optimiser.beta2)
    return flat, memory


def with_weights(D, flat):
    """D with the weights flat (..., parameters), laid out as its optimiser has them, as a function of x."""
    sizes = [p[0].numel() if D.members else p.numel() for p in D.parameters()]
    parts = flat.split(sizes, dim=-1)
    weights = {name: part.view(p.shape) for part, (name, p) in zip(parts, D.named_parameters(), strict=True)}
    lists = [module for module in D.modules() if isinstance(module, MLP)]

    def scores(x):
        for module in lists:
            module.forget_layers()
        logits = functional_call(D, weights, (x,))
        for module in lists:
            module.forget_layers()
        return logits

    return scores


def generator_step(players, z, real):
    """One step of G, against D as it is or as it will be, or beside the real samples that it is to match."""
    if players.reconstruction:
        return paired_generator_update(players, z, real)
    update = unrolled_generator_update if players.unroll else generator_update
    return update(players, z, real)
