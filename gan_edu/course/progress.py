"""What the learner has done, kept in their own data folder as lines of JSON, one file for each kernel session.

A line is appended and forced to disk with each answer, so a killed kernel loses nothing; each kernel has a file of its
own, so two notebooks at once need no lock; they are merged on reading. What a full disk does not take stays in memory,
and is tried again with the next answer and at the kernel's end. Nothing leaves the machine unless exported.
"""

import atexit
import errno
import json
import os
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import platformdirs

from gan_edu.course.fields import is_number

_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)  # Windows would change line ends
REQUIRED = {  # kind of record -> fields that must be there, with their types
    "answer": {"lesson": str, "question": str, "hash": str, "right": bool, "value": (str, int, float, list)},
    "practice": {"lesson": str, "question": str, "hash": str, "right": bool},
    "prediction": {"lesson": str, "question": str, "hash": str, "choice": str},
    "provoked": {"failure": str},
    "mended": {"failure": str},
    "detective": {"right": int, "wrong": int, "unsure": int},
}
_ANSWER = {"answer": "value", "prediction": "choice"}  # kind of record -> the field that must fit its question


@dataclass(frozen=True)
class Damaged:
    """A line that could not be read: it stays in its file as it is, and everything else counts."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True)
class Progress:
    """All sessions merged: records in the order in which they happened, and what was set aside."""

    records: tuple = ()
    damaged: tuple = ()
    problem: str = ""  # why the folder cannot be read or written to, or ''
    unsaved: tuple = ()  # those of the records that are only in memory
    places: tuple = ()  # (file, line) of each record

    @property
    def notice(self):
        """What the learner should know about the saved progress, or ''."""
        return " ".join(filter(None, (self.problem, _set_aside(self.damaged))))

    def of(self, kind, **fields):
        """Return the records of a kind whose fields have these values, the oldest first."""
        return [r for r in self.records if r["kind"] == kind and all(r.get(k) == v for k, v in fields.items())]

    def fitting(self, bank):
        """Return this Progress without answers that the bank's questions do not offer; these are `damaged`."""
        misfits = {i for i, made in enumerate(self.records) if _misfits(made, bank)}
        found = tuple(Damaged(*self.places[i], "it is no answer to its question") for i in sorted(misfits))
        if not found:
            return self
        fit = [i for i in range(len(self.records)) if i not in misfits]
        records, places = (tuple(each[i] for i in fit) for each in (self.records, self.places))
        return replace(self, records=records, places=places, damaged=self.damaged + found)

    def answers(self, question, place=None):
        """Return the answers to this wording of a question, the oldest first; `place` keeps those given there."""
        fields = {"lesson": question.lesson, "question": question.id, "hash": question.hash}
        return self.of("answer", **fields, **({"place": place} if place else {}))

    def first(self, question):
        """Return the first answer ever given to this wording of a question, or None."""
        return next(iter(self.answers(question)), None)


class Session:
    """One kernel's own file in the folder; what cannot be written there waits in memory, in order."""

    def __init__(self, folder, unsaved=()):
        self.folder, self.pid = folder, os.getpid()
        self.path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{self.pid}-{uuid.uuid4().hex[:8]}.jsonl"
        self.unsaved = list(unsaved)  # records that are only in memory
        self.problem = ""
        self.last_time = 0.0

    def write(self, kind, fields):
        """Append one record, and those that could not be saved before, and force them to disk; return it."""
        self.last_time = max(time.time(), self.last_time)  # a clock set back must not change which answer came first
        made = {"kind": kind, "time": self.last_time, **fields}
        _line(made)  # what cannot be written at all raises before it is kept
        self.unsaved.append(made)
        self.save()
        return made

    def save(self):
        """Write what is only in memory; where that fails, `problem` says so and it stays there."""
        if not self.unsaved:
            return
        try:
            self._append(b"".join(map(_line, self.unsaved)))
        except OSError as error:
            what = "1 record is" if len(self.unsaved) == 1 else f"{len(self.unsaved)} records are"
            self.problem = (
                f"Your progress cannot be saved in {self.folder} ({error.strerror}): {what} kept in memory, and saved "
                "with your next answer, or when the kernel stops, if there is room by then. Make room, or set "
                "GAN_EDU_PROGRESS to a folder that you can write to."
            )
        else:
            self.unsaved, self.problem = [], ""

    def _append(self, lines):
        self.folder.mkdir(parents=True, exist_ok=True)
        file = os.open(self.path, _APPEND, 0o600)
        size = os.fstat(file).st_size
        try:
            if os.write(file, lines) != len(lines):
                raise OSError(errno.ENOSPC, "the disk is full")
            os.fsync(file)
        except OSError:
            with suppress(OSError):  # no half line may stay in front of the next one
                os.ftruncate(file, size)
            raise
        finally:
            os.close(file)


def _line(made):
    return (json.dumps(made, ensure_ascii=False, allow_nan=False) + "\n").encode()


class _Here:
    """This process's session and the widgets that want to hear of new records."""

    def __init__(self):
        self.lock = threading.RLock()  # between the threads of one kernel; files need none
        self.session = None
        self.watchers = {}

    def current(self):
        old = self.session
        if old is None or old.folder != folder() or old.pid != os.getpid():
            own = old is not None and old.pid == os.getpid()
            self.session = Session(folder(), old.unsaved if own else ())  # a new folder gets what the old one could not
        return self.session

    def at_the_end(self):
        """Try once more to save, when the kernel stops."""
        with self.lock:
            if self.session is not None and self.session.pid == os.getpid():
                self.session.save()


_here = _Here()
atexit.register(_here.at_the_end)


def folder():
    """Return where the progress files lie: GAN_EDU_PROGRESS, else the user's data folder. Taught in notebooks/00."""
    if chosen := os.environ.get("GAN_EDU_PROGRESS"):
        return Path(chosen).expanduser()
    return platformdirs.user_data_path("gan-edu", appauthor=False) / "progress"


def record(kind, **fields):
    """Keep one thing that the learner did, on disk before this returns, and tell the watchers; return the record.

    Known kinds and their fields stand in REQUIRED; a missing or mistyped one raises ValueError. A folder that cannot
    be written to does not raise: `load().notice` says so, and the record lasts as long as the kernel.
    Taught in notebooks/00 (how the course remembers).
    """
    problem = _problem({"kind": kind, "time": 0.0, **fields})
    if problem:
        raise ValueError(f"progress record {kind!r}: {problem}")
    with _here.lock:
        made = _here.current().write(kind, fields)
        watchers = list(_here.watchers.values())
    for callback in watchers:
        callback()
    return made


def watch(key, callback):
    """Call `callback()` after each new record of this kernel; the same key replaces an earlier callback.

    Taught in notebooks/00 (the progress bar).
    """
    with _here.lock:
        _here.watchers[key] = callback


def load(bank=None):
    """Read and merge all sessions into a Progress; lines that cannot be read are listed in `damaged`.

    With a Bank, so are answers that its questions do not offer. Taught in notebooks/00 (how the course remembers).
    """
    with _here.lock:
        session = _here.current()
        merged, damaged, problem = [], [], session.problem
        try:
            paths = sorted(session.folder.glob("*.jsonl"))
        except OSError as error:
            paths, problem = [], f"Your progress in {session.folder} cannot be read ({error.strerror})."
        for path in paths:
            _read(path, merged, damaged)
        unsaved = tuple(session.unsaved)
        merged += [(made["time"], "memory", index, made) for index, made in enumerate(unsaved)]
    merged.sort(key=lambda entry: entry[:3])
    records, places = tuple(entry[3] for entry in merged), tuple(entry[1:3] for entry in merged)
    kept = Progress(records, tuple(damaged), problem, unsaved, places)
    return kept if bank is None else kept.fitting(bank)


def export(path):
    """Write all records, merged, to one file of JSON lines and return its Path; an existing file is not overwritten.

    Taught in notebooks/00 (how the course remembers).
    """
    path = Path(path)
    lines = [json.dumps(made, ensure_ascii=False) + "\n" for made in load().records]
    file = path.open("x", encoding="utf-8")
    try:
        with file:
            file.writelines(lines)
    except OSError:  # a full disk: half an export would be taken for a whole one
        path.unlink()
        raise
    return path


def reset():
    """Begin anew: move the progress files to a folder beside them (nothing is deleted) and return that folder.

    OSError, and nothing is moved, while answers are only in memory because the disk does not take them.
    Taught in notebooks/00 (how the course remembers).
    """
    with _here.lock:
        session = _here.current()
        session.save()
        if session.unsaved:
            raise OSError(errno.ENOSPC, session.problem, str(session.folder))
        aside = folder() / f"before-{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:4]}"
        aside.mkdir(parents=True)
        for path in folder().glob("*.jsonl"):
            path.rename(aside / path.name)
        _here.session = None
        watchers = list(_here.watchers.values())
    for callback in watchers:
        callback()
    return aside


def _read(path, merged, damaged):
    try:
        content = path.read_bytes()
    except OSError as error:
        damaged.append(Damaged(path.name, 0, f"the file cannot be opened: {error.strerror}"))
        return
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            made = json.loads(line.decode("utf-8"))
            problem = _problem(made)
        except (ValueError, RecursionError):
            problem = "it is not a line of JSON"
        if problem:
            damaged.append(Damaged(path.name, number, problem))
        else:
            merged.append((made["time"], path.name, number, made))


def _set_aside(damaged):
    if not damaged:
        return ""
    first, lines = damaged[0], "1 line" if len(damaged) == 1 else f"{len(damaged)} lines"
    where = f"line {first.line} of {first.file}: {first.reason}"
    return f"Set aside {lines} of your progress that cannot be read ({where}). The rest counts."


def _problem(made):
    """Return what is wrong with a record, or ''."""
    if not isinstance(made, dict) or not isinstance(made.get("kind"), str):
        return "it has no kind"
    if not is_number(made.get("time")):
        return "its time is no number"
    for name, type_ in REQUIRED.get(made["kind"], {}).items():
        value = made.get(name)
        if not isinstance(value, type_) or (isinstance(value, bool) and type_ is not bool):
            words = " or ".join(one.__name__ for one in (type_ if isinstance(type_, tuple) else (type_,)))
            return f"its {name!r} is missing or not a {words}"
        if isinstance(value, int | float) and type_ is not bool and not is_number(value):
            return f"its {name!r} is no number that can be used"
    return ""


def _misfits(made, bank):
    """Whether an answer or prediction is none that its question offers; other wordings and questions do not matter."""
    question = bank.questions.get(f"{made.get('lesson')}/{made.get('question')}")
    if made["kind"] not in _ANSWER or question is None or question.hash != made["hash"]:
        return False
    return not question.accepts(made[_ANSWER[made["kind"]]])
