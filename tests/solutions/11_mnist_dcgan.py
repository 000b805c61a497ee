"""Run in the kernel of notebooks/11 after all its cells, in full: what its text says of the numbers, and its challenge.

The names used here without a definition are the notebook's own.
"""

# ruff: noqa: F821

import gan_edu.networks as package

# 1: one knob differs from the settings that work
assert digits == PRESETS["mnist_plain"]
assert broken[0].recipe == digits.replace(d_strength=1 / 16)

# 2: neighbouring pixels are alike until they are shuffled
alike, mixed = (
    torch.corrcoef(torch.stack([x[..., :-1].flatten(), x[..., 1:].flatten()]))[0, 1] for x in (real, shuffled)
)
assert alike > 0.7
assert abs(mixed) < 0.2

# 3: the small layers are the package's own, stamps share two columns, and shapes and weights are as printed
for name, sizes in (("_upscale", (8, 4)), ("_downscale", (8, 4)), ("_norm", (8,))):
    assert repr(globals()[name](*sizes)) == repr(getattr(package, name)(*sizes)), name
assert stamp(two).shape == (1, 1, 10, 10)
ink = [set((x[0, 0] > 0).any(0).nonzero()[:, 0].tolist()) for x in (stamp(one), stamp(two) - stamp(one))]
assert len(ink[0]) == len(ink[1]) == 4
assert len(ink[0] & ink[1]) == 2
assert repr(G) == repr(package.DCGANGenerator(16, 64))
assert repr(D) == repr(package.DCGANDiscriminator(64))
assert fake.shape == (64, 1, 28, 28)
assert 4 < sum(map(weights, assembly.networks(mlp))) / (weights(G) + weights(D)) < 6

# 4: batch norm sets the scale, whatever comes in, and ties the pictures of a batch together
with torch.no_grad():
    spreads = [float(G[2](G[1](G[0](factor * z))).std()) for factor in (0.1, 1, 10)]
    assert all(abs(spread - 1) < 0.05 for spread in spreads), spreads
    assert ones.mean() < zeros.mean() - 0.1
    assert abs(batch_norm(ones).mean()) < 0.01 > abs(batch_norm(zeros).mean())
    neighbours = [float((network(changed) - network(batch)).abs()[1:].max()) for network in (D, with_norm)]
    assert neighbours[0] < 1e-6
    assert neighbours[1] > 1e-2

# 6: the same steps on three seeds, and about the same computing
assert {name: value for name, value in mlp.as_dict().items() if value != getattr(digits, name)} == {
    "architecture": "mlp", "g_width": 256, "d_width": 256,
}
assert 0 < floor < 15
same, more = distances["fully connected"], distances[longer]
for ours, few, many in zip(distances["DCGAN"], same, more, strict=True):
    assert 100 < ours < 0.4 * few, "far ahead after the same steps"
    assert ours < many < 0.6 * few, "still ahead after four times as many, by far less"
drawn = {name: [class_histogram(run.sample(SAMPLES)) for run in runs[name]] for name in TRIALS}
assert [h.classes for h in drawn["DCGAN"]] == [10, 10, 10]
assert max(h.classes for h in drawn["fully connected"]) <= 3
assert min(h.classes for h in drawn[longer]) >= 8
for ours, many in zip(drawn["DCGAN"], drawn[longer], strict=True):
    assert many.reverse_kl > ours.reverse_kl, "the fully connected one repeats itself more"
assert 0.4 < seconds[longer] / seconds["DCGAN"] < 2.5, seconds

# 7: one blot, calm losses near ln 4 and ln 2; restarted with strength 1, all ten digits
for bad, good in zip(broken, runs["DCGAN"], strict=True):
    assert class_histogram(bad.sample(SAMPLES)).classes <= 2
    assert distance(bad.sample(SAMPLES)) > 2 * distance(good.sample(SAMPLES))
    ends = {run: {name: torch.tensor(run.history[name][-50:]) for name in ("d_loss", "g_loss")} for run in (bad, good)}
    assert abs(ends[bad]["d_loss"].mean() - 1.386) < 0.05 > abs(ends[bad]["g_loss"].mean() - 0.693)
    assert ends[bad]["g_loss"].mean() < ends[good]["g_loss"].mean(), "the worse generator has the lower loss"
    for name in ("d_loss", "g_loss"):
        assert 5 * ends[bad][name].std() < ends[good][name].std(), "and the calmer curves"

# 8: the cheat is perfect by distance alone; pixels do not know a copy that has moved, features and held-out digits do
near = {name: float(nearest(x[:100]).values.mean()) for name, x in makers.items()}
assert near["one 7, copied"] < 0.05
assert near["DCGAN"] > near["real test digits"] > 5
assert class_histogram(seven).classes == 1
assert class_histogram(fresh).classes == 10
assert float(nearest(moved[:100]).values.mean()) > near["real test digits"] + 0.5, "a copy seems more original"
expected, error = 60 / 68, (60 / 68 * 8 / 68 / SAMPLES) ** 0.5
assert 0.006 < error < 0.008, "give or take 1 %"
assert abs(copied["real test digits"] - expected) < 3 * error
assert copied["DCGAN, 3,000 steps"] < expected + 2 * error
assert 0.82 < copied["DCGAN"] < expected + error
assert 0.92 < copied["training digits, moved"] < 0.96
assert copied["training digits, moved"] > expected + 5 * error, "the cheat stands out"
mixed_tenth = torch.cat([drawer.sample(9 * SAMPLES // 10), moved[: SAMPLES // 10]])
assert near_training(mixed_tenth) < expected + 2 * error, "one copy among ten does not"
neighbours = {
    name: len(torch.cat([torch.cdist(part, trained_on).argmin(1) for part in features(x).split(200)]).unique())
    for name, x in testers.items()
}
assert neighbours["DCGAN"] < 0.7 * neighbours["real test digits"], "poor samples share neighbours"

# 10: no jumps on the way between two digits
assert lengths.shape == (24, 66)
assert 1 / 24 < largest.median() < 0.09
assert largest.max() < 0.15

# 7, what else breaks it: each change alone leaves the samples farther off than the run as it is
broke = {name: distance(run.sample(SAMPLES)) for name, run in others.items()}
assert all(value > broke["as it is"] for name, value in broke.items() if name != "as it is"), broke

# 10: the bundled generator draws all ten digits, near real ones; a saved run went on as the run itself
drawer = load_generator("mnist_dcgan")
assert drawer.recipe == PRESETS["mnist_dcgan"]
assert class_histogram(drawer.sample(SAMPLES)).classes == 10
assert distance(drawer.sample(SAMPLES)) < 40
assert again.step == runs["DCGAN"][0].step
assert torch.equal(again.sample(16), runs["DCGAN"][0].sample(16))

print("all as the text says")
