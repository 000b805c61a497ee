"""Remake the lock files with uv: `python .ci/locks.py` keeps the locked versions, `--upgrade` takes the newest ones.

Every file that the package index offers of a version has its hash in the lock, for pip's --require-hashes. PyTorch
alone has a lock without hashes, changed by hand: its builds for the CPU lie on other indexes, each with its own files.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {  # file -> (what it is for, extras of pyproject.toml)
    "requirements.lock": ("The versions that the course is tested with, but for PyTorch's.", []),
    "requirements-test.lock": ("What only `python3 start.py test` needs besides.", ["--extra", "test"]),
}
TORCH = "requirements-torch.lock"
UV = "uv pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest --generate-hashes"
LEFT_OUT = re.compile("torch|cuda-|nvidia-|triton|cupy")  # no CUDA packages: the course trains on the CPU


def compiled(words):
    """Run uv; returns {package: its lines}."""
    command = [*UV.split(), "--no-header", "--no-annotate", "-q", *words]
    text = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, encoding="utf-8").stdout
    blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    return {re.match(r"[\w.-]+", block)[0]: block for block in blocks}


def main(upgrade):
    keep = [TORCH, *([] if upgrade else LOCKS)]
    words, seen = [word for name in keep for word in ("-c", name)], set()
    for name, (purpose, extra) in LOCKS.items():
        found = {package: block for package, block in compiled([*words, *extra]).items() if not LEFT_OUT.match(package)}
        head = f"# {purpose}\n# Made by .ci/locks.py; with the hash of every file, which pip checks.\n"
        own = "".join(block for package, block in found.items() if package not in seen)
        (ROOT / name).write_text(head + own, encoding="utf-8", newline="\n")
        seen |= set(found)


if __name__ == "__main__":
    main("--upgrade" in sys.argv[1:])
