"""A run, to look at and to go on with in Python."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gankit.errors import Interrupted

if TYPE_CHECKING:
    from gankit.api.sample import Samples
    from gankit.data.row_selection import Where
    from gankit.reporting.page import Page
    from gankit.scoring.evaluate import Scores


class Run:
    """A run of a recipe. `gankit.train` returns one; a notebook shows its newest samples.

    Args:
        path: The run's folder.
        plugins: Plugin files that the run needs.

    Raises:
        GankitError: The folder is not a run.
    """

    def __init__(self, path: Path | str, plugins: Iterable[Path | str] = ()):
        from gankit.run.folder import RunFolder

        self.path = Path(path)
        self.plugins = [Path(file) for file in plugins]
        RunFolder.open(self.path)

    @property
    def history(self) -> dict[str, list[float | None]]:
        """The losses and other values of each epoch, by name; None where one is missing."""
        from gankit.reporting.run_data import read_run

        rows = read_run(self.path).history
        names = dict.fromkeys(name for row in rows for name in row)
        return {name: [row.get(name) for row in rows] for name in names}

    def sample(
        self,
        count: int = 64,
        seed: int = 0,
        labels: Sequence[int | str] = (),
        truncation: float | None = None,
        reject: float | None = None,
        where: "Where | None" = None,
        checkpoint: str = "last",
    ) -> "Samples":
        """Draw samples, as `gankit.sample` does.

        Args:
            count: The number of samples.
            seed: The seed of the noise.
            labels: The classes to draw in turn, by name or index; all if empty.
            truncation: The bound of the noise.
            reject: The fraction of samples to reject, the least real to the discriminator.
            where: Values of the examples from which the generator's inputs after the noise are
                taken, such as `{"attributes.smiling": 1}`.
            checkpoint: `last`, `best`, or a checkpoint's name.
        """
        from gankit.api.generator import Generator
        from gankit.api.sample import sample

        opened = Generator.open(self.path, plugins=self.plugins, checkpoint=checkpoint)
        return sample(opened, count, seed, labels, truncation, reject, where)

    def score(
        self,
        metrics: str | Iterable[str] = "",
        features: str | None = None,
        count: int = 10_000,
        seed: int = 0,
        checkpoint: str = "last",
    ) -> "Scores":
        """Score samples, as `gankit.score` does.

        Args:
            metrics: The names of metrics, as a list or separated by commas; all if empty.
            features: The features to compare by; by default those of the recipe.
            count: The number of samples, and the maximum number of real examples.
            seed: The seed of the noise and of the choice of real examples.
            checkpoint: `last`, `best`, or a checkpoint's name.
        """
        from gankit.api.score import score

        return score(
            self.path,
            metrics=metrics,
            features=features,
            count=count,
            seed=seed,
            checkpoint=checkpoint,
            plugin=self.plugins,
        )

    def report(self, out: Path | str | None = None) -> "Page":
        """Write the report, as `gankit.report` does, and return the page."""
        from gankit.api.report import report

        return report(self.path, out)

    def resume(
        self, epochs: int | None = None, backend: str | None = None, cpu: bool = False
    ) -> "Run":
        """Train to the end of the recipe from the newest checkpoint, and return the run.

        Args:
            epochs: Train to this number of epochs instead; of a run without stages.
            backend: tensorflow, jax or torch; that of the run by default.
            cpu: Do not use GPUs.
        """
        from gankit.api.train import go_on
        from gankit.run.notebook import console

        shown = console()
        try:
            longer = [f"training.epochs={epochs}"] if epochs is not None else []
            files = [file.resolve() for file in self.plugins]
            go_on(self.path, shown, backend, cpu, files, overrides=longer)
        except Interrupted as stopped:
            shown.print(str(stopped))
        return self

    def __repr__(self) -> str:
        return f"gankit.Run({str(self.path)!r})"

    def _repr_png_(self) -> bytes | None:
        from gankit.run.folder import RunFolder

        *_, newest = [None, *RunFolder(self.path).sheets().values()]
        return newest.read_bytes() if newest else None
