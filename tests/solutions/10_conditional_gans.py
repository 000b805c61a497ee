"""Run in the kernel of notebooks/10 after all its cells, in full: what its text says of the numbers, and its challenge.

The names used here without a definition are the notebook's own.
"""

# ruff: noqa: F821

from gan_edu.plots_conditional import asked_and_got

# 1: in good order by all that one used to look at, and deaf
last = first.history.snapshots[-1]
plain = train(PRESETS["ring_healthy"]).history.snapshots[-1]
assert last["modes"] == plain["modes"] == 8
assert abs(last["quality"] - plain["quality"]) < 0.1, "like the healthy run of lesson 02 at the same step"
deaf_rows = asked_and_got(first)
assert deaf_rows.max() < 0.35, "no row prefers a cluster"
assert (deaf_rows - deaf_rows.mean(0)).abs().max() < 0.12, "all eight rows look alike"
assert 0.03 < two < 0.25

# 2: the same seed, one setting changed: it obeys
assert {n: v for n, v in told.recipe.as_dict().items() if v != first.recipe.as_dict()[n]} == {
    "conditioning": "concatenate"}  # fmt: skip
rows = asked_and_got(told)
assert rows.diagonal().min() > 0.9
wrong = 1 - deaf_rows.diagonal().mean()
assert abs(wrong - 7 / 8) < 0.05, "seven times out of eight"
assert abs(float(loss) - 1.386) < 0.1

# 3: added at the end, the condition moves no slope; both ways of telling work on three seeds
apart = {name: float((slope(D, 2, x) - slope(D, 5, x)).norm(dim=1).mean())
         for name, D, x in (("early", told.players.D, told.real(200)), ("late", late, told.real(200)))}  # fmt: skip
assert apart["late"] < 1e-12
assert apart["early"] > 0.5
assert max(shares["withheld"]) < 0.2
assert min(shares["concatenate"] + shares["projection"]) > 0.8

# 4: obedient, of high quality, and far too tight; more noise brings back a good part of the spread
assert told.history.snapshots[-1]["quality"] > 0.97
assert inside(told.players.G) < 0.35
assert max(inner[2]) < 0.4 < 0.6 < min(inner[8])
for noise, least in ((2, 0.8), (8, 0.9)):
    obeying = [obeyed(*ask_all(G, noise), ring) for G in train_ensemble(
        [told.recipe.replace(seed=seed, noise=noise) for seed in SEEDS], progress=False).generators]  # fmt: skip
    assert min(obeying) > least

# 5: the live run improves with its steps, the bundled one obeys; the same noise is the same handwriting
assert live.step == 300
assert obeyed(live.sample(500, condition=wish), wish) > 0.4
assert share > 0.95
for place in (0, 1):
    pair = torch.stack([measured(threes)[place], measured(eights)[place]])
    assert torch.corrcoef(pair)[0, 1] > 0.35, "with the same noise"
    pair[1] = pair[1].roll(1)
    assert torch.corrcoef(pair)[0, 1].abs() < 0.15, "with other noise"
assert min(kinds) > 0.3
assert sum(kinds) / 10 < 1.3

# 6: the one that was trained on the difference in pixels has the smallest one, and the least ink
assert min(gaps, key=gaps.get) == "weight 10,000"
names = list(WEIGHTS)  # weight 0, 10, 10,000
assert gaps[names[0]] > 1.1 * gaps[names[1]] > 1.1 * gaps[names[2]]
assert ink(drawn[names[2]]) < 0.95 * ink(source) < ink(drawn[names[1]])
assert right["real"] > right[names[2]] > right[names[0]] > 0.8
changes = {name: float((x - makers[name].sample(len(source), seed=1, condition=source))[:, :, 14:].abs().mean())
           for name, x in drawn.items()}  # fmt: skip
assert changes[names[0]] > changes[names[1]] > changes[names[2]]
assert max(changes.values()) < 0.25 * gaps[names[2]] + 0.01

# 7: captions are met far more often than by chance
assert met["digit"] > 0.93
assert min(met["thickness"], met["slant"]) > 0.7

# 8: a challenge is refused while nothing has moved
mend = challenge("10.mend_collapse")
assert mend.check(mend.play.home).refused

print("all as the text says")
