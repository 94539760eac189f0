"""MNIST, Fashion-MNIST and CIFAR from files of every published layout, made here and small."""

import gzip
import os
import pickle
import struct
import tarfile

import keras
import numpy as np
import pytest

import gankit
from gankit_standard.cifar import HUNDRED, cifar10, cifar100
from gankit_standard.mnist import CLOTHES, fashion_mnist, mnist

pytestmark = pytest.mark.anywhere


def draw(*shape, high=256, seed=0):
    return np.random.default_rng(seed).integers(0, high, shape, dtype="uint8")


DIGITS = {"train": (draw(20, 28, 28), np.arange(20, dtype="uint8") % 10)}
DIGITS["test"] = (draw(10, 28, 28, seed=1), np.arange(10, dtype="uint8")[::-1].copy())


def write_npz(folder):
    arrays = {}
    for split, (images, labels) in DIGITS.items():
        arrays |= {f"x_{split}": images, f"y_{split}": labels}
    np.savez(folder / "digits.npz", **arrays)
    return folder / "digits.npz"


def idx(array):
    """Return the bytes of an IDX file, written by the format's description."""
    head = bytes([0, 0, 8, array.ndim])
    return head + b"".join(struct.pack(">I", n) for n in array.shape) + array.tobytes()


def write_idx(folder, end=".gz", dot="-", pack=gzip.compress):
    for prefix, split in (("train", "train"), ("t10k", "test")):
        for what, array in zip(("images", "labels"), DIGITS[split]):
            name = f"{prefix}-{what}{dot}idx{array.ndim}-ubyte{end}"
            (folder / name).write_bytes(pack(idx(array)))
    return folder


LAYOUTS = {
    "npz": write_npz,
    "idx.gz": write_idx,
    "idx": lambda folder: write_idx(folder, "", ".", bytes),
}


def write_folders(folder):
    """Write each file with a dot, and in a folder of its own name, as archives unpack."""
    write_idx(folder, "", ".", bytes)
    for file in list(folder.iterdir()):
        place = folder / file.name.replace(".idx", "-idx")
        place.mkdir()
        file.rename(place / place.name)
    return write_idx(folder, "", ".", bytes)


LAYOUTS["folders"] = write_folders


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("make", [mnist, fashion_mnist])
def test_digits_and_clothes_are_read_from_files(make, layout, split, tmp_path):
    dataset = make(str(LAYOUTS[layout](tmp_path)), split)
    images, labels = DIGITS[split]
    np.testing.assert_array_equal(dataset.arrays["images"][..., 0], images)
    np.testing.assert_array_equal(dataset.arrays["labels"], labels)
    assert dataset.spec == gankit.DataSpec({"images": (28, 28, 1), "labels": ()}, 10)
    assert dataset.classes == (list("0123456789") if make is mnist else list(CLOTHES))


def test_classes_are_chosen_in_the_order_that_they_are_named(tmp_path):
    dataset = mnist(str(write_npz(tmp_path)), classes=["8", "3"])
    images, labels = DIGITS["train"]
    kept = np.isin(labels, [3, 8])
    assert dataset.classes == ["8", "3"] and len(dataset) == 4
    np.testing.assert_array_equal(dataset.arrays["images"][..., 0], images[kept])
    names = np.array(dataset.classes)[dataset.arrays["labels"]]
    np.testing.assert_array_equal(names, labels[kept].astype(str))
    with pytest.raises(gankit.GankitError, match="no class 'three'") as raised:
        mnist(str(write_npz(tmp_path)), classes=["three"])
    assert "0, 1, 2" in raised.value.hint


def test_digits_get_a_black_margin(tmp_path):
    images = mnist(str(write_npz(tmp_path)), size=32).arrays["images"][..., 0]
    assert images.shape == (20, 32, 32)
    np.testing.assert_array_equal(images[:, 2:30, 2:30], DIGITS["train"][0])
    assert images.sum(dtype="int64") == DIGITS["train"][0].sum(dtype="int64")


def test_clothes_may_be_mirrored(tmp_path):
    assert fashion_mnist(str(write_npz(tmp_path)), flip=True).flip


AXES = bytes((0, 0, 8, 70)) + struct.pack(">I", 1) * 70 + b"x"
BOMB = gzip.compress(bytes((0, 0, 8, 1)) + struct.pack(">I", 2**32 - 1) + bytes(10**6))
LONG = gzip.compress(bytes((0, 0, 8, 1)) + struct.pack(">I", 9) + bytes(10**6))


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b[:-1],
        lambda b: b[:3],
        lambda b: b[:9],
        lambda b: b"",
        lambda b: b"\1" + b,
        lambda b: AXES,
        lambda b: BOMB,
        lambda b: LONG,
        lambda b: gzip.compress(b)[:-9],
    ],
)
def test_a_damaged_idx_file_is_named(tmp_path, damage):
    write_idx(tmp_path, "", pack=damage)
    with pytest.raises(gankit.GankitError, match="train-images-idx3-ubyte"):
        mnist(str(tmp_path))


@pytest.mark.parametrize("path", ["~nobodythere/x", "x" * 5000, "a\0b"], ids=["~", "long", "0"])
@pytest.mark.parametrize("make", [mnist, cifar10])
def test_a_path_that_the_system_refuses_is_an_error(make, path):
    with pytest.raises(gankit.GankitError, match="cannot be read"):
        make(path)


def test_a_file_of_cifar_that_unpacks_to_more_than_it_may_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("gankit_standard.cifar_files.LARGEST", 1000)
    for path in (tmp_path, pack(write(tmp_path, cifar10, "binary"))):
        with pytest.raises(gankit.GankitError, match="more than 1,000 bytes"):
            cifar10(str(path))


def test_what_is_wrong_with_a_path_is_said(tmp_path):
    with pytest.raises(gankit.GankitError, match=r"missing.npz"):
        mnist(str(tmp_path / "missing.npz"))
    with pytest.raises(gankit.GankitError, match=r"has no file train-images") as raised:
        mnist(str(tmp_path))
    assert "IDX" in raised.value.hint
    np.savez(tmp_path / "other.npz", x_train=DIGITS["train"][0], y_train=np.full(20, 10))
    with pytest.raises(gankit.GankitError, match="has no array x_test, y_test"):
        mnist(str(tmp_path / "other.npz"), "test")
    with pytest.raises(gankit.GankitError, match="integers from 0 to 9"):
        mnist(str(tmp_path / "other.npz"))
    (tmp_path / "cut.npz").write_bytes(write_npz(tmp_path).read_bytes()[:-300])
    with pytest.raises(gankit.GankitError, match=r"cut.npz"):
        mnist(str(tmp_path / "cut.npz"))


@pytest.mark.parametrize(
    ("make", "module"),
    [
        (mnist, "mnist"),
        (fashion_mnist, "fashion_mnist"),
        (cifar10, "cifar10"),
        (cifar100, "cifar100"),
    ],
)
def test_without_a_path_keras_downloads_and_without_a_network_it_says_what_to_do(
    make, module, monkeypatch
):
    edges = (28, 28) if "mnist" in module else (32, 32, 3)
    images, labels = draw(6, *edges), np.arange(6, dtype="uint8")[:, None]
    sets = ((images[:4], labels[:4]), (images[4:], labels[4:]))
    monkeypatch.setattr(getattr(keras.datasets, module), "load_data", lambda: sets)
    assert len(make()) == 4 and len(make(split="test")) == 2
    np.testing.assert_array_equal(make(split="test").arrays["labels"], [4, 5])

    def fail():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(getattr(keras.datasets, module), "load_data", fail)
    with pytest.raises(gankit.GankitError, match="cannot be downloaded: URL fetch") as raised:
        make()
    assert "as `path` in the recipe's [dataset]" in raised.value.hint


# CIFAR

TENS = {"train": [f"data_batch_{number}" for number in range(1, 6)], "test": ["test_batch"]}
SETS = {cifar10: (TENS, "labels", 10), cifar100: ({s: [s] for s in TENS}, "fine_labels", 100)}


def batches(make, split):
    """Return the planes (4, 3072) and labels (4,) of each file of a split by its name."""
    names, _, classes = SETS[make]
    return {
        name: (draw(4, 3072, seed=seed), draw(4, high=classes, seed=seed))
        for seed, name in enumerate(names[split])
    }


def binary(planes, labels, label):
    coarse = np.full((4, int(label == "fine_labels")), 7, "uint8")
    return np.concatenate([coarse, labels[:, None], planes], axis=1).tobytes()


def pickled(planes, labels, label):
    batch = {b"data": planes, label.encode(): labels.tolist(), b"batch_label": b"one of five"}
    return pickle.dumps(batch, protocol=3)


def write(folder, make, version, split="train"):
    for name, (planes, labels) in batches(make, split).items():
        write_one = {"binary": binary, "python": pickled}[version]
        name = f"{name}.bin" if version == "binary" else name
        (folder / name).write_bytes(write_one(planes, labels, SETS[make][1]))
    return folder


def pack(folder):
    with tarfile.open(folder / "cifar.tar.gz", "w:gz") as archive:
        for file in sorted(folder.iterdir()):
            if file.name != "cifar.tar.gz":
                archive.add(file, f"cifar/{file.name}")
    return folder / "cifar.tar.gz"


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("version", ["binary", "python"])
@pytest.mark.parametrize("make", SETS)
def test_things_are_read_from_files(make, version, packed, split, tmp_path):
    folder = write(tmp_path, make, version, split)
    dataset = make(str(pack(folder) if packed else folder), split)
    planes, labels = (np.concatenate(x) for x in zip(*batches(make, split).values()))
    images = dataset.arrays["images"]
    assert images.shape == (len(planes), 32, 32, 3)
    for row, column, channel in ((0, 0, 0), (0, 1, 1), (31, 5, 2), (9, 31, 1)):
        at = 1024 * channel + 32 * row + column  # the planes are red, green, blue, row by row
        np.testing.assert_array_equal(images[:, row, column, channel], planes[:, at])
    np.testing.assert_array_equal(dataset.arrays["labels"], labels)


def test_the_hundred_are_a_hundred():
    assert len(set(HUNDRED.split())) == 100
    assert HUNDRED.split() == sorted(HUNDRED.split())


class Evil:
    def __reduce__(self):
        return os.mkdir, (f"{self.folder}/done",)


def test_no_pickle_may_call_a_function(tmp_path):
    evil = Evil()
    evil.folder = str(tmp_path)
    (tmp_path / "test_batch").write_bytes(pickle.dumps({b"data": evil, b"labels": []}))
    with pytest.raises(gankit.GankitError, match=r"it wants to call \w+\.mkdir"):
        cifar10(str(tmp_path), "test")
    assert not (tmp_path / "done").exists()


@pytest.mark.parametrize(
    "data", [b"", b"\x80", b"garbage" * 100, pickle.dumps([1]), pickle.dumps({b"data": [1]}, 3)]
)
def test_a_damaged_pickle_is_an_error(data, tmp_path):
    (tmp_path / "test_batch").write_bytes(data)
    with pytest.raises(gankit.GankitError, match="CIFAR"):
        cifar10(str(tmp_path), "test")


def test_what_is_wrong_with_cifars_files_is_said(tmp_path):
    with pytest.raises(gankit.GankitError, match=r"has neither test_batch.bin nor test_batch"):
        cifar10(str(tmp_path), "test")
    (tmp_path / "test_batch.bin").write_bytes(bytes(5000))
    with pytest.raises(gankit.GankitError, match="damaged, or not a CIFAR file"):
        cifar10(str(tmp_path), "test")
    (tmp_path / "cut.tar.gz").write_bytes(pack(tmp_path).read_bytes()[:40])
    with pytest.raises(gankit.GankitError, match=r"cut.tar.gz"):
        cifar10(str(tmp_path / "cut.tar.gz"))
    with pytest.raises(gankit.GankitError, match=r"missing"):
        cifar10(str(tmp_path / "missing"))


def test_what_is_tested_with_is_held_out_of_training(tmp_path):
    draw = np.random.default_rng(0)
    train, test = (draw.integers(0, 256, (n, 28, 28), dtype=np.uint8) for n in (20, 10))
    labels = {"y_train": np.arange(20) % 10, "y_test": np.arange(10)}
    np.savez(tmp_path / "set.npz", x_train=train, x_test=test, **labels)
    found = mnist(str(tmp_path / "set.npz"), classes=["3", "5"])
    assert len(found) == 4 and found.held_out["images"].shape == (2, 28, 28, 1)
    assert (found.held_out["images"][..., 0] == test[[3, 5]]).all()
    assert list(found.held_out["labels"]) == [0, 1]
    assert mnist(str(tmp_path / "set.npz"), split="test").held_out == {}
    np.savez(tmp_path / "half.npz", x_train=train, y_train=labels["y_train"])
    assert mnist(str(tmp_path / "half.npz")).held_out == {}
