"""Quiz, prediction and progress widgets without a browser: state, text, and what they keep."""

import contextlib
import json
import re
import threading
from pathlib import Path

import pytest
from traitlets import TraitError

import gan_edu.course.lessons
from gan_edu import course_map, predict, progress_bar, quiz, retrieval
from gan_edu.course import progress, text
from gan_edu.course.questions import AnswerError, solution
from gan_edu.course.quizbank import load_bank
from gan_edu.widgets.course import HERE, module

BANK = load_bank()


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A progress folder of the test's own."""
    monkeypatch.setenv("GAN_EDU_PROGRESS", str(tmp_path / "progress"))
    return tmp_path / "progress"


def state(widget, uid):
    return widget.states[uid]


def say(widget, **message):
    """Deliver a message as the page sends it."""
    widget._handle_custom_msg(message, [])


def test_wrong_then_right_keeps_the_first_answer():
    shown = quiz("02", "half")
    first = shown.answer("half", "success")
    assert (first.right, first.belief) == (False, "half_is_success")
    assert state(shown, "02/half")["status"] == "again"
    assert state(shown, "02/half")["solution"] is None
    assert state(shown, "02/half")["answer"] is None
    assert shown.answer("half", "nothing").right
    assert state(shown, "02/half")["status"] == "right"
    assert "as good as real ones" in text.plain(state(shown, "02/half")["first"])
    assert [r["value"] for r in progress.load().of("answer")] == ["success", "nothing"]


def test_twice_wrong_shows_the_answer():
    shown = quiz("02", "half")
    shown.answer("half", "success")
    result = shown.answer("half", "rest")
    assert result.revealed
    assert state(shown, "02/half")["status"] == "revealed"
    assert state(shown, "02/half")["solution"] == "nothing"
    assert text.plain(state(shown, "02/half")["answer"]).startswith("Nothing yet")


def test_nothing_on_the_page_gives_the_answer_away_before_the_second_try():
    shown = quiz("02")
    sent = json.dumps([shown.questions, shown.states])
    for question in BANK.lesson("02"):
        assert question.explanation[:40] not in sent
        assert all(option.feedback[:40] not in sent for option in question.options if option.feedback)
    assert not re.search(r'"(right|feedback|answer|tolerance)": (?!null)', json.dumps(shown.questions))
    ordered = next(asked for asked in shown.questions if asked["kind"] == "ordering")
    assert [option[0] for option in ordered["options"]] != solution(BANK.get("02", "loop_order"))


def test_a_new_widget_shows_the_earlier_answer_and_practice_leaves_it():
    quiz("11", "tanh_range").answer("tanh_range", 0.2)
    again = quiz("11", "tanh_range")
    assert state(again, "11/tanh_range")["status"] == "again"
    assert state(again, "11/tanh_range")["value"] == 0.2
    again.answer("tanh_range", -0.6)
    third = quiz("11", "tanh_range")
    assert state(third, "11/tanh_range")["status"] == "right"
    third.retry("tanh_range")
    assert state(third, "11/tanh_range")["status"] == "open"
    assert state(third, "11/tanh_range")["practice"]
    assert not third.answer("tanh_range", 0.6).revealed
    assert third.answer("tanh_range", 0.4).revealed
    kept = progress.load()
    assert [r["value"] for r in kept.of("answer")] == [0.2, -0.6]
    assert [r["value"] for r in kept.of("practice")] == [0.6, 0.4]
    assert state(quiz("11", "tanh_range"), "11/tanh_range")["value"] == -0.6


def test_an_answer_to_a_settled_question_is_practice():
    shown = quiz("02", "half")
    shown.answer("half", "nothing")
    shown.answer("half", "success")
    assert len(progress.load().of("answer")) == len(progress.load().of("practice")) == 1


def test_an_empty_answer_is_asked_for_and_not_recorded(folder):
    shown = quiz("02", "half", "strength")
    with pytest.raises(AnswerError):
        shown.answer("half", None)
    say(shown, do="answer", question="02/half", value=None)
    say(shown, do="answer", question="02/strength", value=None)
    assert state(shown, "02/half")["verdict"] == "Choose one of the answers first."
    assert state(shown, "02/strength")["verdict"] == "Write a number first, such as 0.25."
    assert not folder.exists()
    say(shown, do="answer", question="02/half", value="nothing")
    assert state(shown, "02/half")["status"] == "right"
    assert "ask" not in state(shown, "02/half")


@pytest.mark.parametrize("written", ["ln 4", "-1.386 nats", "1/4", "9" * 400])
def test_what_is_no_number_is_asked_for_again_and_not_recorded(folder, written):
    shown = quiz("01", "value_of_half")
    say(shown, do="answer", question="01/value_of_half", value=written)
    first = state(shown, "01/value_of_half")
    assert "digits and nothing else" in first["verdict"]
    assert first["status"] == "open"
    assert not folder.exists()
    say(shown, do="answer", question="01/value_of_half", value="−1,386")
    assert state(shown, "01/value_of_half")["status"] == "right"
    assert progress.load().of("answer")[0]["value"] == -1.386


ODD = [None, True, 3, -1, 1e308, 10**400, "", "x", "\ud800", [], [[]], [None], ["x", 3], {}, {"a": []}, float("nan")]


def from_page(widget, **traits):
    """Deliver new values of traits as the page sends them; what the kernel logs and goes on after is no matter here."""
    with contextlib.suppress(TraitError):
        data = {"method": "update", "state": traits, "buffer_paths": []}
        widget._handle_msg({"content": {"data": data}, "buffers": []})


@pytest.mark.parametrize("make", [lambda: quiz("02"), lambda: retrieval("02"), lambda: predict("02", "collapse"),
                                  lambda: progress_bar("02")])  # fmt: skip
def test_whatever_the_page_sends_the_widget_goes_on(make):
    widget = make()
    before, words = widget.get_state(), widget.text()
    names = [name for name, trait in widget.traits(sync=True).items() if not name.startswith("_")]
    for value in ODD:
        for name in names:
            from_page(widget, **{name: value})
        for message in (value, {"do": value}, {"choice": value}, {"question": value, "do": "answer", "value": value}):
            widget._handle_custom_msg(message, [])
        for uid in getattr(widget, "states", {}):
            for do in (value, "show", "retry"):
                widget._handle_custom_msg({"question": uid, "do": do, "value": value}, [])
    assert widget.text() == words
    assert widget.get_state() == before
    assert {made["kind"] for made in progress.load().records} <= {"shown"}


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_an_answer_of_any_type_is_refused_and_the_next_one_counts(value):
    shown = quiz("02")
    for uid in shown.states:
        say(shown, question=uid, do="answer", value=value)
        say(shown, question=uid, do="skip", value=value)
    for question in BANK.lesson("02"):
        if state(shown, question.uid)["status"] != "again":  # a number is an answer, though a wrong one
            say(shown, question=question.uid, do="answer", value=solution(question))
            assert state(shown, question.uid)["status"] == "right"


def test_an_answer_that_is_not_on_disk_yet_says_so_until_it_is(folder):
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("a file in the way", encoding="utf-8")
    shown, other = quiz("02", "half", "strength"), quiz("02", "detach")
    shown.answer("half", "nothing")
    assert state(shown, "02/half")["status"] == "right"
    assert "Not on your disk yet" in state(shown, "02/half")["unsaved"]
    assert "Not on your disk yet" in shown.text()
    assert "1 record is kept in memory" in shown.notice
    assert other.notice == shown.notice, "every widget says so"
    folder.unlink()
    other.answer("detach", "nothing")
    shown.answer("strength", 250)
    assert other.notice == shown.notice == ""
    assert state(shown, "02/half")["unsaved"] == ""
    assert [r["question"] for r in progress.load().of("answer")] == ["half", "detach", "strength"]
    assert not progress.load().unsaved


def test_messages_may_come_from_several_threads_at_once():
    shown = quiz("02")
    answers = [(question, solution(question)) for question in BANK.lesson("02")]
    threads = [
        threading.Thread(target=say, args=(shown,), kwargs={"do": "answer", "question": question.uid, "value": value})
        for question, value in answers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert {made["status"] for made in shown.states.values()} == {"right"}
    assert len(progress.load().of("answer")) == len(answers)


def test_display_bundle_carries_the_questions_as_text():
    shown = quiz("00", "logit", "what_happened")
    shown.answer("what_happened", "learnt")
    bundle, _ = shown._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    words = " ".join(bundle["text/plain"].split())  # it is broken into lines between words
    assert "Question 1 of 2 (write a number): A network scores a picture with the logit t = 0" in words
    assert "[collapsed] The generator makes a few kinds" in words
    assert "Not yet. One more try. Your answer: It has learnt the data" in words


def test_quiz_without_ids_shows_all_scored_questions_and_no_prediction():
    assert [asked["uid"] for asked in quiz("02").questions] == [q.uid for q in BANK.lesson("02")]
    assert "02/collapse" not in quiz("02").states
    with pytest.raises(KeyError, match="there are some for 00, 01, 02, "):
        quiz("77")
    with pytest.raises(KeyError, match="this quiz has no question 'detach'"):
        quiz("02", "half").answer("detach", "nothing")


def test_retrieval_keeps_its_answers_apart_from_the_lessons_own():
    looked = retrieval("02")
    uid = looked.questions[0]["uid"]
    looked.skip(uid)
    assert state(retrieval("02"), uid)["status"] == "skipped"
    looked.skip(uid, back=True)
    assert state(retrieval("02"), uid)["status"] == "open"
    looked.answer(uid, solution(BANK.questions[uid]))
    assert state(retrieval("02"), uid)["status"] == "right"
    lesson, name = uid.split("/")
    assert state(quiz(lesson, name), uid)["status"] == "open"
    assert progress.load().first(BANK.questions[uid])["place"].startswith("retrieval/02/")


def test_retrieval_of_the_first_lesson_is_empty():
    looked = retrieval("00")
    assert looked.questions == []
    assert looked.text() == ""


def test_a_prediction_leaves_the_reading_to_those_who_watch(monkeypatch):
    """All widgets hear of a record, and of what there is to say on the disk, once."""
    guess, read, load = predict("02", "collapse"), [], progress.load
    monkeypatch.setattr(progress._here, "watchers", {})
    monkeypatch.setattr(progress, "load", lambda *given: read.append(given) or load(*given))
    guess.answer("few")
    assert (guess.locked, read) == ("few", [])


def test_prediction_unlocks_for_good_and_is_kept_once():
    guess = predict("02", "collapse")
    assert (guess.unlocked, guess.choice) == (False, None)
    with pytest.raises(AnswerError, match="not_sure"):
        guess.answer("moon")
    guess.answer("few")
    guess.answer("all")
    assert (guess.unlocked, guess.choice) == (True, "Generated points on one to three clusters")
    again = predict("02", "collapse")
    assert (again.unlocked, again.choice) == (True, guess.choice)
    assert [r["choice"] for r in progress.load().of("prediction")] == ["few"]
    again.measured = "1 of 8 modes"
    assert "You predicted: Generated points on one to three clusters" in again.text()
    assert "Measured: 1 of 8 modes" in again.text()
    assert "Why?" in again.text()


@pytest.mark.parametrize("choice", ["not_sure", "skipped"])
def test_not_sure_and_skip_unlock_too(choice):
    guess = predict("02", "weak")
    say(guess, choice=choice)
    assert guess.unlocked
    assert guess.choice is None
    assert predict("02", "weak").unlocked
    assert not predict("02", "history").unlocked


def test_predictions_are_never_scored():
    predict("02", "collapse").answer("all")
    assert not progress.load().of("answer")
    assert progress_bar("02").counts[0] == {"name": "Questions understood", "done": 0, "total": 10, "text": "0 of 10"}
    with pytest.raises(KeyError, match="not a prediction"):
        predict("02", "half")


def test_progress_bar_follows_answers_in_this_kernel():
    bar, other = progress_bar("02"), progress_bar("00")
    quiz("02", "half").answer("half", "nothing")
    assert bar.counts[0]["done"] == 1
    assert other.counts[0]["done"] == 0
    progress.record("provoked", failure="mode_collapse", lesson="02")
    assert bar.counts[1]["text"] == "1 of 2"
    assert "questions understood: 1 of 10 · failures provoked: 1 of 2" in bar.text()


def test_a_notice_reaches_bar_quiz_prediction_and_map(folder):
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("a file in the way", encoding="utf-8")
    shown, guess, bar = quiz("02", "half"), predict("02", "weak"), progress_bar("02")
    shown.answer("half", "nothing")
    guess.answer("not_sure")
    assert state(shown, "02/half")["status"] == "right"
    for widget in (shown, guess, bar):
        assert "cannot be saved" in widget.notice
    assert "cannot be saved" in course_map()._repr_mimebundle_()["text/html"]


def test_map_links_what_exists_and_escapes_what_it_shows(tmp_path, monkeypatch):
    monkeypatch.setattr(gan_edu.course.lessons.Lesson, "path", property(lambda self: self.number == "02" or None))
    bundle = course_map()._repr_mimebundle_()
    assert bundle["text/html"].count("<a ") == 1
    assert '<a href="02_gaussian_mixtures.ipynb">Gaussian mixtures</a>' in bundle["text/html"]
    assert bundle["text/html"].count("to come") == 14
    assert "02  Gaussian mixtures: questions understood 0 of 10, failures provoked 0 of 2" in bundle["text/plain"]
    evil = gan_edu.course.lessons.Lesson("02", "<img src=x onerror=alert(1)>", '"><script>', "<b>", ())
    monkeypatch.setattr("gan_edu.widgets.progress.lessons", lambda: (evil,))
    html = course_map()._repr_mimebundle_()["text/html"]
    assert "<img" not in html
    assert "<script" not in html
    assert "<b>" not in html


def test_scripts_build_the_page_without_html_strings_or_network():
    for name in ("quiz.js", "prediction.js", "progress.js"):
        code = re.sub(r"//.*", "", module(name).replace("http://www.w3.org/1998/Math/MathML", ""))
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(", code)
        assert not re.search(r"http|import |fetch\(", code)
    css = (HERE / "course.css").read_text(encoding="utf-8")
    assert "url(" not in css
    assert "@import" not in css


def test_python_and_page_allow_the_same_maths():
    code = Path(HERE / "course.js").read_text(encoding="utf-8")
    for name, allowed in (("MATH_TAGS", text.MATH_TAGS), ("MATH_ATTRIBUTES", text.MATH_ATTRIBUTES)):
        listed = re.search(rf"{name} = new Set\((.*?)\.split", code, re.DOTALL)[1]
        assert set(re.findall(r"[a-z]+", listed)) == allowed
