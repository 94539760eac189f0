"""What a score is asked for: the metrics, the features and the examples."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gankit.data.dataset import Dataset
from gankit.discovery.part import Part
from gankit.discovery.plugins import Catalogue
from gankit.scoring.features import Features
from gankit.scoring.features import features as features_named


@dataclass(frozen=True)
class Request:
    """What to score by, and which examples.

    Args:
        metrics: By name.
        catalogue: The parts that features are chosen from.
        features: Their name.
        count: The number of samples; of real examples at most as many.
        seed: Of the noise, and of the choice of real examples.
        held_out: A folder of real images that were not trained on.
        weights: A file of the weights of the features' network.
        download: Whether such weights may be downloaded.
        checkpoint: Of a run: `last`, `best`, or the name of one.
        plugins: Plugin files, if the run was made with some.
    """

    metrics: Mapping[str, Part]
    catalogue: Catalogue
    features: str
    count: int
    seed: int
    held_out: Path | None = None
    weights: Path | None = None
    download: bool = False
    checkpoint: str = "last"
    plugins: tuple[Path, ...] = ()

    def make_features(self, data: Dataset | None = None) -> Features:
        """Return the features.

        Args:
            data: Labelled examples that a network may learn from.

        Raises:
            GankitError: There are no such features, or they need something else.
        """
        return features_named(self.features, data, self.weights, self.download, self.catalogue)
