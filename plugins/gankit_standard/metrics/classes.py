"""Metrics from the answers of a classifier of the data's own labels."""

import numpy as np
from scipy.special import rel_entr

import gankit

MOST_SHOWN = 100  # classes with a score of their own


@gankit.better(class_accuracy="high")
@gankit.known_answer("identical", "1", 1, 1, "class_accuracy")
@gankit.known_answer("collapsed", "1 of 10 classes", 0.1 - 1e-9, 0.1 + 1e-9, "class_accuracy")
def class_accuracy(
    class_probabilities: np.ndarray, class_names: np.ndarray, fake_labels: np.ndarray
) -> dict[str, float]:
    """The fraction of a conditional generator's samples that are of the requested class.

    Args:
        class_probabilities: Those of generated examples, (count, classes).
        class_names: The names of the classes, (classes,).
        fake_labels: The requested classes, (count,).

    Returns:
        class_accuracy: The mean over the classes.
        class_accuracy_NAME: Of each class, if there are at most 100.

    Reference:
        Ravuri & Vinyals 2019, Classification Accuracy Score, arXiv:1905.10887, do the reverse: they
        train on samples and test on real examples.
    """
    right = np.argmax(class_probabilities, axis=1) == fake_labels
    found = {
        f"class_accuracy_{class_names[label]}": float(np.mean(right[fake_labels == label]))
        for label in np.unique(fake_labels)
    }
    mean = {"class_accuracy": float(np.mean(list(found.values())))}
    return mean | (found if len(found) <= MOST_SHOWN else {})


@gankit.better(modes="high", modes_reverse_kl="low")
@gankit.known_answer("identical", "10 of 10", 10, 10, "modes")
@gankit.known_answer("collapsed", "ln 10 = 2.303", 2.302585092, 2.302585094, "modes_reverse_kl")
def modes(class_probabilities: np.ndarray, class_fractions: np.ndarray) -> dict[str, float]:
    """The number of classes that the samples cover, and how their fractions differ from the data's.

    With stacked MNIST it counts the 1,000 modes. A sample counts for its most probable class.

    Args:
        class_probabilities: Those of generated examples, (count, classes).
        class_fractions: The fraction of each class in the data, (classes,).

    Returns:
        modes: The number of classes with at least one sample.
        modes_reverse_kl: The divergence KL(samples ‖ data) of the fractions, in nats.

    Reference:
        Metz et al. 2016, Unrolled Generative Adversarial Networks, arXiv:1611.02163; Lin et al.
        2018, PacGAN, arXiv:1712.04086.
    """
    chosen = np.argmax(class_probabilities, axis=1)
    counts = np.bincount(chosen, minlength=len(class_fractions))
    expected = np.maximum(class_fractions, 1e-9)  # of a class without examples
    divergence = np.sum(rel_entr(counts / counts.sum(), expected))
    return {"modes": float(np.sum(counts > 0)), "modes_reverse_kl": float(divergence)}
