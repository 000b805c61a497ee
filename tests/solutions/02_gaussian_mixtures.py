"""Run in the kernel of notebooks/02 after all its cells, in full: what its text says of the numbers, and a challenge.

The names used here without a definition are the notebook's own.
"""

# ruff: noqa: F821

from gan_edu.challenges import find, solved

# 1 and 2: the failure, and two numbers that can each be fooled
assert modes_held(broken.sample(2500), ring) == 2
assert (views.scores(broken, ring.modes) > 0.95).sum() == 6
assert trouble == 0
assert modes_held(kinds["one mode"], ring) == 1
assert high_quality_share(kinds["one mode"], ring) > 0.95
assert modes_held(kinds["blurred"], ring) == 8
assert high_quality_share(kinds["blurred"], ring) < 0.3
assert abs(high_quality_share(kinds["real"], ring) - 0.989) < 0.01

# 3: the learner's own loop has learnt the ring; the cut changes no network
assert modes_held(x, ring) == 8
assert high_quality_share(x, ring) > 0.6
assert cut.g_optimiser.gradient_norm() == 0 < uncut.g_optimiser.gradient_norm()
assert torch.equal(cut.d_optimiser.flat, uncut.d_optimiser.flat)

# 5: no single knob on every seed, both rates on every seed; the remedy on all three
assert [recipe.lr_g, recipe.lr_d, recipe.d_strength] == [5e-4, 2e-3, 1]
assert [bad.lr_g, bad.lr_d, bad.d_strength] == [1e-4, 1e-2, 3]
assert held["healthy"] == [8, 8, 8]
for name in ("only generator rate", "only discriminator rate", "only strength"):
    assert max(held[name]) > 4, name
assert held["only generator rate"][2] < min(held["only discriminator rate"][2], held["only strength"][2])
assert sum(held["only generator rate"]) < min(sum(held["only discriminator rate"]), sum(held["only strength"]))
assert max(held["both rates"]) <= 4
assert max(held["all three"]) <= 4

# 6: the weak discriminator's cloud keeps moving
assert max(weak_modes) <= 2
assert length > 5, "the path of the weak run's mean, in ring radii"
assert PRESETS["weak_discriminator"] == recipe.replace(d_strength=1 / 8)

# 7: a trained generator stays under the collapse settings; a collapsed one does not heal in this time
assert min(stayed) >= 7
assert max(healed) < 8, healed
assert min(healed) == 1 < 2 < max(healed)

# why: a collapsed discriminator is sure of the empty modes; its arrows point one way, or two opposite ones on seed 0
for name, apart in (("healthy", True), ("all three", False)):
    for one in runs[name]:
        one.rewind(STEPS)
        arrows = views.arrows(one, one.sample(256))
        agree = float(arrows.mean(0).norm() / arrows.norm(dim=1).mean())
        groups = 2 if one is runs["all three"][0] else 1
        assert agree < 0.3 if apart or groups == 2 else agree > 0.6, (name, agree)
        if not apart:
            sure = views.scores(one, ring.modes).sort().values
            assert sure[groups - 1] < 0.4
            assert sure[groups] > 0.95, sure
steep = {}  # name -> (median slope at generated points, at real ones) of each seed
for name in ("healthy", "all three"):
    both = [(one.players.D, (one.sample(256), one.real(256))) for one in runs[name]]
    steep[name] = [[squared_slope(D, x).sqrt().median().item() for x in pair] for D, pair in both]
assert all(0.6 < on_fake / on_real < 1.6 for on_fake, on_real in steep["healthy"]), "about the same"
assert all(on_real > 20 * on_fake and on_fake < 3 for on_fake, on_real in steep["all three"]), "a plateau, and cliffs"
one = runs["all three"][0]
made = one.sample(256)
places, group = (made[:, None] - ring.modes).norm(dim=2).argmin(1).unique(return_inverse=True)
assert len(places) == 2
assert (ring.modes[places[0]] - ring.modes[places[1]]).norm() < 0.8, "side by side"
sent = [views.arrows(one, made)[group == g].mean(0) for g in (0, 1)]
assert torch.cosine_similarity(*sent, dim=0) < -0.8
for mine, way in zip((0, 1), sent, strict=True):  # away from the other group
    assert way @ (ring.modes[places[mine]] - ring.modes[places[1 - mine]]) > 0

# 9: the ring's healthy settings on the grid: fewer than half of the modes, and most points lie between them
assert last["modes"] < 13
assert last["quality"] < 0.5

# 8: a challenge is refused while nothing has moved; what the lesson has shown solves it
provoke = challenge("02.provoke_collapse")
assert provoke.check(recipe).refused
assert not provoke.check(recipe).passed
shown = solved(find("02.provoke_collapse"))  # trained in tests/test_challenges.py
assert (shown.lr_g, shown.lr_d) == (1e-4, 1e-2)

print("all as the text says")
