"""Exports of a run's networks, to use without gankit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import gankit
from gankit.backend import choose_backend, without_chatter
from gankit.errors import GankitError
from gankit.exporting.formats import Format, format_named
from gankit.files import aside
from gankit.messages import listed, shown, suggestion

if TYPE_CHECKING:
    import keras

    from gankit.exporting.verification import Verification
    from gankit.game.gan import GAN
    from gankit.run.folder import RunFolder
    from gankit.run.load import Restored


@dataclass(frozen=True)
class Export:
    """An exported network.

    Args:
        path: The file, or the folder of a SavedModel.
        load: The Python code that loads it.
        about: The run and its step, the network and its inputs.
        difference: The largest difference from the outputs of the run's network, on 16 examples.
        tolerance: The largest allowed difference.
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
    """Write a network of a run, load it again, and compare its outputs.

    It is written with its averaged weights if it has any, in float32, and in Keras' own layers as
    far as possible. A network that takes images is written for images of any height and width, if
    its layers allow. A failed export leaves no file.

    Args:
        run: The run's folder.
        format: `keras`, `saved-model`, `onnx` or `npz`.
        network: The network's name in the game.
        out: The path to write to; by default `RUN/NETWORK` with the format's suffix.
        checkpoint: `last`, `best`, or a checkpoint's name.
        plugins: Plugin files that the run needs.
        backend: The backend that writes; by default the format's or the run's.
        cpu: Do not use GPUs, which compute less exactly.

    Raises:
        GankitError: It is not a run, a package is missing, the path exists, the format cannot
            hold the network, or its outputs differ.
    """
    from gankit.run.folder import RunFolder

    chosen, folder = format_named(format), RunFolder.open(Path(run))
    chosen.check_packages()
    target = _target(chosen, Path(out or folder.path / f"{network}{chosen.suffix}"))
    choose_backend(_backend(chosen, backend) or folder.read_facts().get("backend"), cpu)
    implementation = chosen.implementation()
    from gankit.exporting.verification import Verification
    from gankit.game.any_size import of_any_size
    from gankit.run.load import restore

    restored = restore(folder, plugins, checkpoint, precision="float32")
    gan = restored.gan
    original = _network(gan, network)
    verification = Verification.of(gan, network, restored.spec.classes)
    about = _about(folder, restored, network)
    for variable, average in zip(original.variables, gan.averages.get(network, ())):
        variable.assign(average.value)
    with without_chatter():
        free = of_any_size(original)
        tests = [verification]
        if free is not None:
            tests.append(Verification.wider(free, 2 * original.inputs[0].shape[2]))
        prepared = implementation.prepared(original if free is None else free)
        about = {**about, "inputs": _inputs(prepared)}
        difference = _write(implementation, prepared, target, about, tests)
    load = chosen.load.format(path=target)
    return Export(target, load, about, difference, verification.tolerance)


def _write(
    implementation: ModuleType,
    network: "keras.Model",
    target: Path,
    about: Mapping[str, object],
    tests: Iterable["Verification"],
) -> float:
    """Write the network, verify it, and return the difference; it appears only if verified."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with aside(target) as partial:
            implementation.write(network, partial, about)
            outputs = [(t, implementation.outputs(partial, t.inputs, network)) for t in tests]
            return max(test.check(made) for test, made in outputs)
    except OSError as error:
        raise GankitError(
            f"{target} cannot be written: {error}", "choose another path with --out"
        ) from error


def _target(format: Format, target: Path) -> Path:
    if format.suffix.startswith(".") and target.suffix != format.suffix:
        raise GankitError(
            f"the name of a {format.name} file must end with {format.suffix}. "
            f"Received: {shown(str(target))}"
        )
    if target.exists():
        raise GankitError(
            f"{target} already exists; nothing was written", "choose another path with --out"
        )
    return target


def _backend(format: Format, backend: str | None) -> str | None:
    if backend and format.backend and backend != format.backend:
        raise GankitError(
            f"gankit writes the format {format.name} on {format.backend}, whatever backend trained "
            f"the run. Received: {shown(backend)}",
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
    return {
        "gankit": gankit.__version__,
        "run": run.path.resolve().name,
        "step": restored.place.steps,
        "network": name,
        "averaged": name in gan.averages,
        "classes": restored.spec.classes,
    }


def _inputs(network: "keras.Model") -> list[dict[str, object]]:
    """Return the inputs of a network; a size of None may be any."""
    return [
        {"name": x.name, "shape": list(x.shape[1:]), "dtype": str(x.dtype)} for x in network.inputs
    ]
