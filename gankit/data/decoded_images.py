"""Image files, decoded once into a memory-mapped array."""

import json
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
from PIL import Image, ImageColor, UnidentifiedImageError

from gankit.cache import cached, is_cached
from gankit.data.images import on_ground, open_image, plain
from gankit.data.lazy_images import FILE, lazily, makes_few, mapped
from gankit.errors import GankitError
from gankit.progress_bar import progress
from gankit.terminal import show_warning

TOLERATED = 0.1  # the fraction of files that may be broken
NAMED = 3  # broken files that a message names
CHUNK = 256  # images decoded ahead of writing
FEW = 400  # files that a quick check decodes all


def decode_images(
    files: Sequence[str | os.PathLike[str]],
    size: int,
    channels: Literal[1, 3] = 1,
    fit: Literal["crop", "pad"] = "crop",
    ground: str = "white",
) -> tuple[np.ndarray, np.ndarray]:
    """Decode image files in parallel into a memory-mapped array, and cache it.

    Images are turned upright (EXIF), made square, and scaled with an antialiasing filter. Of an
    animation the first frame counts. Broken files are listed on standard error and left out. Of
    many files, `gankit check` decodes only those that it looks at.

    Args:
        files: The images.
        size: The edge of the square images, in pixels.
        channels: 1 for grey, 3 for RGB.
        fit: `crop` keeps the central square of an image, `pad` the whole image on the ground.
        ground: The colour behind transparent and padded images, e.g. `white` or `#202020`.

    Returns:
        The images as uint8, (read, size, size, channels), read-only; and the index in `files` of
        each of them, (read,), so that `labels[indices]` are their labels.

    Raises:
        GankitError: More than a tenth of the files are broken, there are none, or the ground is
            not a colour.
    """
    frame = Frame(size, channels, fit, ground)
    paths = [Path(file).absolute() for file in files]
    key = {**asdict(frame), "files": [_fingerprint(path) for path in paths]}
    if makes_few() and len(paths) > FEW and not is_cached("images", key):
        few = FewDecoded(paths, frame, key)
        shape = (len(paths), size, size, channels)
        return lazily(shape, few.read, few.everything), np.arange(len(paths))
    return _all_decoded(paths, frame, key)


def _all_decoded(
    paths: list[Path], frame: "Frame", key: Mapping[str, Any]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the images and the places of those that could be read."""
    folder = cached("images", key, lambda folder: _decode_all(paths, frame, folder))
    broken = json.loads((folder / "broken.json").read_text(encoding="utf-8"))
    if broken:
        show_warning(f"left out {_count(paths, broken)}")
    return mapped(folder), np.delete(np.arange(len(paths)), [index for index, _ in broken])


@dataclass(frozen=True)
class Frame:
    """The format of the decoded images; the fields are the options of `decode_images`."""

    size: int
    channels: int
    fit: str
    ground: str

    def __post_init__(self) -> None:
        try:
            ImageColor.getrgb(self.ground)
        except ValueError as error:
            raise GankitError(
                f"ground must be a colour. Received: {self.ground!r}",
                "use a name such as 'white' or a hexadecimal value such as '#202020'",
            ) from error

    def read(self, file: Path) -> bytes:
        """Return a file's pixels, size × size × channels of uint8."""
        mode = "L" if self.channels == 1 else "RGB"
        with open_image(file) as opened:
            opened.draft(mode, (2 * self.size, 2 * self.size))
            image = _scale(plain(opened, mode), self.size, self.fit)
        return on_ground(image, (self.size, self.size), self.ground).tobytes()


class FewDecoded:
    """Decodes single files of many, for a quick check.

    A broken file gets the pixels of the next one that can be read, and a warning. If many of the
    files that are read are broken, all files are decoded, which raises an error if it has to.
    """

    def __init__(self, files: list[Path], frame: Frame, key: Mapping[str, Any]):
        self.files = files
        self.frame = frame
        self.key = key
        self.broken: set[int] = set()

    def read(self, place: int) -> np.ndarray:
        """Return the pixels of a file, (size, size, channels) of uint8."""
        size, channels = self.frame.size, self.frame.channels
        try:
            with _strict_pillow():
                pixels = self.frame.read(self.files[place])
        except Exception as error:  # a malformed file makes Pillow raise nearly anything
            self._note(place, error)
            return self.read((place + 1) % len(self.files))
        return np.frombuffer(pixels, "uint8").reshape(size, size, channels)

    def everything(self) -> np.ndarray:
        """Return the pixels of all files, those of another one for a broken file."""
        images, places = _all_decoded(self.files, self.frame, self.key)
        nearest = np.searchsorted(places, np.arange(len(self.files))) % len(places)
        return images[nearest] if len(images) < len(self.files) else images

    def _note(self, place: int, error: Exception) -> None:
        if place not in self.broken:
            self.broken.add(place)
            show_warning(f"a run leaves out {_named(self.files[place], _reason(error))}")
            if len(self.broken) == NAMED:
                self.everything()


def _scale(image: Image.Image, size: int, fit: str) -> Image.Image:
    """Return the central square of an image, or the whole, with `size` as its longer edge."""
    width, height = image.size
    if fit == "crop" and width != height:
        edge = min(width, height)
        left, top = (width - edge) // 2, (height - edge) // 2
        image = image.crop((left, top, left + edge, top + edge))
    longest = max(image.size)
    scaled = [max(1, round(edge * size / longest)) for edge in image.size]
    return image.resize(scaled, Image.Resampling.BICUBIC, reducing_gap=2)


def _fingerprint(file: Path) -> tuple[str | int, ...]:
    """Identify a file's content as git's index does: hashing 40,000 files takes seconds."""
    try:
        stat = file.stat()
    except OSError:
        return (str(file),)
    return (str(file), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)


def _decode_all(files: list[Path], frame: Frame, folder: Path) -> None:
    broken = []
    # plain writes: on a full disk a memory-mapped file would end the process with a bus error
    with (folder / FILE).open("wb") as out:
        _write_header(out, len(files), frame)
        for index, image in enumerate(_decoded(files, frame)):
            if isinstance(image, bytes):
                out.write(image)
            else:
                broken.append((index, _reason(image)))
        out.seek(0)
        _write_header(out, len(files) - len(broken), frame)  # as long as the first: numpy pads it
    if len(broken) > TOLERATED * len(files) or not files:
        raise GankitError(f"cannot read {_count(files, broken)}", "fix or remove the broken files")
    (folder / "broken.json").write_text(json.dumps(broken), encoding="utf-8")


def _write_header(out: BinaryIO, count: int, frame: Frame) -> None:
    shape = (count, frame.size, frame.size, frame.channels)
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(out, header)


def _decoded(files: list[Path], frame: Frame) -> Iterator[bytes | Exception]:
    """Yield the pixels of each file, or the exception, in order."""

    def read(file: Path) -> bytes | Exception:
        try:
            return frame.read(file)
        except Exception as error:  # a malformed file makes Pillow raise nearly anything
            return error

    rest = iter(files)
    with (
        _strict_pillow(),
        ThreadPoolExecutor(os.cpu_count()) as threads,
        progress("decoding images", len(files)) as advance,
    ):
        while chunk := list(islice(rest, CHUNK)):
            yield from threads.map(read, chunk)
            advance(len(chunk))


@contextmanager
def _strict_pillow() -> Iterator[None]:
    """Ignore Pillow's warnings, but for an image that is too large, which is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _reason(error: Exception) -> str:
    match error:
        case UnidentifiedImageError():
            return "not an image"
        case Image.DecompressionBombWarning() | Image.DecompressionBombError():
            return "more pixels than Pillow considers safe"
        case OSError(strerror=str(reason)):
            return reason
    return str(error).partition("\n")[0] or type(error).__name__


def _count(files: list[Path], broken: Sequence[tuple[int, str]]) -> str:
    """Return e.g. `4 of 9 images: /a/x.png (not an image), … and 1 more`."""
    names = [_named(files[index], reason) for index, reason in broken[:NAMED]]
    more = [f"and {len(broken) - NAMED} more"] if len(broken) > NAMED else []
    return f"{len(broken)} of {len(files):,} images: {', '.join(names + more)}"


def _named(file: Path, reason: str) -> str:
    return f"{_from_here(file)} ({reason})"


def _from_here(file: Path) -> Path:
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
