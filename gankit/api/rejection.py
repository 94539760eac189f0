"""The samples that the discriminator finds the most real of a generator's own."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gankit.api.generator import Generator
from gankit.errors import GankitError
from gankit.game.networks import judges
from gankit.game.sampling import SIZE, slices
from gankit.messages import listed

if TYPE_CHECKING:
    import keras

RANKED = 1024  # samples of each class that a threshold is of
TRIES = 20  # draws of as many samples as would do, before it is given up


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
    share: float,
    seed: int = 0,
    truncation: float | None = None,
) -> Accepted:
    """Return a sample for each label, none of the share that the discriminator ranks lowest.

    What is accepted at once is the sample that there would be without rejection.

    Args:
        generator: With its discriminator.
        labels: The class of each sample, (count,).
        share: How much of what the generator draws is left out, of each class as much.
        seed: Of the noise.
        truncation: The bound of the noise.

    Raises:
        GankitError: The discriminator cannot judge one example at a time, or takes nearly all
            samples for equally real.
    """
    limits = thresholds(generator, labels, share, seed, truncation)
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
        if drawn > TRIES * (len(labels) + SIZE) / (1 - share) and len(missing):
            raise GankitError(
                f"the discriminator accepted {accepted:,} of {drawn:,} samples, and none for "
                f"{len(missing)} of {len(labels)}",
                f"leave fewer out: --reject {share / 2:g}",
            )
    return Accepted(samples, accepted, drawn)


def thresholds(
    generator: Generator,
    labels: np.ndarray,
    share: float,
    seed: int = 0,
    truncation: float | None = None,
) -> np.ndarray:
    """Return, for each class up to the last of the labels, the logit that a share is below.

    Args:
        generator: With its discriminator.
        labels: The classes that are wanted.
        share: Of 1,024 other samples of the class.
        seed: Of their noise.
        truncation: The bound of their noise.

    Raises:
        GankitError: The share is not between 0 and 1, or the discriminator cannot judge one
            example at a time.
    """
    if not 0 < share < 1:
        raise GankitError(f"reject is a share between 0 and 1. Received: {share}")
    noise = generator.noise(RANKED, [seed, RANKED], truncation)
    limits = np.full(labels.max() + 1, np.inf)
    told = generator.takes_labels or len(_discriminator(generator).inputs) > 1
    for label in np.unique(labels) if told else [0]:
        alike = np.full(RANKED, label, "int32")
        logits = judge(generator, generator.draw(noise, alike), alike)
        limits[label if told else slice(None)] = np.quantile(logits, share)
    return limits


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


def _discriminator(generator: Generator) -> "keras.Model":
    names = judges(generator.gan.networks)
    if len(names) != 1:
        raise GankitError(
            f"rejection needs one discriminator. {generator.run.path} has: {listed(names)}",
            "leave --reject out",
        )
    return generator.gan.networks[names[0]]
