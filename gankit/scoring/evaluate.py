"""Metrics of real and generated examples: no number without how it was made."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from gankit.data.cache import cached
from gankit.discovery.kinds import METRIC_INPUTS
from gankit.discovery.part import Part
from gankit.errors import GankitError
from gankit.messages import shown
from gankit.recipe.schema import takes
from gankit.scoring.features import NO_WEIGHTS, Features
from gankit.scoring.metric import DEPENDING


@dataclass(frozen=True)
class Provenance:
    """How scores were made; two are comparable if all of it but the samples is equal.

    Args:
        features: The name of the features.
        weights: The digest of the network that makes them.
        resizer: What brings images to the network's size.
        real: Where the real examples are from.
        real_count: How many there are.
        real_digest: Of the real examples.
        generated: Where the samples are from: a run's checkpoint, a folder.
        generated_count: How many there are.
        averaged: Whether the generator's averaged weights were used; None if it cannot be told.
        seed: Of the choice of the real examples and of the noise.
        backend: What the generator ran on.
        gankit: Its version.
        split: The part of the data that the real examples are.
        held_out: How many other real examples there were, and their digest.
        accuracy: The share of held-out examples that the features' network classifies rightly,
            where its classes are those of the data.
    """

    features: str
    weights: str
    resizer: str
    real: str
    real_count: int
    real_digest: str
    generated: str
    generated_count: int
    averaged: bool | None
    seed: int
    backend: str
    gankit: str
    split: str = "not told"
    held_out: str = "none"
    accuracy: float | None = None


@dataclass(frozen=True)
class Scores:
    """What metrics found.

    Args:
        values: By name.
        titles: What people are told that they are, by name: with features that are not the FID's,
            no distance is called a FID.
        left_out: Why a metric found nothing, by its name.
        provenance: How they were made.
    """

    values: Mapping[str, float]
    titles: Mapping[str, str]
    left_out: Mapping[str, str]
    provenance: Provenance

    def as_dict(self) -> dict:
        """Return all of it as what JSON can hold."""
        told = {"scores": dict(self.values), "titles": dict(self.titles)}
        return told | asdict(self.provenance)


def evaluate(
    metrics: Mapping[str, Part],
    features: Features,
    real: np.ndarray,
    fake: np.ndarray,
    describe: Callable[..., Provenance],
    held_out: np.ndarray | None = None,
    known: Mapping[str, np.ndarray] | None = None,
) -> Scores:
    """Return what metrics find of real and generated examples.

    Features are computed once, whichever metrics ask for them; those that a network made of real
    examples are kept, by the content of the examples and the network.

    Args:
        metrics: By name.
        features: What the examples are compared by.
        real: In [−1, 1], (count, height, width, channels), or points (count, coordinates).
        fake: Likewise.
        describe: Makes the provenance of what is told of here and of what the caller knows.
        held_out: Real examples that nothing was trained on.
        known: What else metrics may ask for: `class_names`, `class_fractions`, `fake_labels`.

    Raises:
        GankitError: A metric returned something else than numbers.
    """
    given = {**_given(features, real, fake, held_out), **(known or {})}
    values: dict[str, float] = {}
    titles: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for name, part in metrics.items():
        missing = [asked for asked in METRIC_INPUTS if takes(part, asked) and asked not in given]
        if missing:
            left_out[name] = f"needs {', '.join(missing)}"
            continue
        found = _found(name, part, given)
        values |= found
        depends = any(takes(part, asked) for asked in DEPENDING)
        titles |= {score: features.title(score) if depends else score for score in found}
    provenance = describe(
        features=features.name,
        weights=features.weights,
        resizer=features.resizer,
        accuracy=features.accuracy,
        real_count=len(real),
        real_digest=digest(real),
        held_out="none" if held_out is None else f"{len(held_out):,}, digest {digest(held_out)}",
        generated_count=len(fake),
    )
    return Scores(values, titles, left_out, provenance)


def digest(array: np.ndarray) -> str:
    """Return the first twelve digits of the SHA-256 of an array's type, shape and content."""
    array = np.ascontiguousarray(array)
    told = hashlib.sha256(f"{array.dtype} {array.shape}".encode())
    told.update(array.tobytes())
    return told.hexdigest()[:12]


def _found(name: str, part: Part, given: Mapping[str, np.ndarray]) -> dict[str, float]:
    found = part.load()(**{asked: given[asked] for asked in given if takes(part, asked)})
    scores = found if isinstance(found, Mapping) else {name.replace("-", "_"): found}
    for score, value in scores.items():
        try:
            float(value)
        except (TypeError, ValueError):
            raise GankitError(
                f"the metric {name!r} returned {type(value).__name__} as {score}: {shown(value)}",
                "return a number, or numbers by name",
            ) from None
    return dict(scores)


def _given(features: Features, real, fake, held_out) -> dict[str, np.ndarray]:
    given = {"real": _kept(features, real), "fake": _numbers(features.extract(fake))}
    if held_out is not None:
        given["held_out"] = _kept(features, held_out)
    if features.classify is not None:
        given["probabilities"] = features.classify(given["fake"])
        if features.classes:
            given["class_probabilities"] = given["probabilities"]
    if real.ndim == 4:
        given |= {"real_images": real, "fake_images": fake}
        given |= {} if held_out is None else {"held_out_images": held_out}
    return given


def _kept(features: Features, real: np.ndarray) -> np.ndarray:
    """Return the features of real examples; those that a network makes are made once."""
    if features.weights == NO_WEIGHTS:
        return _numbers(features.extract(real))
    key = {"examples": digest(real), "network": features.name, "weights": features.weights}
    key["resizer"] = features.resizer

    def make(folder: Path) -> None:
        np.save(folder / "features.npy", features.extract(real))

    return _numbers(np.load(cached("features", key, make) / "features.npy"))


def _numbers(features: np.ndarray) -> np.ndarray:
    return np.asarray(features, "float64")
