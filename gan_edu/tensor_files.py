"""Tensors in safetensors files, which hold no code: read with every fault named, written beside and put in place.

A checksum in the header tells when a single bit has changed; files from elsewhere may have none.
"""

import zlib
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from gan_edu import files

CHECKSUM = "crc32"  # its name in the header
BROKEN = (ValueError, TypeError, KeyError, IndexError, AttributeError, RuntimeError, OverflowError)


def read(file):
    """(header, name -> tensor) of a file. ValueError where it is damaged, OSError where it cannot be read."""
    if Path(file).is_dir():
        raise ValueError(f"{file} is a folder, not a file")
    try:
        with safe_open(file, "pt") as opened:
            header = opened.metadata() or {}
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"{file} is damaged, or no safetensors file: {error}") from error
    checksum = header.pop(CHECKSUM, None)
    if checksum not in (None, checksum_of(tensors, header)):
        raise ValueError(f"{file} is damaged: its checksum does not fit")
    return header, tensors


def write(file, tensors, header):
    """Write tensors and a header (texts by name); whatever goes wrong, a file that was there stays as it was."""
    tensors = {name: value.contiguous() for name, value in tensors.items()}
    header = {**header, CHECKSUM: checksum_of(tensors, header)}
    with files.replacing(file) as beside:
        try:
            save_file(tensors, beside, metadata=header)
        except SafetensorError as error:
            raise OSError(f"{file} was not written: {error}") from error


def checksum_of(tensors, header):
    """CRC-32 of all names, numbers and texts, as eight hexadecimal digits."""
    code = zlib.crc32(repr(sorted(header.items())).encode())
    for name in sorted(tensors):
        value = tensors[name]
        told = f"{name} {value.dtype} {tuple(value.shape)}".encode()
        code = zlib.crc32(value.flatten().view(torch.uint8).numpy(), zlib.crc32(told, code))
    return f"{code:08x}"


def check(tensors, wanted):
    """ValueError unless the tensors have the names, shapes and kinds of numbers of `wanted`, name -> tensor."""
    odd = sorted(set(tensors) ^ set(wanted))
    if odd:
        raise ValueError(f"tensor {odd[0]!r} is {'missing' if odd[0] in wanted else 'not known'}")
    for name, like in wanted.items():
        found = tensors[name]
        if found.shape != like.shape or found.dtype != like.dtype:
            raise ValueError(f"tensor {name!r} is {found.dtype} {tuple(found.shape)}, not {like.dtype} "
                             f"{tuple(like.shape)}")  # fmt: skip


def check_finite(tensors):
    """ValueError where a tensor holds NaN or infinity."""
    for name, found in tensors.items():
        if not found.isfinite().all():
            raise ValueError(f"tensor {name!r} holds numbers that are not finite")


@contextmanager
def naming(file, remedy):
    """Inside, whatever a file's content makes fail becomes a ValueError that names the file, the fault and a remedy."""
    try:
        yield
    except BROKEN as error:
        fault = str(error) or type(error).__name__
        named = fault if str(file) in fault else f"{file} is damaged: {fault[:300]}"
        raise ValueError(f"{named}. {remedy}") from error
