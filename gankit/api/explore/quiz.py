"""A sheet on which people are to tell the real from the generated, and how well they did."""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from PIL import Image

from gankit.api.generator import Generator
from gankit.data.scaling import to_uint8
from gankit.errors import GankitError
from gankit.messages import shown
from gankit.pictures import sheets
from gankit.pictures.captions import captioned
from gankit.run.folder import write_text
from gankit.scoring.evaluate import digest
from gankit.scoring.examples import choose

FIRST_LINE = "# a number and real or fake, as in: 12 fake"
WORDS = {"real": "real", "r": "real", "fake": "fake", "f": "fake", "generated": "fake"}


@dataclass(frozen=True)
class Sheet:
    """Numbered images, and which of them are real; a notebook shows the images alone.

    Args:
        image: The images, numbered from 1 on.
        key: `real` or `fake`, by number.
    """

    image: Image.Image
    key: Mapping[str, str]

    def write(self, stem: Path) -> tuple[Path, Path, Path]:
        """Write the sheet, its key and a file for answers, and return their paths.

        Args:
            stem: What their paths begin with, such as `pictures/judge-0`.

        Raises:
            GankitError: There is the key of another sheet already; all is left as it is.
        """
        sheet, key, answers = (
            stem.with_name(stem.name + end) for end in (".png", "-key.json", "-answers.txt")
        )
        told = {"key": dict(self.key), "sheet": digest(np.asarray(self.image))}
        if key.exists() and _read_key(key) != told:
            raise GankitError(
                f"{key} is the key of another sheet already, and is left as it is",
                "choose another --seed or --out",
            )
        stem.parent.mkdir(parents=True, exist_ok=True)
        sheets.write_png(self.image, sheet)
        write_text(key, json.dumps(told, indent=2) + "\n")
        if not answers.exists():
            write_text(answers, f"{FIRST_LINE}\n" + "\n".join(self.key) + "\n")
        return sheet, key, answers

    def _repr_png_(self) -> bytes:
        return sheets.png(self.image)


@dataclass(frozen=True)
class Grade:
    """How well somebody told the real from the generated.

    Args:
        right: How many answers were right.
        answers: How many there were.
        low: The least share of right answers that fits them, with 95 % confidence.
        high: The greatest.
        chance: The share of right answers that guessing has.
        fooled: The share of the generated images answered for that were taken for real.
    """

    right: int
    answers: int
    low: float
    high: float
    chance: float
    fooled: float

    @property
    def accuracy(self) -> float:
        """The share of right answers."""
        return self.right / self.answers


def sheet(run: str | os.PathLike[str] | Generator, count: int = 40, seed: int = 0) -> Sheet:
    """Return a sheet of real and generated images, as many of each, in a random order.

    Args:
        run: The run's folder, or its opened generator.
        count: How many images, an even number.
        seed: Of the noise, the choice of real images, and the order.

    Raises:
        GankitError: It is no run of images, its data is no longer there, or there are too few.
    """
    generator = Generator.open(run)
    generator.needs_images("sheet")
    half = count // 2
    if count < 2 or count % 2 or half > len(generator.dataset):
        raise GankitError(
            "count is even, so that half of the images are real, and at most "
            f"{2 * len(generator.dataset):,}. Received: {count}"
        )
    real = generator.real(choose(half, len(generator.dataset), seed))
    fake = generator.draw(generator.noise(half, seed), generator.labels((), half))
    order = np.random.default_rng([seed, 1]).permutation(count)
    images = to_uint8(np.concatenate([real, fake]))[order]
    key = {
        str(number + 1): "real" if place < half else "fake" for number, place in enumerate(order)
    }
    return Sheet(captioned(images, list(key), columns=min(count, 8)), key)


def grade(
    key: Mapping[str, str] | str | os.PathLike[str], answers: str | os.PathLike[str]
) -> Grade:
    """Return how well answers fit the key of a sheet.

    Args:
        key: The key, or the file that it is in.
        answers: A text file with a line for each image, its number and `real` or `fake`, such as
            `12 fake`. Lines with a number only, and those that begin with `#`, are left out.

    Raises:
        GankitError: A file cannot be read, or a line is not understood, or there are no answers.
    """
    known = key if isinstance(key, Mapping) else _read_key(Path(key))["key"]
    said = _read_answers(Path(answers), known)
    right = sum(known[number] == word for number, word in said.items())
    fakes = [word for number, word in said.items() if known[number] == "fake"]
    low, high = wilson(right, len(said))
    fooled = fakes.count("real") / len(fakes) if fakes else math.nan
    return Grade(right, len(said), low, high, _chance(known), fooled)


def wilson(right: int, count: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval of a share, of which so many of a count were seen.

    Reference:
        Wilson 1927, Probable Inference, the Law of Succession, and Statistical Inference.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, part = right / count, z**2 / count
    middle = (share + part / 2) / (1 + part)
    half = z / (1 + part) * math.sqrt(share * (1 - share) / count + part / (4 * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def _read_key(path: Path) -> dict[str, Any]:
    """Return what a key's file says: the key, and the digest of its sheet."""
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if set(told["key"].values()) <= {"real", "fake"}:
            return told
        problem: object = "it says more than real and fake"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        problem = error
    raise GankitError(
        f"the key {path} cannot be read: {problem}",
        "gankit explore sheet RUN writes a sheet and its key",
    )


def _read_answers(path: Path, key: Mapping[str, str]) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise GankitError(f"the answers {path} cannot be read: {error}") from error
    said: dict[str, str] = {}
    for place, line in enumerate(lines, 1):
        words = line.lower().replace(":", " ").replace(",", " ").split()
        if line.strip() in ("", *key) or line.lstrip().startswith("#"):
            continue
        if len(words) != 2 or words[0] not in key or words[1] not in WORDS or words[0] in said:
            raise GankitError(
                f"{path}, line {place}, is not understood. Received: {shown(line)}",
                f"write a number from 1 to {len(key)}, each once, and real or fake, as in: 12 fake",
            )
        said[words[0]] = WORDS[words[1]]
    if not said:
        raise GankitError(f"{path} has no answers yet", "write real or fake behind each number")
    return said


def _chance(key: Mapping[str, str]) -> float:
    """Return how often somebody is right who knows no more than which kind there is more of."""
    share = sum(word == "real" for word in key.values()) / len(key)
    return max(share, 1 - share)
