"""Cores and free memory: this machine's against another reading, a container's limit against invented ones."""

import os
import sys
from types import SimpleNamespace

import pytest

from gan_edu import machine


def test_cores():
    assert 1 <= machine.cores() <= os.cpu_count()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads Linux's own second source")
def test_free_memory_agrees_with_sysconf():
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    unused = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert 0.5 * unused < machine.free_memory() < total


@pytest.mark.parametrize(
    ("limit", "free"), [("2000", 2000 - 1500 + 300), ("max", 10**6), (str(10**9), 10**6)]
)
def test_a_container_counts_its_own_limit(tmp_path, monkeypatch, limit, free):
    (tmp_path / "memory.max").write_text(f"{limit}\n", encoding="utf-8")
    (tmp_path / "memory.current").write_text("1500\n", encoding="utf-8")
    (tmp_path / "memory.stat").write_text("anon 1000\ninactive_file 300\nactive_file 100\n", encoding="utf-8")
    monkeypatch.setattr(machine, "CGROUP", tmp_path)
    monkeypatch.setattr(machine.psutil, "virtual_memory", lambda: SimpleNamespace(available=10**6))
    assert machine.free_memory() == free


def test_unknown_is_none(monkeypatch):
    def fails():
        raise NotImplementedError("platform not supported")

    monkeypatch.setattr(machine.psutil, "virtual_memory", fails)
    assert machine.free_memory() is None
