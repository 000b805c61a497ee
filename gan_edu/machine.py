"""What this machine offers a run: cores and free memory, on Linux, macOS and Windows, by the standard library alone."""

import ctypes
import os
import re
import subprocess
import sys
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")  # a container's own limits, as on Binder


def cores():
    """Return the number of processor cores that this process may use. Taught in notebooks/00_start_here."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_memory():
    """Return the bytes of memory that programs can still take without swapping, or None where that is not known.

    Taught in notebooks/00_start_here.
    """
    read = {"linux": _linux, "darwin": _macos, "win32": _windows}.get(sys.platform)
    try:
        return read() if read else None
    except (OSError, ValueError, AttributeError, subprocess.SubprocessError):
        return None


def _linux():
    free = 1024 * int(re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text(encoding="utf-8"))[1])
    try:
        limit, used = ((CGROUP / name).read_text(encoding="utf-8").strip() for name in ("memory.max", "memory.current"))
        details = (CGROUP / "memory.stat").read_text(encoding="utf-8")
        cached = int(re.search(r"^inactive_file (\d+)", details, re.MULTILINE)[1])
    except (OSError, TypeError):  # no container, or one without such a file
        return free
    return free if limit == "max" else min(free, int(limit) - int(used) + cached)


def _macos():
    text = subprocess.run(["vm_stat"], capture_output=True, encoding="utf-8", timeout=10, check=True).stdout
    page = int(re.search(r"page size of (\d+) bytes", text)[1])
    kinds = ("free", "inactive", "speculative", "purgeable")
    return page * sum(int(re.search(rf"Pages {kind}:\s+(\d+)", text)[1]) for kind in kinds)


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load_percent", ctypes.c_uint32),
        *((name, ctypes.c_uint64) for name in ("total", "free", "page_total", "page_free", "virtual", "virtual_free")),
        ("extended", ctypes.c_uint64),
    )


def _windows():
    status = _MemoryStatus()
    status.length = ctypes.sizeof(status)
    if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        raise OSError("GlobalMemoryStatusEx failed")
    return status.free
