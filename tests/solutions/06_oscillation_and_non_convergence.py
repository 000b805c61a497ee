"""Run in the kernel of notebooks/06 after all its cells, in full: what its text says of the numbers, and a challenge.

The names used here without a definition are the notebook's own.
"""

# ruff: noqa: F821

from itertools import pairwise

from gan_edu.challenges import find, solved


def of(rows, change):
    """One list for each number of the rows of a change."""
    mine = [row for row in rows if row["change"] == change]
    return {name: [row[name] for row in mine] for name in mine[0]}


# 1: one cloud on few clusters, never at rest, and back where it was after five pictures
assert [circling.beta1, circling.lr_d, circling.noise] == [0.9, 6e-4, 4]
assert max(held) <= 3
steps, place = centres(chase, STEPS - 4 * APART - 25)
assert min(math.hypot(*xy) for xy in place) > 0.4, "it stays away from the middle"
lap = [math.atan2(y, x) for x, y in place]
turned = sum((b - a + math.pi) % (2 * math.pi) - math.pi for a, b in pairwise(lap))
assert 0.6 < abs(turned) / (2 * math.pi) < 1.2, "about one lap in five pictures"
assert diagnose(chase.history).symptom == "oscillation"

# 3: from outside and from inside the last step size of the cell ends on the circle; alternating steps go far below it
assert all(abs(end / math.sqrt(2 * h) - 1) < 0.02 for end in ends)
assert 0 < float(in_turn[-1]) < math.sqrt(2 * h) / 2

# 3: one valley leads to rest; the game outwards at every step size, less so for smaller steps; alternating: a ring
ends = [distance_after(simultaneous_step, h) for h in (0.4, 0.2, 0.1, 0.05)]
assert min(ends) > math.sqrt(2)
assert ends == sorted(ends, reverse=True)
assert all(distance_after(simultaneous_step, h, one_valley) < 1e-6 for h in (0.4, 0.2, 0.1, 0.05))
assert all(abs(distance_after(alternating_step, h) - math.sqrt(2)) < 0.05 for h in (0.4, 0.2, 0.1, 0.05))
last = {name: [float(dirac.trajectory(name, u)[-1].norm()) for u in dirac.UPDATES] for name in dirac.METHODS}
for name in ("saturating", "wasserstein", "clip", "wgan_gp"):
    assert min(last[name]) > 0.9, name
assert all(0.2 < end < 0.7 for end in last["non_saturating"])
assert max(*last["consensus"], *last["extragradient"]) < 1e-3

# 4: both ends are good, the middle is not
for share, good_enough in ((0, True), (0.5, False), (1, True)):
    mixed.players.g_optimiser.flat.copy_((1 - share) * weights[0] + share * weights[1])
    x = mixed.sample(2500)
    assert (modes_held(x, mixed.target) == 8) == good_enough, share
    assert (high_quality_share(x, mixed.target) > 0.5) == good_enough, share

# 5: a peak where there is a period, none in noise and in the run without a beat
_, place = centres(chase, STEPS // 4)
for values, crosses in ((next(zip(*place, strict=True)), True), (noise[0], False), (noise[0.8], True)):
    _, height = spectrum(values)
    assert (height.max() > noise_line(len(height))) == crosses
assert 0.6 < white < 0.8, "of the last line: noise that keeps .8"
assert same_memory < 0.03
for run, symptom in ((chase, "oscillation"), (wild, "non_convergence")):
    assert diagnose(run.history).symptom == symptom
assert modes_held(good[0].sample(2500), good[0].target) == 8
assert max(held) <= 1, "hardly a mode is held for long"
late = wild.history["g_loss"][-500:]
assert max(late) > 3 * np.median(late), "its loss spikes"
sides = np.array([x > 0 for x, _ in centres(wild, wild.step // 2)[1]])
turns = np.diff(np.flatnonzero(sides[1:] != sides[:-1]))
assert max(turns) > 3 * min(turns), "to and fro, now soon, now late"

# 6: each setting alone makes nothing circle, two make most seeds circle, all three every one
for change in ("healthy", "only more momentum", "only a slower discriminator", "only more noise"):
    symptoms = of(tried, change)["symptom"]
    assert symptoms.count("healthy") >= 2, change
    assert set(symptoms) <= {"healthy", "undecided"}, change
    assert min(of(tried, change)["modes"]) >= 7, change
assert of(tried, "momentum and discriminator")["symptom"].count("oscillation") >= 2
assert of(tried, "all three")["symptom"] == ["oscillation"] * 3

# 7: three remedies end the circling on every seed and bring eight modes back; averaged weights rest on no mode
for change in ("R1, weight 0.1", "generator's rate 1e-4", "no momentum"):
    seen = of(tried, change)
    assert set(seen["symptom"]) <= {"healthy", "undecided"}, change
    assert seen["modes"] == [8, 8, 8], change
assert "healthy" in of(tried, "no momentum")["symptom"]
assert set(of(tried, "generator's rate 1e-4")["symptom"]) == {"undecided"}
assert max(of(tried, "generator's rate 1e-4")["quality"]) < 0.6, "it does not arrive in time"
assert "oscillation" not in of(tried, "averaged weights")["symptom"]
assert max(of(tried, "averaged weights")["modes"]) <= 1
assert circle.mean(0).norm() < 0.05 < 1 < circle[-1].norm()
assert averaged.sample(2500).mean(0).norm() < 0.3 < chase.sample(2500).mean(0).norm()
assert modes_held(averaged.sample(2500), averaged.target) == 0

# 7: the bundled table, as the text reads it
found = {change: of(kept, change) for change in made["changes"]}
turning = {change: seen["symptom"].count("oscillation") for change, seen in found.items()}
assert turning["as it is"] == turning["R1, weight 0.01"] == 8
assert turning["R1, weight 0.1"] == 1
assert turning["R1, weight 1"] == 0
assert trials.summary(kept).set_index("change").modes["R1, weight 1"] < 7, "flat, and little to learn from"
healthy_runs = {change: seen["symptom"].count("healthy") for change, seen in found.items()}
assert max(healthy_runs, key=healthy_runs.get) == "discriminator's rate 2e-3"
assert healthy_runs["no momentum"] > healthy_runs["momentum 0.5"] > healthy_runs["as it is"] == 0
assert turning["momentum 0.5"] <= 2
assert max(found["averaged weights"]["modes"]) <= 1

# 8: players that do not fit; a wider generator still circles, a wider discriminator brings all modes back
moves_on = {"weak_discriminator", "oscillation", "non_convergence"}  # which of them, rounding may decide
assert set(of(fit, "generator 128, discriminator 8")["symptom"]) <= moves_on
assert max(of(fit, "generator 128, discriminator 8")["modes"]) <= 2
assert of(fit, "generator 8, discriminator 64")["symptom"] == ["mode_collapse"] * 3
assert max(of(fit, "generator 8, discriminator 64")["modes"]) <= 4
assert turning["generator of width 128"] >= 7
assert turning["discriminator of width 128"] == 0
assert trials.summary(kept).set_index("change").modes["discriminator of width 128"] == 8

# 10: on two blobs the same settings settle
assert diagnose(blobs.history).symptom == "healthy"

# 9: refused while nothing has moved; the lesson's settings solve it
provoke = challenge("06.provoke_oscillation")
assert provoke.check(circling.replace(lr_d=2e-3)).refused
assert solved(find("06.provoke_oscillation")) == circling  # trained in tests/test_challenges.py

print("all as the text says")
