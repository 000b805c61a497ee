"""Files that outlive a kill and a full disk: written beside and then put in place, or only ever appended to.

Nothing here overwrites what the course did not write: a file that does not look as it should is refused by name.
"""

import errno
import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(file):
    """A path beside `file` to write to. It takes the file's place when the block ends well; else the file stays."""
    file, beside = _places(file)
    try:
        yield beside
        if file.exists():
            shutil.copymode(file, beside)
        with open(beside, "rb+") as written:
            os.fsync(written.fileno())
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)


def _places(file):
    """A file, a link followed to its end, and a path beside it."""
    file = Path(file).resolve()
    if not file.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(file.parent))
    return file, file.with_name(f".{file.name}.unfinished")


def try_out(file):
    """OSError now, before anything is trained, where `replacing` the file would fail later."""
    file, beside = _places(file)
    if file.is_dir():
        raise IsADirectoryError(errno.EISDIR, "a folder, not a file", str(file))
    beside.touch()
    beside.unlink()


def replace(file, text):
    """Give the file this text, or, where anything goes wrong, leave it as it was."""
    with replacing(file) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def append(file, rows):
    """Add rows (dicts) to a file of JSON lines and force them to disk."""
    with open(file, "a", encoding="utf-8", newline="\n") as out:
        out.write(as_lines(rows))
        out.flush()
        os.fsync(out.fileno())


def as_lines(rows):
    """Rows (dicts) as JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def read_rows(file, kind, is_row, begins):
    """The rows of a file of JSON lines; [] where there is none, or nothing in it.

    kind: what the file is, in words, as 'study'. is_row(rows, row): whether a dict can come after the rows read so far.
    begins: how the text of the first row begins, and that of any other; by it a last line that was cut off is known,
    and left out. ValueError that names the file, and the line where one is damaged, for anything else.
    """
    lines, rows = _lines(file, kind), []
    for number, line in enumerate(lines):
        row = _dict(line)
        if row is not None and is_row(rows, row):
            rows.append(row)
        elif row is None and number == len(lines) - 1 and _is_torn(line, begins[bool(rows)]):
            break
        else:
            raise ValueError(f"{file}, line {number + 1} is damaged, or the file is no {kind}: delete that line, or "
                             "name another file")  # fmt: skip
    return rows


def ready(file, rows):
    """Make sure that rows can be appended to a file that holds these already: it ends with a whole line."""
    with open(file, "ab"):  # an error comes now, before anything is trained
        pass
    if Path(file).read_bytes() != as_lines(rows).encode():
        replace(file, as_lines(rows))


def _lines(file, kind):
    if not Path(file).exists():
        return []
    try:
        return Path(file).read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise ValueError(f"{file}: the file is no {kind}, it holds bytes that are no text; name another file") from None


def _dict(line):
    """The dict that a line says, None where it says none."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _is_torn(line, start):
    return line[: len(start)] == start[: len(line)]
