"""Chooses and starts the Keras backend, before anything imports Keras."""

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from gankit.errors import GankitError
from gankit.messages import tally
from gankit.terminal import terminal

TITLES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
BACKENDS = tuple(TITLES)
_GPU_PACKAGES = {
    "tensorflow": 'pip install "gankit[gpu]"',
    "jax": 'pip install "jax[cuda13]"',
    "torch": "install the CUDA build of PyTorch: https://pytorch.org/get-started/locally",
}

# keeps a process off the GPUs
ON_CPU = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu", "KERAS_TORCH_DEVICE": "cpu"}

# messages of TensorFlow, XLA and absl that do not concern the user
_CHATTER = re.compile(
    r"^(WARNING: All log messages before absl|To enable the following instructions"
    r"|(\d{4}-\d\d-\d\d [\d:.]+: )?[IW]\d{4} |\d{4}-\d\d-\d\d [\d:.]+: [IW] "
    r"|.*(cuInit|CUDA_ERROR_NO_DEVICE|Unable to register cu\w+ factory))"
)


def choose_backend(name: str | None = None, cpu: bool = False, meet: bool = False) -> str:
    """Start a Keras backend and return its name.

    Args:
        name: tensorflow, jax or torch; None for `$KERAS_BACKEND` or Keras' own configuration.
        cpu: Keep off the GPUs.
        meet: Train with the other processes that a launcher started, if there are any.

    Raises:
        GankitError: The backend does not exist or is not installed, or another one is running.
    """
    name = name or os.environ.get("KERAS_BACKEND")
    if name is not None:
        _check(name)
        os.environ["KERAS_BACKEND"] = name
    if cpu:
        os.environ |= ON_CPU
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # its errors come as exceptions
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # off, by its default, without AVX512
    with _shown(TITLES.get(name or "", "Keras")), without_chatter():
        running = _start(meet)
    if name not in (None, running):
        raise GankitError(f"Keras already runs on {running} in this process. Received: {name!r}")
    return running


def announce(show: Callable[[str], object], cpu: bool) -> None:
    """Show the backend that runs, and the devices in use."""
    from gankit import engine

    devices, name = engine.devices(), running_backend() or ""
    show(f"training on {tally(devices)} with {TITLES[name]}")
    if set(devices) == {"CPU"} and _has_gpu():
        show(f"the GPU of this machine is not used: {_why_no_gpu(name, cpu)}")


def _has_gpu() -> bool:
    return Path("/dev/nvidia0").exists() or which("nvidia-smi") is not None


def _why_no_gpu(name: str, cpu: bool) -> str:
    if cpu:
        return "--cpu keeps off it"
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return "the environment variable CUDA_VISIBLE_DEVICES hides it"
    return f"{TITLES[name]} does not see it → {_GPU_PACKAGES[name]}"


def running_backend() -> str | None:
    """Return the backend of Keras in this process, None if Keras is not imported yet."""
    keras = sys.modules.get("keras")
    return keras.backend.backend() if keras else None


def _check(name: str) -> None:
    if name not in BACKENDS:
        allowed = ", ".join(BACKENDS)
        raise GankitError(f"unknown backend {name!r}. Allowed: {allowed}")
    if find_spec(name) is None:
        extra = "gankit" if name == "tensorflow" else f"gankit[{name}]"
        here = [f"--backend {other}" for other in BACKENDS if find_spec(other)]
        hint = f'pip install "{extra}"' + (f", or type {' or '.join(here)}" if here else "")
        raise GankitError(f"the backend {name} is not installed", hint)


def _start(meet: bool) -> str:
    try:
        import keras
    except ModuleNotFoundError as error:
        if error.name in BACKENDS:
            _check(error.name)
        raise
    from gankit import engine

    if meet:
        engine.meet()
    engine.devices()
    keras.ops.zeros(1) + 1.0  # the first operation prints what the device has to say
    running: str = keras.backend.backend()
    return running


def _shown(title: str) -> AbstractContextManager[object]:
    """Say on a terminal what takes the seconds of an import."""
    if running_backend() or not sys.stdout.isatty():
        return nullcontext()
    return terminal().status(f"starting {title}")


@contextmanager
def without_chatter() -> Iterator[None]:
    """Hold back standard error, then write it without the messages of a start-up.

    Where no temporary file can be made, nothing is held back.
    """
    try:
        file = tempfile.TemporaryFile()  # noqa: SIM115
    except OSError:
        yield
        return
    sys.stderr.flush()
    terminal = os.dup(2)
    with file as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
            held.seek(0)
            lines = held.read().decode(errors="replace").splitlines(keepends=True)
            sys.stderr.writelines(line for line in lines if not _CHATTER.match(line))
