"""Run in the kernel of notebooks/03 after all its cells, in full: what its text says of the numbers, and a challenge.

The names used here without a definition are the notebook's own.
"""

# ruff: noqa: F821

from gan_edu.second_opinion import probe


def end(run):
    return run.history.snapshots[-1]


LN4, LN2 = math.log(4), math.log(2)

# 1: both stand at the dotted lines; one has learnt the ring, the other nothing
for run in (A, B):
    assert abs(late(run, "d_loss") - LN4) < 0.06
    assert abs(late(run, "g_loss") - LN2) < 0.12
    assert late(run, "auc") < 0.6, "close to a coin"
assert end(A)["modes"] == 8
assert end(A)["quality"] > 0.85
assert end(B)["modes"] <= 2
path = torch.tensor([s["centre"] for s in B.history.snapshots[20:]])
assert float((path[1:] - path[:-1]).norm(dim=1).sum()) > 5, "its place moves"

# 2: both losses cannot be near 0
for on_fake in torch.linspace(0.001, 0.999, 99):
    pair = logit(0.999), logit(float(on_fake))
    assert minimax_discriminator(*pair) + non_saturating_generator(*pair) > LN4

# 3: exact for the minimax loss only, mostly opposite for the other; both losses fell, and rose, in some stretches
assert (d_change + minimax_change).abs().max() < 1e-12
assert (d_change + change).abs().max() > 1e-3
assert 0 < (d_change * change > 0).sum() < len(changes) / 4
assert fell > 0
assert rose > 0

# 4: neither loss orders the runs by quality
by = {column: sorted(everyone, key=lambda name: late(everyone[name], column)) for column in ("g_loss", "d_loss")}
assert end(everyone[by["g_loss"][0]])["modes"] <= 2
assert by["d_loss"][0] == by["g_loss"][-1] == "collapse"
assert end(everyone["collapse"])["modes"] <= 4
assert end(everyone["still"])["modes"] == 0
flat = torch.tensor(everyone["still"].history["d_loss"])
assert float(flat[len(flat) // 4 :].std()) < 0.02
healthy = everyone["healthy"]
assert end(healthy)["modes"] == 8
assert sum(healthy.history["g_loss"][:25]) / 25 + 0.05 < late(healthy, "g_loss"), "it went up"
assert end(healthy)["quality"] > 0.7
assert 1.195 - 0.02 < late(healthy, "d_loss") < 1.295 + 0.02, "where six or seven modes drawn perfectly would be"

# 5: a second opinion, written out and by `probe`; the age of the points tells weak from shifted
fresh = {name: second_opinion(everyone[name].sample(many), everyone[name].real(many)) for name in ("A", "B", "still")}
assert abs(second_opinion(A.real(many, seed=1), A.real(many, seed=2)) - 0.5) < 0.03
assert fresh["A"] < 0.65
assert min(fresh["B"], fresh["still"]) > 0.95
assert probe(A).auc < 0.65
assert probe(B).is_weak
assert probe(everyone["still"]).is_weak
shifted, won, weak = (score_by_age(everyone[name]) for name in ("B", "A", "still"))
assert shifted[0] < 0.6 < 0.8 < max(shifted[2:5])
assert (won - 0.5).abs().max() < 0.12
assert weak.max() - weak.min() < 0.03

# 7: stopping by a loss is a lottery; a rewind alone repeats the ruin, and a smaller rate keeps the modes
mean = {rule: sum(stop[rule]["modes"] for stop in stops) / 6 for rule in stops[0]}
assert min(mean, key=mean.get) == "D's loss lowest"
assert max(mean, key=mean.get) == "best metric"
assert mean["best metric"] > mean["at the end"] + 1
assert modes_held(run_back := fork(six[three[-1]]).sample(2500), ring := A.target) < 8
again_left, again_right = [], []
for seed in three:
    start = fork(six[seed])
    start.rewind(stops[seed]["best metric"]["step"])
    assert modes_held(start.sample(2500, seed=5), ring) >= 7
    left, right = fork(start), fork(start, lr_g=1e-3)
    while left.step < min(start.step + 500, STEPS):
        left.train_step()
        right.train_step()
    assert torch.equal(left.players.g_optimiser.flat, six[seed].players.g_optimiser.flat) or left.step < STEPS
    again_left.append(end(left)["modes"])
    again_right.append(end(right)["modes"])
assert min(again_right) >= 7, again_right
assert sum(again_left) < sum(again_right), (again_left, again_right)

# 8: a challenge is refused while nothing has moved
fake = challenge("03.fake_success")
assert fake.check(PRESETS["mode_collapse"]).refused

# 9: the new data's losses look as good, whatever its points are
assert abs(late(new, "d_loss") - LN4) < 0.1

print("all as the text says")
