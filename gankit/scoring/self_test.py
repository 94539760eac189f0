"""Every metric on generators whose faults are known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from gankit.discovery.part import Part

COUNT, SIZE = 2000, 8


@dataclass(frozen=True)
class Check:
    """A known answer, and what was measured.

    Args:
        generator: What the samples are like.
        score: Its name.
        known: The answer in words.
        low: The least that is right.
        high: The most that is right.
        measured: What the metric found.
    """

    generator: str
    score: str
    known: str
    low: float
    high: float
    measured: float

    @property
    def right(self) -> bool:
        """Whether the answer is the known one."""
        return self.low <= self.measured <= self.high


# A known answer for each generator: the score, in words, and the least and most that is right.
KNOWN = {
    "frechet-distance": {
        "identical": ("frechet_distance", "0", -1e-6, 1e-6),
        "shifted": ("frechet_distance", "δ² = 4", 4 - 1e-6, 4 + 1e-6),
    },
    "kernel-distance": {
        "another draw": ("kernel_distance", "0, unbiased", -0.02, 0.02),
        "noise": ("kernel_distance", "far above 0", 1, np.inf),
    },
    "prdc": {
        "another draw": ("coverage", "1 − 2⁻⁵ = .969", 0.95, 0.985),
        "collapsed": ("recall", "near 0", 0, 0.02),
        "noise": ("precision", "near 0", 0, 0.05),
    },
    "clusters": {
        "another draw": ("clusters_different", "near 5 %", 0, 0.15),
        "collapsed": ("clusters_covered", "1 of 100", 0.01, 0.01),
    },
    "neighbour-distance": {"identical": ("neighbour_distance", "0", 0, 1e-6)},
    "memorisation": {
        "another draw": ("memorised", "near .01", 0, 0.03),
        "memorised": ("memorised", "1", 0.999, 1),
    },
    "memorisation-l1": {
        "another draw": ("memorised_l1", "near .01", 0, 0.1),
        "memorised": ("memorised_l1", "1", 0.999, 1),
    },
    "class-accuracy": {
        "identical": ("class_accuracy", "1", 1, 1),
        "collapsed": ("class_accuracy", "1 of 10 classes", 0.1 - 1e-9, 0.1 + 1e-9),
    },
    "modes": {
        "identical": ("modes", "10 of 10", 10, 10),
        "collapsed": ("modes_reverse_kl", "ln 10 = 2.303", np.log(10) - 1e-9, np.log(10) + 1e-9),
    },
    "inception-score": {
        "identical": ("inception_score", "10, of 10 sure classes", 10 - 1e-6, 10 + 1e-6),
        "collapsed": ("inception_score", "1", 1 - 1e-6, 1 + 1e-6),
    },
    "ms-ssim": {
        "identical": ("ms_ssim", "near 0, of noise", -0.1, 0.1),
        "collapsed": ("ms_ssim", "1", 1 - 1e-6, 1 + 1e-6),
    },
}


def self_test(metrics: Mapping[str, Part]) -> Iterator[Check]:
    """Yield what each metric with a known answer finds of each generator."""
    generators = _generators()
    for name in filter(metrics.__contains__, KNOWN):
        metric = metrics[name].load()
        asked = metric.__code__.co_varnames[: metric.__code__.co_argcount]
        for generator, (score, known, low, high) in KNOWN[name].items():
            given = generators[generator]
            found = metric(**{name: given[name] for name in asked if name in given})
            value = found[score] if isinstance(found, Mapping) else found
            yield Check(generator, score, known, low, high, value)


def _generators() -> dict[str, dict[str, np.ndarray]]:
    """Return what each generator makes, as metrics ask for it."""
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
    pictures = draw.uniform(-1, 1, (3, 200, 32, 32, 1))
    images = {
        "another draw": pictures[1],
        "collapsed": pictures[0, :1].repeat(200, 0),
        "memorised": pictures[0] + 1e-4 * pictures[1],
    }
    known = {"class_names": np.arange(10), "class_fractions": np.full(10, 0.1)}
    known |= {"fake_labels": np.arange(COUNT) % 10, "held_out": held_out, "real": real}
    known |= {"real_images": pictures[0], "held_out_images": pictures[2]}
    return {
        name: {**known, "fake": fake, "fake_images": images.get(name, pictures[0])}
        | _classified(sure[:1].repeat(COUNT, 0) if name == "collapsed" else sure)
        for name, fake in fakes.items()
    }


def _classified(probabilities: np.ndarray) -> dict[str, np.ndarray]:
    return {"probabilities": probabilities, "class_probabilities": probabilities}
