"""Data that is no image: it trains, and its samples can be seen and scored."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from trained_runs import quiet
from value_parts import bars

from gankit.api.generator import Generator
from gankit.api.sample import sample
from gankit.api.train import begin
from gankit.errors import GankitError
from gankit.pictures import sheets
from gankit.pictures.drawing import channels_apart, curves, in_a_plane
from gankit.recipe.overrides import read_table
from gankit.reporting.comparison import SampleRequest
from gankit.reporting.samples import draw

pytestmark = pytest.mark.anywhere

PARTS = Path(__file__).with_name("value_parts.py")
RECIPE = """
dataset = {{ {} }}
architecture = {{ name = "dense" }}
loss = {{ name = "{}" }}
training = {{ batch_size = 16 }}
metrics = [{{ name = "frechet-distance" }}]
scoring = {{ features = "values", count = 32 }}
"""
HALVES = (slice(0, 96), slice(96, 192))
SCALE = round(512 / (3 * 5))  # of a sheet of four images of 8 × 5, in three columns
DATA = ['name = "signals"', 'name = "table"', 'name = "table", shows = true', 'name = "twofold"']


def trained(folder, data, loss="bce"):
    path = folder / "values.toml"
    path.write_text(RECIPE.format(data, loss), encoding="utf-8")
    return begin(read_table(path), path, quiet(), out=folder / "run", plugins=[PARTS]).path


@pytest.mark.parametrize("data", DATA)
def test_any_data_is_trained_sampled_scored_and_reported(gankit, tmp_path, data):
    run = trained(tmp_path, data)
    sheets = [np.asarray(Image.open(run / f"samples/epoch-00{n}.png")) for n in (0, 1)]
    assert all(np.ptp(sheet) > 50 for sheet in sheets)
    for words in (
        ("sample", run, "--count", 4, "--plugin", PARTS),
        ("sample", run, "--count", 4, "--grid", "--plugin", PARTS),
        ("score", run, "--count", 32, "--features", "values", "--plugin", PARTS),
        ("explore", "interpolate", run, "--plugin", PARTS),
        ("report", run),
    ):
        code, _, error = gankit(*words)
        assert code == 0, (words, error)
    assert (run / "scores.jsonl").read_text().count("frechet_distance (values)") == 2
    (drawn,) = draw([run], SampleRequest(4, 0, "last", [PARTS], None))
    assert drawn.images.ndim in (2, 3, 4)


def test_a_table_is_drawn_by_its_own_function(tmp_path):
    run = trained(tmp_path, DATA[2])
    found = sample(Generator.open(run, plugins=[PARTS]), 4)
    np.testing.assert_array_equal(found.images, bars(found.values))
    tile = np.asarray(found.sheet)[2 : 2 + 8 * SCALE : SCALE, 2 : 2 + 5 * SCALE : SCALE]
    np.testing.assert_array_equal(tile, found.images[0, ..., 0])
    run_sheet = np.asarray(Image.open(run / "samples/epoch-001.png"))
    assert set(np.unique(run_sheet)) <= {0, 128, 255}


def test_a_show_that_makes_no_images_is_an_error():
    with pytest.raises(
        GankitError, match=r"must return 3 images, one for each example.*shape \(3, 5\)"
    ):
        sheets.sheet(np.zeros((3, 5)), show=lambda rows: rows)


def test_channels_are_side_by_side():
    images = np.arange(2 * 3 * 4 * 5, dtype="uint8").reshape(2, 3, 4, 5)
    made = channels_apart(images)
    assert made.shape == (2, 6, 12, 1)
    np.testing.assert_array_equal(made[1, :3, 4:8, 0], images[1, ..., 1])
    np.testing.assert_array_equal(made[1, 3:, :4, 0], images[1, ..., 3])
    assert not made[:, 3:, 8:].any()


def test_a_curve_goes_through_its_values():
    rising = np.linspace(-1, 1, 50)[None, :, None]
    (image,) = curves(rising, rising)
    rows, columns = np.nonzero(image.min(axis=-1) < 200)
    slope, start = np.polyfit(columns, rows, 1)
    low, high = (63 * (1 - (y + 1.2) / 2.4) for y in (-1, 1))  # with a margin of a tenth
    assert start + slope * 2 == pytest.approx(low, abs=1)
    assert start + slope * 93 == pytest.approx(high, abs=1)
    gap = np.where(np.abs(rising) < 0.2, np.nan, rising)
    assert (curves(gap, rising)[0][:, 45:51] == 255).all()
    assert (curves(np.full((1, 4, 1), np.inf), rising) == 255).all()


def test_rows_are_drawn_by_their_principal_components():
    draw = np.random.default_rng(0)
    reference = draw.standard_normal((400, 3)) @ draw.standard_normal((3, 5)) * [1, 10, 100, 1, 1]
    rows = reference[:50] + 0.1
    points, behind = in_a_plane(rows, reference)
    scaled = (reference - reference.mean(0)) / reference.std(0)
    values, vectors = np.linalg.eigh(np.cov(scaled.T, bias=True))
    assert behind.var(axis=0) == pytest.approx(values[::-1][:2])
    expected = (rows - reference.mean(0)) / reference.std(0) @ vectors[:, ::-1][:, :2]
    np.testing.assert_allclose(np.abs(points), np.abs(expected), atol=1e-8)
    same, _ = in_a_plane(reference[:, :2])
    np.testing.assert_array_equal(same, reference[:, :2])
    single, _ = in_a_plane(np.array([[3.0], [1.0]]))
    np.testing.assert_array_equal(single, [[1, 0.25], [3, 0.75]])
    for strange in (np.full((3, 5), np.nan), np.zeros((1, 4))):
        sheets.sheet(strange, strange)


def test_strips_draw_what_is_no_image():
    waves = np.sin(np.linspace(0, 6, 32))[None, :, None].repeat(8, axis=0)
    strip = np.asarray(sheets.strips([[waves, waves / 2]]))
    height, width = 64, 2 * 96
    tile = strip[2 : 2 + height, 2 : 2 + width]
    steep, flat = ((tile[:, part].min(axis=-1) < 200).nonzero()[0] for part in HALVES)
    assert np.ptp(steep) == pytest.approx(2 * np.ptp(flat), abs=3)


def test_an_autoencoder_shows_reconstructions_and_draws_from_noise(gankit, tmp_path):
    run = trained(tmp_path, DATA[0], "autoencoder")
    sheet = Image.open(run / "samples/epoch-001.png")
    assert sheet.width % (2 * 96 + 2) == 2  # an example beside its reconstruction
    for words in (("sample", run), ("score", run, "--count", 32), ("explore", "interpolate", run)):
        code, _, error = gankit(*words, "--plugin", PARTS)
        assert code == 0, error
    code, _, error = gankit("sample", run, "--plugin", PARTS, "--reject", "0.5")
    assert code == 1 and "rejection needs one discriminator" in error


def test_several_logits_are_no_reason_to_speak_of_several_examples(gankit, tmp_path):
    text = RECIPE.format(DATA[1], "mixture").replace('"dense"', '"dense", kinds = 3')
    (tmp_path / "values.toml").write_text(text, encoding="utf-8")
    words = ("--plugin", PARTS, "--out", "run")
    code, _, error = gankit("run", "values.toml", *words)
    assert code == 0, error
    code, _, error = gankit("sample", "run", "--plugin", PARTS, "--reject", "0.5")
    said = " ".join(error.split())
    assert code == 1 and "gives 3 numbers for an example, and rejection needs one logit" in said


def test_the_command_that_resumes_has_the_plugins(gankit, tmp_path):
    run = trained(tmp_path, DATA[1])
    shutil.rmtree(run / "checkpoints")
    code, _, error = gankit("sample", run, "--plugin", PARTS)
    assert code == 1 and f"gankit run --resume {run} --plugin {PARTS}" in error
