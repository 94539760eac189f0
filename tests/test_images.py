import io
import json
import os

import numpy as np
import pytest
from PIL import Image

import gankit
from gankit.data import decoded_images as module

pytestmark = pytest.mark.anywhere


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def save(tmp_path):
    """Save an image, or bytes, as a file."""

    def save(name, image, **options):
        file = tmp_path / name
        if isinstance(image, bytes):
            file.write_bytes(image)
        else:
            image.save(file, **options)
        return file

    return save


def decode_one(file, size=8, **options):
    images, places = gankit.decode_images([file], size, **options)
    assert images.shape == (1, size, size, options.get("channels", 1))
    assert list(places) == [0]
    return images[0]


def flat(mode, colour, size=(8, 8)):
    return Image.new(mode, size, colour)


def png(image):
    out = io.BytesIO()
    image.save(out, "png")
    return out.getvalue()


NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), "uint8"))


def test_pixels_pass_unchanged_where_nothing_is_to_be_done(save):
    decoded = decode_one(save("a.png", NOISE), 64, channels=3)
    np.testing.assert_array_equal(decoded, np.asarray(NOISE))


def test_scaling_down_is_antialiased(save):
    """A fine chequerboard is grey from afar, as the mean of every block says."""
    board = np.indices((96, 96)).sum(0) % 2 * 255
    decoded = decode_one(save("a.png", Image.fromarray(board.astype("uint8"))), 12)
    assert np.abs(decoded.astype(int) - 127.5).max() < 3


@pytest.mark.parametrize("size", [(90, 30), (30, 90)])
def test_crop_keeps_the_middle_and_pad_the_whole(save, size):
    image = flat("RGB", "red", size)
    middle = flat("RGB", "blue", (30, 30))
    image.paste(middle, ((size[0] - 30) // 2, (size[1] - 30) // 2))
    file = save("a.png", image)
    cropped = decode_one(file, 15, channels=3)
    np.testing.assert_array_equal(cropped, np.full((15, 15, 3), (0, 0, 255)))
    padded = decode_one(file, 15, channels=3, fit="pad", ground="#00ff00")
    if size[0] < size[1]:
        padded = padded.transpose(1, 0, 2)
    np.testing.assert_array_equal(padded[[0, 4, 10, 14]], np.full((4, 15, 3), (0, 255, 0)))
    np.testing.assert_array_equal(padded[7, [0, 7, 14]], [(255, 0, 0), (0, 0, 255), (255, 0, 0)])


def test_a_hair_of_an_image_keeps_a_pixel_when_padded(save):
    decoded = decode_one(save("a.png", flat("L", 0, (1, 500))), fit="pad")
    np.testing.assert_array_equal(decoded[:, [0, 7]], np.full((8, 2, 1), 255))
    assert decoded[:, 3:5].min() == 0


def palette_with_transparency():
    image = flat("P", 0)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.info["transparency"] = 0
    image.putpixel((7, 7), 1)
    return image


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        ("16-bit.png", Image.fromarray(np.full((8, 8), 0x8080, "uint16")), (128, 128, 128)),
        ("16-bit.pgm", b"P5 8 8 65535\n" + b"\x40\x40" * 64, (64, 64, 64)),
        ("16-bit.tif", Image.fromarray(np.full((8, 8), 0xFFFF, "uint16")), (255, 255, 255)),
        ("palette.png", flat("RGB", (255, 0, 0)).quantize(4), (255, 0, 0)),
        ("transparent palette.png", palette_with_transparency(), (0, 255, 0)),
        ("bilevel.png", flat("1", 1), (255, 255, 255)),
        ("grey.png", flat("L", 70), (70, 70, 70)),
        ("grey and alpha.png", flat("LA", (255, 0)), (0, 255, 0)),
        ("half clear.png", flat("RGBA", (255, 0, 0, 128)), (128, 127, 0)),
        ("cmyk.jpg", flat("CMYK", (0, 255, 255, 0)), (255, 0, 0)),
        ("webp.webp", flat("RGB", (255, 255, 255)), (255, 255, 255)),
        ("gif.gif", flat("P", 0), (0, 0, 0)),
    ],
)
def test_every_mode_comes_out_as_colour_and_as_grey(save, name, image, expected):
    file = save(name, image)
    colour = decode_one(file, channels=3, ground="#00ff00")
    np.testing.assert_allclose(colour[0, 0], expected, atol=2)
    luma = np.dot(expected, (0.299, 0.587, 0.114))  # ITU-R BT.601
    grey = decode_one(file, ground="#00ff00")
    np.testing.assert_allclose(grey[0, 0, 0], luma, atol=2)


def test_clear_pixels_do_not_bleed_into_their_neighbours(save):
    """A clear red and an opaque white half, scaled down on white, are white all over."""
    image = flat("RGBA", (255, 0, 0, 0), (66, 66))
    image.paste((255, 255, 255, 255), (0, 0, 33, 66))
    assert decode_one(save("a.png", image), 8, channels=3).min() >= 254


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_the_exif_orientation_is_honoured(save, suffix):
    image = flat("L", 0, (16, 16))
    image.paste(255, (0, 0, 8, 8))  # bright top left
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise: bright top right
    decoded = decode_one(save(f"a.{suffix}", image, exif=exif), 2)
    np.testing.assert_allclose(decoded[..., 0], [[0, 255], [0, 0]], atol=40)


def test_a_draft_of_a_large_jpeg_looks_like_the_whole(save):
    smooth = NOISE.resize((1024, 1024), Image.Resampling.BICUBIC)
    decoded = decode_one(save("a.jpg", smooth, quality=95), 32, channels=3)
    expected = np.asarray(smooth.resize((32, 32), Image.Resampling.BICUBIC))
    assert np.abs(decoded.astype(int) - expected).mean() < 3


def broken_files(save, tmp_path):
    whole = png(NOISE)
    (tmp_path / "a folder.png").mkdir()
    return [
        save("truncated.png", whole[: len(whole) // 2]),
        save("empty.png", b""),
        save("text.png", b"not an image"),
        save("float.tif", Image.fromarray(np.zeros((4, 4), "float32"))),
        tmp_path / "a folder.png",
        tmp_path / "missing.png",
    ]


def test_broken_files_are_named_and_left_out(save, tmp_path, capsys):
    files = [save(f"{i:02}.png", flat("L", i)) for i in range(60)]
    for place, file in zip((0, 7, 8, 20, 40, 65), broken_files(save, tmp_path)):
        files.insert(place, file)
    images, places = gankit.decode_images(files, 8)
    assert len(images) == len(places) == 60
    assert [files[place].name for place in places] == [f"{i:02}.png" for i in range(60)]
    np.testing.assert_array_equal(images[:, 0, 0, 0], np.arange(60))
    warning = capsys.readouterr().err.splitlines()[-1]
    assert "left out 6 of 66 images" in warning
    assert "truncated.png (" in warning
    assert "text.png (not an image)" in warning
    assert warning.endswith("and 3 more")
    gankit.decode_images(files, 8)
    assert capsys.readouterr().err.splitlines() == [warning], "the cache forgets what was broken"


def test_too_many_broken_files_are_an_error_that_names_them(save, tmp_path, cache):
    files = [save(f"{i}.png", flat("L", i)) for i in range(8)] + [save("bad.png", b"no")]
    with pytest.raises(gankit.GankitError, match=r"1 of 9 images: .*bad\.png \(not an image\)"):
        gankit.decode_images(files, 8)
    assert list((cache / "images").iterdir()) == []
    for file in broken_files(save, tmp_path):
        with pytest.raises(gankit.GankitError, match="1 of 1 images"):
            gankit.decode_images([file], 8)
    with pytest.raises(gankit.GankitError, match="0 of 0 images"):
        gankit.decode_images([], 8)


@pytest.mark.parametrize(
    "most", [40, 60]
)  # Pillow raises from twice its limit on, and warns before
def test_a_decompression_bomb_is_not_decoded(save, monkeypatch, most):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", most)
    with pytest.raises(gankit.GankitError, match="more pixels than Pillow considers safe"):
        gankit.decode_images([save("a.png", flat("L", 0, (10, 10)))], 8)


def test_a_ground_that_is_no_colour_is_an_error():
    with pytest.raises(gankit.GankitError, match="'greenish'"):
        gankit.decode_images([], 8, ground="greenish")


def test_a_file_is_decoded_once_until_it_changes(save, cache):
    file = save("a.bmp", flat("L", 3))
    before = file.stat()
    decode_one(file)
    decode_one(file)
    assert len(list((cache / "images").iterdir())) == 1
    save("a.bmp", flat("L", 5))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))  # as an archive may set it
    assert file.stat().st_size == before.st_size
    assert decode_one(file)[0, 0, 0] == 5
    decode_one(file, size=4)
    decode_one(file, fit="pad")
    assert len(list((cache / "images").iterdir())) == 4


def test_rows_are_memory_mapped_and_more_than_a_chunk_stays_in_order(save):
    files = [save(f"{i}.png", flat("L", i % 256)) for i in range(module.CHUNK + 50)]
    images, places = gankit.decode_images(files, 2)
    assert isinstance(images, np.memmap)
    assert not images.flags.writeable
    np.testing.assert_array_equal(places, np.arange(len(files)))
    np.testing.assert_array_equal(images[:, 1, 1, 0], np.arange(len(files)) % 256)


def test_a_full_disk_is_an_error(save, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_write_header", full)
    with pytest.raises(gankit.GankitError, match="No space left"):
        gankit.decode_images([save("a.png", flat("L", 0))], 8)


def test_what_is_kept_is_plain(save, cache):
    decode_one(save("a.png", flat("L", 9)))
    (folder,) = (cache / "images").iterdir()
    assert sorted(file.name for file in folder.iterdir()) == [
        "broken.json",
        "images.npy",
        "key.json",
    ]
    assert json.loads((folder / "broken.json").read_text()) == []
    assert np.load(folder / "images.npy", allow_pickle=False).shape == (1, 8, 8, 1)


def test_the_images_of_a_folder_are_listed_in_order_without_what_is_hidden(tmp_path):
    for name in ("b.png", "a/c.JPG", "a/notes.txt", ".a.png", ".cache/d.png", "a/e.webp"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "f.png").mkdir()
    found = [file.relative_to(tmp_path).as_posix() for file in gankit.image_files(tmp_path)]
    assert found == ["a/c.JPG", "a/e.webp", "b.png"]
