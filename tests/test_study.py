"""The study of the diagnosis: which runs are drawn, which half they fall in, what is counted; a small one trained."""

import hashlib
import json

import numpy as np
import pytest

from gan_edu import cli, study, study_report
from gan_edu.recipe import Recipe

TINY = [("wide", Recipe(steps=300, g_width=8, d_width=8, batch=16, lr_d=rate, seed=i)) for i, rate in
        enumerate((1e-2, 2e-3, 1e-4))]  # fmt: skip


def test_the_draw_covers_the_sliders_and_repeats_itself():
    made = study.drawn()
    assert made == study.drawn()
    assert len({recipe.token for _, recipe in made}) == len(made) == study.WIDE + study.NEAR + study.RARE_RUNS
    wide = [recipe for kind, recipe in made if kind == "wide"]
    assert len(wide) >= 600
    assert {recipe.d_strength for recipe in wide} == set(study.STRENGTHS)
    for name in ("lr_g", "lr_d"):
        exponents = np.log10([getattr(recipe, name) for recipe in wide])
        counts, _ = np.histogram(exponents, bins=4, range=(-5, -1))
        assert counts.sum() == len(wide)  # none beyond the sliders
        assert counts.min() > 0.8 * len(wide) / 4
        assert counts.max() < 1.2 * len(wide) / 4
    for drawn_near, starts in (("near", study.HEALTHY + study.FAILING), ("rare", study.RARE)):
        near = {recipe.replace(seed=0, lr_g=0, lr_d=0) for kind, recipe in made if kind == drawn_near}
        assert near == {recipe.replace(seed=0, lr_g=0, lr_d=0) for recipe in starts}


def test_the_kept_runs_are_all_among_those_drawn():
    assert {row["token"] for row in study.rows(study.FILE)} <= {recipe.token for _, recipe in study.drawn()}


def test_the_halves_follow_from_the_token_alone():
    halves = [study.half(recipe.token) for _, recipe in study.drawn()]
    assert 0.45 < halves.count("unseen") / len(halves) < 0.55
    token = TINY[0][1].token
    assert study.half(token) == ("unseen" if int(hashlib.sha256(token.encode()).hexdigest()[:2], 16) % 2 else "seen")


SHOWS = {  # numbers that meet the criterion of one symptom
    "healthy": {"fewest modes": 1, "lowest quality": 0.9, "quality": 0.9},
    "mode_collapse": {"most modes": 1 / 8},
    "undecided": {},
}


def row(label, diagnosis, half="unseen", slow=False):
    """A row as the file has it: a slow run is labelled undecided there."""
    numbers = {"reach": 1, "quality": 0.5, "lowest quality": 0.5, "fewest modes": 0, "most modes": 1, "moved": 0,
               "wandering": 0, "gradient": 1, "own": 0.7, "fresh": 0.7, "trend": 0, "period": [0.0, 9.0, 5.0, 0.0],
               "overlap when continued": 0.1, **SHOWS.get(label, {})}  # fmt: skip
    return {"token": Recipe().token, "kind": "wide", "half": half, "label": "undecided" if slow else label,
            "diagnosis": diagnosis, "numbers": {}, "label_numbers": numbers}  # fmt: skip


def test_the_report_counts_by_hand():
    found = [row("healthy", "healthy")] * 8 + [row("healthy", "oscillation"), row("healthy", "undecided")]
    found += [row("mode_collapse", "mode_collapse")] * 4
    found += [row("undecided", "healthy"), row("mode_collapse", "healthy")]
    text = study_report.report(found)
    assert "| healthy | 8 | · | 1 | 1 | 10 | 8 of 10 (80.0 %, 49.0 to 94.3) |" in text
    assert "| mode_collapse | 1 | 4 | · | · | 5 | 4 of 5 (80.0 %, 37.6 to 96.4) |" in text
    assert "- Right: 12 of 16 (75.0 %" in text
    assert "- Where the label is a symptom: 12 of 15 (80.0 %" in text
    assert "- Where both name one: 12 of 14 (85.7 %" in text
    assert "- Healthy runs that the diagnosis calls a failure: 1 of 10 (10.0 %" in text
    assert "seen half" not in text.replace("unseen half", "")
    assert "nearer to the data when continued: 0 of 5 (0.0 %" in text
    assert "- By how they were drawn: wide 12 of 16 (75.0 %" in text


def test_a_slow_run_counts_as_what_it_shows_and_is_told_apart_below():
    found = [row("mode_collapse", "mode_collapse", slow=slow) for slow in (True, False, False)]
    found += [row("healthy", "healthy"), row("undecided", "undecided")]
    text = study_report.slow_runs(study_report.named_anew(found))
    assert "when continued: 1 of 3 (33.3 %, 6.1 to 79.2): mode_collapse 1 of 3." in text
    assert text.count(": 4 of 5 (80.0 %") == 2, "the diagnosis, and whoever names rightly what is shown"
    assert "- Right: 5 of 5 " in study_report.report(found)


def test_at_its_own_length_a_kept_run_shows_its_label_unless_it_is_slow():
    found = study.rows(study.FILE)
    slow = [row for row in found if row["label"] != study_report.at_length(row)]
    assert {row["label"] for row in slow} == {"undecided"}
    assert 0.02 < len(slow) / len(found) < 0.1
    assert all(row["label_numbers"]["overlap when continued"] - row["label_numbers"]["overlap"] >= 0.2499
               for row in slow)  # fmt: skip


def test_a_small_study_is_trained_kept_and_gone_on_with(tmp_path, capsys):
    file = tmp_path / "rows.jsonl"
    first = study.study(file, TINY[:2])
    cut = file.read_text(encoding="utf-8") + '{"token": "cut o'  # as an interruption leaves it
    file.write_text(cut, encoding="utf-8")
    with_third = study.study(file, TINY)
    assert with_third[:2] == first
    assert [Recipe.from_token(r["token"]) for r in with_third] == [recipe for _, recipe in TINY]
    assert with_third == study.rows(file)
    for found in with_third:
        assert found["label"] in study_report.SYMPTOMS
        assert found["diagnosis"] in study_report.SYMPTOMS
        assert study_report.named_again(found) == found["diagnosis"]
        assert found["label_numbers"]["quality"] == pytest.approx(found["numbers"]["quality"][1], abs=0.1)
    assert cli.main(["study", str(file), "--report"]) == 0
    assert "3 runs of 300 steps" in capsys.readouterr().out


def test_a_row_is_named_again_by_todays_thresholds(monkeypatch):
    numbers = {"k": 8, "modes": [1, 2, 2], "quality": [0.8, 0.9, 0.9], "gradient": 1.0, "moved": 0.3, "wandering": 0.4,
               "trend": 0.0, "auc": 0.5, "separable": 0.875, "period": [1.0, 9.0, 5.0, 0.1]}  # fmt: skip
    one = {**row("weak_discriminator", "non_convergence"), "numbers": numbers}
    assert study_report.named_again(one) == "weak_discriminator"
    monkeypatch.setattr("gan_edu.diagnosis.BY_MODES", 0.9)
    assert study_report.named_again(one) == "non_convergence"
    assert study_report.named_again({**one, "diagnosis": "divergence"}) == "divergence"


def test_a_kept_row_gets_todays_label_and_diagnosis_from_its_numbers():
    """Few modes, at rest, and hardly a sample where data is: no collapse, by label or by diagnosis."""
    numbers = {"k": 8, "modes": [0, 1, 1], "quality": [0, 0.01, 0.02], "gradient": 1, "moved": 0,
               "wandering": 0, "trend": 0,
                "auc": 0.9, "separable": 0.99, "period": [1.0, 9.0, 5.0, 0.1]}  # fmt: skip
    old = {**row("mode_collapse", "mode_collapse"), "numbers": numbers}
    assert study_report.kept_anew(old)["diagnosis"] == "undecided"
    for quality, label in ((0.3, "mode_collapse"), (0.29, "undecided")):
        one = {**old, "label_numbers": {**old["label_numbers"], "quality": quality}}
        assert study_report.kept_anew(one)["label"] == label
    assert study_report.kept_anew(row("mode_collapse", "healthy", slow=True))["label"] == "undecided"


def test_the_kept_rows_are_up_to_date():
    for file in (study.FILE, study.FRESH):
        assert study.rows(file) == list(map(study_report.kept_anew, study.rows(file)))


def test_a_damaged_row_is_named_and_an_empty_file_says_what_to_do(tmp_path, capsys):
    file = tmp_path / "rows.jsonl"
    file.write_text("{broken\n" + json.dumps(row("healthy", "healthy")) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 1 is damaged"):
        study.rows(file)
    assert cli.main(["study", str(tmp_path / "none.jsonl"), "--report"]) == 2
    assert "--report" in capsys.readouterr().err


def test_runs_that_nothing_was_tuned_on_have_one_table_and_their_slow_ones_are_not_told():
    found = [row("healthy", "healthy"), row("mode_collapse", "mode_collapse", half="seen")]
    assert "continued" in study_report.report(found, whole=True)
    for one in found:
        del one["label_numbers"]["overlap when continued"]
    text = study_report.report(found, whole=True)
    assert "### All, 2 runs" in text
    assert "continued" not in text


def test_the_runs_drawn_afterwards_are_those_of_their_command_and_mostly_named_rightly():
    found = study.rows(study.FRESH)
    drawn = study.drawn(240, 288, 72, seed=2027)
    assert {row["token"] for row in found} == {recipe.token for _, recipe in drawn}
    named = study_report.named_anew(found)
    assert sum(row["label"] == row["diagnosis"] for row in named) == 576, "docs/diagnosis.md says so"
    healthy = [row["diagnosis"] for row in named if row["label"] == "healthy"]
    assert len(healthy) == 128
    assert set(healthy) == {"healthy", "undecided"}


def test_another_draw_shares_no_seed_and_needs_a_file_of_its_own(capsys):
    draws = [{recipe.seed for _, recipe in study.drawn(seed=study.SEED + i)} for i in (-1, 0, 1)]
    assert len(set.union(*draws)) == sum(map(len, draws))
    before = study.FILE.read_bytes(), study.FRESH.read_bytes()
    for arguments in (["--seed", str(study.SEED + 1)], ["--share", "0.5"], [str(study.FRESH)]):
        assert cli.main(["study", *arguments]) == 2
        assert "runs of another draw" in capsys.readouterr().err
    assert (study.FILE.read_bytes(), study.FRESH.read_bytes()) == before
