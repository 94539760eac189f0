"""A run's generator, opened to draw with."""

import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from gankit.backend import choose_backend, running_backend
from gankit.data.dataset import Dataset
from gankit.errors import GankitError
from gankit.messages import listed, shown, suggestion
from gankit.run.folder import RunFolder


class Generator:
    """A run's generator as one of its checkpoints has it, with averaged weights if it has any.

    All functions of `gankit.explore`, and `gankit.sample`, take a run's folder or one of these: a
    notebook that makes many images opens the run once.

    Args:
        run: The run's folder.
        plugins: Files of parts, if the run was made with some.
        checkpoint: `last`, `best`, or the name of one.

    Raises:
        GankitError: It has no such checkpoint, no generator of samples from noise, or what made
            it is no longer there.

    Attributes:
        run: The run's folder.
        gan: The game. Nothing is trained here: the averaged weights are in the place of its own.
        classes: The names of the classes, in the order of the labels.
    """

    def __init__(self, run: RunFolder, plugins: Iterable[Path] = (), checkpoint: str = "last"):
        from gankit.run.load import restore

        restored = restore(run, plugins, checkpoint)
        self.run = run
        self.gan = restored.gan
        self.classes = tuple(run.read_facts()["data"][restored.place.stage]["classes"])
        self._recipe = restored.recipe
        networks = self.gan.networks
        self.noise_shape = self.gan.noise_shape  # an error where images are taken
        if "generator" not in networks:
            raise GankitError(
                f"{run.path} has no network called generator. It has: {listed(networks)}",
                "such runs cannot be drawn from noise yet",
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
        """Return a run's generator; one that is open already is returned as it is.

        Args:
            run: The run's folder.
            backend: tensorflow, jax or torch; by default the one that Keras runs on in this process
                already, else that of the run.
            cpu: Keep off the GPUs.
            plugins: Files of parts, if the run was made with some.
            checkpoint: `last`, `best`, or the name of one.

        Raises:
            GankitError: It is no run, or it cannot be loaded.
        """
        if isinstance(run, Generator):
            return run
        folder = RunFolder.open(Path(run))
        choose_backend(backend or running_backend() or folder.read_facts()["backend"], cpu)
        return cls(folder, plugins, checkpoint)

    @property
    def takes_labels(self) -> bool:
        """Whether the generator is told the class of what it is to draw."""
        return len(self.network.inputs) > 1

    @property
    def draws_images(self) -> bool:
        """Whether samples are images (height, width, channels), not points of a plane."""
        return len(self.network.outputs[0].shape) == 4

    @cached_property
    def dataset(self) -> Dataset:
        """The data that the run was trained on."""
        made: Dataset = self._recipe.dataset.make()
        return made

    def real(self, places: slice | np.ndarray = slice(None)) -> np.ndarray:
        """Return real examples as the discriminator sees them, images in [−1, 1]."""
        from gankit.data.scaling import from_uint8

        return from_uint8(np.asarray(self.dataset.arrays["images"][places]))

    def noise(
        self, count: int, seed: int | Sequence[int] = 0, truncation: float | None = None
    ) -> np.ndarray:
        """Return noise (count, …), each number of it within the truncation."""
        from gankit.game.sampling import noise

        if truncation is not None and not truncation >= 0.01:
            raise GankitError(
                f"truncation is a number of 0.01 or more. Received: {truncation}",
                "noise is hardly ever beyond 3; 0.5 is strong",
            )
        return noise(self.gan, count, seed, truncation)

    def chosen(self, numbers: Sequence[int] | np.ndarray, seed: int = 0) -> np.ndarray:
        """Return the noise of samples by their numbers, as `gankit sample --seed` counts them."""
        if not len(numbers) or min(numbers) < 0:
            raise GankitError(
                f"samples are numbered from 0 on. Received: {shown(list(numbers))}",
                f"gankit sample {self.run.path} draws them",
            )
        return self.noise(max(numbers) + 1, seed)[list(numbers)]

    def labels(self, names: Sequence[int | str], count: int) -> np.ndarray:
        """Return so many labels: the classes that are named in turn, all where none is.

        Args:
            names: Their names, or their places from 0 on.
            count: How many.

        Raises:
            GankitError: There is no such class, or the generator takes no labels.
        """
        if len(names) and not self.takes_labels:
            raise GankitError(
                f"the generator of {self.run.path} takes no labels: it draws what it likes",
                "train one that does: conditional = true in the recipe's [architecture]",
            )
        places = [self.place(name) for name in names] or range(max(len(self.classes), 1))
        return np.resize(np.asarray(places, "int32"), count)

    def place(self, name: int | str) -> int:
        """Return a class's place by its name, or by its place.

        Raises:
            GankitError: There is no such class.
        """
        name = str(name)
        if name in self.classes:
            return self.classes.index(name)
        if name.isdecimal() and int(name) < len(self.classes):
            return int(name)
        raise GankitError(
            f"there is no class {shown(name)}.{suggestion(name, self.classes)} "
            f"Allowed: {listed(self.classes)}"
        )

    def draw(self, noise: np.ndarray, labels: np.ndarray | None = None) -> np.ndarray:
        """Return what the generator makes of noise, (count, …) of floats; images in [−1, 1].

        Args:
            noise: (count, …).
            labels: (count,), for a generator that takes them; the first class, if not given.
        """
        from gankit.game.sampling import draw

        return draw(self.gan, noise, np.zeros(len(noise), "int32") if labels is None else labels)

    def needs_images(self, what: str) -> None:
        """Raise the error of what is done with images only, where samples are none."""
        if not self.draws_images:
            raise GankitError(
                f"{what} is for images, and {self.run.path} draws points",
                f"gankit explore interpolate {self.run.path}",
            )
