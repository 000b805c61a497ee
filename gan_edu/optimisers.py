"""Optimisers over one flat vector of parameters: few large operations in place of many small ones.

With a leading dimension (members, parameters) the same lines train many networks at once, each with its own learning
rate. Names follow Kingma & Ba 2015: m, v = running means of the gradient and its square, t = updates so far.
"""

from contextlib import contextmanager

import torch


def adam(flat, gradient, state, lr, t, beta1, beta2):
    """Kingma & Ba 2015, Algorithm 1, ε = 1e-8: equals torch.optim.Adam. Taught in notebooks/A."""
    m, v = state["m"], state["v"]
    m.lerp_(gradient, 1 - beta1)
    v.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
    root = v.sqrt().div((1 - beta2**t) ** 0.5).add_(1e-8)  # sqrt's result stays whole: unrolling differentiates it
    _move(flat, m / root, lr / (1 - beta1**t))


def sgd(flat, gradient, state, lr, t, beta1, beta2):
    """Plain gradient descent: flat -= lr · gradient. Taught in notebooks/04."""
    _move(flat, gradient, lr)


def rmsprop(flat, gradient, state, lr, t, beta1, beta2):
    """Gradient over the root of its running mean square (decay beta2), ε = 1e-8: equals torch.optim.RMSprop.

    Taught in notebooks/08.
    """
    v = state["v"]
    v.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
    _move(flat, gradient / v.sqrt().add(1e-8), lr)


def _move(flat, direction, lr):
    flat.sub_(direction * lr)


RULES = {"adam": adam, "sgd": sgd, "rmsprop": rmsprop}


def flatten(network):
    """Lay a network's parameters and gradients out in two flat tensors (..., parameters), which they then share.

    Returns (flat, gradient). A leading dimension of members is kept where every parameter has it.
    """
    parameters = list(network.parameters())
    lead = (network.members,) if getattr(network, "members", None) else ()
    width = [p.numel() // (lead[0] if lead else 1) for p in parameters]
    flat = parameters[0].new_empty(*lead, sum(width))
    gradient = torch.zeros_like(flat)
    start = 0
    for p, size in zip(parameters, width, strict=True):
        flat[..., start : start + size] = p.detach().reshape(*lead, size)
        p.data = flat[..., start : start + size].view(p.shape)
        p.grad = gradient[..., start : start + size].view(p.shape)
        start += size
    return flat.detach(), gradient


class Optimiser:
    """A network's flat parameters, their gradient, and the rule that moves them.

    rule: a name in RULES. lr: a number, or a tensor (members, 1).
    """

    def __init__(self, network, rule, lr, beta1, beta2):
        self.flat, self.gradient = flatten(network)
        self.rule, self.lr, self.beta1, self.beta2, self.updates = rule, lr, beta1, beta2, 0
        self.memory = {name: torch.zeros_like(self.flat) for name in ("m", "v")}

    def zero_grad(self):
        """Set the gradient to zero, in place."""
        self.gradient.zero_()

    @torch.no_grad()
    def step(self):
        """Move the parameters once."""
        self.updates += 1
        RULES[self.rule](self.flat, self.gradient, self.memory, self.lr, self.updates, self.beta1, self.beta2)

    def gradient_norm(self):
        """Euclidean norm of the whole gradient, one number a network."""
        return self.gradient.norm(dim=-1)

    def state(self):
        """A copy of all that a later update depends on."""
        return {"flat": self.flat.clone(), "updates": self.updates,
                **{name: value.clone() for name, value in self.memory.items()}}

    def load(self, state):
        """Go back to a state; the network follows, as it shares the flat tensor."""
        self.flat.copy_(state["flat"])
        self.updates = state["updates"]
        for name, value in self.memory.items():
            value.copy_(state[name])


class Average:
    """A running mean of an optimiser's parameters, calmer than the parameters themselves; decay 0 keeps none.

    With leading members, one mean each. Taught in notebooks/06.
    """

    def __init__(self, optimiser, decay):
        self.flat, self.decay = optimiser.flat, decay
        self.mean = self.flat.clone() if decay else None

    def update(self, updates):
        """Take in the parameters after so many updates; its memory is short at first, when old weights mean nothing."""
        if self.decay:
            self.mean.lerp_(self.flat, 1 - min(self.decay, updates / (updates + 10)))

    @contextmanager
    def in_use(self):
        """Inside, the network has the mean weights, where there are any."""
        if not self.decay:
            yield
            return
        own = self.flat.clone()
        self.flat.copy_(self.mean)
        try:
            yield
        finally:
            self.flat.copy_(own)

    def state(self):
        """A copy to go back to."""
        return self.mean.clone() if self.decay else None

    def load(self, state):
        """Go back to such a copy."""
        if self.decay:
            self.mean.copy_(state)
