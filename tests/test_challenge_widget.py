"""The challenge widget without a browser: state, text, and what it keeps."""

import json
import re
import threading
import time

import pytest
from test_challenges import FILE, TINY

from gan_edu import PRESETS, Recipe, challenge, challenges, progress_bar
from gan_edu.course import progress
from gan_edu.widgets import registry
from gan_edu.widgets.course import module

COST = "One run with these settings costs {} generator + {} discriminator updates of 6,000."  # nothing is used yet
SOLUTION = {"lr_g": 1.0, "lr_d": 1.0}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A progress folder of the test's own."""
    monkeypatch.setenv("GAN_EDU_PROGRESS", str(tmp_path / "progress"))
    return tmp_path


@pytest.fixture
def tiny(folder, monkeypatch):
    """A challenge that is checked in a moment."""
    monkeypatch.setitem(PRESETS, "tiny", TINY)
    (folder / "own.yaml").write_text(FILE, encoding="utf-8")
    return challenge("02.blow_up", folder / "own.yaml")


def move(widget, **controls):
    """Move sliders as the page does."""
    widget.play.controls = {**widget.play.controls, **controls}


def press(widget, do, **content):
    """Deliver a message as the page sends it."""
    widget._handle_custom_msg({"do": do, **content}, [])


def wait(widget, seconds=60):
    """Wait for a check's end."""
    end = time.monotonic() + seconds
    while widget.share != -1:
        assert time.monotonic() < end, "the check does not end"
        time.sleep(0.01)


def test_the_playground_starts_from_the_start_and_offers_no_preset_that_may_be_the_answer():
    made = challenge("02.provoke_collapse")
    assert made.play.session.recipe == PRESETS["ring_healthy"]
    assert made.play.controls["view"] == "balance"
    assert made.play.fixed["presets"] == []
    assert made.recipe == PRESETS["ring_healthy"]
    assert made.standing["rows"] == [
        ["Generator learning rate", "5e-4", "5e-4", False, True],
        ["Discriminator learning rate", "2e-3", "2e-3", False, True],
        ["Discriminator strength", "1", "1", False, False],
    ]
    assert made.standing["cost"] == COST.format("3,000", "3,000")
    assert made.task["rules"][0] == "You may change: generator learning rate, discriminator learning rate."
    assert challenge("02.mend_weak").task["rules"][0].startswith("You may change 2 of: ")


def test_settings_and_budget_follow_the_sliders():
    made = challenge("02.provoke_collapse")
    move(made, lr_g=1e-4)
    assert made.standing["rows"][0] == ["Generator learning rate", "5e-4", "1e-4", True, True]
    assert made.standing["refused"] == ""
    move(made, d_strength=2.0, objective="hinge")
    assert made.standing["cost"] == COST.format("3,000", "6,000")
    assert made.standing["over"]
    assert made.standing["rows"][2:] == [["Discriminator strength", "1", "2", True, False],
                                         ["Objective", "non-saturating", "hinge", True, False]]  # fmt: skip
    assert "must stay" in made.standing["refused"]
    press(made, "check")
    assert made.result["verdict"].startswith("Not checked: the objective must stay at non-saturating")
    assert made.share == -1
    assert not progress.load().records


def test_a_pasted_recipe_with_other_settings_is_refused():
    made = challenge("02.provoke_collapse")
    made.play.command({"do": "paste", "text": PRESETS["ring_healthy"].replace(batch=64, lr_g=1e-4).token})
    assert ["Batch size", "128", "64", True, False] in made.standing["rows"]
    assert "batch size must stay at 128" in made.check().refused


def test_a_check_in_the_background_is_shown_kept_and_counted(tiny):
    bar = progress_bar("02")
    move(tiny, **SOLUTION)
    press(tiny, "check")
    wait(tiny)
    assert tiny.result["verdict"] == "8 of 8: passed"
    assert tiny.result["checked"] == "generator learning rate 1e0, critic learning rate 1e0"
    assert [row[1] for row in tiny.result["rows"]] == ["divergence"] * 8
    assert tiny.help["passed"]
    [made] = progress.load().of("provoked", challenge="02.blow_up")
    assert Recipe.from_token(made["token"]).lr_g == 1
    progress.record("provoked", failure="mode_collapse", lesson="02", challenge="02.provoke_collapse")
    assert bar.counts[1]["done"] == 1
    assert "8 of 8: passed\n  seed " in tiny.text()


def test_a_check_can_be_cancelled_and_counts_for_nothing(folder, monkeypatch):
    monkeypatch.setitem(PRESETS, "tiny", TINY.replace(steps=10**5))
    (folder / "own.yaml").write_text(FILE.replace("budget: 300", "budget: 200000"), encoding="utf-8")
    tiny = challenge("02.blow_up", folder / "own.yaml")
    move(tiny, lr_g=2e-4)
    press(tiny, "check")
    press(tiny, "check")  # a second press while it goes on does nothing
    assert 0 <= tiny.share < 1
    press(tiny, "cancel")
    wait(tiny)
    assert tiny.result["verdict"] == "Cancelled. Nothing was counted."
    assert tiny.help["tries"] == 0
    assert not progress.load().records


def test_running_the_cell_again_ends_its_check(tiny, folder, monkeypatch):
    monkeypatch.setattr(registry, "current_cell", lambda: ("cell", 1))
    registry.register(tiny)
    monkeypatch.setattr(registry, "current_cell", lambda: ("cell", 2))
    challenge("02.blow_up", folder / "own.yaml")
    assert tiny._stop.is_set()


@pytest.mark.parametrize("ends", ["well", "badly"])
def test_what_was_let_go_does_not_come_back_when_a_check_ends_late(tiny, monkeypatch, ends):
    begun, go_on, train = threading.Event(), threading.Event(), challenges.train

    def late(members, tell, stop):
        begun.set()
        assert go_on.wait(60)
        if ends == "badly":
            raise ArithmeticError("made to fail")
        return train(members)

    monkeypatch.setattr("gan_edu.challenges.train", late)
    move(tiny, **SOLUTION)
    press(tiny, "check")
    assert begun.wait(60)
    tiny.retire()
    go_on.set()
    wait(tiny)
    assert "last" not in vars(tiny)
    assert (tiny.result, tiny.error, tiny.busy) == ({}, "", False)


def test_an_error_in_the_check_is_shown_and_the_next_one_goes_well(tiny, monkeypatch):
    def broken(*args, **kwargs):
        raise ArithmeticError("made to fail")

    move(tiny, **SOLUTION)
    with monkeypatch.context() as patch:
        patch.setattr("gan_edu.challenges.train", broken)
        press(tiny, "check")
        wait(tiny)
        with pytest.raises(ArithmeticError):
            tiny.check()
    assert tiny.error == "ArithmeticError: made to fail"
    press(tiny, "check")
    wait(tiny)
    assert tiny.error == ""
    assert tiny.result["passed"]


def test_hints_come_one_by_one_and_the_solution_only_after_an_attempt(tiny):
    sent = json.dumps([tiny.task, tiny.help, tiny.standing])
    assert "Large steps" not in sent
    assert "Each step makes" not in sent
    press(tiny, "hint")
    assert [hint[0][1] for hint in tiny.help["hints"]] == ["Large steps."]
    assert tiny.help["left"] == 1
    press(tiny, "hint")
    press(tiny, "hint")
    assert [hint[0][1] for hint in tiny.help["hints"]] == ["Large steps.", "Larger ones."]
    press(tiny, "solution")
    assert tiny.help["solution"] is None, "not before an attempt"
    press(tiny, "check")
    press(tiny, "solution")
    assert tiny.help["solution"] is None, "what was refused is no attempt"
    move(tiny, lr_g=2e-4)
    press(tiny, "check")
    wait(tiny)
    assert tiny.result["verdict"] == "0 of 8: not yet, 7 are needed"
    assert tiny.help["solution"] is None, "not before it is asked for"
    press(tiny, "solution")
    assert tiny.help["solution"]["settings"] == ["Generator learning rate: 1e0", "Critic learning rate: 1e0"]


def test_a_new_widget_knows_of_earlier_attempts(tiny, folder):
    tiny.check(TINY.replace(lr_g=2e-4))
    again = challenge("02.blow_up", folder / "own.yaml")
    assert again.help["tries"] == 1
    assert not again.help["passed"]
    tiny.check(TINY.replace(**SOLUTION))
    assert challenge("02.blow_up", folder / "own.yaml").help["passed"]


def test_headless_check_takes_a_recipe_or_the_sliders(tiny):
    assert tiny.check(TINY.replace(**SOLUTION)).passed
    assert tiny.check().refused.startswith("nothing differs")
    move(tiny, **SOLUTION)
    assert tiny.check().verdict == "8 of 8: passed"
    assert tiny.last.outcomes[0].recipe.lr_g == 1


def test_watch_shows_a_checked_seed_and_reset_leads_back(tiny):
    move(tiny, **SOLUTION)
    result = tiny.check()
    press(tiny, "watch", index=3)
    assert tiny.play.session.recipe == result.outcomes[3].recipe
    assert tiny.check().verdict == result.verdict, "a watched seed changes no setting"
    tiny.play.reset()
    assert tiny.play.session.recipe == TINY


def test_progress_that_cannot_be_saved_is_said(tiny, folder, monkeypatch):
    (folder / "in_the_way").write_text("", encoding="utf-8")
    monkeypatch.setenv("GAN_EDU_PROGRESS", str(folder / "in_the_way"))
    tiny.check(TINY.replace(**SOLUTION))
    assert tiny.result["passed"]
    assert "cannot be saved" in tiny.notice


def test_the_script_builds_the_page_without_html_strings_or_network():
    code = re.sub(r"//.*", "", module("challenge.js").replace("http://www.w3.org/1998/Math/MathML", ""))
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(", code)
    assert not re.search(r"https?:|fetch\(|import\(|XMLHttpRequest", code)


def test_the_bundle_carries_the_task_as_text():
    data, _ = challenge("02.provoke_weak")._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "Make the discriminator too weak" in data["text/plain"]
    assert COST.format("3,000", "3,000") in " ".join(data["text/plain"].split())  # broken into lines between words


def test_whatever_the_page_sends_the_challenge_goes_on(tiny):
    tiny.share = 0.5  # a check goes on
    for value in (None, 3, "x", [], [[]], {}, {"a": []}, True, 10**400):
        for message in (value, {"do": value}, {"do": "watch", "index": value}, {"do": "hint", "more": value}):
            tiny._handle_custom_msg(message, [])
        state = dict.fromkeys(("task", "standing", "share", "result", "help", "error", "notice", "play"), value)
        tiny._handle_msg({"content": {"data": {"method": "update", "state": state, "buffer_paths": []}}, "buffers": []})
    assert tiny.share == 0.5, "the check is not stopped by it"
    assert tiny.task["title"] == "Blow it up"
    tiny.share = -1.0
    press(tiny, "hint")
    assert len(tiny.help["hints"]) == 1
    assert tiny.error == ""
