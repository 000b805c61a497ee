"""The audit: its intervals, its choice of recipes, and a small one on fixed seeds, trained for real."""

import dataclasses
import json

import pytest
from scipy.stats import binomtest

from gan_edu import PRESETS, audit, cli
from gan_edu.labels import Watched
from gan_edu.presets import BASES, REMEDIES
from gan_edu.recipe import Recipe

MAY_DIFFER = {"lr_g", "lr_d", "d_strength", "objective"}


def difference(one, other):
    return {f.name for f in dataclasses.fields(Recipe) if getattr(one, f.name) != getattr(other, f.name)}


@pytest.mark.parametrize(("hits", "n"), [(0, 20), (19, 20), (20, 20), (190, 200), (1, 3)])
def test_wilson_intervals_are_scipys(hits, n):
    expected = binomtest(hits, n).proportion_ci(method="wilson")
    assert audit.wilson(hits, n) == pytest.approx((expected.low, expected.high), abs=1e-6)


@pytest.mark.parametrize("name", BASES)
def test_a_failure_departs_from_its_base_by_rates_and_strength(name):
    changed = difference(PRESETS[name], PRESETS[BASES[name]])
    assert changed
    assert changed <= (MAY_DIFFER if name == "vanishing_gradients" else MAY_DIFFER - {"objective"})
    assert BASES[name] not in BASES


@pytest.mark.parametrize("name", REMEDIES)
def test_a_remedy_changes_one_thing(name):
    """It may train longer, as a generator that is mended may still be slow."""
    assert len(difference(PRESETS[name], REMEDIES[name]) - {"penalty_weight", "steps"}) == 1
    assert REMEDIES[name].steps >= PRESETS[name].steps


def test_promises_cover_every_preset_base_and_remedy():
    made = {(p.name, p.kind): p.symptom for p in audit.promises()}
    assert {name for name, kind in made if kind == "preset"} == {
        name for name, recipe in PRESETS.items() if not recipe.is_image and name != "ring_conditional"}
    assert all(Watched([p.recipe]).group.step == 0 for p in audit.promises()), "each can be labelled"
    assert {name for name, kind in made if kind == "remedy"} == set(REMEDIES)
    assert all(symptom in (name, "healthy") for (name, _), symptom in made.items())
    few = audit.promises(["weak_discriminator"])
    assert {(p.name, p.kind) for p in few} == {
        ("weak_discriminator", "preset"), (BASES["weak_discriminator"], "preset"), ("weak_discriminator", "remedy")}
    with pytest.raises(ValueError, match="no preset weak"):
        audit.promises(["weak"])


@pytest.mark.parametrize(("labels", "diagnosis", "kept"), [(19, 20, True), (20, 18, False), (18, 20, False)])
def test_a_promise_is_kept_on_19_of_20_seeds_by_both(labels, diagnosis, kept):
    assert audit.enough({"seeds": 20, "labels": {"hits": labels}, "diagnosis": {"hits": diagnosis}}) == kept


def test_a_small_audit_on_fixed_seeds_keeps_its_promises(capsys, monkeypatch):
    kept = [p for p in audit.promises(["weak_discriminator"]) if p.kind == "preset"]
    monkeypatch.setattr(audit, "promises", lambda names: kept)
    code = cli.main(["audit", "--seeds", "3", "--seed-start", "11", "--short", "--json"])
    said = capsys.readouterr()
    results = json.loads(said.out)
    assert code == 0
    assert [r["promised"] for r in results] == ["healthy", "weak_discriminator"]
    for result in results:
        assert result["labels"]["hits"] == result["diagnosis"]["hits"] == result["agree"] == 3
        assert result["first_seed"] == 11
        assert Recipe.from_token(result["recipe"]) == PRESETS[result["name"]]
        assert result["name"] in said.err


def test_a_broken_promise_is_counted_shown_and_ends_with_1(capsys, monkeypatch):
    untrained = audit.Promise("ring_healthy", "preset", PRESETS["ring_healthy"].replace(steps=300), "mode_collapse")
    monkeypatch.setattr(audit, "promises", lambda names: [untrained])
    assert cli.main(["audit", "--seeds", "2", "--seed-start", "5", "--short"]) == 1
    line = capsys.readouterr().out.splitlines()[-1]
    assert "| 0 of 2 (0.00–0.66) |" in line
    assert "labels: 2 " in line


def test_seeds_are_drawn_anew_unless_given(monkeypatch):
    seen = []
    monkeypatch.setattr(audit, "keep", lambda promise, seeds, continued: seen.append(list(seeds)) or {"seconds": 0})
    for _ in range(2):
        audit.audit(["weak_discriminator"], seeds=4)
    starts = {seeds[0] for seeds in seen}
    assert len(starts) == 2
    assert all(len(seeds) == 4 for seeds in seen)
    seen.clear()
    audit.audit(["weak_discriminator"], seeds=4, seed_start=7)
    assert set(map(tuple, seen)) == {(7, 8, 9, 10)}


def test_an_unknown_preset_is_refused(capsys):
    assert cli.main(["audit", "no_such"]) == 2
    assert "ring_healthy" in capsys.readouterr().err
