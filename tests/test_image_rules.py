"""One reader for every image file: training, scoring and reports see the same pixels."""

import numpy as np
import pytest
from PIL import Image

import gankit
from gankit.data.images import open_image, read_image
from gankit.scoring.folders import read_folder

pytestmark = pytest.mark.anywhere

DRAW = np.random.default_rng(0)
COLOUR = DRAW.integers(0, 256, (12, 12, 3), dtype="uint8")
GREY = COLOUR[..., 0]


def written(folder, name, image, **options):
    folder.mkdir(exist_ok=True)
    image.save(folder / name, **options)
    return folder / name


def turned():
    exif = Image.Exif()
    exif[274] = 6  # a viewer turns it by a quarter
    return Image.fromarray(COLOUR).transpose(Image.Transpose.ROTATE_90), {"exif": exif}


def transparent():
    image = Image.fromarray(COLOUR)
    alpha = np.full((12, 12), 255, "uint8")
    alpha[:, :6] = 0
    image.putalpha(Image.fromarray(alpha))
    return image


def on_white():
    pixels = COLOUR.copy()
    pixels[:, :6] = 255
    return pixels


@pytest.mark.parametrize(
    ("image", "options", "expected"),
    [
        (Image.fromarray(GREY), {}, GREY[..., None]),
        (Image.fromarray(GREY.astype("uint16") * 257), {}, GREY[..., None]),
        (Image.fromarray(COLOUR), {}, COLOUR),
        (*turned(), COLOUR),
        (transparent(), {}, on_white()),
    ],
    ids=["grey8", "grey16", "colour", "turned", "alpha"],
)
def test_scoring_reads_an_image_as_training_does(tmp_path, image, options, expected):
    file = written(tmp_path / "images", "a.png", image, **options)
    np.testing.assert_array_equal(read_image(file), expected)
    channels = expected.shape[-1]
    trained, _ = gankit.decode_images([file], 12, channels)
    np.testing.assert_array_equal(trained[0], expected)


def test_a_lab_image_keeps_its_colours(tmp_path):
    image = Image.new("LAB", (8, 8), (136, 128 + 80, 128 + 67))  # CIELAB (53.2, 80.1, 67.2) is red
    file = written(tmp_path / "lab", "a.tif", image)
    red, green, blue = read_image(file)[0, 0]
    assert red > 240 and green < 40 and blue < 40


def test_of_an_animation_the_first_frame_counts(tmp_path):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    file = written(tmp_path / "a", "a.webp", frames[0], append_images=frames[1:], save_all=True)
    assert read_image(file)[0, 0, 0] > 240


@pytest.mark.parametrize("suffix", [".jfif", ".jpe", ".avif"])
def test_suffixes_that_browsers_and_cameras_write(tmp_path, suffix):
    kind = {".avif": "AVIF"}.get(suffix, "JPEG")
    written(tmp_path / "images", f"a{suffix}", Image.fromarray(COLOUR), format=kind)
    assert len(gankit.image_files(tmp_path / "images")) == 1


def test_no_program_is_started_for_a_file_that_calls_itself_an_image(tmp_path):
    file = tmp_path / "x.png"
    file.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\nshowpage\n")
    with pytest.raises(OSError, match="cannot identify"), open_image(file):
        pass
    written(tmp_path, "y.png", Image.fromarray(COLOUR))
    with pytest.raises(gankit.GankitError, match=r"x\.png cannot be read"):
        read_folder(tmp_path)


def test_linked_folders_are_followed_once(tmp_path):
    written(tmp_path / "elsewhere", "a.png", Image.fromarray(COLOUR))
    written(tmp_path / "set", "b.png", Image.fromarray(COLOUR))
    (tmp_path / "set/dog").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "set/loop").symlink_to(tmp_path / "set")
    files = gankit.image_files(tmp_path / "set")
    found = [file.relative_to(tmp_path / "set").as_posix() for file in files]
    assert found == ["b.png", "dog/a.png"]


def test_files_that_are_skipped_are_counted(tmp_path, capsys):
    written(tmp_path / "set", "a.png", Image.fromarray(COLOUR))
    for name in ("a.txt", "b.txt", "c.mov"):
        (tmp_path / "set" / name).write_text("")
    gankit.image_files(tmp_path / "set")
    assert "not images: 2 .txt, 1 .mov" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["~nobodythere/images", "x" * 5000, "a\0b"])
def test_a_path_that_the_system_refuses_is_an_error(path):
    with pytest.raises(gankit.GankitError):
        gankit.image_files(path)
