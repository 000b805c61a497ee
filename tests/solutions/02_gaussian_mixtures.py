"""Run in the kernel of notebooks/02 after all its cells, in full: what its text says of the numbers, and its challenges.

The names used here without a definition are the notebook's own.
"""

# 1 and 2: the failure, and two numbers that can each be fooled
assert modes_held(broken.sample(2500), ring) <= 3 and record.is_finite
assert modes_held(kinds["one mode"], ring) == 1 and high_quality_share(kinds["one mode"], ring) > 0.95
assert modes_held(kinds["blurred"], ring) == 8 and high_quality_share(kinds["blurred"], ring) < 0.3
assert abs(high_quality_share(kinds["real"], ring) - 0.989) < 0.01

# 3: the learner's own loop has learnt the ring; the cut changes no network
assert modes_held(x, ring) == 8 and high_quality_share(x, ring) > 0.6
assert cut.g_optimiser.gradient_norm() == 0 < uncut.g_optimiser.gradient_norm()
assert torch.equal(cut.d_optimiser.flat, uncut.d_optimiser.flat)
assert run.step == 1500

# 5: no single knob on every seed, both rates on every seed; the remedy on all three
assert [recipe.lr_g, recipe.lr_d, recipe.d_strength] == [5e-4, 2e-3, 1]
assert [bad.lr_g, bad.lr_d, bad.d_strength] == [1e-4, 1e-2, 2]
assert held["healthy"] == [8, 8, 8]
for name in ("only generator rate", "only discriminator rate", "only strength"):
    assert max(held[name]) > 4, name
assert sum(held["only generator rate"]) < min(sum(held["only discriminator rate"]), sum(held["only strength"]))
assert max(held["both rates"]) <= 4 and max(held["all three"]) <= 4

# 6: the weak discriminator's cloud keeps moving
assert max(weak_modes) <= 2
assert PRESETS["weak_discriminator"] == recipe.replace(d_strength=1 / 8)

# 7: a trained generator stays under the collapse settings; a collapsed one does not heal in this time
assert min(stayed) >= 7
assert max(healed) < 8, healed

# 9: the ring's healthy settings on the grid
assert last["modes"] < 13 and diagnose(grid_run.history).symptom == "mode_collapse"


# 8: challenges. An untouched playground is no attempt, a move of the strength is refused, a wrong move gets a hint.
def attempt(play, preset, **knobs):
    for name, value in knobs.items():
        setattr(play.session.knobs, name, value)
    return fresh_verdicts(play, preset)


assert attempt(provoke, "ring_healthy") is None
assert attempt(provoke, "ring_healthy", d_strength=4.0) is None
wrong = attempt(provoke, "ring_healthy", d_strength=1.0, lr_g=1e-3)
assert not all(symptom == "mode_collapse" for _, symptom in wrong)
solved = attempt(provoke, "ring_healthy", lr_g=1e-4, lr_d=1e-2)
assert all(symptom == "mode_collapse" and modes <= 4 for modes, symptom in solved), solved
solved = attempt(mend, "weak_discriminator", lr_g=1e-4)
assert all(modes >= 7 for modes, _ in solved), solved

for kind, failure in (("provoked", "mode_collapse"), ("mended", "weak_discriminator")):
    finish(False, kind, failure)
    assert attempts[kind] == 1 and not progress.load().of(kind)
    finish(True, kind, failure)
    assert progress.load().of(kind)[0]["failure"] == failure
