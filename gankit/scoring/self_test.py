"""The self-test of metrics: what they find in samples with known faults."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from gankit.discovery.faults import blaming
from gankit.discovery.part import Part
from gankit.errors import GankitError
from gankit.scoring.evaluate import measure
from gankit.scoring.metric import KnownAnswer

COUNT, SIZE = 2000, 8


@dataclass(frozen=True)
class Check:
    """A known answer, and the measured one."""

    score: str
    known: KnownAnswer
    measured: float

    @property
    def right(self) -> bool:
        """Whether the measured answer is right."""
        return self.known.low <= self.measured <= self.known.high


def known_answers(part: Part) -> tuple[KnownAnswer, ...]:
    """Return the known answers that a metric declares."""
    answers: tuple[KnownAnswer, ...] = getattr(part.load(), "known_answers", ())
    return answers


def self_test(metrics: Mapping[str, Part]) -> Iterator[Check]:
    """Yield each known answer of the metrics beside the measured one.

    Raises:
        GankitError: A metric lacks a score that it declares, or fails.
    """
    inputs = metric_inputs()
    with blaming(metrics.values()):
        for name, part in metrics.items():
            for answer in known_answers(part):
                found = measure(name, part, inputs[answer.samples])
                score = answer.score or name.replace("-", "_")
                if score not in found:
                    raise GankitError(f"the metric {name!r} returned no {score}: {sorted(found)}")
                yield Check(score, answer, found[score])


def metric_inputs() -> dict[str, dict[str, np.ndarray]]:
    """Return the inputs of metrics for each of `SAMPLES`."""
    draw = np.random.default_rng(0)
    real, other, held_out = draw.standard_normal((3, COUNT, SIZE))
    sure = np.eye(10)[np.arange(COUNT) % 10]
    fakes = {
        "identical": real,
        "another draw": other,
        "shifted": real + 2 / np.sqrt(SIZE),
        "collapsed": np.repeat(real[:1], COUNT, axis=0),
        "memorised": real + 1e-4 * other,
        "noise": draw.uniform(-9, 9, (COUNT, SIZE)),
    }
    real_images, other_images, held_out_images = draw.uniform(-1, 1, (3, 200, 32, 32, 1))
    images = {
        "another draw": other_images,
        "collapsed": real_images[:1].repeat(200, 0),
        "memorised": real_images + 1e-4 * other_images,
    }
    known = {"class_names": np.arange(10), "class_fractions": np.full(10, 0.1)}
    known |= {"fake_labels": np.arange(COUNT) % 10, "held_out": held_out, "real": real}
    known |= {"real_images": real_images, "held_out_images": held_out_images}
    inputs = {}
    for name, fake in fakes.items():
        odds = sure[:1].repeat(COUNT, 0) if name == "collapsed" else sure
        made = {"fake": fake, "fake_images": images.get(name, real_images)}
        inputs[name] = known | made | {"probabilities": odds, "class_probabilities": odds}
    return inputs
