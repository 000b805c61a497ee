"""What the learner has done, kept in their own data folder as lines of JSON, one file for each kernel session.

A line is appended and forced to disk with each answer, so a killed kernel loses nothing; files are only ever appended
to, so two notebooks at once need no lock; they are merged on reading. Nothing leaves the machine unless exported.
"""

import errno
import json
import math
import os
import threading
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import platformdirs

_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)  # Windows would change line ends
REQUIRED = {  # kind of record -> fields that must be there, with their types
    "answer": {"lesson": str, "question": str, "hash": str, "right": bool},
    "practice": {"lesson": str, "question": str, "hash": str, "right": bool},
    "prediction": {"lesson": str, "question": str, "hash": str, "choice": str},
    "provoked": {"failure": str},
    "mended": {"failure": str},
}


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
    notice: str = ""  # what the learner should know about the folder, or ''

    def of(self, kind, **fields):
        """Return the records of a kind whose fields have these values, the oldest first."""
        return [r for r in self.records if r["kind"] == kind and all(r.get(k) == v for k, v in fields.items())]

    def answers(self, question, place=None):
        """Return the answers to this wording of a question, the oldest first; `place` keeps those given there."""
        fields = {"lesson": question.lesson, "question": question.id, "hash": question.hash}
        return self.of("answer", **fields, **({"place": place} if place else {}))

    def first(self, question):
        """Return the first answer ever given to this wording of a question, or None."""
        return next(iter(self.answers(question)), None)


class Session:
    """One kernel's own file in the folder; it falls back to memory when the folder cannot be written to."""

    def __init__(self, folder):
        self.folder, self.pid = folder, os.getpid()
        self.path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{self.pid}-{uuid.uuid4().hex[:8]}.jsonl"
        self.unsaved = []  # records that are only in memory
        self.problem = ""
        self.last_time = 0.0

    def write(self, kind, fields):
        """Append one record and force it to disk; return it."""
        self.last_time = max(time.time(), self.last_time)  # a clock set back must not change which answer came first
        made = {"kind": kind, "time": self.last_time, **fields}
        line = (json.dumps(made, ensure_ascii=False, allow_nan=False) + "\n").encode()
        try:
            self._append(line)
        except OSError as error:
            self.problem = (
                f"Your progress cannot be saved in {self.folder} ({error.strerror}): it lasts until the kernel stops. "
                "Set GAN_EDU_PROGRESS to a folder that you can write to."
            )
            self.unsaved.append(made)
        return made

    def _append(self, line):
        self.folder.mkdir(parents=True, exist_ok=True)
        file = os.open(self.path, _APPEND, 0o600)
        try:
            if os.write(file, line) != len(line):  # the disk is full: leave the half line and go on in a new file
                self.path = self.path.with_name(f"{self.path.stem}-b.jsonl")
                raise OSError(errno.ENOSPC, "the disk is full")
            os.fsync(file)
        finally:
            os.close(file)


class _Here:
    """This process's session and the widgets that want to hear of new records."""

    def __init__(self):
        self.lock = threading.RLock()  # between the threads of one kernel; files need none
        self.session = None
        self.watchers = {}

    def current(self):
        if self.session is None or self.session.folder != folder() or self.session.pid != os.getpid():
            self.session = Session(folder())
        return self.session


_here = _Here()


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


def load():
    """Read and merge all sessions into a Progress; lines that cannot be read are listed in `damaged`.

    Taught in notebooks/00 (how the course remembers).
    """
    with _here.lock:
        session = _here.current()
        merged, damaged, notice = [], [], session.problem
        try:
            paths = sorted(session.folder.glob("*.jsonl"))
        except OSError as error:
            paths, notice = [], f"Your progress in {session.folder} cannot be read ({error.strerror})."
        for path in paths:
            _read(path, merged, damaged)
        merged += [(made["time"], "memory", index, made) for index, made in enumerate(session.unsaved)]
    merged.sort(key=lambda entry: entry[:3])
    if damaged and not notice:
        notice = _set_aside(damaged)
    return Progress(tuple(entry[3] for entry in merged), tuple(damaged), notice)


def export(path):
    """Write all records, merged, to one file of JSON lines and return its Path; an existing file is not overwritten.

    Taught in notebooks/00 (how the course remembers).
    """
    path = Path(path)
    lines = [json.dumps(made, ensure_ascii=False) + "\n" for made in load().records]
    with path.open("x", encoding="utf-8") as file:
        file.writelines(lines)
    return path


def reset():
    """Begin anew: move the progress files to a folder beside them (nothing is deleted) and return that folder.

    Taught in notebooks/00 (how the course remembers).
    """
    with _here.lock:
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
    first, lines = damaged[0], "1 line" if len(damaged) == 1 else f"{len(damaged)} lines"
    where = f"line {first.line} of {first.file}: {first.reason}"
    return f"Set aside {lines} of your progress that cannot be read ({where}). The rest counts."


def _problem(made):
    """Return what is wrong with a record, or ''."""
    if not isinstance(made, dict) or not isinstance(made.get("kind"), str):
        return "it has no kind"
    when = made.get("time")
    if isinstance(when, bool) or not isinstance(when, int | float) or not math.isfinite(when):
        return "its time is no number"
    for name, type_ in REQUIRED.get(made["kind"], {}).items():
        if not isinstance(made.get(name), type_):
            return f"its {name!r} is missing or not a {type_.__name__}"
    return ""
