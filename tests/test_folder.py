import json
import os

import numpy as np
import pytest
from PIL import Image

import gankit
from gankit_standard.folder import folder

pytestmark = pytest.mark.anywhere


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GANKIT_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def root(tmp_path):
    return tmp_path


def draw(root, name, grey=0, size=(20, 10)):
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size, grey).save(file)


def test_a_flat_folder_is_read_in_the_order_of_names(root):
    for name, grey in {"b.png": 2, "a.bmp": 1, "10.PNG": 0, "c.webp": 3}.items():
        draw(root, name, grey)
    dataset = folder(str(root), size=8, channels="grey")
    assert set(dataset.arrays) == {"images"}
    assert dataset.spec == gankit.DataSpec({"images": (8, 8, 1)}, 0)
    np.testing.assert_array_equal(dataset.arrays["images"][:, 0, 0, 0], [0, 1, 2, 3])


def test_sub_folders_with_images_are_classes(root, capsys):
    for name, grey in {"dog/x.png": 20, "cat/y.png": 11, "cat/a/z.png": 10}.items():
        draw(root, name, grey)
    (root / "empty").mkdir()
    (root / ".git").mkdir()
    dataset = folder(str(root), size=8)
    assert "warning: left out classes without images: empty\n" in capsys.readouterr().err
    assert list(dataset.classes) == ["cat", "dog"]
    np.testing.assert_array_equal(dataset.arrays["images"][:, 0, 0, 2], [10, 11, 20])
    np.testing.assert_array_equal(dataset.arrays["labels"], [0, 0, 1])
    assert dataset.spec == gankit.DataSpec({"images": (8, 8, 3), "labels": ()}, 2)


def test_labels_stay_with_their_images_where_a_file_is_broken(root):
    for place in range(24):
        draw(root, f"{place // 8}/{place:02}.png", place)
    for name in ("0/03.png", "1/15.png"):
        (root / name).write_bytes(b"broken")
    arrays = folder(str(root), size=4, channels="grey").arrays
    np.testing.assert_array_equal(arrays["images"][:, 0, 0, 0] // 8, arrays["labels"])
    assert len(arrays["labels"]) == 22


def test_a_class_whose_images_are_all_broken_is_none(root, capsys):
    for place in range(20):
        draw(root, f"cat/{place}.png")
    draw(root, "dog/x.png")
    (root / "dog/x.png").write_bytes(b"broken")
    assert folder(str(root), size=4).counts() == {"cat": 20}
    assert "classes without images: dog" in capsys.readouterr().err


def test_a_name_that_is_not_utf8_is_escaped(root):
    draw(root, "cat/x.png")
    draw(root, os.fsdecode(b"caf\xe9/y.png"))
    classes = folder(str(root), size=4).classes
    assert classes == ["caf\\udce9", "cat"]
    assert json.dumps(classes, ensure_ascii=False).encode()


def test_hidden_and_other_files_are_passed_over(root):
    draw(root, "a.png")
    draw(root, ".hidden.png")
    draw(root, ".git/x.png")
    draw(root, "__MACOSX/._a.png")
    (root / "notes.txt").write_text("no image")
    (root / "folder.png").mkdir()
    assert len(folder(str(root), size=8)) == 1


def test_pad_and_ground_and_flip(root):
    draw(root, "wide.png", 0)
    dataset = folder(str(root), size=20, fit="pad", ground="#ff0000", flip=True)
    assert dataset.flip
    np.testing.assert_array_equal(dataset.arrays["images"][0, [0, 10], 0], [(255, 0, 0), (0, 0, 0)])


def test_a_relative_path_starts_at_the_working_directory(root, monkeypatch):
    draw(root, "data/a.png")
    monkeypatch.chdir(root)
    assert len(folder("data", size=8)) == 1


def test_what_is_wrong_with_a_folder_is_said(root):
    with pytest.raises(gankit.GankitError, match=r"does not exist(.|\n)*--data FOLDER"):
        folder(str(root / "missing"))
    draw(root, "a.png")
    with pytest.raises(gankit.GankitError, match="is a file, not a folder"):
        folder(str(root / "a.png"))
    (root / "empty").mkdir()
    with pytest.raises(gankit.GankitError, match="has no images"):
        folder(str(root / "empty"))
    draw(root, "dogs/a.png")
    with pytest.raises(gankit.GankitError, match="1 images directly in it and 1 in sub-folders"):
        folder(str(root))
    dataset = folder(str(root), classes=False)
    assert len(dataset) == 2 and not dataset.classes and "labels" not in dataset.spec.shapes
