"""The `lego` dataset: rendered and cached, or read from the Kaggle set's layout."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import gankit
from gankit_lego import dataset
from gankit_lego.dataset import lego
from gankit_lego.kinds import KINDS
from gankit_lego.painter import Order, paint
from gankit_lego.picture import Style

pytestmark = pytest.mark.anywhere


def test_pictures_are_labelled_by_kind_in_equal_shares():
    bricks = lego(count=12, size=16, kinds=["cone", "brick-2x4"])
    assert bricks.classes == ["brick-2x4", "cone-1x1", "cone-2x2x2"]
    assert bricks.arrays["labels"].tolist() == [0, 1, 2] * 4
    assert bricks.spec.shape == (16, 16, 1)
    assert bricks.arrays["images"].dtype == np.uint8


def test_a_label_is_the_kind_in_the_picture():
    each = lego(count=len(KINDS), size=24)
    for label in (0, 17, len(KINDS) - 1):
        order = Order((each.classes[label],) * len(KINDS), len(KINDS), 0, Style(size=24))
        assert np.array_equal(_painted(order, 1)[label], each.arrays["images"][label])


def test_any_number_of_processes_paints_the_same_bytes():
    order = Order(("brick-2x2", "arch-1x4"), 9, 5, Style(size=24, colour=True))
    alone, together = _painted(order, 1), _painted(order, 2)
    assert alone.any(axis=(1, 2, 3)).all()
    assert alone.tobytes() == together.tobytes()
    assert _painted(Order(order.kinds, 4, 5, order.style), 1).tobytes() == alone[:4].tobytes()


def test_a_seed_chooses_the_views():
    first, second, again = (
        lego(count=4, size=16, seed=seed).arrays["images"] for seed in (1, 2, 1)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)


def test_ground_and_colour():
    dark = lego(count=4, size=16, ground="dark", colour=True).arrays["images"]
    assert dark.shape == (4, 16, 16, 3)
    assert (dark[:, 0, 0] < 30).all()
    assert np.ptp(dark.astype(int), axis=-1).max() > 30
    assert (lego(count=4, size=16).arrays["images"][:, 0, 0] == 255).all()


def test_the_second_call_does_not_render(monkeypatch):
    first = lego(count=4, size=16)
    monkeypatch.setattr(dataset, "paint", None)
    second = lego(count=4, size=16)
    assert np.array_equal(first.arrays["images"], second.arrays["images"])
    assert isinstance(second.arrays["images"], np.memmap)
    assert not second.arrays["images"].flags.writeable
    with pytest.raises(TypeError):
        lego(count=5, size=16)


def test_a_worker_that_fails_is_reported(tmp_path):
    with pytest.raises(RuntimeError, match="workers that render bricks exited with"):
        paint(Order(("no-such-kind",), 4, 0, Style(size=16)), tmp_path / "images.npy", workers=2)


def test_workers_do_not_import_keras():
    code = "import sys, gankit_lego.painter; sys.exit('keras' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_kaggle_layout_is_read(tmp_path):
    names = ["3001 brick 2x4 000L", "3001 brick 2x4 000R", "3024 plate 1x1 399L"]
    for i, name in enumerate(names):
        Image.new("RGB", (40, 40), (50 * i,) * 3).save(tmp_path / f"{name}.png")
    bricks = lego(path=str(tmp_path), size=10)
    assert list(bricks.classes) == ["3001 brick 2x4", "3024 plate 1x1"]
    assert bricks.arrays["labels"].tolist() == [0, 0, 1]
    assert bricks.arrays["images"].shape == (3, 10, 10, 1)
    assert bricks.arrays["images"][:, 5, 5, 0].tolist() == [0, 50, 100]


def test_a_broken_file_is_left_out_and_named(tmp_path, capsys):
    for i in range(20):
        Image.new("L", (8, 8), i).save(tmp_path / f"3005 brick 1x1 {i:03}L.png")
    (tmp_path / "3004 brick 1x2 000L.png").write_bytes(b"no image")
    bricks = lego(path=str(tmp_path), size=8)
    assert bricks.arrays["images"][:, 0, 0, 0].tolist() == list(range(20))
    assert bricks.classes == ["3005 brick 1x1"]
    assert "3004 brick 1x2 000L.png" in capsys.readouterr().err


def test_too_many_broken_files_are_an_error(tmp_path):
    for i in range(3):
        (tmp_path / f"3005 brick 1x1 {i:03}L.png").write_bytes(b"no image")
    with pytest.raises(gankit.GankitError, match="3 of 3 images"):
        lego(path=str(tmp_path))


def test_a_folder_of_another_layout_is_an_error(tmp_path):
    with pytest.raises(gankit.GankitError, match=r"no \.png files"):
        lego(path=str(tmp_path / "missing"))
    Image.new("L", (8, 8)).save(tmp_path / "holiday.png")
    with pytest.raises(gankit.GankitError, match=r"holiday\.png"):
        lego(path=str(tmp_path))


def _painted(order, workers):
    def make(folder):
        paint(order, folder / "images.npy", workers)

    folder = gankit.cached("painted", {"order": repr(order), "workers": workers}, make)
    return np.load(folder / "images.npy")
