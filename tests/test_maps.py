"""The failure map: resumable, honest about its making, and tidy."""

import json
import re

import pytest

from gan_edu import explore_map, maps, plots
from gan_edu.diagnosis import LOW_QUALITY
from gan_edu.recipe import Recipe

BASE = Recipe(steps=30, g_width=8, d_width=8, batch=16)
AXES = {"xs": [1e-3, 1e-2], "ys": [1e-4, 1e-3], "seeds": 2, "progress": False}


@pytest.fixture
def finished(tmp_path):
    file = tmp_path / "map.jsonl"
    return file, maps.failure_map(BASE, file=file, **AXES)


def test_one_row_for_each_cell_and_seed_with_its_own_settings(finished):
    _, frame = finished
    assert len(frame) == 2 * 2 * 2
    assert set(zip(frame["lr_d"], frame["lr_g"], frame["seed"], strict=True)) == {
        (x, y, seed) for x in AXES["xs"] for y in AXES["ys"] for seed in range(2)
    }
    for row in frame.itertuples():
        recipe = Recipe.from_token(row.token)
        assert (recipe.lr_d, recipe.lr_g, recipe.seed, recipe.steps) == (row.lr_d, row.lr_g, row.seed, row.steps)


def test_runs_still_undecided_were_trained_to_three_times_the_length(finished):
    _, frame = finished
    undecided = frame[frame["symptom"] == "undecided"]
    assert len(undecided) > 0
    assert (undecided["steps"] == 3 * BASE.steps).all()


@pytest.mark.parametrize(("short", "long", "gain", "symptom", "steps"), [
    ("undecided", "healthy", 0.0, "healthy", 300),
    ("undecided", "mode_collapse", 0.0, "mode_collapse", 300),
    ("mode_collapse", "mode_collapse", 0.01, "mode_collapse", 100),  # it stays what it is
    ("weak_discriminator", "healthy", 0.5, "healthy", 300),  # it was slow
    ("mode_collapse", "mode_collapse", 0.3, "undecided", 300),  # it is on its way
    ("oscillation", "healthy", -0.1, "oscillation", 100),
    ("mode_collapse", "undecided", maps.TREND, "undecided", 300),
    ("mode_collapse", "undecided", maps.TREND - 1e-9, "mode_collapse", 100),
    ("weak_discriminator", "divergence", float("nan"), "weak_discriminator", 100),
    ("weak_discriminator", "divergence", 0.5, "weak_discriminator", 100),
])  # fmt: skip
def test_a_slow_run_is_told_from_a_failing_one(short, long, gain, symptom, steps):
    rows = [{"symptom": name, "steps": length} for name, length in ((short, 100), (long, 300))]
    told = maps._told_apart(*rows, gain)
    assert (told["symptom"], told["steps"]) == (symptom, steps)
    assert told.get("slow", False) == (steps == 300 and short != "undecided")


def test_an_interruption_keeps_what_is_finished(tmp_path, monkeypatch, capsys):
    file, real, calls = tmp_path / "map.jsonl", maps.measure, []

    def interrupted(recipes, *rest):
        calls.append(recipes)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(recipes, *rest)

    monkeypatch.setattr(maps, "measure", interrupted)
    monkeypatch.setattr(maps, "CELLS_AT_ONCE", 3)
    frame = maps.failure_map(BASE, file=file, **AXES)
    assert (len(frame), frame.attrs["missing"]) == (6, 2)
    assert len(maps.read(file)[1]) == 6
    assert "6 of 8 runs are finished" in capsys.readouterr().out


def test_an_interruption_inside_a_batch_ends_the_map_in_order(monkeypatch):
    from gan_edu.ensemble import Ensemble

    monkeypatch.setattr(maps, "train_ensemble", lambda recipes, *rest: Ensemble([], [], [], missing=recipes))
    with pytest.raises(KeyboardInterrupt):  # nothing is finished, so there is nothing to give back
        maps.failure_map(BASE, **AXES)


def test_a_map_with_missing_cells_can_be_drawn(finished):
    _, frame = finished
    cells = maps.summary(frame.iloc[:-2], "lr_d", "lr_g")
    assert len(cells) == 3
    assert len([text for text in plots.failure_map(cells, "lr_d", "lr_g").axes[0].texts if text.get_text()]) == 3


def test_the_bar_counts_every_run_once(capsys):
    maps.failure_map(BASE, **{**AXES, "progress": True})
    seen = [tuple(map(int, pair)) for pair in re.findall(r"(\d+)/(\d+)", capsys.readouterr().err)]
    assert seen[0] == (0, 8)
    assert seen[-1] == (8, 8)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_rows_of_an_older_map_count_as_not_slow_and_are_not_mixed_with_new_ones(finished):
    file, _ = finished
    header, rows = maps.read(file)
    old = [{k: v for k, v in row.items() if k not in ("trained_on", "slow")} for row in (header, *rows)]
    file.write_text("".join(json.dumps(row) + "\n" for row in old), encoding="utf-8")
    assert {row["slow"] for row in maps.read(file)[1]} == {False}
    with pytest.raises(ValueError, match="trained_on=None"):
        maps.failure_map(BASE, file=file, **AXES)


@pytest.mark.parametrize(("line", "changes", "number"), [(0, {"steps": None}, 1), (0, {"date": 7}, 1),
                                                         (1, {"lr_d": [1]}, 2), (1, {"lr_g": {}}, 2)])  # fmt: skip
def test_a_line_of_wrong_types_is_named(finished, line, changes, number):
    file, _ = finished
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[line] = json.dumps({**json.loads(lines[line]), **changes})
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"line {number} is damaged"):
        maps.read(file)


def test_a_map_over_words_is_not_drawn_but_named(finished):
    file, _ = finished
    header, rows = maps.read(file)
    header["xs"] = ["adam", "sgd"]
    file.write_text("".join(json.dumps(row) + "\n" for row in (header, *rows)), encoding="utf-8")
    with pytest.raises(ValueError, match="only a map whose two axes are numbers"):
        explore_map(file)


def test_an_interrupted_map_goes_on_without_losing_or_repeating_rows(finished, monkeypatch):
    file, frame = finished
    lines = file.read_text(encoding="utf-8").splitlines()
    cut = "\n".join(lines[:4]) + "\n" + lines[4][:20]  # three rows kept, the fourth cut off in the middle
    file.write_text(cut, encoding="utf-8")
    trained = []
    real = maps.measure
    monkeypatch.setattr(maps, "measure", lambda recipes, *rest: trained.extend(recipes) or real(recipes, *rest))
    again = maps.failure_map(BASE, file=file, **AXES)
    assert len(trained) == len(frame) - 3
    key = ["lr_d", "lr_g", "seed"]
    assert again.sort_values(key).reset_index(drop=True).equals(frame.sort_values(key).reset_index(drop=True))


def test_a_file_made_with_other_settings_is_refused_by_name(finished):
    file, _ = finished
    with pytest.raises(ValueError, match="seeds"):
        maps.failure_map(BASE, file=file, **{**AXES, "seeds": 3})
    with pytest.raises(ValueError, match="base"):
        maps.failure_map(BASE.replace(batch=32), file=file, **AXES)


def test_damage_inside_a_file_is_named(finished):
    file, _ = finished
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2][:10]
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ValueError, match="line 3"):
        maps.read(file)
    file.write_text(json.dumps({"no": "map"}), encoding="utf-8")
    with pytest.raises(ValueError, match="no failure map"):
        maps.read(file)


def test_an_unknown_axis_is_refused():
    with pytest.raises(ValueError, match="strength"):
        maps.failure_map(BASE, x="strength")
    with pytest.raises(ValueError, match=r"lr_d=5"):
        maps.failure_map(BASE, xs=[5.0])


def test_a_cell_that_blows_up_shows_divergence():
    recipe = BASE.replace(optimiser="sgd", lr_g=1.0, objective="wasserstein", steps=60)
    rows = maps.measure([recipe.replace(lr_d=1.0)], "lr_d", "lr_g")
    assert rows[0]["symptom"] == "divergence"


def test_the_summary_counts_shares_and_the_figure_names_every_symptom(finished):
    _, frame = finished
    frame.loc[0, "symptom"] = "healthy"
    cells = maps.summary(frame, "lr_d", "lr_g")
    assert len(cells) == 4
    for cell in cells.itertuples():
        assert sum(cell.counts.values()) == 2
        assert cell.share == max(cell.counts.values()) / 2
        assert maps.LETTERS[cell.symptom] == cell.letter
    figure = plots.failure_map(cells, "lr_d", "lr_g")
    letters = sorted(text.get_text().strip()[0] for text in figure.axes[0].texts)
    assert letters == sorted(cells["letter"])


def test_a_map_that_is_not_there_says_how_to_make_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="gan-edu map"):
        maps.read(tmp_path / "none.jsonl")


def test_a_chosen_cell_trains_and_is_held_against_the_map(finished):
    from gan_edu.widgets.failure_map import FailureMap

    file, frame = finished
    explored = FailureMap(file)
    assert len(explored.grid.cells) == 4
    cell = explored.grid.cells[0]
    explored.choose(cell["x"], cell["y"])
    chosen = explored.play.session.recipe
    assert (chosen.lr_d, chosen.lr_g) == (cell["x"], cell["y"])
    explored.play.run(chosen.steps)
    expected = frame[(frame["lr_d"] == cell["x"]) & (frame["lr_g"] == cell["y"])]["symptom"].iloc[0]
    assert expected == cell["symptom"]
    assert "agrees with the map" in explored.grid.status  # the same recipe, the same engine, the same verdict
    explored.chosen.update(symptom="undecided", slow=True)
    explored.play.outcome = {**explored.play.outcome, "step": -2}
    assert "The map calls it undecided: after a third" in explored.grid.status
    explored.chosen.update(symptom="divergence", slow=False)
    explored.play.outcome = {**explored.play.outcome, "step": -1}
    assert "differs from the map" in explored.grid.status


def test_the_map_is_measured_anew_coarse_first_and_shows_how_far_it_is(finished):
    from gan_edu.widgets.failure_map import FailureMap

    file, _ = finished
    explored = FailureMap(file)
    explored.base, shares, counts = BASE.replace(steps=6), [], []
    explored.header = {**explored.header, "xs": [1e-4, 1e-3, 2e-3, 1e-2], "ys": [1e-4, 1e-3, 2e-3, 1e-2]}
    explored.grid.observe(lambda change: shares.append(change["new"]), "share_done")
    explored.grid.observe(lambda change: counts.append(len(change["new"])), "cells")
    explored.recompute()
    assert counts == [9, 16]
    assert [round(row, 4) for row in sorted(explored.rows["lr_d"].iloc[:1])] == [2e-3]  # the middle of the coarse map
    assert 0 < shares[0] < shares[-1] == 1
    assert explored.grid.status == "16 runs measured here and now."
    assert not explored.grid.busy


def test_a_stopped_map_keeps_what_it_has(finished):
    from gan_edu.widgets.failure_map import FailureMap

    file, _ = finished
    explored = FailureMap(file)
    explored.base = BASE.replace(steps=6)
    explored.grid.observe(lambda change: explored._command({"do": "stop"}), "cells")
    explored.header = {**explored.header, "xs": [1e-4, 1e-3, 2e-3, 1e-2], "ys": [1e-4, 1e-3, 2e-3, 1e-2]}
    explored.recompute()
    assert explored.grid.status == "9 runs measured here and now."


def test_recompute_keeps_the_map_that_was_given_and_leads_back_to_it(finished):
    from gan_edu.widgets.failure_map import FailureMap

    file, frame = finished
    explored = FailureMap(file)
    given = explored.grid.cells
    assert (explored.grid.title, explored.grid.other) == ("Shown: the map of the file", "")
    explored.base = BASE.replace(steps=6)
    explored.header = {**explored.header, "xs": [1e-4, 1e-3], "ys": [1e-4, 1e-3]}
    explored.recompute()
    assert (explored.grid.title, explored.grid.other) == ("Shown: the map measured here", "the map of the file")
    new = explored.grid.cells
    assert {cell["x"] for cell in new} == {1e-4, 1e-3}
    explored._command({"do": "change"})
    assert (explored.grid.cells, explored.grid.title) == (given, "Shown: the map of the file")
    assert len(explored.rows) == len(frame)
    explored._command({"do": "change"})
    assert explored.grid.cells == new
    for message in (None, {"do": "choose"}, {"do": "choose", "x": "a", "y": 1}, {"do": "launch"}, {"do": []}):
        explored._command(message)
        assert explored.grid.status.endswith("Nothing has changed.")
    assert explored.grid.cells == new


def test_a_collapse_in_the_bundled_map_has_good_samples():
    _, rows = maps.read(maps.BUNDLED)
    assert min(row["quality"] for row in rows if row["symptom"] == "mode_collapse") >= LOW_QUALITY
