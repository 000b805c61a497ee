"""Run in the kernel of notebooks/08 after all its cells, in full: what its text says of the numbers, and a challenge.

The names used here without a definition are the notebook's own.
"""

# ruff: noqa: F821

from gan_edu.diagnosis import diagnose


def of(rows, change):
    """One list for each number of the rows of a change."""
    mine = [row for row in rows if row["change"] == change]
    return {name: [row[name] for row in mine] for name in mine[0]}


# 1: sure everywhere, and nothing left for the generator
assert norms[-1] < 1e-6 * norms[0]
assert auc[-1] == 1
assert diagnose(stuck.history).symptom == "vanishing_gradients"

# 2: the cheapest of the six plans; JS is flat where W1 is straight
costs = [float((piles[list(plan)] - holes).abs().mean()) for plan in permutations(range(3))]
assert abs(min(costs) - 5 / 3) < 1e-6
assert abs(float(sort_and_pair(piles, holes)) - min(costs)) < 1e-6
assert 0.63 < plots_critics.distances("bumps", 4)[0] < plots_critics.distances("bumps", 8)[0] < theory.LN2
assert plots_critics.slope_of_js("bumps", 8) < 1e-3 < 0.1 < plots_critics.slope_of_js("bumps", 2)

# 3: the function that the comment suggests has slope 1 and gains the whole distance; the critic feels, D does not
best = {"f": lambda x: torch.where(x < 2.5, -x, -(x - 5).abs())}["f"]
assert abs(float(best(holes).mean() - best(piles).mean()) - 5 / 3) < 1e-6
assert float((best(places).diff() / places.diff()).abs().max()) < 1.001
assert felt["push, saturating loss"] < 1e-3
assert 1 < felt["push, critic"] < 1.6

# 4: without a bound the gain explodes; ten times the bound, about a thousand times the slope; two thirds at the bound
assert critics.gain(free, 2) > 5000
assert all(500 < ratio < 2000 for ratio in ratios)
assert 0.6 < critics.share_at_bound(clipped[0.1], 0.1) < 0.72

# 5: each grows with the distance; the clipped ones differ about sevenfold; the penalty exaggerates, as 1 + d/2λ says
for gains in said.values():
    assert gains == sorted(gains)
for small, large in zip(said["clip to 0.1"], said["clip to 0.2"], strict=True):
    assert 5.5 < large / small < 9
for d, gain in zip(DISTANCES, said["penalty, weight 10"], strict=True):
    assert abs(gain / d - (1 + d / 20)) < 0.08

# 6: the penalty rescues with either loss, the loss alone does not
assert of(which, "as it is")["symptom"] == ["vanishing_gradients"] * 3
assert of(which, "as it is")["modes"] == [0, 0, 0]
assert min(of(which, "only the loss")["modes"]) <= 1
assert max(of(which, "only the loss")["quality"]) < 0.3
for change in ("only the penalty", "both"):
    assert of(which, change)["modes"] == [4, 4, 4], change
assert mended.history["g_grad_norm"][-1] > 1e-2
near, away = (float(sliced_w1(run.sample(2000), run.real(2000))) for run in (mended, stuck))
assert near < 0.3 < 1 < away

# 7: with weight 10 one point travels between the bumps: W1 is 1 and the quality near 1 or 0, spread and JSD tell
ends = [history.snapshots[-1] for history in on_a_line[10].histories]
assert max(end["modes"] for end in ends) <= 1
assert all(0.9 < end["w1"] < 1.05 for end in ends)
assert max(end["quality"] for end in ends) > 0.95
assert all(0.35 < end["js"] < 0.66 for end in ends), "the divergence is not fooled"
assert max(history.snapshots[-1]["js"] for history in on_a_line[0.1].histories) < 0.25
assert all(0.01 < spread < 0.125 for spread in spreads[10])
assert all(0.85 < spread < 1.2 for spread in spreads[0.1])
gains_at_the_end = [-sum(history["d_loss"][-100:]) / 100 for history in on_a_line[10].histories]
assert all(-1 < gain < -0.8 for gain in gains_at_the_end), gains_at_the_end
late = heavy[1][len(heavy[1]) // 2 :]
assert late.std(dim=1).median() < 0.12 < 0.25 < late.mean(dim=1).std(), "narrow, and on its way"
assert late.mean(dim=1).max() > 0.5 > -0.3 > late.mean(dim=1).min()
assert light[1][-10:].std() > 0.85
# 7: the critic is a tent; with G at rest it turns in part; the one-sided penalty of the same weight holds both bumps
assert 0.8 < sides[0][0] < 1.15
assert -1.15 < sides[2000][0] < -0.8, "this side turns"
assert all(-1.15 < right < -0.75 for _, right in sides.values()), "the other does not"
assert -1 < gain_after[0] < -0.75 < -0.6 < gain_after[2000] < -0.1
assert all(modes == 2 and js < 0.3 and spread > 0.85 for modes, js, spread in mended_line)

# 7: weight .1 holds both; so says the table
assert all(history.snapshots[-1]["modes"] == 2 for history in on_a_line[0.1].histories)
table_10, table_01 = of(kept, "penalty, weight 10"), of(kept, "penalty, weight 0.1")
assert sum(modes == 2 for modes in table_10["modes"]) <= 1
assert "healthy" not in table_10["symptom"]
assert sorted(table_10["modes"])[4] == 1
assert table_01["modes"] == [2] * 8
assert agreement > 0.5
assert of(weak, "critic steps 3")["modes"] == [8, 8, 8]
assert max(of(weak, "critic steps 1/8")["modes"]) <= 1

ring = {change: of(kept_ring, change) for change in made["changes"]}
for change in ("clipped to 0.03", "clipped to 0.3, as it is", "penalty, weight 1"):
    assert ring[change]["modes"] == [8] * 8, change
well = {change: seen["symptom"].count("healthy") for change, seen in ring.items()}
assert (well["clipped to 0.03"], well["clipped to 0.3, as it is"], well["penalty, weight 1"]) == (0, 4, 8)
lost = {change: sum(quality < 0.13 for quality in seen["quality"]) for change, seen in ring.items()}
assert (lost["clipped to 1"], lost["clipped to 1, slower generator"], lost["penalty, weight 10"]) == (5, 2, 5)
for change in ("clipped to 1", "penalty, weight 10"):
    assert sum(modes <= 1 for modes in ring[change]["modes"]) == 5, change
assert [PRESETS[name].steps for name in ("ring_wgan", "ring_wgan_gp")] == [6000, 3000]

# 9: five in a row
assert row.history.snapshots[-1]["modes"] == 5

# 8: refused while nothing has moved
mend = challenge("08.mend_weight")
assert mend.check(mend.play.home).refused

print("all as the text says")
