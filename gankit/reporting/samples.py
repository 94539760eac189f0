"""Samples of runs from equal noise."""

from collections.abc import Iterable
from pathlib import Path

from gankit.data.scaling import from_uint8
from gankit.errors import GankitError
from gankit.game.networks import conditions
from gankit.game.sampling import conditions_of, sample, sampled_labels, sheet_count
from gankit.pictures.sheets import shown
from gankit.reporting.comparison import SampleRequest, Samples
from gankit.run.folder import RunFolder
from gankit.run.load import restore


def draw(paths: Iterable[Path], request: SampleRequest) -> list[Samples | GankitError]:
    """Return the samples of the run in each folder, or why there are none."""
    return [_draw(path, request) for path in paths]


def _draw(path: Path, request: SampleRequest) -> Samples | GankitError:
    try:
        return _samples(RunFolder.open(path), request)
    except GankitError as error:
        return error


def _samples(run: RunFolder, request: SampleRequest) -> Samples:
    """Return a run's samples; of rows always as many as on its sheets."""
    restored = restore(run, request.plugins, request.checkpoint)
    gan, spec = restored.gan, restored.spec
    if "generator" not in gan.networks:
        raise GankitError(f"{run.path} has no generator that draws from noise")
    generator = gan.networks["generator"]
    count = sheet_count(spec) if len(spec.shape) == 1 else request.count
    given = {name: sampled_labels(count, spec.classes) for name in conditions(generator)}
    if set(given) - {"labels"}:
        given = conditions_of(gan, restored.recipe.dataset.make(), count, request.seed)
    images = sample(gan, count, request.seed, given)
    if run.read_facts()["data"][restored.place.stage].get("show"):
        images = from_uint8(shown(images, restored.recipe.dataset.make().show))
    noise = tuple(generator.inputs[0].shape[1:])
    return Samples(images, noise, restored.place.steps)
