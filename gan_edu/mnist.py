"""MNIST: 70,000 handwritten digits by LeCun, Cortes and Burges, the first real images of the course.

The files come with the course, in `data/mnist`. Only where they are missing does the first use download them (11 MB).
Every file's checksum is verified when it is read, once for each kernel.

Environment: `GAN_EDU_DATA` names another folder to use in place of `data`; it holds a folder `mnist`.
Taught in notebooks/11_mnist_dcgan.
"""

import gzip
import hashlib
import os
import zlib
from functools import lru_cache
from pathlib import Path

import torch

SPLITS = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
RAW_MD5 = {  # of the files as their authors published them, decompressed
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
MIRROR = "https://ossci-datasets.s3.amazonaws.com/mnist/"  # the one that torchvision uses
MIRROR_MD5 = {  # of the mirror's compressed files, as torchvision/datasets/mnist.py lists them
    "train-images-idx3-ubyte": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte": "d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3-ubyte": "9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte": "ec29112dd5afa0611ce80d1b7f02629c",
}
IMAGE_HEADER, LABEL_HEADER = 16, 8  # bytes before the first pixel, the first label
SIDE = 28  # pixels


class MnistError(RuntimeError):
    """A file of digits is missing or damaged; the message names the file and the remedy."""


@lru_cache
def load_mnist(split="train"):
    """Return the digits of one split as they were published: 60,000 for 'train', 10,000 for 'test'.

    Returns `(images, labels)`, uint8 tensors of shape (n, 28, 28) with ink 0..255 and (n,) with classes 0..9. They are
    shared by all callers: copy before you change them. Raises MnistError where a file is missing and cannot be
    downloaded, or is damaged, and ValueError for an unknown split.

    Taught in notebooks/11_mnist_dcgan.
    """
    if split not in SPLITS:
        raise ValueError(f"unknown split {split!r}; known: {', '.join(SPLITS)}")
    images, labels = (bytearray(read_raw(find_file(name))) for name in SPLITS[split])
    pixels = torch.frombuffer(images, dtype=torch.uint8, offset=IMAGE_HEADER)
    return pixels.view(-1, SIDE, SIDE), torch.frombuffer(labels, dtype=torch.uint8, offset=LABEL_HEADER)


def to_unit(images):
    """Turn ink into what a generator with tanh produces: uint8 (n, 28, 28) -> float32 (n, 1, 28, 28) in [-1, 1].

    Taught in notebooks/11_mnist_dcgan.
    """
    return images.unsqueeze(1).float() / 127.5 - 1  # (n, 1, 28, 28): one channel


def find_file(name):
    """Return the path of a compressed file: the bundled one, an earlier download, or a download made now.

    Taught in notebooks/11_mnist_dcgan.
    """
    places = [bundled_folder(), download_folder()]
    for place in places:
        if (place / f"{name}.gz").is_file():
            return place / f"{name}.gz"
    return _download(name, places)


def read_raw(path):
    """Return the decompressed bytes of `NAME.gz`, verified; MnistError says what to do with a damaged file.

    Taught in notebooks/11_mnist_dcgan.
    """
    name = Path(path).stem
    try:
        with gzip.open(path) as packed:
            raw = packed.read(size_of(name) + 1)  # one more than it holds tells a file that is too long
        fault = "has the wrong checksum" if hashlib.md5(raw).hexdigest() != RAW_MD5[name] else ""
    except (OSError, EOFError, zlib.error) as error:
        fault = f"cannot be read ({error})"
    if fault:
        raise MnistError(
            f"{path} {fault}. Delete it, then bring it back with `git checkout -- data/mnist`, "
            "or run this again with a network: it will be downloaded."
        )
    return raw


def size_of(name):
    """How many bytes a file has when it is decompressed."""
    count = 60_000 if name.startswith("train") else 10_000
    return IMAGE_HEADER + count * SIDE * SIDE if "images" in name else LABEL_HEADER + count


def bundled_folder():
    """Return the folder where the course keeps its digits. Taught in notebooks/11_mnist_dcgan."""
    data = os.environ.get("GAN_EDU_DATA") or Path(__file__).resolve().parents[1] / "data"
    return Path(data) / "mnist"


def download_folder():
    """Return the folder for files that had to be downloaded. Taught in notebooks/11_mnist_dcgan."""
    import platformdirs

    return platformdirs.user_cache_path("gan-edu", appauthor=False) / "mnist"


def _download(name, places):
    """Fetch `name` from the mirror into the last of `places`, the ones where it was looked for."""
    import pooch

    file = f"{name}.gz"
    try:
        checksum = f"md5:{MIRROR_MD5[name]}"
        return Path(pooch.retrieve(MIRROR + file, checksum, fname=file, path=places[-1], progressbar=True))
    except Exception as error:  # no network, refused, disk full, wrong checksum: each has the same remedy
        raise MnistError(
            f"{file} is in none of {', '.join(map(str, places))}, and could not be downloaded from {MIRROR} "
            f"({type(error).__name__}: {error}). Bring it back with `git checkout -- data/mnist`, "
            "or run this again when there is a network."
        ) from error
