"""The images of a folder, as a run's network turns them into others."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from gankit.backend import choose_backend
from gankit.data.image_files import image_files
from gankit.data.images import read_image
from gankit.data.scaling import from_uint8, to_uint8
from gankit.errors import GankitError
from gankit.messages import listed, shown, suggestion
from gankit.pictures import sheets
from gankit.progress_bar import progress
from gankit.run.folder import RunFolder

if TYPE_CHECKING:
    import keras

    from gankit.game.gan import GAN


@dataclass(frozen=True)
class Applied:
    """The images that a network made.

    Args:
        paths: The files, in the order of the images they were made of.
        network: The name of the network.
        fixed: The height and width that images were cropped to; None if the network takes any.
    """

    paths: list[Path]
    network: str
    fixed: tuple[int, int] | None


def apply(
    run: Path | str,
    folder: Path | str,
    out: Path | str | None = None,
    network: str = "",
    checkpoint: str = "last",
    plugins: Iterable[Path] = (),
    backend: str | None = None,
    cpu: bool = False,
) -> Applied:
    """Run an image-to-image network over a folder of images.

    Images keep their height and width if the network allows: their borders are mirrored up to the
    next size that fits, and the result is cropped. Other networks get the central part of an
    image, at the size of the training. Averaged weights are used if there are any.

    Args:
        run: The run's folder.
        folder: A folder of images, with or without sub-folders.
        out: The folder to write PNG files to; by default `RUN/images/NETWORK`.
        network: The network's name in the game; may be left out if only one takes images.
        checkpoint: `last`, `best`, or a checkpoint's name.
        plugins: Plugin files that the run needs.
        backend: tensorflow, jax or torch; by default the run's.
        cpu: Do not use GPUs.

    Raises:
        GankitError: It is not a run, no network takes images, or an image cannot be read.
    """
    opened = RunFolder.open(Path(run))
    files = image_files(folder)
    choose_backend(backend or opened.read_facts()["backend"], cpu)
    from gankit.run.load import restore  # imports Keras

    gan = restore(opened, plugins, checkpoint, precision="float32").gan
    name = _network_name(gan, opened, network)
    translator = Translator.of(gan, name)
    target = Path(out or opened.path / "images" / name)
    root = Path(folder).expanduser()
    paths = [target / place for place in _places([file.relative_to(root) for file in files])]
    with progress(f"applying {name}", len(files)) as advance:
        for file, path in zip(files, paths):
            path.parent.mkdir(parents=True, exist_ok=True)
            made = translator(read(file, translator.channels))
            sheets.write_png(sheets.grid(to_uint8(made), gap=0, scale=1), path)
            advance(1)
    return Applied(paths, name, translator.fixed)


@dataclass(frozen=True)
class Translator:
    """A network from images to images, with its averaged weights if it has any."""

    network: "keras.Model"
    free: "keras.Model | None"  # of any size; None if the network takes one

    @classmethod
    def of(cls, gan: "GAN", name: str) -> "Translator":
        """Return the translator of a game's network."""
        from gankit.game.any_size import of_any_size

        network = gan.networks[name]
        for variable, average in zip(network.variables, gan.averages.get(name, ())):
            variable.assign(average.value)
        return cls(network, of_any_size(network))

    @property
    def channels(self) -> int:
        """The channels of the images that it takes."""
        return int(self.network.inputs[0].shape[-1])

    @property
    def fixed(self) -> tuple[int, int] | None:
        """The only height and width that it takes; None if it takes any."""
        return None if self.free else tuple(self.network.inputs[0].shape[1:3])

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Return what it makes of an image of uint8, (1, height, width, channels) in [−1, 1]."""
        if self.free is None:
            height, width = self.network.inputs[0].shape[1:3]
            return self._called(self.network, _cropped(image, height, width))
        from gankit.game.any_size import fitting

        height, width = image.shape[:2]
        size = fitting(self.network, self.free, (height, width))
        if size is None:
            raise GankitError(
                f"the network does not accept images of about {height} × {width} pixels"
            )
        edges = ((0, size[0] - height), (0, size[1] - width), (0, 0))
        made = self._called(self.free, np.pad(image, edges, mode="symmetric"))
        rows, columns = (round(n * made.shape[1] / size[0]) for n in (height, width))
        return made[:, :rows, :columns]

    def _called(self, network: "keras.Model", image: np.ndarray) -> np.ndarray:
        from keras import ops

        images = ops.convert_to_tensor(from_uint8(image[None]))
        made: np.ndarray = ops.convert_to_numpy(network(images, training=False))
        return made


def read(file: Path, channels: int) -> np.ndarray:
    """Return an image file with this number of channels, (height, width, channels) of uint8.

    Raises:
        GankitError: It cannot be read.
    """
    try:
        return read_image(file, mode="L" if channels == 1 else "RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise GankitError(f"the image {file} cannot be read: {error}") from error


def _network_name(gan: "GAN", run: RunFolder, name: str) -> str:
    """Return the name of the network to apply."""
    names = [each for each in gan.networks if _takes_images(gan, each)]
    if not names:
        raise GankitError(
            f"{run.path} has no network that turns images into images. "
            f"It has: {listed(gan.networks)}",
            f"gankit sample {run.path}",
        )
    if name and name not in names:
        raise GankitError(
            f"{run.path} has no network {shown(name)} that turns images into images."
            f"{suggestion(name, names)} Allowed: {listed(names)}",
            f"--network {names[0]}",
        )
    if not name and len(names) > 1:
        raise GankitError(
            f"{run.path} has several networks that turn images into images: {listed(names)}",
            f"--network {names[0]}",
        )
    return name or names[0]


def _takes_images(gan: "GAN", name: str) -> bool:
    """Return whether a network takes images alone, grey or in colour, and returns such images."""
    network = gan.networks[name]
    if len(network.inputs) > 1 or len(network.outputs) > 1 or (name in _judges(gan)):
        return False
    if gan.game.from_noise and name == "generator":
        return False
    taken, made = network.inputs[0].shape, network.outputs[0].shape
    return len(taken) == len(made) == 4 and taken[-1] in (1, 3)


def _judges(gan: "GAN") -> tuple[str, ...]:
    from gankit.game.networks import discriminators

    return discriminators(gan.networks)


def _cropped(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return the largest central part of an image with the proportions of a size, at that size."""
    whole = Image.fromarray(image.squeeze(-1) if image.shape[-1] == 1 else image)
    fitted = np.asarray(ImageOps.fit(whole, (width, height), Image.Resampling.LANCZOS))
    return fitted.reshape(height, width, -1)


def _places(files: Iterable[Path]) -> Iterator[Path]:
    """Yield a PNG's path for each file; files that differ only by suffix keep it."""
    files = list(files)
    stems = Counter(file.with_suffix("") for file in files)
    for file in files:
        alone = stems[file.with_suffix("")] == 1
        yield file.with_suffix(".png") if alone else file.with_name(f"{file.name}.png")
