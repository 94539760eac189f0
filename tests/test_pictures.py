import os

import numpy as np
import pytest
from ml_dtypes import bfloat16
from PIL import Image

from gankit import Dataset, GankitError
from gankit.data.scaling import to_uint8
from gankit.pictures import sheets
from gankit.run.sample_sheet import real_sheet

pytestmark = pytest.mark.anywhere

rng = np.random.default_rng(0)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_to_uint8_undoes_the_scaling_of_every_level(dtype):
    levels = np.arange(256, dtype="uint8").reshape(1, 16, 16, 1)
    np.testing.assert_array_equal(to_uint8((levels / 127.5 - 1).astype(dtype)), levels)


def test_to_uint8_rounds_to_the_nearest_level_and_clips():
    step = 2 / 255
    values = [-1, -1 + 0.49 * step, -1 + 0.51 * step, 1 - 0.51 * step, 1 - 0.49 * step, 1]
    np.testing.assert_array_equal(to_uint8(np.array(values)), [0, 0, 1, 254, 255, 255])
    odd = [np.nan, -np.inf, np.inf, -7, 7]
    np.testing.assert_array_equal(to_uint8(np.array(odd)), [0, 0, 255, 0, 255])


def test_to_uint8_takes_bfloat16():
    values = np.array([-1, 0.5, np.nan, 1], bfloat16)
    np.testing.assert_array_equal(to_uint8(values), [0, 191, 0, 255])


@pytest.mark.parametrize("channels", [1, 3])
def test_a_grid_holds_every_image_row_by_row(channels):
    images = rng.integers(0, 256, (5, 4, 6, channels), "uint8")
    sheet = np.asarray(sheets.grid(images, columns=3, gap=1, scale=2)).reshape(19, 40, channels)
    for place, image in enumerate(images):
        top, left = 1 + place // 3 * 9, 1 + place % 3 * 13
        for shift in np.ndindex(2, 2):  # nearest neighbour: each pixel is a 2 × 2 square
            found = sheet[top + shift[0] : top + 8 : 2, left + shift[1] : left + 12 : 2]
            np.testing.assert_array_equal(found, image)
    missing = sheet[10:, 27:]
    assert len(np.unique([*sheet[0].ravel(), *missing.ravel()])) == 1, "the sheet is of one tone"


@pytest.mark.parametrize(
    ("count", "edge", "size"),
    [(64, 64, 530), (64, 32, 530), (64, 28, 466), (16, 64, 522), (1, 64, 516), (10, 256, 1034)],
)
def test_a_sheet_is_about_square_and_small_images_are_enlarged(count, edge, size):
    assert sheets.grid(np.zeros((count, edge, edge, 1), "uint8")).width == size


def test_wide_images_make_no_wide_sheet():
    assert sheets.grid(np.zeros((16, 10, 40, 3), "uint8"), gap=0, scale=1).size == (80, 80)


def test_clear_pixels_show_the_sheet():
    images = np.full((1, 2, 2, 4), 255, "uint8")
    images[0, 0, 0, 3] = 0
    sheet = sheets.grid(images, gap=1, scale=1)
    assert sheet.mode == "RGB"
    assert sheet.getpixel((1, 1)) == sheet.getpixel((0, 0))
    assert sheet.getpixel((2, 2)) == (255, 255, 255)


def centre_of(image, channel_is_low):
    """Return the mean place, from the middle and y upwards, of the pixels that are not white."""
    rows, columns = np.nonzero(np.asarray(image)[..., channel_is_low] < 250)
    size = image.width
    return columns.mean() / size * 2 - 1, 1 - rows.mean() / size * 2


def test_a_scatter_plot_has_points_in_their_place():
    reference = np.array([[-1.0, -1.0], [1.0, 1.0]])
    alone = np.asarray(sheets.scatter(np.empty((0, 2)), reference))
    image = sheets.scatter(np.array([[0.5, -0.75]]), reference)
    blue = (np.asarray(image) != alone).any(axis=2)
    marked = Image.fromarray(np.where(blue[..., None], 0, 255).astype("uint8").repeat(3, axis=2))
    x, y = centre_of(marked, 0)
    assert (x * 1.2, y * 1.2) == pytest.approx((0.5, -0.75), abs=0.01)  # a margin of a tenth


def test_a_scatter_plot_survives_what_a_bad_generator_makes():
    wild = np.array([[np.nan, 0], [np.inf, 1], [1e300, -1e300], [0.0, 0.0]])
    square = np.array([[-1.0, -1.0], [1.0, 1.0]])
    sheets.scatter(wild, square)
    sheets.scatter(wild)
    sheets.scatter(wild[:1])
    assert centre_of(sheets.scatter(np.zeros((3, 2))), 0) == pytest.approx((0, 0), abs=0.01)


def test_a_sheet_is_a_grid_or_a_scatter_plot():
    floats = rng.uniform(-1, 1, (4, 8, 8, 3))
    expected = sheets.grid(to_uint8(floats))
    assert sheets.sheet(floats).tobytes() == expected.tobytes()
    assert sheets.sheet(to_uint8(floats)).tobytes() == expected.tobytes()
    points = rng.normal(size=(50, 2))
    assert sheets.sheet(points, points).tobytes() == sheets.scatter(points, points).tobytes()


def test_a_picture_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    image = Image.new("L", (8, 8), 7)
    sheets.write_png(image, tmp_path / "a.png")
    assert Image.open(tmp_path / "a.png").tobytes() == image.tobytes()

    def break_off(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", break_off)
    with pytest.raises(GankitError, match="No space left"):
        sheets.write_png(Image.new("L", (8, 8)), tmp_path / "a.png")
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]
    assert Image.open(tmp_path / "a.png").tobytes() == image.tobytes()
    with pytest.raises(GankitError, match="missing"):
        sheets.write_png(image, tmp_path / "missing" / "a.png")


def test_a_picture_is_never_overwritten_by_another(tmp_path):
    black, white = (Image.new("L", (8, 8), level) for level in (0, 255))
    pictures_and_names = {"a.png": black, "a-2.png": white, "a.gif": [black], "a-2.gif": [white]}
    for _ in range(2):
        for name, image in pictures_and_names.items():
            assert sheets.write_beside(image, tmp_path / "a").name == name
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(pictures_and_names)
    assert Image.open(tmp_path / "a.png").getpixel((0, 0)) == 0
    assert sheets.write_beside(black, tmp_path / "0.5").name == "0.5.png"


@pytest.mark.parametrize(
    ("shape", "show"),
    [((8, 8, 1), None), ((8, 8, 5), None), ((16, 2), None), ((4,), lambda x: x[:, None, :, None])],
)
def test_real_examples_of_any_shape_are_on_a_sheet(shape, show):
    values = np.random.default_rng(0).uniform(-1, 1, (9, *shape)).astype("float32")
    sheet = real_sheet(Dataset({"images": values}, show=show), seed=0)
    assert sheet is not None and min(sheet.size) > 8
    again = real_sheet(Dataset({"images": values}, show=show), seed=0)
    assert sheet.tobytes() == again.tobytes()


def test_points_are_over_the_real_ones_already():
    assert real_sheet(Dataset({"images": np.zeros((9, 2), "float32")}), seed=0) is None
