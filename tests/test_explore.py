"""Looks at what a generator learned, against closed forms, brute force, numpy and scipy."""

import json
from pathlib import Path

import numpy as np
import pytest
from made_runs import RECIPE, made_run
from PIL import Image

import gankit
from gankit.api.explore.first_layer import first_layer
from gankit.api.explore.interpolation import linear, slerp
from gankit.api.explore.neighbours import euclidean, l1, search
from gankit.api.explore.templates import clustered
from gankit.api.explore.traversal import principal_directions
from gankit.api.generator import Generator

pytestmark = pytest.mark.anywhere

PARTS = Path(__file__).with_name("small_parts.py")
VALUES = Path(__file__).with_name("value_parts.py")
DENSE = """
[architecture]
name = "dense"
[loss]
name = "bce"
"""
RING = """
seed = 7
[dataset]
name = "ring"
count = 200
[architecture]
name = "mlp"
latent = 2
[loss]
name = "bce"
"""


@pytest.fixture(scope="module")
def generator(tmp_path_factory):
    """The generator of a run of random weights, which takes 4 numbers and draws 8×8 images."""
    run, _ = made_run(tmp_path_factory.mktemp("images"), [PARTS])
    return Generator.open(run.path, plugins=[PARTS])


@pytest.fixture(scope="module")
def points(tmp_path_factory):
    """The generator of a run that draws points of a plane."""
    run, _ = made_run(tmp_path_factory.mktemp("points"), recipe=RING)
    return Generator.open(run.path)


def noise(rows=2, seed=0):
    return np.random.default_rng(seed).standard_normal((rows, 6))


# Interpolation


def test_slerp_is_its_closed_form():
    a, b = np.array([2.0, 0.0]), np.array([0.0, 2.0])
    t = np.linspace(0, 1, 7)
    turn = t * np.pi / 2
    assert np.allclose(slerp(a, b, t), 2 * np.stack([np.cos(turn), np.sin(turn)], axis=1))


def test_slerp_keeps_the_length_and_turns_steadily():
    a, b = noise()
    b *= np.linalg.norm(a) / np.linalg.norm(b)
    way = slerp(a, b, np.linspace(0, 1, 9))
    lengths = np.linalg.norm(way, axis=1)
    assert np.allclose(lengths, lengths[0])
    assert np.allclose(way[[0, -1]], [a, b])
    cosines = np.sum(way[1:] * way[:-1], axis=1) / lengths[0] ** 2
    assert np.allclose(cosines, cosines[0])
    assert np.linalg.norm(linear(a, b, np.array([0.5]))) < 0.95 * lengths[0]


def test_slerp_between_noise_of_one_direction_is_straight():
    a, _ = noise()
    t = np.linspace(0, 1, 5)
    assert np.allclose(slerp(a, 3 * a, t), np.outer(1 + 2 * t, a))


def test_a_way_back_is_the_mirror_image(generator):
    there, back = (
        np.asarray(gankit.explore.interpolate(generator, stops, steps=4), "float64")
        for stops in ((2, 5), (5, 2))
    )
    assert there.shape == back.shape
    tall = there.shape[0]
    assert np.abs(there[:, :tall] - back[:, -tall:]).max() <= 1
    assert np.abs(there[:, :tall] - there[:, -tall:]).max() > 1


def test_a_film_has_each_stop_once_and_goes_round(generator):
    film = gankit.explore.interpolate(generator, (0, 1, 2), steps=5, frames=True)
    assert len(film) == 3 * 4
    assert np.ptp([np.asarray(frame, "float64").mean() for frame in film]) > 0


def test_points_of_a_plane_are_interpolated_over_the_data(points):
    assert gankit.explore.interpolate(points, (0, 1), steps=3).width > 100
    for look in (gankit.explore.traverse, gankit.explore.sheet, gankit.explore.templates):
        with pytest.raises(gankit.GankitError, match="needs images, but ") as told:
            look(points)
        assert "gankit explore interpolate" in told.value.hint


@pytest.mark.parametrize(("stops", "steps"), [((1,), 8), ((0, 1), 1)])
def test_a_way_needs_two_ends(generator, stops, steps):
    with pytest.raises(gankit.GankitError, match="two stops and two steps"):
        gankit.explore.interpolate(generator, stops, steps)


# Directions


def test_the_first_layer_is_the_matrix_of_its_weights(generator):
    (dense,) = (x for x in generator.network.layers if type(x).__name__ == "Dense")
    kernel = np.asarray(dense.get_weights()[0])
    assert np.allclose(first_layer(generator), kernel, atol=1e-5)


def test_principal_directions_are_numpys():
    weights = np.random.default_rng(3).standard_normal((5, 40))
    directions, stds = principal_directions(weights)
    values, vectors = np.linalg.eigh(weights @ weights.T)
    assert np.allclose(stds**2, values[::-1])
    assert np.allclose(np.abs(np.sum(directions * vectors.T[::-1], axis=1)), 1)
    assert (directions.max(axis=1) == np.abs(directions).max(axis=1)).all()


def test_traversals(generator):
    for along in ("dimensions", "principal"):
        page = gankit.explore.traverse(generator, along, rows=3, steps=5)
        named = gankit.explore.traverse(generator, along, directions=(0, 1, 2), steps=5)
        assert page.size == named.size
    with pytest.raises(gankit.GankitError, match="from 0 to 3"):
        gankit.explore.traverse(generator, directions=[4])


# Arithmetic


def test_a_less_a_plus_c_is_c(generator):
    page = gankit.explore.arithmetic(generator, "1", "1", "2", near=0)
    images = np.asarray(page)
    width = (page.width - 6) // 4
    third, result = (images[6:60, 6 + i * width : i * width + width] for i in (2, 3))
    assert np.array_equal(third, result)
    assert not np.array_equal(images[6:60, 6:width], third)


def test_terms_are_numbers_unless_by_label(generator):
    with pytest.raises(gankit.GankitError) as caught:
        gankit.explore.arithmetic(generator, "l", "r", "l")
    assert "--by-label" in caught.value.hint
    with pytest.raises(gankit.GankitError, match="no class"):
        gankit.explore.arithmetic(generator, "x", "r", "l", by_label=True)


# Neighbours


@pytest.mark.parametrize("chunk", [7, 512])
def test_the_nearest_are_those_of_brute_force(monkeypatch, chunk):
    monkeypatch.setattr("gankit.api.explore.neighbours.CHUNK", chunk)
    draw = np.random.default_rng(1)
    data, queries = (draw.integers(0, 256, (n, 4, 4, 1), dtype=np.uint8) for n in (30, 5))
    queries[0] = data[9]
    own = np.array([9, -1, -1, -1, -1])
    from gankit.scoring.features import features

    pixels = features("pixels")
    found = search(data, {"l1": l1(queries), "pixels": euclidean(queries, pixels)}, own)
    rows, asked = (np.asarray(x.reshape(len(x), -1), "float64") for x in (data, queries))
    differences = asked[:, None] - rows
    known = {
        "l1": np.abs(differences).mean(axis=2),
        "pixels": np.linalg.norm(_pixels(asked)[:, None] - _pixels(rows), axis=2),
    }
    for name, distances in known.items():
        distances[0, 9] = np.inf
        assert np.array_equal(found[name][0], distances.argmin(axis=1))
        assert np.allclose(found[name][1], distances.min(axis=1), rtol=1e-3)


def _pixels(rows):
    from gankit.scoring.features import features

    return np.asarray(features("pixels").extract((rows / 127.5 - 1).reshape(-1, 4, 4, 1)))


def test_neighbours_of_a_run(generator):
    found = gankit.explore.nearest(generator, count=3)
    assert list(found.by) == ["l1", "pixels"]
    assert found.sheet.width > 3 * 72
    data = generator.dataset.arrays["images"]
    levels = np.abs(found.samples[:, None].astype(int) - data[None]).mean(axis=(2, 3, 4))
    assert np.allclose(found.by["l1"].distances, levels.min(axis=1))
    assert ((found.by["l1"].nearer_reals >= 0) & (found.by["l1"].nearer_reals <= 1)).all()


# Kinds of images


def test_clusters_have_their_fractions():
    real = np.repeat([[0.0, 0.0], [9.0, 9.0]], [30, 10], axis=0)
    centroids, fractions = clustered(real, np.repeat(real[:1], 8, axis=0), 2, 0)
    assert np.allclose(centroids, [[0, 0], [9, 9]])
    assert np.allclose(fractions, [[0.75, 1], [0.25, 0]])


def test_templates(generator):
    assert gankit.explore.templates(generator, bins=4, count=32).width > 72
    with pytest.raises(gankit.GankitError, match="from 1 to 96"):
        gankit.explore.templates(generator, bins=97)


# Data that is no image


@pytest.mark.parametrize("data", ['name = "signals"', 'name = "table"\nshows = true'])
def test_values_are_explored_as_they_are_drawn(tmp_path, data):
    recipe = RING.partition("[dataset]")[0] + f"[dataset]\n{data}\n" + DENSE
    run, _ = made_run(tmp_path, [VALUES], recipe)
    drawn = Generator.open(run.path, plugins=[VALUES])
    for page in (
        gankit.explore.traverse(drawn, rows=2, steps=3),
        gankit.explore.templates(drawn, bins=3, count=32),
        gankit.explore.sheet(drawn, 4).image,
        gankit.explore.arithmetic(drawn, "1", "2", "3"),
    ):
        assert np.ptp(np.asarray(page)) > 50
    height, width = np.array(drawn.drawn(drawn.real(slice(1))).shape[1:3])
    page = gankit.explore.traverse(drawn, directions=[1], steps=1, reach=2.0)
    scale = page.width // width
    moved = drawn.chosen([0])
    moved[:, 1] = -2.0
    expected = drawn.drawn(drawn.draw(moved))[0]
    corner = 6 + np.arange(height) * scale, 6 + np.arange(width) * scale
    found = np.asarray(page)[np.ix_(*corner)]
    np.testing.assert_array_equal(found, np.broadcast_to(expected, found.shape))


# Sheets and answers


@pytest.mark.parametrize(("right", "count"), [(0, 8), (5, 8), (33, 40), (40, 40)])
def test_the_interval_is_wilsons(tmp_path, right, count):
    """Its ends are the fractions p at which |right / count − p| is z standard errors."""
    key = {str(number): "real" for number in range(count)}
    words = ["real"] * right + ["fake"] * (count - right)
    (tmp_path / "answers.txt").write_text("\n".join(map(" ".join, zip(key, words))), "utf-8")
    grade = gankit.explore.grade(key, tmp_path / "answers.txt")
    z = 1.959963984540054
    for p in (grade.low, grade.high):
        assert abs(right / count - p) == pytest.approx(z * (p * (1 - p) / count) ** 0.5, abs=1e-9)
    assert grade.low <= right / count <= grade.high


def test_answers_are_graded(tmp_path):
    key = {"1": "real", "2": "fake", "3": "fake", "4": "real"}
    answers = tmp_path / "answers.txt"
    answers.write_text("# mine\n1 real\n2: FAKE\n3, r\n4\n", "utf-8")
    grade = gankit.explore.grade(key, answers)
    assert (grade.right, grade.answers, grade.chance, grade.fooled) == (2, 3, 0.5, 0.5)
    assert grade.accuracy == pytest.approx(2 / 3)


@pytest.mark.parametrize("text", ["5 real", "1 maybe", "1 real\n1 fake", "real", "", "1\n2"])
def test_answers_that_are_not_understood(tmp_path, text):
    answers = tmp_path / "answers.txt"
    answers.write_text(text, "utf-8")
    with pytest.raises(gankit.GankitError, match=r"line \d|no answers"):
        gankit.explore.grade({"1": "real", "2": "fake"}, answers)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"key": {"1": "dog"}}', None])
def test_a_key_that_is_none(tmp_path, text):
    key = tmp_path / "key.json"
    if text is not None:
        key.write_text(text, "utf-8")
    with pytest.raises(gankit.GankitError, match="cannot be read"):
        gankit.explore.grade(key, tmp_path / "answers.txt")


def test_a_sheet_has_half_of_each_and_keeps_another_ones_key(generator, tmp_path):
    sheet = gankit.explore.sheet(generator, 8, seed=1)
    assert sorted(sheet.key.values()) == ["fake"] * 4 + ["real"] * 4
    image, key, answers = sheet.write(tmp_path / "judge")
    assert json.loads(key.read_text())["key"] == sheet.key
    answers.write_text("1 real\n", "utf-8")
    sheet.write(tmp_path / "judge")
    assert answers.read_text() == "1 real\n"
    before = image.read_bytes(), key.read_bytes()
    with pytest.raises(gankit.GankitError, match="another sheet"):
        gankit.explore.sheet(generator, 8, seed=2).write(tmp_path / "judge")
    assert (image.read_bytes(), key.read_bytes()) == before
    with pytest.raises(gankit.GankitError, match="even"):
        gankit.explore.sheet(generator, 7)


# In Python and on the command line


def test_a_notebook_gets_pictures(generator):
    looks = gankit.explore
    shown = [looks.interpolate(generator), looks.traverse(generator, rows=2)]
    assert all(isinstance(image, Image.Image) for image in shown)
    for found in (looks.sheet(generator, 4), looks.nearest(generator, 2)):
        assert found._repr_png_().startswith(b"\x89PNG")


def test_the_command_line(gankit, tmp_path):
    run, _ = made_run(tmp_path, [PARTS], RECIPE)
    words = run.path, "--plugin", PARTS
    for verb in ("interpolate", "traverse", "nearest", "sheet"):
        code, out, err = gankit("explore", verb, *words)
        assert code == 0, err
        assert "wrote " in out
    names = {path.name for path in (run.path / "images").iterdir()}
    assert names == {
        *("interpolate-0.png", "interpolate-0.gif", "traverse-dimensions-0.png", "nearest-0.png"),
        *("judge-0.png", "judge-0-key.json", "judge-0-answers.txt"),
    }
    strip = (run.path / "images" / "interpolate-0.png").read_bytes()
    code, out, _ = gankit("explore", "interpolate", *words, "--stops", "3,1")
    assert code == 0 and "interpolate-0-2.png" in out and "interpolate-0-2.gif" in out
    assert (run.path / "images" / "interpolate-0.png").read_bytes() == strip
    answers = tmp_path / "answers.txt"
    answers.write_text("1 real\n2 fake\n", "utf-8")
    code, out, _ = gankit("explore", "sheet", *words, "--grade", answers)
    assert code == 0 and " of 2" in out and "Wilson" in out
    code, _, err = gankit("explore", "interpolate", *words, "--stops", "1,x")
    assert code == 1 and "e.g. 3,17,5" in err
