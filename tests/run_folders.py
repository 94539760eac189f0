"""Folders of runs written by hand, and pages read as a browser reads them."""

import base64
import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
from PIL import Image

RECIPE = """
seed = 7

[dataset]
name = "blobs"
count = 96

[loss]
name = "bce"

[[stabilizers]]
name = "ema"
decay = 0.9

[training]
epochs = 4
"""
SPEC = {
    "started": "2026-01-02T03:04:05+00:00",
    "command": ["gankit", "run", "my recipes/blobs.toml"],
    "python": "3.11.0",
    "machine": "Linux x86_64, 2 cores",
    "versions": {"gankit": "0.1.0", "keras": "3.15.0", "torch": "2.13.0+cpu"},
    "backend": "torch",
    "devices": ["CPU"],
    "seed": 7,
    "plugins": [],
    "data": [{"examples": 96, "classes": ["l", "r"], "shapes": {"images": [8, 8, 1]}}],
}
MADE = {
    "features": "pixels",
    "weights": "none",
    "real": "the 96 of blobs trained on",
    "real_count": 96,
    "real_digest": "abc",
    "generated": "runs/blobs-1, step 12",
    "generated_count": 100,
    "averaged": True,
    "seed": 0,
    "backend": "torch",
    "gankit": "0.1.0",
}
VOID = {"meta", "img", "input", "br", "hr", "link"}


def write_run(path: Path, epochs=3, recipe=RECIPE, spec=(), sheets=None, scores=()) -> Path:
    """Write the folder of a run that has finished so many epochs of twelve steps."""
    (path / "samples").mkdir(parents=True)
    (path / "recipe.toml").write_text(recipe, "utf-8")
    (path / "run.json").write_text(json.dumps({**SPEC, **dict(spec)}), "utf-8")
    rows = [history_row(epoch) for epoch in range(1, epochs + 1)]
    if rows:
        with (path / "history.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    draw = np.random.default_rng(0)
    for epoch in range(epochs + 1) if sheets is None else sheets:
        image = Image.fromarray(draw.integers(0, 256, (20, 20), dtype=np.uint8))
        image.save(path / "samples" / f"epoch-{epoch:03d}.png")
    if scores:
        text = "".join(f"{json.dumps(line)}\n" for line in scores)
        (path / "scores.jsonl").write_text(text, "utf-8")
    return path


def history_row(epoch: int) -> dict:
    """Return what a run writes of an epoch; g_loss is no number in the second."""
    losses = {"d_loss": f"{1 / epoch:.6g}", "g_loss": "nan" if epoch == 2 else f"{epoch}"}
    accuracies = {"d_real_acc": "0.9", "d_fake_acc": "0.8", "d_acc": "0.85", "g_acc": "0.2"}
    place = {"epoch": epoch, "step": 12 * epoch, "images_per_second": "100"}
    return {**place, **losses, **accuracies, "d_grad_norm": "3", "g_grad_norm": "4", "r1": "0.1"}


def scored(epoch: int, value: float, better="low", **made) -> dict:
    """Return a line of scores.jsonl."""
    where = {"verb": "run", "epoch": epoch, "step": 12 * epoch, "best_by": "distance"}
    where["checkpoint"] = f"step-{12 * epoch:09d}"
    told = {"better": {"distance": better} if better else {}}
    return {**where, "scores": {"distance": value}, **MADE, **made, **told}


class Parsed(HTMLParser):
    """A page: its elements as (name, attributes, text directly in them); unbalanced is an error."""

    def __init__(self, page: Path):
        super().__init__(convert_charrefs=True)
        self.text = page.read_text("utf-8")
        self.elements: list[list] = []
        self._open: list[list] = []
        self.feed(self.text)
        self.close()
        assert self._open == []

    def handle_starttag(self, name, attributes):
        element = [name, dict(attributes), ""]
        self.elements.append(element)
        if name not in VOID:
            self._open.append(element)

    def handle_startendtag(self, name, attributes):
        self.elements.append([name, dict(attributes), ""])

    def handle_endtag(self, name):
        assert self._open.pop()[0] == name

    def handle_data(self, data):
        if self._open:
            self._open[-1][2] += data

    def all(self, name: str, **attributes) -> list[list]:
        """Return the elements of a name that have these attributes."""
        return [e for e in self.elements if e[0] == name and attributes.items() <= e[1].items()]

    @property
    def charts(self) -> list[dict]:
        """The data of the charts."""
        ((_, _, text),) = self.all("script", id="charts")
        return json.loads(text)

    @property
    def images(self) -> list[Image.Image]:
        """The images that are on the page."""
        sources = [attributes["src"] for _, attributes, _ in self.all("img")]
        return [Image.open(io.BytesIO(base64.b64decode(s.split(",")[1]))) for s in sources]
