"""Networks of a run as files that load where there is no gankit."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import gankit
from gankit.errors import GankitError
from gankit.exporting.formats import Format, format_named
from gankit.messages import listed, shown, suggestion

if TYPE_CHECKING:
    import keras

    from gankit.exporting.verification import Trial
    from gankit.game.gan import GAN
    from gankit.run.folder import RunFolder
    from gankit.run.load import Restored


@dataclass(frozen=True)
class Export:
    """What was exported.

    Args:
        path: The file, or the folder of a SavedModel.
        load: How it is loaded elsewhere.
        about: What it is: the run and its step, the network, its inputs.
        difference: The largest one between its outputs and the run's network's, on 16 examples.
        tolerance: Which difference would have been too large.
    """

    path: Path
    load: str
    about: Mapping[str, object]
    difference: float
    tolerance: float


def export(
    run: Path | str,
    format: str = "keras",
    network: str = "generator",
    out: Path | str | None = None,
    checkpoint: str = "last",
    plugins: Iterable[Path] = (),
    backend: str | None = None,
    cpu: bool = False,
) -> Export:
    """Write a network as a run's checkpoint has it, load it again, and compare what it computes.

    It is written as it samples: by its averaged weights if it has any, in float32, in layers of
    Keras' own as far as there are such. It appears whole or not at all.

    Args:
        run: The run's folder.
        format: `keras`, `saved-model`, `onnx` or `npz`.
        network: Its name in the game.
        out: Where to write; `RUN/NETWORK` with the format's suffix if not given.
        checkpoint: `last`, `best`, or the name of one.
        plugins: Files of parts, if the run was made with some.
        backend: What the network runs on while it is written; the run's, or the format's.
        cpu: Keep off the GPUs, which compute less exactly.

    Raises:
        GankitError: It is no run, a package is missing, something is in the way, the format cannot
            hold the network, or what was written computes something else.
    """
    from gankit.backend import choose_backend, without_chatter
    from gankit.run.folder import RunFolder

    chosen, folder = format_named(format), RunFolder.open(Path(run))
    chosen.check_packages()
    target = _target(chosen, out or folder.path / f"{network}{chosen.suffix}")
    choose_backend(_backend(chosen, backend) or folder.read_facts().get("backend"), cpu)
    implementation = chosen.implementation()
    from gankit.exporting.verification import Trial
    from gankit.run.load import restore

    restored = restore(folder, plugins, checkpoint, precision="float32")
    gan = restored.gan
    original = _network(gan, network)
    trial = Trial.of(gan, network, restored.spec.classes)
    about = _about(folder, restored, network)
    for variable, average in zip(original.variables, gan.averages.get(network, ())):
        variable.assign(average.value)
    with without_chatter():
        prepared = implementation.prepared(original)
        difference = _written(implementation, prepared, target, about, trial)
    load = chosen.load.format(path=target)
    return Export(target, load, about, difference, trial.tolerance)


def _written(
    implementation: ModuleType,
    network: "keras.Model",
    target: Path,
    about: Mapping[str, object],
    trial: "Trial",
) -> float:
    """Write the network beside its place, try it, and put it there; return the difference."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".export-", dir=target.parent) as aside:
            partial = Path(aside) / target.name
            implementation.write(network, partial, about)
            outputs = implementation.outputs(partial, trial.inputs, network)
            difference = trial.difference(outputs)
            _check(difference, trial.tolerance, target)
            partial.rename(target)
    except OSError as error:
        raise GankitError(f"{target} cannot be written: {error}", "--out names a place") from error
    return difference


def _check(difference: float, tolerance: float, target: Path) -> None:
    if not difference <= tolerance:  # also where it is not a number
        raise GankitError(
            f"what was written computes something else than the run's network: the largest "
            f"difference is {difference:.3g}, allowed is {tolerance:.3g}; {target} is not kept",
            "try another --format or --backend, and please tell us",
        )


def _target(format: Format, out: Path | str) -> Path:
    target = Path(out)
    if format.suffix.startswith(".") and target.suffix != format.suffix:
        raise GankitError(
            f"a file of the format {format.name} is called something{format.suffix}. "
            f"Received: {shown(str(target))}"
        )
    if target.exists():
        raise GankitError(
            f"{target} is there already, and is left as it is", "choose another place with --out"
        )
    return target


def _backend(format: Format, backend: str | None) -> str | None:
    if backend and format.backend and backend != format.backend:
        raise GankitError(
            f"the format {format.name} is written on {format.backend}, whatever the run was "
            f"trained on. Received: {shown(backend)}",
            "leave out --backend",
        )
    return format.backend or backend


def _network(gan: "GAN", name: str) -> "keras.Model":
    if name not in gan.networks:
        raise GankitError(
            f"the run has no network {shown(name)}.{suggestion(name, gan.networks)} "
            f"Allowed: {listed(gan.networks)}",
            f"--network {next(iter(gan.networks))}",
        )
    return gan.networks[name]


def _about(run: "RunFolder", restored: "Restored", name: str) -> dict[str, object]:
    gan = restored.gan
    network = gan.networks[name]
    inputs = [
        {"name": x.name, "shape": list(x.shape[1:]), "dtype": str(x.dtype)} for x in network.inputs
    ]
    return {
        "gankit": gankit.__version__,
        "run": run.path.resolve().name,
        "step": restored.place.steps,
        "network": name,
        "averaged": name in gan.averages,
        "inputs": inputs,
        "classes": restored.spec.classes,
    }
