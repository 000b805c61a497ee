"""What this machine offers a run: cores and free memory."""

import os
import re
from pathlib import Path

import psutil

CGROUP = Path("/sys/fs/cgroup")  # a container's own limits, as on Binder, which psutil does not look at


def cores():
    """Return the number of processor cores that this process may use. Taught in notebooks/00_start_here."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_memory():
    """Return the bytes of memory that programs can still take without swapping, or None where that is not known.

    Taught in notebooks/00_start_here.
    """
    try:
        return min(psutil.virtual_memory().available, _left_to_container())
    except (OSError, RuntimeError, NotImplementedError):
        return None


def _left_to_container():
    """Bytes below this container's limit, infinite where there is none; cached files make room when asked."""
    try:
        limit, used = ((CGROUP / name).read_text(encoding="utf-8").strip() for name in ("memory.max", "memory.current"))
        details = (CGROUP / "memory.stat").read_text(encoding="utf-8")
        cached = int(re.search(r"^inactive_file (\d+)", details, re.MULTILINE)[1])
        return float("inf") if limit == "max" else int(limit) - int(used) + cached
    except (OSError, TypeError):  # no container, or one without such a file
        return float("inf")
