"""What PyTorch computes on."""

import torch
from keras.src.backend.torch.core import get_device


def devices() -> list[str]:
    """Return the names of the devices in use, GPUs if there are any."""
    kind = get_device()
    if kind.startswith("cuda"):
        return [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return [kind.upper()]


def jit_compile() -> bool:
    """Return whether to compile the step: PyTorch plays it as it stands."""
    return False
