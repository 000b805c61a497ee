"""A walk through the noise of a bundled generator, for the explorer: what lies between two of its digits."""

import torch
from matplotlib.gridspec import GridSpec

from gan_edu.digits import classify
from gan_edu.generators import load_generator
from gan_edu.paper import panels

STOPS = 9  # pictures on the way, both ends among them


def between(z, other, share):
    """The noise on the great circle from z to other, (n, noise) each: its length stays usual for a normal one.

    share: from 0, which is z, to 1, which is other. White 2016, §2.1 ('slerp'). Taught in notebooks/11.
    """
    one, two = (x / x.norm(dim=-1, keepdim=True) for x in (z, other))
    angle = (one * two).sum(-1, keepdim=True).clamp(-1, 1).acos()
    if float(angle.min()) < 1e-6:
        return torch.lerp(z, other, share)
    parts = torch.sin((1 - share) * angle), torch.sin(share * angle)
    return (parts[0] * z + parts[1] * other) / torch.sin(angle)


def latent_walk(start, end, place):
    """(figure, alternative text, numbers) of the way from noise number `start` to number `end`, for `explorer`.

    place: from 0 (start) to 1 (end), the picture drawn large. Taught in notebooks/11.
    """
    drawer = load_generator("mnist_dcgan")
    z = drawer.noise(64)
    one, other = z[[int(start)]], z[[int(end)]]
    shares = [i / (STOPS - 1) for i in range(STOPS)]
    x = drawer.generate(torch.cat([between(one, other, share) for share in (*shares, place)]))  # (STOPS + 1, 1, 28, 28)
    names, x = classify(x).tolist(), x.numpy()
    figure, (only,) = panels(1, (7.2, 3.0))
    only.remove()
    grid = GridSpec(2, STOPS, figure, left=0.02, right=0.98, top=0.9, bottom=0.02, height_ratios=(2.2, 1))
    large = figure.add_subplot(grid[0, :])
    large.imshow(x[-1, 0], cmap="gray", vmin=-1, vmax=1)
    large.set_title(f"after {place:.0%} of the way: most like a {names[-1]}")
    for i, image in enumerate(x[:-1, 0]):
        axes = figure.add_subplot(grid[1, i])
        axes.imshow(image, cmap="gray", vmin=-1, vmax=1)
        axes.set_axis_off()
    large.set_axis_off()
    way = " ".join(map(str, names[:-1]))
    alt = f"Nine generated digits on the way, most like {way}; drawn large, after {place:.0%} of it, a {names[-1]}."
    return figure, alt, f"most like, from start to end: {way} · here: {names[-1]}"
