"""The digits: what was published, found where it should be, downloaded where it is missing, refused when damaged."""

import functools
import gzip
import hashlib
import http.server
import re
import shutil
import threading
import tracemalloc
from pathlib import Path

import pytest
import torch

from gan_edu import mnist

BUNDLED = Path(__file__).resolve().parents[1] / "data" / "mnist"
LABELS = "t10k-labels-idx1-ubyte"


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """No bundled file, an empty cache folder, and a mirror folder served on loopback."""
    folders = {name: tmp_path / name for name in ("data", "cache", "mirror")}
    for folder in folders.values():
        folder.mkdir()
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folders["mirror"])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    monkeypatch.setenv("GAN_EDU_DATA", str(folders["data"]))
    monkeypatch.setattr(mnist, "download_folder", lambda: folders["cache"])
    monkeypatch.setattr(mnist, "MIRROR", f"http://127.0.0.1:{server.server_port}/")
    mnist.load_mnist.cache_clear()
    yield folders
    server.shutdown()
    server.server_close()
    mnist.load_mnist.cache_clear()


def serve(folders, monkeypatch, source=BUNDLED):
    """Fill the mirror with the bundled files, whose compressed checksums are not those of the real mirror."""
    shutil.copytree(source, folders["mirror"], dirs_exist_ok=True)
    md5 = {name: hashlib.md5((source / f"{name}.gz").read_bytes()).hexdigest() for name in mnist.RAW_MD5}
    monkeypatch.setattr(mnist, "MIRROR_MD5", md5)


@pytest.mark.parametrize(
    ("split", "n", "first", "per_class"),
    [
        # Published facts: the first labels of each file, and how often each class occurs.
        ("train", 60_000, [5, 0, 4, 1, 9], [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]),
        ("test", 10_000, [7, 2, 1, 0, 4], [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
    ],
)
def test_splits_are_the_published_ones(split, n, first, per_class):
    images, labels = mnist.load_mnist(split)
    assert images.shape == (n, 28, 28)
    assert labels.shape == (n,)
    assert images.dtype == labels.dtype == torch.uint8
    assert labels[:5].tolist() == first
    assert torch.bincount(labels.long()).tolist() == per_class


def test_mean_and_spread_of_the_ink_are_the_known_ones():
    images, _ = mnist.load_mnist("train")
    ink = images.double() / 255
    assert ink.mean().item() == pytest.approx(0.1307, abs=5e-5)  # the constants of every MNIST example
    assert ink.std().item() == pytest.approx(0.3081, abs=5e-5)


def test_first_digit_is_the_right_way_up():
    (images, labels) = mnist.load_mnist("test")
    seven = images[0].double()
    assert labels[0] == 7
    assert seven[:, :14].sum() > 0
    top, bottom = seven[5:12].sum(1).max(), seven[18:26].sum(1).max()  # a 7: a wide bar above a thin stem
    assert top > 2 * bottom


def test_loaded_once():
    assert mnist.load_mnist("test")[0] is mnist.load_mnist("test")[0]


def test_unknown_split_names_the_known_ones():
    with pytest.raises(ValueError, match=r"'validation'; known: train, test"):
        mnist.load_mnist("validation")


def test_to_unit_maps_ink_onto_minus_one_to_one():
    images = torch.tensor([0, 51, 255], dtype=torch.uint8).view(3, 1, 1).expand(3, 28, 28)
    unit = mnist.to_unit(images)
    assert unit.shape == (3, 1, 28, 28)
    assert unit.dtype == torch.float32
    torch.testing.assert_close(unit[:, 0, 0, 0], torch.tensor([-1.0, -0.6, 1.0]))


def test_bundled_files_have_the_checksums_of_the_data_readme():
    table = (BUNDLED.parent / "README.md").read_text(encoding="utf-8")
    for name, md5 in mnist.RAW_MD5.items():
        raw = gzip.decompress((BUNDLED / f"{name}.gz").read_bytes())
        assert hashlib.md5(raw).hexdigest() == md5
        assert re.search(rf"\| {name} \| {len(raw):,} \| {md5} \|", table)


def test_missing_file_is_downloaded_once_with_progress(elsewhere, monkeypatch, capsys):
    serve(elsewhere, monkeypatch)
    _, labels = mnist.load_mnist("test")
    assert labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert sorted(p.name for p in elsewhere["cache"].iterdir()) == [f"{name}.gz" for name in mnist.SPLITS["test"]]
    said = capsys.readouterr().err  # of pooch: the file, and a bar
    assert "t10k-images-idx3-ubyte.gz" in said
    assert "100%" in said
    shutil.rmtree(elsewhere["mirror"])
    mnist.load_mnist.cache_clear()
    assert len(mnist.load_mnist("test")[0]) == 10_000  # from the cache folder


def test_download_with_a_wrong_checksum_is_refused_and_not_kept(elsewhere, monkeypatch):
    serve(elsewhere, monkeypatch)
    (elsewhere["mirror"] / f"{LABELS}.gz").write_bytes(gzip.compress(b"not digits"))
    with pytest.raises(mnist.MnistError, match=rf"{LABELS}\.gz.*git checkout"):
        mnist.find_file(LABELS)
    assert not (elsewhere["cache"] / f"{LABELS}.gz").exists()


def test_without_files_or_network_the_error_names_file_and_remedy(elsewhere, monkeypatch):
    monkeypatch.setattr(mnist, "MIRROR", "http://127.0.0.1:9/")
    with pytest.raises(mnist.MnistError, match=r"t10k-images-idx3-ubyte\.gz is in none of .*git checkout.*network"):
        mnist.load_mnist("test")


@pytest.mark.parametrize("damage", ["cut", "swapped", "no archive"])
def test_damaged_file_is_named_with_its_remedy(elsewhere, damage):
    folder = elsewhere["data"] / "mnist"
    shutil.copytree(BUNDLED, folder)
    whole = (folder / f"{LABELS}.gz").read_bytes()
    bad = {"cut": whole[:-100], "swapped": gzip.compress(bytes(10_008)), "no archive": b"<html>404</html>"}[damage]
    (folder / f"{LABELS}.gz").write_bytes(bad)
    with pytest.raises(mnist.MnistError, match=rf"{LABELS}\.gz (cannot be read|has the wrong checksum).*Delete it"):
        mnist.load_mnist("test")


def test_mirror_lists_the_same_files():
    assert mnist.MIRROR.startswith("https://")
    assert set(mnist.MIRROR_MD5) == set(mnist.RAW_MD5) == {name for pair in mnist.SPLITS.values() for name in pair}


def test_a_bomb_is_not_unpacked(elsewhere):
    """100 MB of zeros behind what should be there: refused after as many bytes as the file should have."""
    bomb = elsewhere["data"] / f"{LABELS}.gz"
    bomb.parent.mkdir(exist_ok=True, parents=True)
    with gzip.open(bomb, "wb", compresslevel=1) as packed:
        packed.write(gzip.decompress((BUNDLED / f"{LABELS}.gz").read_bytes()))  # all that should be there, and more
        for _ in range(100):
            packed.write(bytes(10**6))
    tracemalloc.start()
    with pytest.raises(mnist.MnistError, match=rf"{LABELS}\.gz has the wrong checksum"):
        mnist.read_raw(bomb)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 5e6


@pytest.mark.parametrize("name", mnist.RAW_MD5)
def test_the_known_sizes_are_those_of_the_files(name):
    assert mnist.size_of(name) == len(mnist.read_raw(BUNDLED / f"{name}.gz"))
