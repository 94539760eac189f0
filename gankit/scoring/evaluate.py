"""Metrics of real and generated examples: no number without how it was made."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import numpy as np

from gankit.metric import GIVEN
from gankit.part import Part
from gankit.schema import takes
from gankit.scoring.features import Features


@dataclass(frozen=True)
class Provenance:
    """How scores were made; two are comparable if all of it but the samples is equal.

    Args:
        features: The name of the features.
        weights: The digest of the network that makes them.
        resizer: What brings pictures to the network's size.
        real: Where the real examples are from.
        real_count: How many there are.
        real_digest: Of the real examples.
        generated: Where the samples are from: a run's checkpoint, a folder.
        generated_count: How many there are.
        averaged: Whether the generator's averaged weights were used; None if it cannot be told.
        seed: Of the choice of the real examples and of the noise.
        backend: What the generator ran on.
        gankit: Its version.
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


@dataclass(frozen=True)
class Scores:
    """What metrics found.

    Args:
        values: By name.
        left_out: Why a metric found nothing, by its name.
        provenance: How they were made.
    """

    values: Mapping[str, float]
    left_out: Mapping[str, str]
    provenance: Provenance

    def as_dict(self) -> dict:
        """Return all of it as what JSON can hold."""
        return {"scores": dict(self.values), **asdict(self.provenance)}


def evaluate(
    metrics: Mapping[str, Part],
    features: Features,
    real: np.ndarray,
    fake: np.ndarray,
    describe: Callable[..., Provenance],
    held_out: np.ndarray | None = None,
) -> Scores:
    """Return what metrics find of real and generated examples.

    Features are computed once, whichever metrics ask for them.

    Args:
        metrics: By name.
        features: What the examples are compared by.
        real: In [−1, 1], (count, height, width, channels), or points (count, coordinates).
        fake: Likewise.
        describe: Makes the provenance of what is told of here and of what the caller knows.
        held_out: Real examples that nothing was trained on.
    """
    given = _given(features, real, fake, held_out)
    values: dict[str, float] = {}
    left_out: dict[str, str] = {}
    for name, part in metrics.items():
        missing = [asked for asked in GIVEN if takes(part, asked) and asked not in given]
        if missing:
            left_out[name] = f"needs {', '.join(missing)}"
            continue
        found = part.load()(**{asked: given[asked] for asked in given if takes(part, asked)})
        values |= found if isinstance(found, Mapping) else {name.replace("-", "_"): found}
    provenance = describe(
        features=features.name,
        weights=features.weights,
        resizer=features.resizer,
        real_count=len(real),
        real_digest=digest(real),
        generated_count=len(fake),
    )
    return Scores(values, left_out, provenance)


def digest(array: np.ndarray) -> str:
    """Return the first twelve digits of the SHA-256 of an array's type, shape and content."""
    array = np.ascontiguousarray(array)
    told = hashlib.sha256(f"{array.dtype} {array.shape}".encode())
    told.update(array.tobytes())
    return told.hexdigest()[:12]


def _given(features: Features, real, fake, held_out) -> dict[str, np.ndarray]:
    given = {"real": features.extract(real), "fake": features.extract(fake)}
    if held_out is not None:
        given["held_out"] = features.extract(held_out)
    if real.ndim == 4:
        given |= {"real_images": real, "fake_images": fake}
    return given
