"""Run in the kernel of notebooks/01 after all its cells, in full: what its text says of the numbers, and the challenge.

The names used here without a definition are the notebook's own.
"""

# ruff: noqa: F821

import math

from gan_edu.experts import SOLUTION

# 1: a collapse onto one bump, and a discriminator that says neither 0 nor 1/2 there
assert last["modes"] == 1
assert last["quality"] > 0.9
assert abs(float(seen) - 1 / 3) < 0.06, float(seen)

# 3: one perfect bump of two
assert abs(at_right - 1 / 3) < 1e-3
one_bump = theory.log_normal(x, 1, 0.25)
differs = theory.jensen_shannon(log_p, one_bump, x)
assert abs(differs - 0.2158) < 2e-4
assert abs(value(log_p - one_bump, log_p, one_bump, x) - (-math.log(4) + 2 * differs)) < 1e-9
assert abs(sum(recent) / len(recent) - 0.955) < 0.05, sum(recent) / len(recent)

# the explorer: 1/2 everywhere at one place, -ln 4 there; from 3 to 4 only the earth mover's distance still changes
equal = explorer(sketches.forger, "equal", {"mean": Slider("", -1.5, 4, 1), "width": Slider("", 0.1, 1, 0.25),
                                 "weight": Slider("", 0, 1, 0.5)})  # fmt: skip
assert "D*(1.0) = 0.500 · V(D*, G) = -1.386 = −ln 4 + 2 × 0.000" in equal.shown["numbers"]
far = [equal.set(weight=1.0, mean=mean).shown["numbers"].partition(" · ")[2] for mean in (3, 4)]
assert [text.partition(" · earth")[0] for text in far] == ["V(D*, G) = 0.000 = −ln 4 + 2 × 0.693"] * 2, far
assert far[0] != far[1]

# the order of the quiz: equal, 7 of 10, one bump, far away
orders = [theory.log_mixture(x, [-1, mean], [0.25, 0.25], [1 - share, share])
          for mean, share in ((1, 0.5), (1, 0.7), (1, 1.0), (4, 1.0))]  # fmt: skip
values = [theory.best_value(log_p, one, x) for one in orders]
assert values == sorted(values)
assert abs(values[0] + 1.386) < 1e-3
assert abs(values[2] + 0.955) < 1e-3
assert abs(values[3]) < 1e-3

# 4: the gap closes where numbers fall, and V climbs towards the best one from below
gaps, climbed = [], []
for steps in (0, 20, 100, 1000):
    t = train_expert(steps)(x[:, None]).detach()
    gaps.append(theory.gap(t, log_p, log_q, x))
    climbed.append(value(t, log_p, log_q, x))
assert gaps == sorted(gaps, reverse=True)
assert gaps[-1] < 0.03
assert climbed == sorted(climbed)
assert climbed[-1] < theory.best_value(log_p, log_q, x) < climbed[-1] + 0.01
assert [round(-climbed[i], 2) for i in (1, 3)] == [1.31, 1.15], "as the quiz has it"
assert float(near) < 0.05 < 0.1 < float(far_away), (near, far_away)

# 5: healthy: half and half, and near to what real numbers score; one knob: half and half too, and far from the data
assert abs(late(good, "d_real") - 0.5) < 0.02
assert abs(late(good, "d_fake") - 0.5) < 0.02
assert good.history.snapshots[-1]["js"] < 0.06
assert good.history.snapshots[-1]["w1"] < 0.12
for run in runs[1 / 16]:
    assert abs(late(run, "d_real") - 0.5) < 0.05
    assert abs(late(run, "d_fake") - 0.5) < 0.05
    assert run.history.snapshots[-1]["js"] > 0.5
for run in runs[1]:
    assert run.history.snapshots[-1]["modes"] == 2
    assert run.history.snapshots[-1]["js"] < 0.06
differing = {k for k, v in runs[1 / 16][0].recipe.as_dict().items() if v != runs[1][0].recipe.as_dict()[k]}
assert differing == {"d_strength"}

# 6: the start is no try; the solution passes
assert verdict.refused
space = {"torch": torch}
exec(SOLUTION, space)
assert check_expert(space["my_expert"]).passed

# 7: even spreads
assert abs(float(found[(even - 0.5).abs().argmin()]) - 2 / 3) < 1e-6
assert float(found[(even - 1.5).abs().argmin()]) == 0

print("all as the text says")
