"""Images that are made when they are read, as `gankit check` reads them."""

import numpy as np
import pytest
from PIL import Image

import gankit
from gankit.data import decoded_images
from gankit.data.lazy_images import FEW, LazyImages, lazy_images
from gankit_lego import dataset
from gankit_lego.dataset import lego

pytestmark = pytest.mark.anywhere

COUNT = 2 * FEW


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANKIT_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def drawn():
    """The images that have been drawn."""
    return []


@pytest.fixture
def lazy(drawn):
    def draw(row):
        drawn.append(row)
        return np.full((2, 2, 1), row, "uint8")

    with lazy_images():
        yield gankit.cached_images("rows", {"count": COUNT}, (COUNT, 2, 2, 1), draw)


ALL = np.broadcast_to(np.arange(COUNT, dtype="uint8")[:, None, None, None], (COUNT, 2, 2, 1))


def test_a_selection_draws_its_rows_only(lazy, drawn):
    assert (lazy.shape, lazy.dtype, lazy.ndim, len(lazy)) == ((COUNT, 2, 2, 1), "uint8", 4, COUNT)
    some = lazy[np.array([7, 3, 1, 0, -1])][:2]
    assert some.shape == (2, 2, 2, 1) and not drawn
    assert np.array_equal(some, ALL[[7, 3]]) and drawn == [7, 3]
    assert np.array_equal(lazy[5], ALL[5])


@pytest.mark.parametrize(
    "use",
    [
        lambda x: x / 2 + 1,
        lambda x: x.mean(axis=0),
        lambda x: x[:, ::2, 0],
        lambda x: np.concatenate([x, x]),
        lambda x: x[np.arange(3 * COUNT) % COUNT],
        lambda x: x[x.max(axis=(1, 2, 3)) > 9],
        lambda x: x.astype("float32"),
    ],
)
def test_anything_else_is_done_to_all_images(lazy, use):
    assert np.array_equal(use(lazy), use(ALL))


def test_outside_of_a_quick_check_all_images_are_cached(lazy, drawn):
    with lazy_images(False):
        made = gankit.cached_images("rows", {"count": COUNT}, lazy.shape, lazy._draw)
    assert isinstance(made, np.memmap) and np.array_equal(made, ALL) and len(drawn) == COUNT
    again = gankit.cached_images("rows", {"count": COUNT}, lazy.shape, None)
    assert isinstance(again, np.memmap)


def test_bricks_are_those_of_a_run(monkeypatch):
    options = {"count": COUNT, "size": 8, "ground": "mixed", "colour": True, "seed": 4}
    with lazy_images(), monkeypatch.context() as patched:
        patched.setattr(dataset, "paint", None)
        quick = lego(**options)
        few = np.asarray(quick.arrays["images"][:40])
    whole = lego(**options)
    assert np.array_equal(few, whole.arrays["images"][:40])
    assert quick.counts() == whole.counts() and quick.spec == whole.spec


def _folder(tmp_path, broken):
    files = []
    for i in range(COUNT):
        files.append(tmp_path / f"{i:04}.png")
        if i in broken:
            files[-1].write_bytes(b"no image")
        else:
            Image.new("L", (4, 4), i % 256).save(files[-1])
    return files


@pytest.fixture
def many(monkeypatch):
    """Take the files of these tests for many."""
    monkeypatch.setattr(decoded_images, "FEW", COUNT - 1)


def test_files_are_decoded_when_they_are_read(many, tmp_path, capsys):
    files = _folder(tmp_path, broken=[3])
    with lazy_images():
        images, places = gankit.decode_images(files, 2)
    assert isinstance(images, LazyImages) and len(places) == COUNT
    assert np.array_equal(images[[2, 3]], ALL[[2, 4]])  # the next one instead of a broken one
    assert "0003.png (not an image)" in capsys.readouterr().err
    whole, places = gankit.decode_images(files, 2)
    assert len(whole) == len(places) == COUNT - 1


def test_many_broken_files_are_an_error_as_in_a_run(many, tmp_path):
    with lazy_images():
        images, _ = gankit.decode_images(_folder(tmp_path, broken=range(100)), 2)
    with pytest.raises(gankit.GankitError, match=f"100 of {COUNT} images"):
        np.asarray(images[:8])
