"""What a classifier of the data's own labels tells of the samples."""

import numpy as np

import gankit

SHOWN = 100  # classes, beyond which none is told of alone


@gankit.better(class_accuracy="high")
@gankit.known_answer("identical", "1", 1, 1, "class_accuracy")
@gankit.known_answer("collapsed", "1 of 10 classes", 0.1 - 1e-9, 0.1 + 1e-9, "class_accuracy")
def class_accuracy(class_probabilities, class_names, fake_labels) -> dict[str, float]:
    """How many samples of a conditional generator are of the class that it was asked for.

    Args:
        class_probabilities: Of the classes of generated examples, (count, classes).
        class_names: Their names, (classes,).
        fake_labels: The classes that were asked for, (count,).

    Returns:
        class_accuracy: The mean over the classes.
        class_accuracy_NAME: Of each class, where there are at most 100.

    Reference:
        Ravuri & Vinyals 2019, Classification Accuracy Score, arXiv:1905.10887, asks the reverse: it
        trains on samples and tests on real examples.
    """
    right = np.argmax(class_probabilities, axis=1) == fake_labels
    each = {
        str(class_names[label]): right[fake_labels == label] for label in np.unique(fake_labels)
    }
    found = {f"class_accuracy_{name}": float(np.mean(of)) for name, of in each.items()}
    mean = {"class_accuracy": float(np.mean(list(found.values())))}
    return mean | (found if len(found) <= SHOWN else {})


@gankit.better(modes="high", modes_reverse_kl="low")
@gankit.known_answer("identical", "10 of 10", 10, 10, "modes")
@gankit.known_answer("collapsed", "ln 10 = 2.303", 2.302585092, 2.302585094, "modes_reverse_kl")
def modes(class_probabilities, class_fractions) -> dict[str, float]:
    """How many classes of the data the samples reach, and how their shares differ.

    With stacked MNIST it is the count of 1,000 modes. A sample counts for the class that the
    classifier takes it for.

    Args:
        class_probabilities: Of the classes of generated examples, (count, classes).
        class_fractions: The share of each class in the data, (classes,).

    Returns:
        modes: How many classes have at least one sample.
        modes_reverse_kl: The divergence KL(samples ‖ data) of the shares, in nats.

    Reference:
        Metz et al. 2016, Unrolled Generative Adversarial Networks, arXiv:1611.02163; Lin et al.
        2018, PacGAN, arXiv:1712.04086.
    """
    chosen = np.argmax(class_probabilities, axis=1)
    counts = np.bincount(chosen, minlength=len(class_fractions))
    there = counts > 0
    shares = counts[there] / counts.sum()
    expected = np.maximum(np.asarray(class_fractions)[there], 1e-9)  # a class without examples
    divergence = np.sum(shares * np.log(shares / expected))
    return {"modes": float(there.sum()), "modes_reverse_kl": float(divergence)}
