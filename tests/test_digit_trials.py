"""Settings for digits at the same computing time: marks are kept, numbers are the metrics', the table is whole."""

import json
from pathlib import Path

import pytest
import torch

from gan_edu import PRESETS, Recipe, Run, cli, digit_trials
from gan_edu.digit_trials import TRIED, Tried, bundled, measure, timed
from gan_edu.digits import features
from gan_edu.metrics_images import class_histogram, frechet_distance, real_features

SMALL = PRESETS["mnist_wgan_gp"].replace(g_width=8, d_width=8, batch=8)
DOC = Path(digit_trials.__file__).parents[1] / "docs" / "digits.md"


def test_a_measure_is_what_the_metrics_say():
    run = Run(SMALL)
    for _ in range(3):
        run.train_step()
    seen, x = measure(run, 200), run.sample(200)
    assert seen["step"] == 3
    far = frechet_distance(features(x), real_features(0, 200), at_least=200)
    assert seen["frechet"] == pytest.approx(far, abs=0.006)
    assert (seen["classes"], seen["kl"]) == (class_histogram(x).classes, round(class_histogram(x).reverse_kl, 4))
    assert seen["d_loss"] == pytest.approx(sum(run.history["d_loss"]) / 3, abs=1e-4)


def test_timed_trains_until_each_mark_and_counts_no_measuring(monkeypatch):
    clock = [0.0]

    def train_step(run):
        clock[0] += 2.0
        return plain(run)

    def slow_measure(run, n):
        clock[0] += 1000.0
        return {"step": run.step}

    plain = Run.train_step
    monkeypatch.setattr(Run, "train_step", train_step)
    monkeypatch.setattr(digit_trials, "measure", slow_measure)
    monkeypatch.setattr(digit_trials.time, "process_time", lambda: clock[0])
    told = []
    rows = timed(Run(Recipe(g_width=4, d_width=4, batch=4)), (3, 8), tell=told.append)
    assert rows == told == [{"seconds": 3, "step": 2}, {"seconds": 8, "step": 4}]


def test_a_run_that_broke_down_is_measured_as_it_stands():
    run = Run(SMALL)
    run.players.g_optimiser.flat.fill_(torch.nan)
    [row] = timed(run, (1000,), n=20)
    assert (row["step"], row["classes"], row["frechet"], row["kl"]) == (1, 0, None, None)


def test_the_floor_is_low_and_needs_no_generator():
    assert 0 < digit_trials.floor(2000) < 4
    assert digit_trials.floor(2000) < digit_trials.floor(500)


def test_rows_are_written_anew_in_the_order_of_the_table(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(digit_trials, "FILE", tmp_path / "digits.jsonl")
    monkeypatch.setattr(digit_trials, "TRIED", {"a": Tried(SMALL, (15,), (0, 1)), "b": Tried(SMALL, (15,))})
    monkeypatch.setattr(digit_trials, "timed", lambda run, marks, tell: [
        {"seconds": 15, "frechet": 10.0 + run.recipe.seed, "step": 7, "classes": 10}])  # fmt: skip
    for name in ("b", "a", "b"):
        assert cli.main(["digits", name]) == 0
    assert [(row["name"], row["seed"]) for row in bundled()] == [("a", 0), ("a", 1), ("b", 0)]
    assert Recipe.from_token(bundled("a")[1]["token"]) == SMALL.replace(seed=1)
    assert "| a | 1 | 11.0 |  |  |  |  | 7 | 10 |" in capsys.readouterr().out
    with pytest.raises(KeyError, match="nothing was tried as 'moon'; known are a, b"):
        bundled("moon")


def test_a_run_that_a_nan_has_stopped_has_a_dash_in_the_table(monkeypatch):
    mark = {"seconds": 15, "frechet": None, "step": 1234, "classes": 0}
    monkeypatch.setattr(digit_trials, "bundled", lambda: [{"name": "a", "seed": 3, "token": "", "marks": [mark]}])
    assert digit_trials.table().endswith("| a | 3 | – |  |  |  |  | 1,234 | 0 |")


def test_the_bundled_rows_are_of_these_settings_and_the_document_shows_them():
    """Each token is the recipe's own, so a changed preset asks for its row to be made anew."""
    for row in bundled():
        tried = TRIED[row["name"]]
        assert row["token"] == tried.recipe.replace(seed=row["seed"]).token, f"gan-edu digits {row['name']!r}"
        assert [mark["seconds"] for mark in row["marks"]] == list(tried.marks), row["name"]
    assert {row["name"] for row in bundled()} == set(TRIED)
    assert digit_trials.table() in DOC.read_text(encoding="utf-8"), "copy what `gan-edu digits` prints"


def test_the_presets_keep_what_they_promise():
    """Below 20 after a minute and lower later; the gradient penalty's near it after two; all ten digits."""
    rows = [bundled(name)[0]["marks"] for name in ("mnist_dcgan", "mnist_wgan_gp")]
    minute, later = ({mark["seconds"]: mark for mark in marks} for marks in rows)
    assert minute[60]["frechet"] < 20
    assert minute[60]["classes"] == later[max(later)]["classes"] == 10
    falling = [minute[s]["frechet"] for s in sorted(minute)]
    assert falling[-1] < falling[-2]
    assert later[max(later)]["frechet"] < later[60]["frechet"]


def test_a_row_is_one_line_of_json():
    for line in digit_trials.FILE.read_text(encoding="utf-8").splitlines():
        assert {"name", "seed", "token", "marks"} == set(json.loads(line))
