"""The attributes of rendered bricks agree with their names, their images and their views."""

import numpy as np
import pytest

import gankit
from gankit.data.row_selection import places
from gankit_lego.attributes import COLUMNS
from gankit_lego.dataset import lego
from gankit_lego.kinds import FAMILIES, KINDS

pytestmark = pytest.mark.anywhere

BLOCKS = ["brick", "plate", "tile"]


@pytest.fixture(scope="module")
def bricks():
    return lego(count=340, size=32, kinds=BLOCKS, ground="mixed", attributes=True)


def test_families_length_width_and_height_are_those_of_the_names():
    every = lego(count=len(KINDS), size=8, attributes=True)
    assert every.columns["attributes"] == COLUMNS
    for kind, row in zip(every.classes, every.arrays["attributes"]):
        known = dict(zip(COLUMNS, row))
        word, *_, size = kind.split("-")
        assert [name for name in FAMILIES if known[name]] == [word]
        if word in BLOCKS:  # named by studs, across × along
            across, along = map(int, size.split("x"))
            assert known["long"] == (along >= 4)
            assert known["wide"] == (across >= 2)
            assert known["flat"] == (word != "brick")
    long = {kind for kind, row in zip(every.classes, every.arrays["attributes"]) if row[-6]}
    assert {"arch-1x6x2", "technic-beam-5", "slope-45-2x4"} <= long
    assert not long & {"arch-1x3", "technic-beam-3", "slope-33-3x2", "cone-2x2x2"}


def test_silhouettes_of_long_bricks_are_longer(bricks):
    above = {"attributes.above": 1, "attributes.wide": 0}
    long, short = (
        np.mean([_elongation(bricks.arrays["images"][i, ..., 0]) for i in places(bricks, where)])
        for where in ({**above, "attributes.long": n} for n in (1, 0))
    )
    assert long > 1.5 * short


def test_flat_tiles_look_flat_from_beside_only():
    tiles = lego(count=300, size=32, kinds=["tile-2x2"], attributes=True)
    beside = {"attributes.above": 0, "attributes.below": 0}
    found = [
        np.median([_elongation(tiles.arrays["images"][i, ..., 0]) for i in places(tiles, where)])
        for where in (beside, {"attributes.above": 1}, {"attributes.below": 1})
    ]
    assert found[0] > 2 * max(found[1:])


def test_views_are_from_above_and_below_as_often_as_the_camera_is(bricks):
    above, below = bricks.arrays["attributes"][:, -2:].T
    assert not (above * below).any()
    assert above.mean() == pytest.approx(0.2, abs=0.07)  # of heights in [−1, 1], those over 0.6
    assert below.mean() == pytest.approx(0.2, abs=0.07)
    upright = lego(count=340, size=8, kinds=BLOCKS, views="upright", attributes=True)
    above, below = upright.arrays["attributes"][:, -2:].T
    assert above.mean() == pytest.approx((0.95 - np.arcsin(0.6)) / 0.6, abs=0.08)
    assert not below.any()


def test_ground_is_dark_where_it_is_said_to_be(bricks):
    corners = bricks.arrays["images"][:, 0, 0, 0]
    dark = bricks.arrays["attributes"][:, COLUMNS.index("dark")]
    assert corners.tolist() == np.where(dark, 15, 255).tolist()
    labels = bricks.arrays["labels"]
    assert [dark[labels == label].mean() for label in range(17)] == [0.5] * 17


def test_mixed_images_are_those_on_white_and_on_dark_ground():
    kinds = ["arch", "cone"]  # five kinds
    white, dark, mixed = (
        lego(count=20, size=16, kinds=kinds, ground=ground).arrays["images"]
        for ground in ("white", "dark", "mixed")
    )
    on_dark = np.arange(20) // 5 % 2 == 1
    assert mixed.tobytes() == np.where(on_dark[:, None, None, None], dark, white).tobytes()


def test_attributes_change_nothing_else(monkeypatch):
    plain = lego(count=12, size=16)
    monkeypatch.setattr("gankit_lego.dataset.paint", None)  # rendered before
    known = lego(count=12, size=16, attributes=True)
    assert set(plain.arrays) == {"images", "labels"}
    assert plain.columns == {}
    for name, array in plain.arrays.items():
        assert array.tobytes() == known.arrays[name].tobytes()


def test_images_of_a_folder_have_no_attributes(tmp_path):
    for options in ({"attributes": True}, {"ground": "mixed"}):
        with pytest.raises(gankit.GankitError, match="is for rendered bricks"):
            lego(path=str(tmp_path), **options)


def _elongation(image):
    """Return the length of a silhouette by its width, from its second moments."""
    ground = image[0, 0]
    rows, columns = np.nonzero(np.abs(image.astype(int) - ground) > 12)
    low, high = np.linalg.eigvalsh(np.cov(rows, columns))
    return np.sqrt(high / max(low, 0.1))
