"""The stabilizers, each a class at one seam of the game, and each off unless a recipe names it."""

from gankit_standard.stabilizers.ada import Ada
from gankit_standard.stabilizers.adversarial import AdversarialPerturbation
from gankit_standard.stabilizers.balance import AdaptiveBalance
from gankit_standard.stabilizers.consistency import Consistency
from gankit_standard.stabilizers.features import FeatureMatching
from gankit_standard.stabilizers.networks import MinibatchDiscrimination, MinibatchStd, SpectralNorm
from gankit_standard.stabilizers.orthogonal import Orthogonal
from gankit_standard.stabilizers.packing import Packing
from gankit_standard.stabilizers.penalties import R1, R2, Dragan, GradientPenalty, Lecam
from gankit_standard.stabilizers.targets import LabelFlipping, LabelNoise, LabelSmoothing
from gankit_standard.stabilizers.updates import Ema, HistoricalAveraging, WeightClipping
from gankit_standard.stabilizers.view import DiffAugment, InstanceNoise
from gankit_standard.stabilizers.virtual_batch_norm import VirtualBatchNorm

__all__ = [
    "R1",
    "R2",
    "Ada",
    "AdaptiveBalance",
    "AdversarialPerturbation",
    "Consistency",
    "DiffAugment",
    "Dragan",
    "Ema",
    "FeatureMatching",
    "GradientPenalty",
    "HistoricalAveraging",
    "InstanceNoise",
    "LabelFlipping",
    "LabelNoise",
    "LabelSmoothing",
    "Lecam",
    "MinibatchDiscrimination",
    "MinibatchStd",
    "Orthogonal",
    "Packing",
    "SpectralNorm",
    "VirtualBatchNorm",
    "WeightClipping",
]
