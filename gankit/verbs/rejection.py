"""Samples that the discriminator takes for no less real than it takes real examples."""

from dataclasses import dataclass

import numpy as np

from gankit.errors import GankitError
from gankit.network import judges
from gankit.sampling import SIZE, slices
from gankit.scoring.examples import choose
from gankit.spelling import listed
from gankit.verbs.generator import Generator

REALS = 4096  # that the threshold is of, at most
TRIES = 300  # samples drawn for each that is wanted, before it is given up


@dataclass(frozen=True)
class Accepted:
    """Samples, and how hard they were to find.

    Args:
        samples: (count, …).
        accepted: How many of those that were drawn were accepted.
        drawn: How many were drawn.
    """

    samples: np.ndarray
    accepted: int
    drawn: int


def accepted(
    generator: Generator,
    labels: np.ndarray,
    quantile: float,
    seed: int = 0,
    truncation: float | None = None,
) -> Accepted:
    """Return a sample for each label, drawn until its logit is at least a quantile of the reals'.

    What is accepted at once is the sample that there would be without rejection.

    Args:
        generator: With its discriminator.
        labels: The class of each sample, (count,).
        quantile: The share of real examples below the threshold; each class has its own, where the
            discriminator takes labels.
        seed: Of the noise, and of the choice of real examples.
        truncation: The bound of the noise.

    Raises:
        GankitError: The discriminator cannot judge one example at a time, or accepts next to none.
    """
    limits = thresholds(generator, quantile, seed)
    samples = np.zeros((len(labels), *generator.network.outputs[0].shape[1:]), "float32")
    missing = np.arange(len(labels))
    accepted = drawn = 0
    while len(missing):
        places = np.resize(missing, max(len(missing), SIZE))
        again = seed if not drawn else [seed, drawn]
        noise = generator.noise(len(places), again, truncation)
        found = generator.draw(noise, labels[places])
        good = judge(generator, found, labels[places]) >= limits[labels[places]]
        samples[places[good][::-1]] = found[good][::-1]  # the first one of a place is kept
        missing = np.setdiff1d(missing, places[good])
        accepted, drawn = accepted + int(good.sum()), drawn + len(places)
        if drawn > TRIES * len(labels) + SIZE and len(missing):
            raise GankitError(
                f"the discriminator accepted {accepted:,} of {drawn:,} samples, and none for "
                f"{len(missing)} of {len(labels)}",
                f"accept more: --reject {quantile / 10:g}",
            )
    return Accepted(samples, accepted, drawn)


def thresholds(generator: Generator, quantile: float, seed: int = 0) -> np.ndarray:
    """Return the quantile of the real examples' logits for each class, (classes or 1,)."""
    if not 0 < quantile < 1:
        raise GankitError(f"reject is a share between 0 and 1. Received: {quantile}")
    arrays = generator.dataset.arrays
    places = choose(REALS, len(generator.dataset), seed)
    count = max(len(generator.classes), 1)
    labels = arrays["labels"][places] if "labels" in arrays else np.zeros(len(places), "int32")
    logits = judge(generator, generator.real(places), labels.astype("int32"))
    mine = [logits[labels == label] for label in range(count)]
    by_class = len(_discriminator(generator).inputs) > 1
    return np.array([np.quantile(x if by_class and len(x) else logits, quantile) for x in mine])


def judge(generator: Generator, examples: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the discriminator's logits of examples, (count,): the higher, the more real.

    Args:
        generator: With its discriminator.
        examples: As the discriminator sees them, (count, …).
        labels: Their classes, (count,); not asked for where it takes none.

    Raises:
        GankitError: It judges several examples together, or there is none, or several.
    """
    from keras import ops

    network = _discriminator(generator)
    logits = []
    for some in slices(len(examples), SIZE):
        inputs = [examples[some], labels[some]] if len(network.inputs) > 1 else examples[some]
        answer = ops.convert_to_numpy(ops.cast(network(inputs, training=False), "float32"))
        if answer.size != len(examples[some]):
            raise GankitError(
                f"the discriminator of {generator.run.path} judges several examples together, "
                "and has no logit for a single one",
                "leave --reject out",
            )
        logits.append(answer.reshape(-1))
    return np.concatenate(logits)


def _discriminator(generator: Generator):
    names = judges(generator.gan)
    if len(names) != 1:
        raise GankitError(
            f"rejection needs one discriminator. {generator.run.path} has: {listed(names)}",
            "leave --reject out",
        )
    return generator.gan.networks[names[0]]
