"""Run in the kernel of notebooks/09 after all its cells, in full: what its text says of the numbers, and a challenge.

The names used here without a definition are the notebook's own.
"""

# ruff: noqa: F821

from gan_edu.diagnosis import diagnose


def table(name):
    """Change -> its rows, as lists of each number."""
    kept = trials.bundled(TABLES[name])[1]
    return {words: {key: [row[key] for row in kept if row["change"] == words] for key in kept[0]}
            for words in dict.fromkeys(row["change"] for row in kept)}  # fmt: skip


def mean(values):
    return sum(values) / len(values)


# 1: each patient shows the failure that its name says
assert {name: diagnose(run.history).symptom for name, run in ill.items()} == {name: name for name in PATIENTS}

# 2: the paired pull grows with what is left out; spectral norm holds the slope below 1, the plain one is far above
assert pulls[0] == 0.5 < 0.9 < pulls[1] < 1
steepest = {run: squared_slope(run.players.D, places).sqrt().max().item() for run in (plain, divided)}
assert steepest[divided] <= 1 < 20 < steepest[plain]

# 2: a collapse is a plateau under the generated points and cliffs at the real ones; the bound takes away both
at = {name: {words: float(slope.median()) for words, slope in found.items()} for name, found in steep.items()}
assert at["plain"]["at generated points"] < 8 < 40 < at["plain"]["at real points"] < 300
assert all(0.01 < slope < 1 for slope in at["spectral norm"].values())

# 3: live, all three remedies bring eight modes back on every seed, half as many steps as the table
for words in few:
    modes = [row["modes"] for row in live if row["change"] == words]
    assert max(modes) <= 4 if words == "as it is" else modes == [8, 8, 8], words

# 3: the bundled tables, as the text reads them
collapse, weak, far, circling = (table(name) for name in TABLES)
ALL = ("R1", "pairing, R1 and R2", "spectral norm", "critic, gradient penalty")
for words in ALL:
    assert collapse[words]["modes"] == [8] * 8, words
    assert 0.4 < mean(collapse[words]["quality"]) < 0.6, words
assert mean(collapse["instance noise"]["modes"]) > 7.5
assert not any("healthy" in rows["symptom"] for rows in collapse.values())
for words in ("label smoothing", "averaged weights", "unrolling 5", "packing 2"):
    assert collapse[words]["symptom"].count("mode_collapse") >= 6, words
for words in (*ALL, "instance noise", "label smoothing"):
    assert weak[words]["symptom"] == ["weak_discriminator"] * 8, words
assert weak["strength 1"]["symptom"] == circling["discriminator's rate 0.002"]["symptom"] == ["healthy"] * 8
for words in ("unrolling 5", "packing 2"):
    assert mean(weak[words]["modes"]) > 7.5, words
    assert "healthy" not in weak[words]["symptom"], words
for words in ("R1", "spectral norm", "critic, gradient penalty", "instance noise", "discriminator's rate 0.001"):
    assert far[words]["modes"] == [4] * 8, words
assert 3.5 < mean(far["pairing, R1 and R2"]["modes"]) < 4
for words in ("label smoothing", "averaged weights", "unrolling 5", "packing 2"):
    assert mean(far[words]["modes"]) <= 1, words
for words in ("R1", "pairing, R1 and R2", "packing 2"):
    assert circling[words]["modes"] == [8] * 8, words
    assert mean(circling[words]["quality"]) < 0.7, words
assert collapse["discriminator's rate 0.001"]["symptom"].count("mode_collapse") == 4, "half are still collapsed"
assert circling["spectral norm"]["symptom"] == ["weak_discriminator"] * 8
assert heals[:-1].max() == 0, "no remedy of the nine heals a patient in time"
assert heals.iloc[-1] == 2, "the paces heal two"

# 4: unrolling is by far the dearest; nothing else takes three times as long
assert price.idxmax() == "unrolling 5"
assert price["unrolling 5"] > 4
assert price.drop("unrolling 5").max() < 3
assert price[["label smoothing", "averaged weights", "instance noise"]].max() < 1.6

# 7: on the grid R1 spreads the points on every seed, and quality does not follow; averaging changes nothing much
grid = {words: [row for row in on_grid if row["change"] == words] for words in choices}
assert max(row["distance"] for row in grid["R1"]) < 0.1
assert mean([row["distance"] for row in grid["as it is"]]) > 0.2
assert mean([row["quality"] for row in grid["R1"]]) < 0.3
assert mean([row["distance"] for row in grid["averaged weights"]]) > 0.2

# 6: refused while nothing has moved
provoke = challenge("09.provoke_oscillation")
assert provoke.check(provoke.play.home).refused

print("all as the text says")
