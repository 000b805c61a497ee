"""Run in the kernel of notebooks/05 after all its cells, in full: what its text says of the numbers, and a challenge.

The names used here without a definition are the notebook's own.
"""

# ruff: noqa: F821

# 1: the run that leaves out three kinds has the lower generator's loss and the better points
last = {name: run.history.snapshots[-1] for name, run in pair.items()}
late_loss = {name: np.mean(run.history["g_loss"][-STEPS // 4 :]) for name, run in pair.items()}
assert [last[name]["modes"] for name in "AB"] == [5, 7]
assert late_loss["A"] < late_loss["B"]
assert last["A"]["quality"] > last["B"]["quality"]
kept_apart = views.scores(pair["A"], pair["A"].target.modes)
assert int((kept_apart > 0.9).sum()) >= 3, "its discriminator knows what is missing"

# 2: the grid is captured, not learnt; the ring is, and keeps its modes; the rare kinds pay
counts = {data: (modes_held(run.sample(2500), run.target), modes_captured(run.sample(2500), run.target),
                 high_quality_share(run.sample(2500), run.target)) for data, run in data_runs.items()}  # fmt: skip
assert counts["ring"][:2] == (8, 8)
assert counts["grid"][0] < 14 < 20 <= counts["grid"][1]
assert counts["grid"][2] < 0.5
falls = {data: int((np.diff(views.mode_curves(run.history)[:, 1]) < 0).sum()) for data, run in data_runs.items()}
assert falls["ring"] == 0 < min(falls["imbalanced_ring"], falls["grid"])
assert data_runs["imbalanced_ring"].history.snapshots[-1]["modes"] < 8
assert got[weights < 0.05].mean() < 0.3 < 1.2 < got[0]

# 3: the shortcut has the lowest loss while the discriminator stands still, and the highest ever after
first = {name: losses[0] for name, losses in answers.items()}
assert min(first, key=first.get) == "shortcut"
for place in range(1, len(UPDATES)):
    assert max(answers, key=lambda name: answers[name][place]) == "shortcut"
assert abs(answers["shortcut"][-1] - np.log(9)) < 0.25
assert abs(answers["real points"][-1] - np.log(2)) < 0.1

# 4: packs of two mend the imbalanced ring on these four seeds, and cost a little quality
before, after = ([late_modes(history) for history in e.histories] for e in (plain, packed))
assert max(before) < 8 == min(after)
worth = [np.mean([h.snapshots[-1]["quality"] for h in e.histories]) for e in (plain, packed)]
assert 0 < worth[0] - worth[1] < 0.1
assert two["packs of 2"].history.snapshots[-1]["modes"] == 8

# 5: against the answers the shortcut no longer pays; unrolling mends the weak discriminator on these three seeds
for k, shortcut_wins in ((0, True), (1, False), (2, False), (5, False)):
    healthy.players.unroll = k
    seen = {name: float(non_saturating_generator(None, lookahead(healthy.players, sets["real points"], x)(x)).detach())
            for name, x in sets.items()}  # fmt: skip
    assert (min(seen, key=seen.get) == "shortcut") == shortcut_wins, (k, seen)
healthy.players.unroll = 0
price = {}
for name in ("weak_discriminator", "ring_healthy", "mode_collapse"):
    both = [Run(PRESETS[name].replace(unroll=unroll)) for unroll in (0, 5)]
    plainly, ahead = np.median([[seconds(run, 30) for run in both] for _ in range(5)], axis=0)
    price[name] = ahead / plainly
assert 10 < price["weak_discriminator"] < 22
assert 5.5 < price["ring_healthy"] < 13
assert 3 < price["mode_collapse"] < 8
assert price["weak_discriminator"] > price["ring_healthy"] > price["mode_collapse"]
assert max(unrolled[0]) <= 1
assert min(unrolled[5]) >= 7

# 6: the table, situation by situation
mean = {name: rows.groupby("change")[["modes", "quality"]].mean() for name, rows in table.items()}
modes = {name: rows["modes"] for name, rows in mean.items()}
quality = {name: rows["quality"] for name, rows in mean.items()}
assert all(rows["seed"].nunique() >= 8 for rows in table.values())
fast, weakly, rarely, many = SITUATIONS
start = {name: rows["as it is"] for name, rows in modes.items()}
assert start[fast] < 4
assert start[weakly] < 1
assert 5 < start[rarely] < 7.5
assert start[many] < 13
assert abs(modes[fast]["batch 512"] - start[fast]) < 1
assert abs(modes[fast]["unrolling 5"] - start[fast]) < 1
assert start[fast] <= modes[fast]["packing 2"] < 4.5
assert modes[fast]["packing 8"] == 8
assert 0.35 < quality[fast]["packing 8"] / quality[fast]["as it is"] < 0.6
assert modes[weakly]["unrolling 5"] > 7.5
assert modes[weakly]["packing 2"] > 7.5
assert quality[weakly]["unrolling 5"] > 0.65
assert 0.4 < quality[weakly]["packing 2"] / quality[weakly]["unrolling 5"] < 0.65
assert modes[weakly]["batch 512"] < 1
assert min(modes[rarely][["packing 2", "equal kinds"]]) > 7.7
assert quality[rarely]["packing 2"] > 0.75
assert max(abs(modes[rarely][["batch 512", "unrolling 5"]] - start[rarely])) < 1
assert quality[rarely]["packing 8"] < 0.5
assert max(modes[many]) < 16
assert max(modes[many][["packing 2", "packing 4", "packing 8"]]) < start[many]
assert [late_modes(history) for history in live.histories] == kept["modes"].tolist()

# 7: in the papers packing raises the grid's modes; with us packs lower its quality, and the ring has nothing to gain
ring_rows = pandas.DataFrame(bundled("05_ring")[1]).groupby("change")[["modes", "captured", "quality"]].mean()
assert (ring_rows.loc["as it is", ["modes", "captured"]] > 7.8).all()
captured = table[many].groupby("change")["captured"].mean()
assert 0.5 < captured["packing 2"] - captured["as it is"] < 2
assert 0.25 < quality[many]["packing 2"] / quality[many]["as it is"] < 0.42

# 9: on the line both sizes of packs hold all five, and the start does not
as_is, *with_packs = ([late_modes(history) for history in train_ensemble(
    [line.replace(seed=seed, pack=pack) for seed in (0, 1, 2)], progress=False).histories] for pack in (1, 2, 8))
assert max(as_is) < 5
assert with_packs == [[5, 5, 5]] * 2

# 8: a challenge is refused while nothing has moved
mend = challenge("05.mend_collapse")
assert mend.check(mend.play.home).refused

print("all as the text says")
