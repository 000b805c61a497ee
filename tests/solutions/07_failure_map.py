"""Run in the kernel of notebooks/07 after all its cells, in full: what its text says of the map.

The names used here without a definition are the notebook's own.
"""

# ruff: noqa: F821

from collections import Counter

from gan_edu.labels import MAY_BE_SLOW

symptoms = [diagnose(run.history).symptom for run in three]
assert symptoms[1] in ("healthy", "undecided"), symptoms
assert symptoms[0] not in ("healthy", "undecided"), symptoms
assert symptoms[2] not in ("healthy", "undecided"), symptoms
assert symptoms[0] != symptoms[2]

# the bundled map is the one that the package would make now
assert len(cells) == 144
assert len(runs) == 288
assert made["base"] == recipe.token
assert (made["x"], made["y"]) == ("lr_d", "lr_g")

# the healthy region is a slanting band: rows differ in where it lies, and the two top rows have none of it
healthy = cells[cells["symptom"] == "healthy"]
middle = healthy.groupby("lr_g")["lr_d"].median()
assert middle.loc[1e-4] < middle.loc[5e-4] < middle.loc[5e-3]
assert healthy["lr_g"].max() < 3e-2
weak = cells[cells["symptom"] == "weak_discriminator"]
collapsed = cells[(cells["symptom"] == "mode_collapse") & cells["lr_g"].between(3e-5, 1e-3)]
assert weak["ratio"].quantile(0.9) < healthy["ratio"].median() < collapsed["ratio"].median()

# the order of the failures
ratios = (runs["lr_d"] / runs["lr_g"]).groupby(runs["symptom"]).median()
told = {"weak_discriminator": 0.03, "non_convergence": 0.1, "oscillation": 0.3, "healthy": 2, "mode_collapse": 300}
assert all(abs(ratios[symptom] / value - 1) < 0.01 for symptom, value in told.items()), ratios

# the walk: it fails, is healthy, and fails again
met = cells[cells["lr_g"] == 5e-4].sort_values("lr_d")["symptom"].tolist()
assert met[0] != "healthy" != met[-1]
assert "healthy" in met[3:9]

# what is slow is told from what fails: the lowest row rests at first, and half of it is on its way
assert set(runs.loc[runs["slow"], "symptom"]) <= {"healthy", "undecided"}
lowest = runs[runs["lr_g"] == 1e-5]
assert lowest["slow"].sum() >= len(lowest) / 3
assert (lowest["symptom"] == "undecided").mean() >= 0.4

# R1 gives the modes back, and not at once the quality
assert name == "with R1"
assert min(end["modes"] for end in ends) >= 7
assert max(end["quality"] for end in ends) < 0.7

# the verdict against the better judge: no healthy run accused; of failing runs nearly one in ten, of oscillations
# nearly half, are slow
assert len(study.rows(study.FILE)) > 1000
fine = [row["diagnosis"] for row in found if row["label"] == "healthy"]
assert sum(name not in ("healthy", "undecided") for name in fine) <= 0.02 * len(fine)
wrong = [row["label"] for row in found if row["label"] != row["diagnosis"]]
assert len(wrong) <= 0.05 * len(found)
pairs = Counter(frozenset((row["label"], row["diagnosis"])) for row in found if row["label"] != row["diagnosis"])
assert pairs.most_common(1)[0][0] == {"healthy", "undecided"}
failing = [row for row in found if row["label"] in MAY_BE_SLOW]
assert 0.08 < np.mean([row["slow"] for row in failing]) < 0.1
assert 0.4 < np.mean([row["slow"] for row in failing if row["label"] == "oscillation"]) < 0.5
assert 0 < wrong.count("weak_discriminator") < 0.1 * sum(row["label"] == "weak_discriminator" for row in found)
assert ("oscillation", "non_convergence") in {(row["label"], row["diagnosis"]) for row in found}
print("all as the text says")
