"""The samples of a generator that look most real to its discriminator."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gankit.api.generator import Generator
from gankit.errors import GankitError
from gankit.game.networks import conditions, discriminators, inputs
from gankit.game.sampling import SIZE, slices
from gankit.messages import listed

if TYPE_CHECKING:
    import keras

RANKED = 1024  # samples of each class that determine its threshold
TRIES = 20  # times the expected number of draws, before giving up


class Accepted(NamedTuple):
    """Accepted samples (count, …), and how many were accepted of how many drawn."""

    samples: np.ndarray
    accepted: int
    drawn: int


@dataclass(frozen=True)
class RejectionSampler:
    """Draws samples without the fraction of each class that the discriminator ranks lowest."""

    generator: Generator
    fraction: float
    seed: int = 0
    truncation: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.fraction < 1:
            raise GankitError(f"reject is a fraction between 0 and 1. Received: {self.fraction}")

    def draw(self, labels: np.ndarray) -> Accepted:
        """Return an accepted sample for each label.

        A sample that is accepted at once is the one drawn without rejection.

        Raises:
            GankitError: The discriminator cannot judge single examples, or ranks nearly all
                samples as equal.
        """
        generator, limits = self.generator, self.thresholds(labels)
        samples = np.zeros((len(labels), *generator.network.outputs[0].shape[1:]), "float32")
        missing = np.arange(len(labels))
        accepted = drawn = 0
        while len(missing):
            places = np.resize(missing, max(len(missing), SIZE))
            seed = [self.seed, drawn] if drawn else self.seed
            noise = generator.noise(len(places), seed, self.truncation)
            found = generator.draw(noise, labels[places])
            good = judge(generator, found, labels[places]) >= limits[labels[places]]
            samples[places[good][::-1]] = found[good][::-1]  # keeps the first of each place
            missing = np.setdiff1d(missing, places[good])
            accepted, drawn = accepted + int(good.sum()), drawn + len(places)
            if drawn > TRIES * (len(labels) + SIZE) / (1 - self.fraction) and len(missing):
                raise GankitError(
                    f"the discriminator accepted {accepted:,} of {drawn:,} samples; "
                    f"{len(missing)} of {len(labels)} are still missing",
                    f"reject fewer: --reject {self.fraction / 2:g}",
                )
        return Accepted(samples, accepted, drawn)

    def thresholds(self, labels: np.ndarray) -> np.ndarray:
        """Return, for each class up to the last label, the quantile of its logits.

        The quantile is of 1,024 other samples of each class that is among the labels.
        """
        generator = self.generator
        noise = generator.noise(RANKED, [self.seed, RANKED], self.truncation)
        limits = np.full(labels.max() + 1, np.inf)
        conditional = generator.takes_labels or "labels" in conditions(_discriminator(generator))
        for label in np.unique(labels) if conditional else [0]:
            alike = np.full(RANKED, label, "int32")
            logits = judge(generator, generator.draw(noise, alike), alike)
            limits[label if conditional else slice(None)] = np.quantile(logits, self.fraction)
        return limits


def judge(generator: Generator, examples: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the discriminator's logits of examples, (count,); the higher, the more real.

    Labels (count,) are for a conditional discriminator.

    Raises:
        GankitError: It judges several examples together, or there is not one discriminator.
    """
    from keras import ops

    network = _discriminator(generator)
    logits = []
    for some in slices(len(examples), SIZE):
        given = inputs(network, examples[some], {"labels": labels[some]}, "discriminator")
        answer = ops.convert_to_numpy(ops.cast(network(given, training=False), "float32"))
        count = len(examples[some])
        if answer.size != count:
            each = " × ".join(map(str, answer.shape[1:]))
            why = "judges several examples together, so it cannot reject single ones"
            if len(answer) == count:
                why = f"gives {each} numbers for an example, and rejection needs one logit"
            raise GankitError(
                f"the discriminator of {generator.run.path} {why}", "leave out --reject"
            )
        logits.append(answer.reshape(-1))
    return np.concatenate(logits)


def _discriminator(generator: Generator) -> "keras.Model":
    names = discriminators(generator.gan.networks)
    if len(names) != 1:
        raise GankitError(
            f"rejection needs one discriminator. {generator.run.path} has: {listed(names)}",
            "leave out --reject",
        )
    return generator.gan.networks[names[0]]
