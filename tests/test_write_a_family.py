"""The four families of docs/write-a-family.md, from the page alone."""

import inspect

import numpy as np
import pytest
from pages import DOCS, blocks

from gankit import DataSpec, testing
from gankit.discovery.plugins import load_plugins

pytestmark = pytest.mark.long

PAGE = DOCS / "write-a-family.md"
FAMILIES = ("auxiliary", "paired", "bidirectional", "generators")
FILES = {block.title: block.text for block in blocks(PAGE) if block.title}
IMAGES = DataSpec({"images": (28, 28, 1), "labels": (), "sketch": (28, 28, 1)}, 4)
POINTS = DataSpec({"images": (2,)})


@pytest.fixture(params=FAMILIES)
def family(request, tmp_path):
    """Return the name of a family, and its file."""
    for name in (f"{request.param}.py", f"{request.param}.toml"):
        (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    return request.param, tmp_path / f"{request.param}.py"


def parts(plugin):
    """Return the parts of a file by their kind."""
    return {part.kind: part.load() for part in load_plugins([plugin]).plugins[-1].parts}


def batch(spec):
    """Return random rows of a spec."""
    draw = np.random.default_rng(0)
    found = {k: draw.uniform(-1, 1, (16, *s)).astype("float32") for k, s in spec.shapes.items()}
    if "labels" in found:
        found["labels"] = draw.integers(0, spec.classes, 16).astype("int32")
    return found


@pytest.mark.anywhere
def test_each_is_less_than_a_hundred_lines():
    assert all(len(FILES[f"{name}.py"].splitlines()) < 100 for name in FAMILIES)


def test_its_networks_and_its_loss_keep_their_contracts(family):
    name, plugin = family
    made, spec = parts(plugin), POINTS if name == "generators" else IMAGES
    architecture, loss = made["architectures"], made["losses"]
    small = {k: 4 for k in ("latent", "width") if k in inspect.signature(architecture).parameters}
    testing.check_architecture(architecture, spec, loss=loss(), **small)
    testing.check_loss(loss(), lambda: architecture(spec, **small), batch(spec))


@pytest.mark.anywhere
def test_its_recipe_plays(family):
    _, plugin = family
    testing.check_plugin(plugin)
    testing.check_recipe(plugin.with_suffix(".toml"), [plugin])


@pytest.mark.anywhere
def test_the_dataset_has_pairs_of_outlines_and_filled_rectangles(tmp_path):
    (tmp_path / "paired.py").write_text(FILES["paired.py"], encoding="utf-8")
    data = testing.check_dataset(parts(tmp_path / "paired.py")["datasets"], count=16, size=12)
    images, sketch = (data.arrays[name] for name in ("images", "sketch"))
    assert ((images == 255) | (images == 0)).all() and (sketch <= images).all()
    assert sketch.any(axis=(1, 2, 3)).all() and (sketch != images).any()
