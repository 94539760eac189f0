"""The formats of exports; this module does not import Keras."""

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

    Its module has three functions: `prepared(network)` converts the layers, `write(network, path,
    about)` writes a file, `outputs(path, inputs, network)` loads and calls what was written.
    """

    name: str
    suffix: str  # of the file or folder
    load: str  # Python code that loads `{path}` elsewhere
    backend: str | None = None  # that writes it; None for the run's own
    packages: tuple[str, ...] = ()  # needed beside gankit

    def check_packages(self) -> None:
        """Raise a GankitError if a package is not installed."""
        missing = [package for package in self.packages if find_spec(package) is None]
        if missing:
            raise GankitError(
                f"the format {self.name} needs {listed(missing)}, which is not installed",
                f'pip install "gankit[{self.name}]"',
            )

    def implementation(self) -> ModuleType:
        """Import the module, and with it Keras."""
        return import_module(f"gankit.exporting.in_{self.name.replace('-', '_')}")


_ONNX = ("onnx", "tf2onnx", "onnxruntime")
_SERVE = 'model = tf.saved_model.load("{path}"); model.serve(…)'
_SESSION = 'onnxruntime.InferenceSession("{path}")'
FORMATS: Mapping[str, Format] = {
    found.name: found
    for found in (
        Format("keras", ".keras", 'keras.saving.load_model("{path}")'),
        Format("saved-model", "-saved-model", _SERVE, "tensorflow"),
        Format("onnx", ".onnx", _SESSION, "tensorflow", _ONNX),
        Format("npz", ".npz", 'numpy.load("{path}")'),
    )
}


def format_named(name: str) -> Format:
    """Return a format by name.

    Raises:
        GankitError: There is no such format.
    """
    if name not in FORMATS:
        raise GankitError(
            f"there is no such format.{suggestion(name, FORMATS)} "
            f"Allowed: {listed(FORMATS)}. Received: {shown(name)}",
            "gankit export --help",
        )
    return FORMATS[name]
