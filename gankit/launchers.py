"""The place of this process among those that somebody has started for one run.

torchrun and its like start processes of PyTorch, and name their places by `RANK` and others. For
JAX, Keras has such variables. For TensorFlow, `TF_CONFIG` names the addresses of all processes.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from gankit.errors import GankitError

# the number of a process, that of all, and the address of the first
_VARIABLES = {
    "torch": ("RANK", "WORLD_SIZE", "MASTER_ADDR"),
    "jax": (
        "KERAS_DISTRIBUTION_PROCESS_ID",
        "KERAS_DISTRIBUTION_NUM_PROCESSES",
        "KERAS_DISTRIBUTION_JOB_ADDRESSES",
    ),
}
EXAMPLE = (
    """TF_CONFIG='{"cluster": {"worker": ["HOST:PORT", "HOST:PORT"]}, """
    """"task": {"type": "worker", "index": 0}}'"""
)


@dataclass(frozen=True)
class Launched:
    """The place of a process among those of a run.

    Attributes:
        backend: The backend that the processes are for.
        rank: Its number; 0 is the first, which leads.
        count: The number of processes.
        local: Its number among those of its machine.
        addresses: Those of all processes, on TensorFlow.
    """

    backend: str
    rank: int
    count: int
    local: int
    addresses: tuple[str, ...] = ()


def launched(environment: Mapping[str, str] | None = None) -> Launched | None:
    """Return the place of this process, None if it is alone or starts the others itself.

    Raises:
        GankitError: `TF_CONFIG` cannot be read, or gives this process a task that gankit lacks.
    """
    environment = os.environ if environment is None else environment
    return _by_variables(environment) or _by_tf_config(environment.get("TF_CONFIG", ""))


def _by_variables(given: Mapping[str, str]) -> Launched | None:
    for backend, (number, total, address) in _VARIABLES.items():
        rank, count = given.get(number, ""), given.get(total, "")
        if rank.isdecimal() and count not in ("", "1") and address in given:
            return Launched(backend, int(rank), int(count), int(given.get("LOCAL_RANK", 0)))
    return None


def _by_tf_config(text: str) -> Launched | None:
    if not text.strip():
        return None
    try:
        config = json.loads(text)
        cluster = {name: list(config["cluster"].get(name, ())) for name in ("chief", "worker")}
        addresses = (*cluster["chief"], *cluster["worker"])
        if len(addresses) < 2:
            return None
        kind, rank = config["task"]["type"], int(config["task"]["index"])
        cluster[kind][rank]  # is there
        rank += len(cluster["chief"]) * (kind == "worker")
        machines = [address.rpartition(":")[0] for address in addresses]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise GankitError(
            "the environment variable TF_CONFIG must name the addresses of all processes, and "
            f"which of the tasks chief and worker this one has. Received: {text}",
            EXAMPLE,
        ) from error
    local = machines[:rank].count(machines[rank])
    return Launched("tensorflow", rank, len(addresses), local, addresses)
