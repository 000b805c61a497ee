"""Run in the kernel of notebooks/04 after all its cells, in full: what its text says of the numbers, and a challenge.

The names used here without a definition are the notebook's own.
"""

# ruff: noqa: F821

import re


def of(rows, change):
    """One list for each number of the rows of a change."""
    mine = [row for row in rows if row["change"] == change]
    return {name: [row[name] for row in mine] for name in mine[0]}


# 1: both losses of A at 0, no point arrived, its gradient gone; B arrives and keeps its gradient
assert max(abs(A.history[name][-1]) for name in ("d_loss", "g_loss")) < 1e-6
assert diagnose(A.history).symptom == "vanishing_gradients"
assert A.history.snapshots[-1]["modes"] == 0 < 4 == B.history.snapshots[-1]["modes"]
assert A.history["g_grad_norm"][-1] < 1e-7 * A.history["g_grad_norm"][0]
assert 0.1 < B.history["g_grad_norm"][-1] / B.history["g_grad_norm"][0] < 100
assert abs(np.mean(B.history["d_loss"][-200:]) - 1.33) < 0.1
assert abs(np.mean(B.history["g_loss"][-200:]) + 0.67) < 0.1

# 2: the trained discriminator's ratio is the closed form's, within a quarter; section 2's 'some three thousand times'
for d in (1.0, 2.0, 3.0, 4.0):
    D, middle = trained_on_two(d), torch.tensor([[d]], dtype=torch.float64)
    ratio = pulls(minimax_generator, D, middle) / pulls(non_saturating_generator, D, middle)
    assert abs(ratio.item() / gradient_ratio(d) - 1) < 0.25, d
assert 2500 < 1 / gradient_ratio(4) < 3500

# 3: frozen, the saturating gradient falls by three orders of magnitude and more; over good samples nothing vanishes
fresh, good = (np.array(while_frozen(run, UPDATES, LOSSES.values(), run.noise(256, seed=1)))
               for run in (Run(PRESETS["square_saturating"]), B))  # fmt: skip
assert fresh[:, 0].max() / fresh[-20:, 0].mean() > 1e4
assert fresh[-1, 1] > 10 * fresh[0, 1]
assert good[-20:].min() > 1

# 4: descent stalls after the head start, Adam and the other loss do not
first, last, moved = later["descent, saturating"]
assert first < 2e-3
assert last < first
assert moved < 0.1
assert all(later[name][2] > 1.5 for name in ("Adam, saturating", "descent, non-saturating"))
assert later["Adam, saturating"][0] == first, "the very same moment"
assert typical < 1e-10

# 5: weak: a coin that pushes; strong: always right, and no push
symptoms = {name: diagnose(run.history).symptom for name, run in three.items()}
assert symptoms["too weak"] == "weak_discriminator"
assert symptoms["too strong"] == "vanishing_gradients"
assert three["fair"].history.snapshots[-1]["modes"] == 4
assert three["fair"].history.snapshots[-1]["quality"] > 0.6
assert np.mean(three["too weak"].history["auc"][-300:]) < 0.65
assert np.mean(three["too strong"].history["auc"][-300:]) > 0.999
assert min(three["fair"].history["d_loss"][:100]) < 0.15, "for a moment it was on the way to vanish"
assert np.mean(three["fair"].history["d_loss"][-300:]) > 1
assert abs(np.mean(three["too weak"].history["d_loss"][-300:]) - math.log(4)) < 0.1
norm = np.array(three["too weak"].history["g_grad_norm"])
assert 0.3 < np.median(norm[-300:]) / np.median(norm[:20]) < 3

# 6: twice the width gains little; beside a narrow discriminator the generator is too strong, the wider one the more so
same, wide, narrow, both = (of(fit, change)["quality"] for change in widths)
assert -0.2 < np.mean(wide) - np.mean(same) < 0.1, "four seeds each: two standard errors are .13"
assert min(same) > 0.6 > max(narrow)
assert np.mean(narrow) > 0.2
assert np.mean(both) < 0.5, "a seed with one mode may draw it well"
fewest = of(fit, "generator 128, discriminator 8")["modes"]
assert max(fewest) <= 1
assert np.mean(fewest) < 1 < np.mean(of(fit, "discriminator 8 wide")["modes"])

# 7: hardly ever does one setting alone make a gradient vanish, two of them harm, all three make it vanish on most seeds
lost = {row["change"]: of(rows, row["change"])["symptom"].count("vanishing_gradients") for row in rows}
well = {row["change"]: of(rows, row["change"])["symptom"].count("healthy") for row in rows}
assert lost["slower generator"] == lost["two updates a step"] == 0 < lost["faster discriminator"] == 1
late = of(rows, "slower generator")
assert [late["symptom"].count(symptom) for symptom in ("undecided", "mode_collapse")] == [4, 4]
assert sum(modes <= 2 for modes in late["modes"]) == 4
assert well["faster discriminator"] == 0 < well["two updates a step"] == 8
assert of(rows, "faster discriminator")["symptom"].count("weak_discriminator") == 2
assert max(count for change, count in well.items() if "," in change) < 4
assert lost["slower generator, faster discriminator"] > 4
assert of(rows, "all three")["symptom"].count("vanishing_gradients") == 7
assert max(of(rows, "all three")["modes"]) == 2

# 8: the table, row by row; and smoothing changes the logit on real points only
found_there = {change: of(kept, change) for change in trials.TRIALS["04_remedies"].changes}
healthy = {change: seen["symptom"].count("healthy") for change, seen in found_there.items()}
assert found_there["as it is"]["symptom"].count("vanishing_gradients") == 6
assert found_there["non-saturating loss"]["symptom"] == ["mode_collapse"] * 8
assert max(found_there["non-saturating loss"]["modes"]) <= 2
assert np.median(found_there["non-saturating loss"]["quality"]) > 0.85
assert healthy["slower discriminator"] == 7
assert healthy["R1, weight 0.1"] == healthy["instance noise"] == 6
assert healthy["as it is"] == 0 < healthy["label smoothing"] == healthy["faster generator"] == 1
assert sum(modes >= 4 for modes in found_there["faster generator"]["modes"]) > 4
wide = found_there["generator of width 128"]["symptom"]
assert wide.count("healthy") == wide.count("vanishing_gradients") == 3
there = [row for row in kept if row["change"] == "slower discriminator" and row["seed"] < 2]
for row, then in zip(live, there, strict=True):
    assert row["modes"] == then["modes"]
    assert abs(row["quality"] - then["quality"]) < 0.1, "close, on this processor as on another"
plain, soft = ([float(n) for n in re.findall(r"-?[\d.]+(?:e-\d+)?", line)] for line in lines)
assert plain[1] < 1e-3
assert 0.3 < soft[1] / plain[1] < 3
assert abs(soft[2] - math.log(9)) < 0.3
assert plain[2] > 10
assert abs(soft[3] - plain[3]) < 2

# 11: on digits the saturating gradient falls far below its highest value, the other one does not
assert measured[:, 0].max() / measured[-1, 0] > 100
assert measured[-1, 1] > measured[0, 1]

# 10: refused while nothing has moved
mend = challenge("04.mend_vanishing")
assert mend.check(mend.play.home).refused

# 9: a loss without a floor: the second run is gone, the third stays near and is weak
assert list(ended.values()) == ["healthy", "divergence", "weak discriminator"]
near, gone, beside = reached.values()
assert max(near, beside) < 2 < 1000 < gone
print("all as the text says")
