"""Kept work outlives a kill and a full disk at the very moment of writing, whoever writes."""

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from gan_edu import digit_trials, digits, files, generators, maps, saved, study, tensor_files, trials
from gan_edu.presets import PRESETS
from gan_edu.recipe import Recipe
from gan_edu.run import Run

TINY = Recipe(steps=30, g_width=4, d_width=4, batch=8)
DIGITS = PRESETS["mnist_conditional"].replace(g_width=4, d_width=4, batch=8, noise=2, steps=1)
JUDGED = {"kind": "wide", "half": "seen", "label": "healthy", "diagnosis": "healthy", "label_numbers": {},
          "numbers": {}}  # what a row of a study has beside its token  # fmt: skip
FULL = 77  # exit code of a child that met a full disk


def a_study(file, patch):
    """Two rows and a line that was cut off; the third run is still to be made."""
    recipes = [("wide", TINY.replace(seed=seed)) for seed in range(3)]
    patch.setattr(study, "judge", lambda kinds, made, continued: [{"token": recipe.token, **JUDGED} for recipe in made])
    patch.setattr(study, "ProcessPoolExecutor", ThreadPoolExecutor)
    kept = study.judge(None, [recipe for _, recipe in recipes[:2]], True)
    file.write_text(files.as_lines(kept) + '{"token": "gan1-c', encoding="utf-8")
    return lambda: study.study(file, recipes)


def a_map(file, patch):
    """A header, a row and a line that was cut off."""
    def measured(recipes, *_):
        return [{"lr_d": recipe.lr_d, "lr_g": recipe.lr_g, "seed": 0, "symptom": "healthy", "modes": 8, "quality": 0.9,
                 "steps": 30, "slow": False, "token": recipe.token} for recipe in recipes]  # fmt: skip

    patch.setattr(maps, "measure", measured)
    axes = {"xs": [1e-3, 1e-2], "ys": [1e-3, 1e-2], "seeds": 1}
    header = maps.header(TINY, "lr_d", "lr_g", *axes.values())
    kept = [header, *measured([TINY.replace(lr_d=1e-3, lr_g=1e-3)])]
    file.write_text(files.as_lines(kept) + '{"lr_d": 0.0', encoding="utf-8")
    return lambda: maps.failure_map(TINY, file=file, progress=False, **axes)


def a_table(file, patch):
    patch.setattr(trials, "FOLDER", file.parent)
    patch.setitem(trials.TRIALS, file.stem, trials.Trial("ring_healthy", {"as it is": {}}, 1))
    patch.setattr(trials, "compare", lambda *_: [{"change": "as it is"}])
    trials.remake(file.stem)
    return lambda: trials.remake(file.stem)


def a_table_of_digits(file, patch):
    patch.setattr(digit_trials, "FILE", file)
    patch.setattr(digit_trials, "TRIED", {"tiny": digit_trials.Tried(DIGITS)})
    patch.setattr(digit_trials, "timed", lambda run, marks, tell: [])
    digit_trials.remake("tiny")
    return lambda: digit_trials.remake("tiny")


def a_generator(file, patch):
    patch.setattr(generators, "FOLDER", file.parent)
    patch.setattr(generators, "scores", lambda drawer: {})
    patch.setattr(generators, "GENERATORS", {file.stem: DIGITS})
    generators.make(file.stem)
    return lambda: generators.make(file.stem)


def a_classifier(file, patch):
    patch.setattr(digits, "train", digits.DigitClassifier)
    patch.setattr(digits, "accuracy", lambda model: 0.1)
    digits.main(str(file))
    return lambda: digits.main(str(file))


def a_saved_run(file, patch):
    run = Run(TINY)
    saved.save(run, file)
    run.train_step()
    return lambda: saved.save(run, file)


WRITERS = {"rows.jsonl": a_study, "map.jsonl": a_map, "tiny.json": a_table, "digits.jsonl": a_table_of_digits,
           "tiny.safetensors": a_generator, "digits.safetensors": a_classifier,
           "run.safetensors": a_saved_run}  # fmt: skip
GROW = ("rows.jsonl", "map.jsonl", "run.safetensors")  # others are made anew as they were


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


def fill_the_disk():
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, resource.RLIM_INFINITY))  # bytes that a file may have


STRIKES = {  # when the child is struck, by what, and how it ends
    "killed while it is forced to disk": (lambda: setattr(os, "fsync", die), -9),
    "killed before it is put in place": (lambda: setattr(os, "replace", die), -9),
    "the disk is full": (fill_the_disk, FULL),
}


def in_a_child(strike, write):
    """Write in a forked process that is struck; its exit code, or minus the number of the signal that ended it."""
    child = os.fork()
    if not child:
        code = 1
        try:
            strike()
            write()
            code = 0
        except OSError:
            code = FULL
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(os.name == "nt", reason="kills and limits as POSIX has them")
@pytest.mark.filterwarnings("ignore:.*fork")
@pytest.mark.parametrize("name", WRITERS)
def test_what_was_kept_outlives_a_kill_or_a_full_disk_at_the_rewrite(name, tmp_path, monkeypatch):
    file = tmp_path / name
    write = WRITERS[name](file, monkeypatch)
    before = file.read_bytes()
    for when, (strike, end) in STRIKES.items():
        assert in_a_child(strike, write) == end, when
        assert file.read_bytes() == before, when
    write()
    assert file.read_bytes() != before or name not in GROW
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]  # nothing unfinished is left lying


@pytest.mark.skipif(os.name == "nt", reason="kills and limits as POSIX has them")
@pytest.mark.filterwarnings("ignore:.*fork")
def test_a_row_cut_off_by_a_full_disk_costs_no_other(tmp_path):
    file, rows = tmp_path / "rows.jsonl", [{"token": "gan1-a", **JUDGED}]
    files.append(file, rows)

    def full():
        fill_the_disk()
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + 30, resource.RLIM_INFINITY))

    assert in_a_child(full, lambda: files.append(file, rows)) == FULL
    assert len(file.read_bytes()) == len(files.as_lines(rows)) + 30
    assert study.rows(file) == rows
    files.ready(file, study.rows(file))
    files.append(file, rows)
    assert study.rows(file) == 2 * rows


def test_a_file_that_ends_with_whole_lines_is_not_written_anew(tmp_path, monkeypatch):
    file, rows = tmp_path / "rows.jsonl", [{"token": "gan1-a", **JUDGED}]
    files.append(file, rows)
    monkeypatch.setattr(files, "replace", lambda *_: pytest.fail("written anew"))
    files.ready(file, study.rows(file))
    assert study.rows(file) == rows


@pytest.mark.parametrize("end", ["", "\n", '{"token": "', '{"token": "gan1-x", "kind', "{", '{"token": "gan1-b\n'])
def test_a_last_line_that_was_cut_off_is_left_out(tmp_path, end):
    file, rows = tmp_path / "rows.jsonl", [{"token": "gan1-a", **JUDGED}] * 2
    file.write_text(files.as_lines(rows).rstrip("\n") + "\n" * bool(end) + end, encoding="utf-8")
    assert study.rows(file) == rows
    files.ready(file, rows)
    assert file.read_text(encoding="utf-8") == files.as_lines(rows)


@pytest.mark.parametrize("line", [
    '{"token": "cut', "", "null", "7", "[]", '{"token": 7}', json.dumps({"token": "gan1-a"}),
    json.dumps({"token": "gan1-a", **JUDGED, "numbers": []}), "9" * 5000, "[" * 90_000,
])  # fmt: skip
def test_a_damaged_line_before_the_last_is_named(tmp_path, line):
    file, row = tmp_path / "rows.jsonl", json.dumps({"token": "gan1-a", **JUDGED})
    file.write_text(f"{row}\n{line}\n{row}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"rows\.jsonl, line 2 is damaged.* delete that line"):
        study.rows(file)


def test_a_link_stays_a_link_and_rights_stay_what_they_were(tmp_path):
    kept, link = tmp_path / "kept.txt", tmp_path / "link.txt"
    kept.write_text("old", encoding="utf-8")
    kept.chmod(0o640)
    link.symlink_to(kept)
    files.replace(link, "new")
    assert link.is_symlink()
    assert kept.read_text(encoding="utf-8") == "new"
    assert kept.stat().st_mode & 0o777 == 0o640


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such folder") as caught:
        files.replace(tmp_path / "none" / "file.txt", "new")
    assert caught.value.filename == str(tmp_path / "none")


def test_a_classifier_is_not_written_over_what_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(digits, "train", lambda: pytest.fail("it began to train"))
    notes = tmp_path / "notes.txt"
    notes.write_text("my notes", encoding="utf-8")
    with pytest.raises(ValueError, match=r"notes\.txt .*not overwritten"):
        digits.main(notes)
    assert notes.read_text(encoding="utf-8") == "my notes"
    with pytest.raises(OSError, match="folder"):
        digits.main(tmp_path / "none" / "digits.safetensors")


@pytest.mark.parametrize("name", ["tiny.json", "digits.jsonl", "tiny.safetensors"])
def test_a_place_that_cannot_be_written_to_is_told_before_anything_is_trained(name, tmp_path, monkeypatch):
    file = tmp_path / name
    write = WRITERS[name](file, monkeypatch)
    monkeypatch.setattr(files.Path, "touch", lambda path: files.try_out(tmp_path))  # as a folder refuses it
    for module, trains in ((trials, "compare"), (digit_trials, "timed"), (generators, "weights")):
        monkeypatch.setattr(module, trains, lambda *_, **__: pytest.fail("it began to train"))
    with pytest.raises(OSError, match="folder"):
        write()


def test_a_run_is_not_saved_over_what_is_none(tmp_path):
    for name, content in (("notes.txt", b"my notes"), ("other.safetensors", None)):
        file = tmp_path / name
        file.write_bytes(content) if content else tensor_files.write(file, {}, {"my": "weights"})
        before = file.read_bytes()
        with pytest.raises(ValueError, match=rf"{name} .*Nothing was saved"):
            saved.save(Run(TINY), file)
        assert file.read_bytes() == before
