import io
import zipfile

import numpy as np
import pytest

import gankit
from gankit_standard.npz import npz

pytestmark = pytest.mark.anywhere

PICTURES = np.random.default_rng(0).integers(0, 256, (6, 8, 9, 3), dtype="uint8")


@pytest.fixture
def save(tmp_path):
    def save(**arrays):
        np.savez(tmp_path / "arrays.npz", **arrays)
        return str(tmp_path / "arrays.npz")

    return save


def test_pictures_are_read_as_they_are(save):
    dataset = npz(save(images=PICTURES), flip=True)
    np.testing.assert_array_equal(dataset.arrays["images"], PICTURES)
    assert dataset.arrays["images"].dtype == np.uint8
    assert dataset.spec == gankit.DataSpec({"images": (8, 9, 3)}) and dataset.flip


def test_grey_pictures_get_a_channel_and_floats_are_float32(save):
    grey = np.linspace(-1, 1, 6 * 8 * 9).reshape(6, 8, 9)
    images = npz(save(x=grey), images="x").arrays["images"]
    np.testing.assert_array_equal(images[..., 0], grey.astype("float32"))
    assert images.dtype == np.float32


def test_points_may_be_anywhere(save):
    points = np.array([[1e3, -2.0, 5.0]])
    assert npz(save(images=points)).spec == gankit.DataSpec({"images": (3,)})


@pytest.mark.parametrize(
    ("classes", "expected"), [(None, ["0", "1", "2", "3"]), (["a", "b", "c", "d", "e"], None)]
)
def test_labels_have_numbers_or_names(save, classes, expected):
    path = save(images=PICTURES, kind=np.array([[0], [3], [1], [1], [0], [2]]))
    dataset = npz(path, labels="kind", classes=classes)
    assert list(dataset.classes) == (expected or classes)
    np.testing.assert_array_equal(dataset.arrays["labels"], [0, 3, 1, 1, 0, 2])
    assert dataset.arrays["labels"].dtype == np.int32


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        (PICTURES.astype("float32"), "from 0 to 255"),
        (np.full((2, 4, 4), np.nan), "from nan to nan"),
        (np.full((2, 2), np.inf), "from inf to inf"),
        (PICTURES.astype("int64"), "int64"),
        (np.zeros((2, 3), "uint8"), "uint8"),
        (np.zeros((0, 4, 4)), "0, 4, 4"),
        (np.zeros(3), r"\(3,\)"),
        (np.array([["a"]]), "<U1"),
    ],
)
def test_what_is_no_picture_and_no_point_is_an_error(save, images, expected):
    with pytest.raises(gankit.GankitError, match=expected):
        npz(save(images=images))


@pytest.mark.parametrize("labels", [np.zeros(6), np.full(6, -1), np.zeros((6, 2), int)])
def test_what_is_no_label_is_an_error(save, labels):
    with pytest.raises(gankit.GankitError, match="integers ≥ 0"):
        npz(save(images=PICTURES, labels=labels), labels="labels")


@pytest.mark.parametrize(
    ("labels", "names", "said"),
    [
        ([1, 2, 2, 1, 3, 1], ["1", "2", "3"], "labels start at 1"),
        ([0, 7, 7, 0, 7, 0], ["0", "7"], "some labels do not occur"),
        ([0, 2**40, 0, 0, 0, 0], ["0", str(2**40)], "some labels do not occur"),
        ([0, 2 * 10**9, 0, 0, 0, 0], ["0", "2000000000"], "some labels do not occur"),
        ([1, 0, 1, 0, 1, 0], ["0", "1"], ""),
    ],
)
def test_classes_without_names_are_the_labels_that_occur(save, capsys, labels, names, said):
    dataset = npz(save(images=PICTURES, labels=np.array(labels)), labels="labels")
    assert dataset.classes == names
    assert [names[place] for place in dataset.arrays["labels"]] == [str(n) for n in labels]
    assert all(dataset.counts().values())
    err = capsys.readouterr().err
    assert said in err and bool(said) == bool(err)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([1, 2, 2, 1, 1, 1], "labels start at 1"),
        ([0, 2**40, 0, 0, 0, 0], "name all classes"),
        (np.eye(2, dtype="uint8")[[0, 1, 0, 1, 1, 1]], "argmax"),
    ],
)
def test_labels_that_do_not_fit_their_names_are_an_error(save, labels, said):
    path = save(images=PICTURES, labels=np.array(labels))
    with pytest.raises(gankit.GankitError, match="Received") as raised:
        npz(path, labels="labels", classes=["no", "yes"])
    assert said in raised.value.hint


def test_two_classes_of_one_name_are_an_error(save):
    path = save(images=PICTURES, labels=np.array([0, 1, 1, 0, 1, 1]))
    with pytest.raises(gankit.GankitError, match="the same name"):
        npz(path, labels="labels", classes=["a", "a"])


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_channels_that_come_first_are_an_error(save, channels):
    images = np.zeros((6, channels, 32, 20), "uint8")
    with pytest.raises(gankit.GankitError, match="must be") as raised:
        npz(save(images=images))
    assert "np.moveaxis(a, 1, -1)" in raised.value.hint


def header(shape):
    """Return an npy file that says it has uint8 of a shape, and has none."""
    file = io.BytesIO()
    said = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, said)
    return file.getvalue()


def lying(path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("images.npy", header((10**6, 3000, 3000, 1)))


def marked(place, value):
    """Return what changes two bytes after each of the two signatures of a zip's only entry."""

    def write(path):
        np.savez(path, images=PICTURES)
        content = bytearray(path.read_bytes())
        for signature, start in ((b"PK\x03\x04", place), (b"PK\x01\x02", place + 2)):
            at = content.index(signature) + start
            content[at : at + 2] = value.to_bytes(2, "little")
        path.write_bytes(content)

    return write


@pytest.mark.parametrize(
    "write", [lying, marked(6, 1), marked(8, 98)], ids=["10^13 values", "encrypted", "compression"]
)
def test_a_file_that_cannot_be_unpacked_is_an_error(tmp_path, write):
    write(tmp_path / "bad.npz")
    with pytest.raises(gankit.GankitError, match=r"bad\.npz"):
        npz(str(tmp_path / "bad.npz"))


def test_nothing_is_unpickled(save, tmp_path):
    with pytest.raises(gankit.GankitError, match="allow_pickle"):
        npz(save(images=np.array([{}, 1], dtype=object)))
    (tmp_path / "file.npz").write_bytes(b"neither")
    with pytest.raises(gankit.GankitError, match=r"file.npz"):
        npz(str(tmp_path / "file.npz"))
    np.save(tmp_path / "one.npy", PICTURES)
    with pytest.raises(gankit.GankitError, match=r"one.npy"):
        npz(str(tmp_path / "one.npy"))


def test_an_array_that_is_not_there_is_told_what_is(save):
    with pytest.raises(gankit.GankitError, match=r"has no array images. It has: x, y"):
        npz(save(x=PICTURES, y=PICTURES))
