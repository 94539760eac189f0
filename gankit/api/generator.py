"""A run's generator, opened to draw samples."""

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gankit.backend import choose_backend, running_backend
from gankit.data.dataset import Dataset
from gankit.data.scaling import from_uint8
from gankit.errors import GankitError
from gankit.messages import listed, shown, suggestion, typed
from gankit.pictures import sheets
from gankit.pictures.drawing import as_images
from gankit.pictures.sheets import Show
from gankit.run.folder import RunFolder

if TYPE_CHECKING:
    from gankit.run.load import Restored


class Generator:
    """The generator of a run's checkpoint, with its averaged weights if it has any.

    `Generator.open` makes one. `gankit.sample` and the functions of `gankit.explore` take a run's
    folder or a generator; to make many images, open the run once.

    Args:
        run: The run's folder.
        restored: The checkpoint.

    Raises:
        GankitError: There is no generator that draws samples from noise.

    Attributes:
        run: The run's folder.
        gan: The game, its generator with the averaged weights.
        network: The generator.
        classes: The names of the classes, in the order of the labels.
        noise_shape: The shape of one sample's noise.
    """

    def __init__(self, run: RunFolder, restored: "Restored"):
        self.run, self.gan = run, restored.gan
        self.classes = tuple(run.read_facts()["data"][restored.place.stage]["classes"])
        self._data = restored.recipe.dataset
        self._shows = run.read_facts()["data"][restored.place.stage].get("show", False)
        self.noise_shape = self.gan.noise_shape  # raises if the generator takes images
        networks = self.gan.networks
        if "generator" not in networks:
            raise GankitError(
                f"{run.path} has no network called generator. It has: {listed(networks)}",
                "gankit cannot sample such a run yet",
            )
        self.network = networks["generator"]
        averages = self.gan.averages.get("generator", ())
        for variable, average in zip(self.network.variables, averages):
            variable.assign(average.value)

    @classmethod
    def open(
        cls,
        run: "str | os.PathLike[str] | Generator",
        backend: str | None = None,
        cpu: bool = False,
        plugins: Iterable[Path] = (),
        checkpoint: str = "last",
    ) -> "Generator":
        """Open a run's generator; an open one is returned as it is.

        Args:
            run: The run's folder.
            backend: tensorflow, jax or torch; by default the one that Keras already uses, or else
                the run's.
            cpu: Do not use GPUs.
            plugins: Plugin files that the run needs.
            checkpoint: `last`, `best`, or a checkpoint's name.

        Raises:
            GankitError: It is not a run, or it cannot be loaded.
        """
        if isinstance(run, Generator):
            return run
        folder = RunFolder.open(Path(run))
        choose_backend(backend or running_backend() or folder.read_facts()["backend"], cpu)
        from gankit.run.load import restore  # imports Keras

        return cls(folder, restore(folder, plugins, checkpoint))

    @property
    def takes_labels(self) -> bool:
        """Whether the generator is conditional on classes."""
        return "labels" in self.conditions

    @property
    def conditions(self) -> tuple[str, ...]:
        """The names of the generator's inputs after the noise: arrays of the data."""
        from gankit.game.networks import conditions

        return conditions(self.network)

    @property
    def draws_images(self) -> bool:
        """Whether samples are images (height, width, channels), not sequences or rows."""
        return len(self.network.outputs[0].shape) == 4

    @property
    def show(self) -> Show | None:
        """What draws the values of the data as images, if its dataset has such a function."""
        return self.dataset.show if self._shows else None

    @property
    def behind(self) -> np.ndarray | None:
        """Real examples that samples are drawn with; None if samples are images."""
        return None if self.draws_images else self.real(slice(2500))

    @cached_property
    def dataset(self) -> Dataset:
        """The data that the run was trained on."""
        made: Dataset = self._data.make()
        return made

    def real(self, places: slice | np.ndarray = slice(None)) -> np.ndarray:
        """Return real examples, images in [−1, 1]."""
        return from_uint8(np.asarray(self.dataset.arrays["images"][places]))

    def noise(
        self, count: int, seed: int | Sequence[int] = 0, truncation: float | None = None
    ) -> np.ndarray:
        """Return noise (count, …), each number within ±truncation."""
        from gankit.game.sampling import noise

        if truncation is not None and not truncation >= 0.01:
            raise GankitError(
                f"truncation must be at least 0.01. Received: {truncation}",
                "0.5 is strong; noise rarely exceeds 3",
            )
        return noise(self.gan, count, seed, truncation)

    def chosen(self, numbers: Sequence[int] | np.ndarray, seed: int = 0) -> np.ndarray:
        """Return the noise of samples, by their numbers in `gankit sample --seed SEED`."""
        if not len(numbers) or min(numbers) < 0:
            raise GankitError(
                f"samples are numbered from 0. Received: {shown(list(numbers))}",
                f"gankit sample {typed(self.run.path)}",
            )
        return self.noise(max(numbers) + 1, seed)[list(numbers)]

    def labels(self, names: Sequence[int | str], count: int) -> np.ndarray:
        """Return labels (count,) that repeat the classes, given as `class_index` takes them.

        All are repeated if none is given.

        Raises:
            GankitError: There is no such class, or the generator takes no labels.
        """
        if len(names) and not self.takes_labels:
            raise GankitError(
                f"the generator of {self.run.path} takes no labels",
                "train a conditional one: conditional = true in the recipe's [architecture]",
            )
        places = [self.class_index(name) for name in names] or range(max(len(self.classes), 1))
        return np.resize(np.asarray(places, "int32"), count)

    def class_index(self, name: int | str) -> int:
        """Return the index of a class, given its name, or its index if no name is a number.

        Raises:
            GankitError: There is no such class.
        """
        name = str(name)
        if name in self.classes:
            return self.classes.index(name)
        numbered = any(each.isdecimal() for each in self.classes)
        if name.isdecimal() and not numbered and int(name) < len(self.classes):
            return int(name)
        raise GankitError(
            f"there is no class {shown(name)}.{suggestion(name, self.classes)} "
            f"Allowed: {listed(self.classes)}"
        )

    def given(self, places: np.ndarray, labels: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Return the generator's inputs after the noise by name, those of examples at some places.

        Labels (count,) replace those of the examples.
        """
        from gankit.game.sampling import rows_of

        replaced = {} if labels is None or not self.takes_labels else {"labels": labels}
        names = [name for name in self.conditions if name not in replaced]
        return {**(rows_of(self.dataset, names, places) if names else {}), **replaced}

    def draw(
        self,
        noise: np.ndarray,
        labels: np.ndarray | None = None,
        given: Mapping[str, np.ndarray] | None = None,
    ) -> np.ndarray:
        """Return the samples of noise (count, …), images in [−1, 1].

        Labels (count,) are by default the first class, and what else the generator takes that of
        the first example of the data; `given` has all of it by name.
        """
        from gankit.game.sampling import draw

        first = np.zeros(len(noise), "int32")
        given = given or self.given(first, first if labels is None else labels)
        return draw(self.gan, noise, given)

    def drawn(self, values: np.ndarray) -> np.ndarray:
        """Return an image of uint8 for each of some values: as they are, by `show`, or as curves.

        Values are images in [−1, 1], or other values (count, …).
        """
        if self.show is not None:
            return sheets.shown(values, self.show)
        return as_images(values, self.behind)

    def needs_drawings(self, what: str) -> None:
        """Raise a GankitError if samples have no image each, as rows without `show`."""
        if len(self.network.outputs[0].shape) == 2 and self.show is None:
            raise GankitError(
                f"{what} needs images, but {self.run.path} draws rows of numbers",
                "give the dataset a `show` function that draws rows as images; or plot all samples "
                f"as points: gankit explore interpolate {typed(self.run.path)}",
            )

    def needs_images(self, what: str) -> None:
        """Raise a GankitError if samples are not images."""
        if not self.draws_images:
            raise GankitError(
                f"{what} needs images, but {self.run.path} draws other values",
                f"gankit explore interpolate {typed(self.run.path)}",
            )


RunOrGenerator = str | os.PathLike[str] | Generator
"""The folder of a run, or its opened generator."""
