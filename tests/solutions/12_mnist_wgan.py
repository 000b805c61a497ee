"""Run in the kernel of notebooks/12 after all its cells, in full: what its text says of the numbers.

The names used here without a definition are the notebook's own. Its challenges are solved by tests/test_challenges.py.
"""

# ruff: noqa: F821

from gan_edu.digit_trials import TRIED

# 1: one knob differs from the settings that work
assert penalised == PRESETS["mnist_wgan_gp"]
assert all(run.recipe == penalised.replace(d_strength=1 / 16, seed=seed) for run, seed in zip(rare, SEEDS, strict=True))

# 2: the same data, networks, batch and noise
for field in ("data", "architecture", "g_width", "d_width", "noise", "batch", "average"):
    assert len({recipe.as_dict()[field] for recipe in GANS.values()}) == 1, field

# 3: a constant changes no loss, and every 'chance'
with torch.no_grad():
    real, fake = young.next_inputs()
    r, f = young.players.D(real), young.players.D(fake)
    assert abs(((f + 5).mean() - (r + 5).mean()) - (f.mean() - r.mean())) < 1e-4
    assert torch.sigmoid(f - 40).mean() < 0.05
    assert torch.sigmoid(f + 40).mean() > 0.95

# 4: gap and slope grow with the bound, over several powers of ten
gaps, slopes = [], []
for c in (0.003, 0.01, 0.03, 0.1):
    run = Run(clipped.replace(penalty_weight=c))
    for _ in range(UPDATES):
        run.step_discriminator()
    real, fake = run.next_inputs()
    fake.requires_grad_(True)
    r, f = run.players.D(real), run.players.D(fake)
    slopes.append(float(torch.autograd.grad(f.sum(), fake)[0].flatten(1).norm(dim=1).mean()))
    gaps.append(float(r.mean() - f.mean()))
assert gaps == sorted(gaps)
assert slopes == sorted(slopes)
assert gaps[-1] > 1000 * gaps[0] > 0
assert slopes[-1] > 1000 * slopes[0]

# 5: the bundled runs are those of the three presets; what the table, the curves and the correlations show
for name, kept in KEPT.items():
    assert TRIED[kept].recipe == GANS[name]
    assert [m["seconds"] for m in LONG[name]][:7] == [5, 10, 15, 20, 30, 45, 60]
assert at_60["DCGAN"] < at_60["penalty"] < at_60["clipping"]
later = [{m["seconds"]: m["frechet"] for m in LONG[name]}[90] for name in ("DCGAN", "penalty")]
assert abs(later[0] - later[1]) < 0.15 * later[0], "level after 90 s"
assert all(marks[-1]["frechet"] < 0.7 * marks[0]["frechet"] for marks in LONG.values())
assert min(told["clipping"], told["penalty"]) > 0.9
assert round(told["DCGAN"], 2) == 0.72, "counted from ln 2, where this loss rests"
assert round(from_zero, 2) == -0.72, "counted from 0"
assert abs(alike["d_loss"] - last["d_loss"]) < 0.2
assert alike["frechet"] < 0.7 * last["frechet"]

# 6: with one update in sixteen steps few kinds, far off; with strength 1 (one knob) many, much nearer, on each seed
for bad, good in zip(rare, often, strict=True):
    few, many = measure(bad, SAMPLES), measure(good, SAMPLES)
    assert few["classes"] <= 5 < 9 <= many["classes"]
    assert few["frechet"] > 1.5 * many["frechet"]

print("all as the text says")
