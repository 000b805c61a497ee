"""Progress: what was answered stays, whatever happens to kernel, file or folder."""

import errno
import io
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from gan_edu import course_map, predict, progress_bar, quiz
from gan_edu.course import progress
from gan_edu.course.counts import counts, understood
from gan_edu.course.lessons import earlier
from gan_edu.course.questions import solution
from gan_edu.course.quizbank import Bank, load_bank
from gan_edu.course.retrieval import look_back, place

BANK = load_bank()


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A progress folder of the test's own."""
    monkeypatch.setenv("GAN_EDU_PROGRESS", str(tmp_path / "progress"))
    return tmp_path / "progress"


def answered(uid, right, where="quiz"):
    question = BANK.questions[uid]
    known = {"lesson": question.lesson, "question": question.id, "hash": question.hash}
    value = solution(question) if right else wrong(question)
    return progress.record("answer", **known, right=right, value=value, place=where)


def wrong(question):
    """Some answer to a question that is not the right one."""
    if question.kind == "number":
        return question.errors[0].value
    if question.kind == "ordering":
        return solution(question)[::-1]
    key = next(option.key for option in question.options if not option.right)
    return [key] if question.kind == "several" else key


def in_a_kernel(folder, code):
    """Start another Python process that records into the folder; `code` sees `progress`."""
    code = "from gan_edu.course import progress\n" + textwrap.dedent(code)
    return subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"GAN_EDU_PROGRESS": str(folder)})


def test_records_are_on_disk_before_record_returns(folder):
    made = progress.record("provoked", failure="mode_collapse", lesson="02")
    (file,) = folder.glob("*.jsonl")
    assert [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] == [made]
    progress.record("mended", failure="mode_collapse", lesson="02")
    assert len(file.read_text(encoding="utf-8").splitlines()) == 2
    assert [r["kind"] for r in progress.load().records] == ["provoked", "mended"]


def test_a_killed_process_keeps_its_answers(folder):
    killed = in_a_kernel(
        folder,
        """
        import os, signal
        for n in range(3):
            progress.record("provoked", failure=f"f{n}")
        os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        """,
    )
    assert killed.wait(60) != 0
    assert [r["failure"] for r in progress.load().records] == ["f0", "f1", "f2"]


def test_two_kernels_write_at_once(folder):
    code = """
    for n in range(150):
        progress.record("provoked", failure="{name}", number=n)
    """
    kernels = [in_a_kernel(folder, code.format(name=name)) for name in "ab"]
    assert [kernel.wait(120) for kernel in kernels] == [0, 0]
    kept = progress.load()
    assert not kept.damaged
    for name in "ab":
        assert [r["number"] for r in kept.of("provoked", failure=name)] == list(range(150))
    assert len(list(folder.glob("*.jsonl"))) == 2
    times = [r["time"] for r in kept.records]
    assert times == sorted(times)


def test_a_forked_kernel_writes_a_file_of_its_own(folder):
    if not hasattr(os, "fork"):
        pytest.skip("this system cannot fork")
    code = """
    import os
    progress.record("provoked", failure="parent")
    child = os.fork()
    progress.record("provoked", failure="after")
    child and os.waitpid(child, 0)
    """
    assert in_a_kernel(folder, code).wait(60) == 0
    assert len(list(folder.glob("*.jsonl"))) == 2
    assert len(progress.load().of("provoked", failure="after")) == 2


@pytest.mark.parametrize(
    "bad",
    [
        b'{"kind": "answer", "time": 1.0, "lesson": "0',
        b"\xff\xfe\x00 not text",
        b'["a", "list"]',
        b'{"time": 1.0}',
        b'{"kind": "provoked", "failure": "x"}',
        b'{"kind": "provoked", "failure": "x", "time": NaN}',
        b'{"kind": "provoked", "failure": 7, "time": 1.0}',
        b'{"kind": "answer", "lesson": "02", "question": "half", "hash": "x", "right": 1, "time": 1.0}',
        b"[" * 100_000,
        b"\x00" * 40,
        b'{"kind": "provoked", "failure": "x", "time": 1%s}' % (b"0" * 400),
        b'{"kind": "provoked", "failure": "x", "time": 1%s}' % (b"0" * 5000),
        b'{"kind": "provoked", "failure": "x", "time": true}',
        b'{"kind": "answer", "lesson": "02", "question": "half", "hash": "x", "right": true, "time": 1.0}',
        b'{"kind": "answer", "lesson": "02", "question": "half", "hash": "x", "right": true, "value": {}, "time": 1.0}',
        b'{"kind": "answer", "lesson": "02", "question": "x", "hash": "x", "right": true, "time": 1, "value": 1%s}'
        % (b"0" * 400),
        b'{"kind": "prediction", "lesson": "02", "question": "collapse", "hash": "x", "choice": ["few"], "time": 1.0}',
        b'{"kind": "detective", "right": "many", "wrong": 0, "unsure": 0, "time": 1.0}',
    ],
    ids=lambda bad: repr(bad[:30]),
)
def test_a_damaged_line_is_set_aside_and_the_rest_survives(folder, bad):
    progress.record("provoked", failure="before")
    (file,) = folder.glob("*.jsonl")
    with file.open("ab") as end:
        end.write(bad + b"\n")
    progress.record("provoked", failure="after")
    kept = progress.load()
    assert [r["failure"] for r in kept.records] == ["before", "after"]
    assert [(d.file, d.line) for d in kept.damaged] == [(file.name, 2)]
    assert file.name in kept.notice
    assert "The rest counts" in kept.notice
    assert bad in file.read_bytes(), "nothing is thrown away"


def test_an_answer_that_its_question_does_not_offer_is_set_aside_everywhere(folder):
    """Valid JSON, the right hash, and an answer that cannot be drawn: the course opens, and says so."""
    answered("02/half", right=True, where="quiz/02")
    (file,) = folder.glob("*.jsonl")
    bad = [("02/detach", "gone"), ("02/strength", "eight"), ("02/strength", [3]), ("02/strength", "250"),
           ("02/reading_the_picture", ["heat_d", "heat_d"]), ("02/reading_the_picture", "heat_d"),
           ("02/loop_order", ["fakes", 3]), ("02/loop_order", ["fakes"]), ("00/logit", "x"),
           ("00/adam", ["same"])]  # fmt: skip
    for uid, value in bad:
        question = BANK.questions[uid]
        known = {"lesson": question.lesson, "question": question.id, "hash": question.hash, "right": True}
        progress.record("answer", **known, value=value, place="quiz/" + question.lesson)
    guess = BANK.get("02", "collapse")
    progress.record("prediction", lesson="02", question=guess.id, hash=guess.hash, choice="moon")
    kept = progress.load(BANK)
    assert [r["question"] for r in kept.records] == ["half"]
    assert [(d.file, d.line) for d in kept.damaged] == [(file.name, n) for n in range(2, 13)]
    assert "Set aside 11 lines of your progress that cannot be read (line 2 of " in kept.notice
    assert [c.done for c in counts("02")] == [1, 0, 0]
    assert counts("00")[0].done == 0
    look_back("11")
    shown = quiz("02")
    assert [shown.states[f"02/{name}"]["status"] for name in ("half", "strength")] == ["right", "open"]
    assert not predict("02", "collapse").unlocked
    for notice in (shown.notice, progress_bar("02").notice, course_map()._repr_mimebundle_()["text/plain"]):
        assert "Set aside 11 lines" in notice
    shown.answer("strength", 250)
    assert counts("02")[0].done == 2, "the question can be answered as if nothing were there"


def test_a_line_cut_short_at_the_end_of_a_dead_session_does_not_hurt_the_next(folder):
    folder.mkdir()
    (folder / "20200101-000000-1-dead.jsonl").write_bytes(b'{"kind": "provoked", "failure": "x", "ti')
    progress.record("provoked", failure="new")
    assert [r["failure"] for r in progress.load().records] == ["new"]
    assert len(progress.load().damaged) == 1


def test_unknown_kinds_of_a_later_version_are_kept(folder):
    folder.mkdir()
    (folder / "later.jsonl").write_text('{"kind": "trophy", "time": 1.0, "colour": "gold"}\n', encoding="utf-8")
    assert progress.load().of("trophy")[0]["colour"] == "gold"
    assert not progress.load().damaged


def test_a_folder_that_cannot_be_written_to_is_reported_and_memory_serves(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("GAN_EDU_PROGRESS", str(tmp_path / "file" / "progress"))
    answered("02/half", right=True)
    answered("02/detach", right=False)
    kept = progress.load()
    assert [r["question"] for r in kept.records] == ["half", "detach"]
    assert "cannot be saved" in kept.notice
    assert "GAN_EDU_PROGRESS" in kept.notice
    assert counts("02", kept)[0].done == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_a_full_disk_loses_no_record_and_hurts_no_later_one(folder):
    code = """
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    def room(size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    def on_disk():
        return [json.loads(line)["failure"] for path in progress.folder().glob("*.jsonl") for line in path.open()]
    room(100)  # the second line does not fit
    for name in ("first", "second", "third"):
        progress.record("provoked", failure=name)
    kept = progress.load()
    assert [r["failure"] for r in kept.records] == ["first", "second", "third"], kept
    assert "2 records are kept in memory" in kept.notice
    assert [r["failure"] for r in kept.unsaved] == ["second", "third"]
    assert on_disk() == ["first"], "no half line is left"
    room(10_000)
    progress.record("mended", failure="fourth")  # the next one takes the others along
    assert progress.load().notice == "" and not progress.load().unsaved
    assert on_disk() == ["first", "second", "third", "fourth"]
    room(10)
    progress.record("provoked", failure="last")
    assert progress.load().unsaved
    room(10_000)  # there is room again when the kernel stops
    """
    assert in_a_kernel(folder, "import json, resource, signal\n" + textwrap.dedent(code)).wait(60) == 0
    kept = progress.load()
    assert [r["failure"] for r in kept.records] == ["first", "second", "third", "fourth", "last"]
    assert not kept.damaged


def test_beginning_anew_waits_for_answers_that_are_only_in_memory(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("GAN_EDU_PROGRESS", str(tmp_path / "file"))
    answered("02/half", right=True)
    with pytest.raises(OSError, match="1 record is kept in memory"):
        progress.reset()
    assert len(progress.load().unsaved) == 1


def test_an_export_that_the_disk_does_not_take_leaves_no_half_file(folder, tmp_path, monkeypatch):
    answered("02/half", right=True)

    class Full(io.StringIO):
        def writelines(self, lines):
            raise OSError(errno.ENOSPC, "No space left on device")

    real = Path.open

    def full(path, mode="r", **how):
        if mode != "x":
            return real(path, mode, **how)
        path.touch()
        return Full()

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full)
        with pytest.raises(OSError, match="No space left"):
            progress.export(tmp_path / "mine.jsonl")
    assert progress.export(tmp_path / "mine.jsonl").read_text(encoding="utf-8").count("\n") == 1


def test_what_a_folder_could_not_take_goes_to_the_one_that_is_set_instead(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("GAN_EDU_PROGRESS", str(tmp_path / "file"))
    answered("02/half", right=True)
    assert progress.load().unsaved
    monkeypatch.setenv("GAN_EDU_PROGRESS", str(tmp_path / "better"))
    answered("02/detach", right=False)
    lines = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "better").glob("*.jsonl")).splitlines()
    assert [json.loads(line)["question"] for line in lines] == ["half", "detach"]
    assert progress.load().notice == ""


def test_a_clock_set_back_does_not_change_which_answer_came_first(monkeypatch):
    times = iter([1000.0, 500.0])
    monkeypatch.setattr(progress.time, "time", lambda: next(times))
    answered("02/half", right=False)
    answered("02/half", right=True)
    assert progress.load().first(BANK.get("02", "half"))["right"] is False


def test_a_mistyped_record_is_refused_before_it_is_written(folder):
    with pytest.raises(ValueError, match="'right'"):
        progress.record("answer", lesson="02", question="half", hash="x", right="yes")
    with pytest.raises(ValueError, match="'failure'"):
        progress.record("provoked")
    assert not folder.exists()


def test_the_first_answer_is_kept_for_good():
    question = BANK.get("02", "half")
    answered("02/half", right=False)
    for _ in range(3):
        answered("02/half", right=True)
    assert progress.load().first(question)["right"] is False
    assert not understood(question, progress.load(), BANK)
    assert counts("02")[0].done == 0


def test_changed_content_is_asked_anew():
    known = {"lesson": "02", "question": "half", "hash": "of-other-content", "right": True}
    progress.record("answer", **known, value="x")
    assert progress.load().first(BANK.get("02", "half")) is None
    assert counts("02")[0].done == 0


def test_a_later_parallel_question_makes_up_for_a_miss():
    answered("00/what_happened", right=False)
    assert counts("00")[0].done == 0
    answered("11/one_good_seven", right=True)  # parallel to 02/transfer_grid, which is parallel to this one
    assert [c.done for c in counts("00")] == [1, 0, 0]
    assert counts("02")[0].done == 1
    assert counts("11")[0].done == 1


def test_failures_count_once_and_only_where_they_belong():
    for _ in range(2):
        progress.record("provoked", failure="mode_collapse", lesson="02")
    progress.record("provoked", failure="weak_discriminator")  # a playground that was opened outside a lesson
    progress.record("provoked", failure="vanishing_gradients", lesson="02")
    progress.record("mended", failure="mode_collapse", lesson="02")
    assert [(c.done, c.total) for c in counts("02")[1:]] == [(1, 2), (1, 2)]
    for other in ("00", "03", "05", "08", "10"):  # they list the same failures, and nothing was done there
        assert {c.done for c in counts(other)} == {0}


def test_watchers_hear_of_each_record_and_one_key_has_one_watcher():
    heard = []
    progress.watch("test", lambda: heard.append("old"))
    progress.watch("test", lambda: heard.append("new"))
    progress.record("provoked", failure="x")
    progress.watch("test", lambda: None)
    assert heard == ["new"]


def test_export_writes_all_and_overwrites_nothing(tmp_path):
    answered("02/half", right=True)
    path = progress.export(tmp_path / "mine.jsonl")
    assert json.loads(path.read_text(encoding="utf-8"))["question"] == "half"
    with pytest.raises(FileExistsError):
        progress.export(path)


def test_reset_moves_the_files_and_deletes_none(folder):
    answered("02/half", right=True)
    (file,) = folder.glob("*.jsonl")
    content = file.read_bytes()
    aside = progress.reset()
    assert not progress.load().records
    assert (aside / file.name).read_bytes() == content
    answered("02/half", right=False)
    assert len(progress.load().records) == 1


def test_without_a_setting_the_users_data_folder_is_used(monkeypatch):
    monkeypatch.delenv("GAN_EDU_PROGRESS")
    assert progress.folder().parts[-2:] == ("gan-edu", "progress")


# Which questions open a lesson.


def slots(number):
    chosen, lines = look_back(number)
    return {back.slot: back.question.uid for back in chosen}, lines


def test_the_first_lesson_has_nothing_to_look_back_on():
    assert look_back("00") == ([], [])
    assert look_back("A") == ([], [])


def test_without_progress_two_questions_come_and_a_line_says_why_not_three():
    chosen, lines = slots("11")
    assert set(chosen) == {"previous", "older"}
    nearest = next(entry.number for entry in earlier("11") if load_bank().lesson(entry.number))
    assert chosen["previous"].startswith(f"{nearest}/")
    assert lines == ["No missed question to bring back."]
    assert slots("11") == (chosen, lines)


def test_a_missed_question_comes_back():
    answered("00/adam", right=False)
    chosen, lines = slots("02")
    assert chosen["missed"] == "00/adam"
    assert len(set(chosen.values())) == 3
    assert not lines


def test_a_parallel_question_comes_in_place_of_the_missed_one_where_there_is_one():
    answered("00/what_happened", right=False)
    assert slots("02")[0]["missed"] == "00/what_happened"  # its parallel belongs to 02 itself
    assert slots("11")[0]["missed"] == "02/transfer_grid"


def test_an_answered_slot_keeps_its_question():
    answered("00/adam", right=False)
    before = slots("02")[0]
    for slot, uid in before.items():
        answered(uid, right=True, where=place("02", slot))
    answered("00/logit", right=False)
    assert slots("02")[0] == before


def test_a_lesson_without_any_earlier_question_says_so():
    chosen, lines = look_back("02", bank=Bank({}, {}))
    assert chosen == []
    assert len(lines) == 3
