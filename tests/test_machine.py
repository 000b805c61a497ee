"""Cores and free memory: this machine's against another reading, the other systems' against recorded answers."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from gan_edu import machine

VM_STAT = """Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                               10000.
Pages active:                            200000.
Pages inactive:                           50000.
Pages speculative:                         2000.
Pages throttled:                              0.
Pages wired down:                        100000.
Pages purgeable:                           1000.
"""


def test_cores():
    assert 1 <= machine.cores() <= os.cpu_count()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads Linux's own second source")
def test_free_memory_agrees_with_sysconf():
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    unused = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert 0.5 * unused < machine.free_memory() < total


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc/meminfo")
@pytest.mark.parametrize(("limit", "expected"), [("2000", 2000 - 1500 + 300), ("max", None)])
def test_a_container_counts_its_own_limit(tmp_path, monkeypatch, limit, expected):
    (tmp_path / "memory.max").write_text(f"{limit}\n", encoding="utf-8")
    (tmp_path / "memory.current").write_text("1500\n", encoding="utf-8")
    (tmp_path / "memory.stat").write_text("anon 1000\ninactive_file 300\nactive_file 100\n", encoding="utf-8")
    monkeypatch.setattr(machine, "CGROUP", tmp_path)
    free = machine.free_memory()
    assert free == expected if expected else free > 10**6


def test_macos(monkeypatch):
    monkeypatch.setattr(machine.sys, "platform", "darwin")
    monkeypatch.setattr(machine.subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=VM_STAT))
    assert machine.free_memory() == 16384 * (10_000 + 50_000 + 2_000 + 1_000)


def test_windows(monkeypatch):
    def answer(pointer):
        assert pointer._obj.length == 64  # the size that Windows documents for MEMORYSTATUSEX
        pointer._obj.free = 3 * 10**9
        return 1

    kernel = SimpleNamespace(kernel32=SimpleNamespace(GlobalMemoryStatusEx=answer))
    monkeypatch.setattr(machine.sys, "platform", "win32")
    monkeypatch.setattr(machine.ctypes, "windll", kernel, raising=False)
    assert machine.free_memory() == 3 * 10**9


def test_unknown_is_none(monkeypatch):
    def fails(*_, **__):
        raise subprocess.CalledProcessError(1, "vm_stat")

    monkeypatch.setattr(machine.sys, "platform", "plan9")
    assert machine.free_memory() is None
    monkeypatch.setattr(machine.sys, "platform", "darwin")
    monkeypatch.setattr(machine.subprocess, "run", fails)
    assert machine.free_memory() is None
