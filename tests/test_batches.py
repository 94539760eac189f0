"""The order of the data."""

import numpy as np
import pytest

import gankit
from gankit.data.batches import Batches

pytestmark = pytest.mark.anywhere


@pytest.fixture
def dataset():
    """Twenty images, each of one number."""
    images = np.arange(20, dtype="uint8")[:, None, None, None] * np.ones((1, 2, 2, 1), "uint8")
    return gankit.Dataset({"images": images, "labels": np.arange(20) % 2}, ("even", "odd"))


def numbers(batches):
    return [list(batches[i][0]["images"][:, 0, 0, 0]) for i in range(len(batches))]


def test_the_order_is_a_function_of_seed_and_epoch_alone(dataset):
    first = numbers(Batches(dataset, 4, seed=3, epoch=2))
    assert first == numbers(Batches(dataset, 4, seed=3, epoch=2))
    assert first != numbers(Batches(dataset, 4, seed=3, epoch=1))
    assert first != numbers(Batches(dataset, 4, seed=2, epoch=2))
    assert sorted(number for batch in first for number in batch) == list(range(20))


def test_an_epoch_goes_on_where_it_stopped(dataset):
    whole = numbers(Batches(dataset, 4, seed=3, epoch=2))
    assert numbers(Batches(dataset, 4, seed=3, epoch=2, start=3)) == whole[3:]


def test_what_does_not_fill_a_batch_sits_the_epoch_out(dataset):
    assert list(map(len, numbers(Batches(dataset, 6, seed=0)))) == [6, 6, 6]
    with pytest.raises(gankit.GankitError, match="needs 21 examples, but the dataset has 20"):
        Batches(dataset, 21, seed=0)


def test_labels_stay_with_their_pictures(dataset):
    for arrays, *_ in map(Batches(dataset, 5, seed=0).__getitem__, range(4)):
        assert list(arrays["labels"]) == [n % 2 for n in arrays["images"][:, 0, 0, 0]]


def test_half_of_the_pictures_are_flipped_if_their_mirror_image_is_as_good():
    images = np.zeros((400, 2, 2, 1), "uint8")
    images[:, :, 0] = 255
    plain, flipping = (gankit.Dataset({"images": images}, flip=flip) for flip in (False, True))
    (seen,) = Batches(flipping, 400, seed=0)[0]
    left = (seen["images"][:, 0, 0, 0] == 255).mean()
    assert 0.4 < left < 0.6
    assert (seen["images"].sum(axis=(1, 2, 3)) == 510).all()
    assert (Batches(plain, 400, seed=0)[0][0]["images"][:, 0, 0, 0] == 255).all()


@pytest.mark.parametrize(
    ("arrays", "classes", "said"),
    [
        ({}, (), "must have the same length"),
        ({"images": np.zeros((0, 2, 2, 1))}, (), "must have the same length"),
        ({"a": np.zeros((2, 1)), "b": np.zeros((3, 1))}, (), "'a': 2, 'b': 3"),
        (
            {"images": np.zeros((2, 1)), "labels": np.array([0, 2])},
            ("x", "y"),
            "from 0 to 1, one for each of the 2 classes. Received: labels from 0 to 2",
        ),
    ],
)
def test_a_dataset_that_cannot_be_says_why(arrays, classes, said):
    with pytest.raises(gankit.GankitError, match=said):
        gankit.Dataset(arrays, classes)
