"""Write a folder of about 900 drawings of people, 64×64, to try `gankit run own_images` on.

    python benchmarks/fetch_emoji.py emoji
    gankit run own_images --data emoji/train
    gankit score runs/own_images-1 --held-out emoji/held-out

The drawings are Google's Noto Emoji (Apache License 2.0). The npm package
`emoji-datasource-google` (MIT licence) holds them; npm downloads it from the registry that it is
set up for. Nothing of it comes with gankit. Each drawing has a version for every skin tone: every
tenth drawing is held out with all of its versions.
"""

import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PACKAGE = "emoji-datasource-google@16.0.0"
KINDS = ("person", "person-role", "person-gesture", "person-fantasy")
IMAGES = "package/img/google/64"
HELD_OUT = 10


def fetch(folder: Path) -> None:
    """Download the package, and write its drawings of people into `train` and `held-out`."""
    with tempfile.TemporaryDirectory() as place:
        archive = _download(Path(place))
        with tarfile.open(archive) as package:
            drawings = _people(json.loads(_read(package, "package/emoji.json")))
            for number, versions in enumerate(drawings):
                part = "train" if (number + 1) % HELD_OUT else "held-out"
                (folder / part).mkdir(parents=True, exist_ok=True)
                for name in versions:
                    (folder / part / name).write_bytes(_read(package, f"{IMAGES}/{name}"))


def _download(folder: Path) -> Path:
    subprocess.run(["npm", "pack", PACKAGE, "--silent"], cwd=folder, check=True, stdout=sys.stderr)
    (archive,) = folder.glob("*.tgz")
    return archive


def _people(emoji: list[Mapping[str, Any]]) -> Iterator[list[str]]:
    """Yield the file names of each drawing's versions."""
    for one in emoji:
        if one["has_img_google"] and one["subcategory"] in KINDS:
            tones = one.get("skin_variations", {}).values()
            yield [one["image"], *(tone["image"] for tone in tones if tone["has_img_google"])]


def _read(package: tarfile.TarFile, name: str) -> bytes:
    file = package.extractfile(name)
    assert file
    return file.read()


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
