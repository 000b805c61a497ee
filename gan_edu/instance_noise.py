"""Instance noise: all that the discriminator sees is blurred at first, real and generated, so that the two overlap."""

from dataclasses import replace


class InstanceNoise:
    """Normal noise on all that D sees, in both players' updates: σ falls along a straight line to 0 at `noise_until`.

    streams: of discriminator and of generator updates, stream[i] = (on reals, on fakes), standard normal, of the
    samples' shape (`assembly.blurs`). Only D's view is blurred: G's samples stay as they are. Sønderby et al. 2017, §3.
    Taught in notebooks/09.
    """

    def __init__(self, recipe, streams):
        self.start, self.until = recipe.instance_noise, recipe.noise_until
        self.streams = dict(zip(("discriminator", "generator"), streams, strict=True))

    def sigma(self, step):
        """Its standard deviation after so many steps."""
        return self.start * max(0.0, 1 - step / self.until)

    def blurred(self, players, real, who, update, step):
        """(players, real) for update number `update` of player `who`: reals with noise on, and a G that adds it."""
        sigma = self.sigma(step) if self.start else 0.0
        if not sigma:
            return players, real
        on_real, on_fake = self.streams[who][update]
        return replace(players, G=lambda z: players.G(z) + sigma * on_fake), real + sigma * on_real
