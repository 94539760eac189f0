"""What a network can be exported as; nothing here imports Keras."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from gankit.errors import GankitError
from gankit.messages import listed, shown, suggestion


@dataclass(frozen=True)
class Format:
    """A format.

    Args:
        name: As it is typed.
        suffix: How the name of the file or folder ends.
        module: What writes it and loads it again: `prepared(network)` in the layers that it takes,
            `write(network, path, about)`, and `outputs(path, inputs, network)` of what was written.
        backend: The one it needs; the run's own if None.
        packages: What must be installed beside gankit.
        load: How it is loaded elsewhere, with `{path}`.
    """

    name: str
    suffix: str
    module: str
    load: str
    backend: str | None = None
    packages: tuple[str, ...] = ()

    def check_packages(self) -> None:
        """Say which packages are missing.

        Raises:
            GankitError: One that it needs is not installed.
        """
        missing = [package for package in self.packages if find_spec(package) is None]
        if missing:
            raise GankitError(
                f"the format {self.name} needs {listed(missing)}, which is not installed",
                f'pip install "gankit[{self.name}]"',
            )

    def implementation(self) -> ModuleType:
        """Return the module that writes and loads it, which imports Keras."""
        return import_module(self.module)


FORMATS: Mapping[str, Format] = {
    found.name: found
    for found in (
        Format("keras", ".keras", "gankit.exporting.in_keras", 'keras.saving.load_model("{path}")'),
        Format(
            "saved-model",
            "-saved-model",
            "gankit.exporting.in_saved_model",
            'model = tf.saved_model.load("{path}"); model.serve(…)',
            backend="tensorflow",
        ),
        Format(
            "onnx",
            ".onnx",
            "gankit.exporting.in_onnx",
            'onnxruntime.InferenceSession("{path}")',
            backend="tensorflow",
            packages=("onnx", "tf2onnx", "onnxruntime"),
        ),
        Format("npz", ".npz", "gankit.exporting.in_npz", 'numpy.load("{path}")'),
    )
}


def format_named(name: str) -> Format:
    """Return a format.

    Raises:
        GankitError: There is none of this name.
    """
    if name not in FORMATS:
        raise GankitError(
            f"there is no such format.{suggestion(name, FORMATS)} "
            f"Allowed: {listed(FORMATS)}. Received: {shown(name)}",
            "gankit export --help",
        )
    return FORMATS[name]
