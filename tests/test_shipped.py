"""The recipes of gankit by name, and the user's own data in place of theirs."""

import shutil

import numpy as np
import pytest
from PIL import Image

from gankit import GankitError
from gankit.discovery.plugins import load_plugins
from gankit.recipe.overrides import read_table
from gankit.recipe.recipe import read_recipe
from gankit.recipe.shipped import described, shipped_recipes

pytestmark = pytest.mark.anywhere


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "my photos"
    folder.mkdir()
    Image.new("RGB", (9, 8)).save(folder / "a.png")
    return folder


def test_a_recipe_is_known_by_its_name_and_a_file_of_that_name_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ring").mkdir()  # a folder is in nobody's way
    names = shipped_recipes()
    assert read_table("quickstart") == read_table(names["quickstart"])
    assert read_table("ring") == read_table(names["ring"])
    shutil.copy(names["grid"], "quickstart")
    assert read_table("quickstart") == read_table(names["grid"])


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("quickstart.toml", "gankit run quickstart"),
        ("recipes/quickstart.toml", "gankit run quickstart"),
        ("nowhere", "gankit list recipes"),
        ("quikstart", 'Did you mean "quickstart"?'),
    ],
)
def test_a_recipe_that_is_not_there(tmp_path, monkeypatch, name, hint):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GankitError) as refused:
        read_table(name)
    assert "there is no recipe" in refused.value.message and hint in str(refused.value)


@pytest.mark.parametrize("name", shipped_recipes())
def test_a_recipe_says_what_it_is_and_how_long_it_takes(name):
    found = described(name, shipped_recipes()[name])
    assert found.summary and found.time and "arXiv" not in found.summary
    table = read_table(name)
    assert found.dataset == table["dataset"]["name"]
    sizes = [each.get("dataset", {}).get("size") for each in (table, *table.get("stages", []))]
    if known := [size for size in sizes if size]:
        assert found.size == f"{known[-1]}×{known[-1]}"  # a run may grow to it


def test_a_folder_replaces_the_dataset_and_keeps_its_size(images):
    own = read_recipe("quickstart", load_plugins(), ["dataset.size=16"], images)
    assert (own.dataset.name, own.dataset.options["path"]) == ("folder", str(images))
    assert (own.dataset.options["size"], own.dataset.options["flip"]) == (16, True)
    assert own.scoring.features.name == "pixels"  # those of the recipe are of bricks
    theirs = read_recipe("quickstart", load_plugins())
    assert own.architecture == theirs.architecture and own.training == theirs.training
    assert own.dataset.make().spec.shape == (16, 16, 3)


def test_an_npz_file_replaces_the_dataset(tmp_path):
    file = tmp_path / "mine.npz"
    np.savez(file, images=np.zeros((3, 8, 8), "uint8"))
    own = read_table("quickstart", (), file)["dataset"]
    assert own == {"name": "npz", "path": str(file), "flip": True}


def test_stages_keep_what_they_change_of_the_dataset(tmp_path, images):
    file = tmp_path / "growing.toml"
    stages = "\n[[stages]]\ndataset = { size = 16, count = 9 }\n[[stages]]\ntraining = {}\n"
    file.write_text(shipped_recipes()["quickstart"].read_text("utf-8") + stages)
    first, second = read_table(file, (), images)["stages"]
    assert first == {"dataset": {"name": "folder", "size": 16}} and second == {"training": {}}


@pytest.mark.parametrize("name", ["nowhere", "notes.txt"])
def test_what_is_neither_a_folder_nor_an_npz_file(tmp_path, name):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(GankitError, match=r"a folder of images or a \.npz file"):
        read_table("quickstart", (), tmp_path / name)


def test_list_recipes_fits_a_terminal(gankit):
    code, out, err = gankit("list", "recipes")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    rows = [line for line in lines if line.startswith("  ") and line[2] != " "]
    assert [row.split()[0] for row in rows] == ["recipe", *shipped_recipes()]
    assert "quickstart lego 32×32 5 to 10 minutes on two cores" in [
        " ".join(row.split()) for row in rows
    ]


def test_show_takes_a_recipe_by_name_also_beside_a_part(gankit):
    code, out, _ = gankit("show", "quickstart", "--set", "training.epochs=3")
    assert code == 0 and out.startswith("quickstart  recipe of gankit\n") and "epochs = 3" in out
    _, out, _ = gankit("show", "ring")
    assert "ring  dataset of " in out and "\nring  recipe of gankit\n" in out
