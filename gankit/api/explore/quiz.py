"""A quiz: can people tell real images from generated ones?"""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gankit.api.generator import Generator, RunOrGenerator
from gankit.data.digest import digest
from gankit.errors import GankitError
from gankit.files import write, written
from gankit.messages import shown
from gankit.pictures import sheets
from gankit.pictures.captions import captioned
from gankit.scoring.examples import choose

FIRST_LINE = "# a number and real or fake, as in: 12 fake"
WORDS = {"real": "real", "r": "real", "fake": "fake", "f": "fake", "generated": "fake"}


@dataclass(frozen=True)
class Sheet:
    """Numbered images, real and generated; a notebook shows the images alone.

    Args:
        image: The images, numbered from 1.
        key: `real` or `fake`, by number.
    """

    image: Image.Image
    key: Mapping[str, str]

    def write(self, stem: Path) -> tuple[Path, Path, Path]:
        """Write the sheet, its key and a file for answers, and return their paths.

        The paths begin with the stem, such as `images/judge-0`.

        Raises:
            GankitError: The key of another sheet exists; nothing is written.
        """
        ends = (".png", "-key.json", "-answers.txt")
        sheet, key, answers = (stem.with_name(stem.name + end) for end in ends)
        content = {"key": dict(self.key), "sheet": digest(np.asarray(self.image))}
        if key.exists() and _read_key(key) != content:
            raise GankitError(
                f"{key} is the key of another sheet; nothing was written",
                "choose another --seed or --out",
            )
        with written(stem):
            stem.parent.mkdir(parents=True, exist_ok=True)
        sheets.write_png(self.image, sheet)
        write(key, json.dumps(content, indent=2) + "\n")
        if not answers.exists():
            write(answers, f"{FIRST_LINE}\n" + "\n".join(self.key) + "\n")
        return sheet, key, answers

    def _repr_png_(self) -> bytes:
        return sheets.png(self.image)


@dataclass(frozen=True)
class Grade:
    """How well a person told real images from generated ones.

    Args:
        right: The number of right answers.
        answers: The number of answers.
        low: The lower end of the 95% confidence interval of the accuracy.
        high: The upper end.
        chance: The accuracy of guessing.
        fooled: The fraction of answers on generated images that say real.
    """

    right: int
    answers: int
    low: float
    high: float
    chance: float
    fooled: float

    @property
    def accuracy(self) -> float:
        """The fraction of right answers."""
        return self.right / self.answers


def sheet(run: RunOrGenerator, count: int = 40, seed: int = 0) -> Sheet:
    """Return a sheet of equally many real and generated images, in random order.

    Args:
        run: The run's folder, or its opened generator.
        count: The number of images, even.
        seed: The seed of the noise, of the choice of real images, and of the order.

    Raises:
        GankitError: Samples have no image each, its data is missing, or there are too few images.
    """
    generator = Generator.open(run)
    generator.needs_drawings("sheet")
    half = count // 2
    if count < 2 or count % 2 or half > len(generator.dataset):
        raise GankitError(
            f"count must be even, and at most {2 * len(generator.dataset):,}. Received: {count}"
        )
    real = generator.real(choose(half, len(generator.dataset), seed))
    fake = generator.draw(generator.noise(half, seed), generator.labels((), half))
    order = np.random.default_rng([seed, 1]).permutation(count)
    images = generator.drawn(np.concatenate([real, fake]))[order]
    words = ["real" if place < half else "fake" for place in order]
    key = {str(number): word for number, word in enumerate(words, 1)}
    return Sheet(captioned(images, list(key), columns=min(count, 8)), key)


def grade(
    key: Mapping[str, str] | str | os.PathLike[str], answers: str | os.PathLike[str]
) -> Grade:
    """Compare answers with the key of a sheet.

    Args:
        key: The key, or its file.
        answers: A text file with a line per image: its number and `real` or `fake`, such as
            `12 fake`. Lines with only a number, and lines that start with `#`, are skipped.

    Raises:
        GankitError: A file cannot be read, a line is invalid, or there are no answers.

    Reference:
        Wilson 1927, Probable Inference, the Law of Succession, and Statistical Inference.
    """
    from scipy.stats import binomtest  # slow to import

    known = key if isinstance(key, Mapping) else _read_key(Path(key))["key"]
    given = _read_answers(Path(answers), known)
    right = sum(known[number] == word for number, word in given.items())
    fakes = [word for number, word in given.items() if known[number] == "fake"]
    interval = binomtest(right, len(given)).proportion_ci(method="wilson")
    fooled = fakes.count("real") / len(fakes) if fakes else math.nan
    reals = sum(word == "real" for word in known.values()) / len(known)
    chance = max(reals, 1 - reals)
    return Grade(right, len(given), interval.low, interval.high, chance, fooled)


def _read_key(path: Path) -> dict[str, Any]:
    """Return the content of a key's file: the key, and the digest of its sheet."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if set(content["key"].values()) <= {"real", "fake"}:
            return content
        problem: object = "it has other words than real and fake"
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
    given: dict[str, str] = {}
    for place, line in enumerate(lines, 1):
        words = line.lower().replace(":", " ").replace(",", " ").split()
        if line.strip() in ("", *key) or line.lstrip().startswith("#"):
            continue
        if len(words) != 2 or words[0] not in key or words[1] not in WORDS or words[0] in given:
            raise GankitError(
                f"{path}, line {place}, is invalid. Received: {shown(line)}",
                f"write a number from 1 to {len(key)}, each once, and real or fake: 12 fake",
            )
        given[words[0]] = WORDS[words[1]]
    if not given:
        raise GankitError(f"{path} has no answers yet", "write real or fake after each number")
    return given
