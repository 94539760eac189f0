"""Metrics of real and generated examples, with their provenance."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import gankit
from gankit.cache import cached
from gankit.data.digest import digest
from gankit.discovery.kinds import METRIC_INPUTS
from gankit.discovery.part import Part
from gankit.discovery.part_options import takes
from gankit.errors import GankitError
from gankit.messages import shown
from gankit.scoring.features import NO_WEIGHTS, Features
from gankit.scoring.metric import ON_FEATURES


@dataclass(frozen=True)
class Source:
    """Where examples are from.

    Args:
        real: The source of the real examples.
        split: The split of the data that they are from.
        generated: The source of the samples: a run's checkpoint, or a folder.
        averaged: Whether the generator's averaged weights were used; None if unknown.
        seed: The seed of the noise and of the choice of real examples.
        backend: The backend of the generator.
    """

    real: str
    split: str
    generated: str
    averaged: bool | None
    seed: int
    backend: str


@dataclass(frozen=True)
class Examples:
    """Examples to compare: images in [−1, 1], (count, height, width, channels), or points.

    The labels are the metric inputs `class_names`, `class_fractions` and `fake_labels`, if known.
    """

    real: np.ndarray
    generated: np.ndarray
    source: Source
    held_out: np.ndarray | None = None
    labels: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.held_out is not None:
            check_held_out(self.held_out, self.real.shape[1:])


def check_held_out(images: np.ndarray, shape: Sequence[int]) -> None:
    """Raise an error unless held-out images have the shape of one real example."""
    if images.shape[1:] != tuple(shape):
        held_out, real = (" × ".join(map(str, each)) for each in (images.shape[1:], shape))
        raise GankitError(
            f"image sizes differ: {held_out} held out, {real} in the real data",
            "give the held-out images the size and the colours of the real ones",
        )


@dataclass(frozen=True)
class Provenance(Source):
    """How scores were made; they are comparable if all but the samples is equal.

    Args:
        features: The name of the features.
        weights: The digest of their network's weights.
        resizer: What resizes images for that network.
        accuracy: The features' accuracy on held-out examples; None unless their classes are those
            of the data.
        real_count: The number of real examples.
        real_digest: Their digest.
        held_out: The number and the digest of the held-out examples, or `none`.
        generated_count: The number of samples.
        gankit: The version of gankit.
    """

    features: str
    weights: str
    resizer: str
    accuracy: float | None
    real_count: int
    real_digest: str
    held_out: str
    generated_count: int
    gankit: str


@dataclass(frozen=True)
class Scores:
    """Scores by metrics.

    Args:
        values: The scores, by name.
        titles: How each is displayed, by name: only a distance of the FID's features is a FID.
        left_out: Why a metric was left out, by its name.
        provenance: How the scores were made.
    """

    values: Mapping[str, float]
    titles: Mapping[str, str]
    left_out: Mapping[str, str]
    provenance: Provenance

    def as_dict(self) -> dict[str, Any]:
        """Return scores, titles and provenance in a form that JSON can hold."""
        found = {"scores": dict(self.values), "titles": dict(self.titles)}
        return found | asdict(self.provenance)


def evaluate(metrics: Mapping[str, Part], features: Features, examples: Examples) -> Scores:
    """Score examples by metrics; features are computed once for all of them.

    Features of real examples by a network are cached, by the content of the examples.

    Raises:
        GankitError: A metric returned something other than numbers.
    """
    inputs = {**_inputs(features, examples), **examples.labels}
    values: dict[str, float] = {}
    titles: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for name, part in metrics.items():
        missing = [asked for asked in METRIC_INPUTS if takes(part, asked) and asked not in inputs]
        if missing:
            left_out[name] = f"needs {', '.join(missing)}"
            continue
        found = measure(name, part, inputs)
        values |= found
        depends = any(takes(part, asked) for asked in ON_FEATURES)
        titles |= {score: features.title(score) if depends else score for score in found}
    return Scores(values, titles, left_out, _provenance(features, examples))


def measure(name: str, part: Part, inputs: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Return the scores of one metric, by name.

    Raises:
        GankitError: It returned something other than numbers.
    """
    found = part.load()(**{asked: inputs[asked] for asked in inputs if takes(part, asked)})
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


def _provenance(features: Features, examples: Examples) -> Provenance:
    held_out = examples.held_out
    return Provenance(
        **vars(examples.source),
        features=features.name,
        weights=features.weights,
        resizer=features.resizer,
        accuracy=features.accuracy,
        real_count=len(examples.real),
        real_digest=digest(examples.real),
        held_out="none" if held_out is None else f"{len(held_out):,}, digest {digest(held_out)}",
        generated_count=len(examples.generated),
        gankit=gankit.__version__,
    )


def _inputs(features: Features, examples: Examples) -> dict[str, np.ndarray]:
    real, fake, held_out = examples.real, examples.generated, examples.held_out
    inputs = {"real": _cached(features, real), "fake": _float64(features.extract(fake))}
    if held_out is not None:
        inputs["held_out"] = _cached(features, held_out)
    if features.classify is not None:
        inputs["probabilities"] = features.classify(inputs["fake"])
        if features.classes:
            inputs["class_probabilities"] = inputs["probabilities"]
    if real.ndim == 4:
        inputs |= {"real_images": real, "fake_images": fake}
        inputs |= {} if held_out is None else {"held_out_images": held_out}
    return inputs


def _cached(features: Features, real: np.ndarray) -> np.ndarray:
    """Return the features of real examples, from the cache if a network computes them."""
    if features.weights == NO_WEIGHTS:
        return _float64(features.extract(real))
    key = {"examples": digest(real), "network": features.name, "weights": features.weights}
    key["resizer"] = features.resizer

    def make(folder: Path) -> None:
        np.save(folder / "features.npy", features.extract(real))

    return _float64(np.load(cached("features", key, make) / "features.npy"))


def _float64(features: np.ndarray) -> np.ndarray:
    return np.asarray(features, "float64")
