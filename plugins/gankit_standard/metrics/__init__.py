"""The metrics, each a pure function in float64 numpy of what it asks for by name."""

from gankit_standard.metrics.classes import class_accuracy, modes
from gankit_standard.metrics.clusters import clusters
from gankit_standard.metrics.copies import memorisation_l1
from gankit_standard.metrics.distances import frechet_distance, kernel_distance
from gankit_standard.metrics.diversity import inception_score, ms_ssim
from gankit_standard.metrics.manifolds import memorisation, neighbour_distance, prdc

__all__ = [
    "class_accuracy",
    "clusters",
    "frechet_distance",
    "inception_score",
    "kernel_distance",
    "memorisation",
    "memorisation_l1",
    "modes",
    "ms_ssim",
    "neighbour_distance",
    "prdc",
]
