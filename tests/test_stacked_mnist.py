"""Stacked MNIST, of twenty digits that are made here."""

import tracemalloc

import numpy as np
import pytest

import gankit
from gankit.data.batches import Batches
from gankit_standard.stacked_mnist import stacked_mnist

pytestmark = pytest.mark.anywhere

DIGITS = np.random.default_rng(0).integers(0, 256, (20, 28, 28), dtype="uint8")


@pytest.fixture
def path(tmp_path):
    both = {"x_train": DIGITS, "y_train": np.arange(20) % 10}
    np.savez(tmp_path / "digits.npz", **both, x_test=DIGITS[:5], y_test=np.arange(5))
    return str(tmp_path / "digits.npz")


def which(image):
    """Return which digit each colour of an image is."""
    return [
        int(np.flatnonzero((grey == DIGITS).all(axis=(1, 2)))[0])
        for grey in np.moveaxis(image, 2, 0)
    ]


def test_each_colour_is_a_digit_and_the_label_is_what_they_spell(path):
    data = stacked_mnist(path, count=50)
    images, labels = np.asarray(data.arrays["images"]), data.arrays["labels"]
    assert images.shape == (50, 28, 28, 3) and images.dtype == np.uint8
    for image, label in zip(images, labels):
        digits = [place % 10 for place in which(image)]
        assert "".join(map(str, digits)) == data.classes[label] == f"{label:03}"
    assert data.spec == gankit.DataSpec({"images": (28, 28, 3), "labels": ()}, 1000)


def test_all_modes_come_up_about_as_often(path):
    counts = np.bincount(stacked_mnist(path, count=100_000).arrays["labels"], minlength=1000)
    assert len(counts) == 1000
    assert abs(counts - 100).max() < 60  # six standard deviations
    assert 8 < counts.std() < 12  # √100


def test_it_reads_as_an_array_does(path):
    images = stacked_mnist(path, count=30).arrays["images"]
    whole = np.array(images)
    for rows in (3, -1, slice(4), slice(None, None, 7), [5, 2, 2], np.arange(30) > 20):
        np.testing.assert_array_equal(images[rows], whole[rows])
    assert (len(images), images.shape, images.ndim, images.dtype) == (
        len(whole), whole.shape, whole.ndim, whole.dtype
    )  # fmt: skip


def test_a_batch_makes_its_own_pictures_and_no_others(path):
    tracemalloc.start()
    try:
        data = stacked_mnist(path, count=100_000)  # 235 MB, were they all made
        batches = Batches(data, 64, seed=1)
        (batch,) = batches[2]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20e6
    rows = batches.order[128:192]
    np.testing.assert_array_equal(batch["images"], data.arrays["images"][rows])
    np.testing.assert_array_equal(batch["labels"], data.arrays["labels"][rows])


def test_split_margin_and_seed(path):
    test = stacked_mnist(path, "test", count=40, size=32).arrays
    assert set(np.unique(test["labels"] // 100)) == set(range(5))
    images = np.array(test["images"])
    assert images.shape == (40, 32, 32, 3)
    assert images[:, 2:30, 2:30].sum(dtype="int64") == images.sum(dtype="int64") > 0
    one, same, other = (stacked_mnist(path, count=9, seed=s).arrays["labels"] for s in (1, 1, 2))
    assert (one == same).all() and (one != other).any()
