"""The group of processes on TensorFlow, each with a server for its exchange.

The private `context` starts the servers and asks whether the other processes live. TensorFlow has
one public way to start them, `MultiWorkerMirroredStrategy`: it must come before the first operation
of a process and can be made once, but a run chooses its devices later, and may roll back.
"""

import json
import logging
import threading
from collections.abc import Mapping
from contextlib import suppress

import tensorflow as tf
from tensorflow.python.eager import context

from gankit.engine.ports import free_ports
from gankit.engine.tensorflow import exchange
from gankit.launchers import launched

JOB = "localhost"  # as devices are called before, so that the first process keeps its tensors
EVERY = 5  # seconds between two looks at the others
PATIENCE = 10  # seconds in which a process answers
TRIES = 3  # before it counts as gone: within a minute in all

_left = threading.Event()
_served: list[int] = []  # the port of this process, which it keeps where it joins others again
_gpus = tf.config.list_physical_devices("GPU")
if len(_gpus) > 1:  # each process has one, and would take the memory of all
    _launched = launched()
    _own = _launched.local % len(_gpus) if _launched else 0
    with suppress(RuntimeError):  # somebody has computed before gankit was imported
        tf.config.set_visible_devices(_gpus[_own], "GPU")


def device() -> str:
    """Return the name of the device in use, a GPU if there is one."""
    if not _gpus:
        return "CPU"
    name: str = tf.config.experimental.get_device_details(_gpus[0]).get("device_name", "GPU")
    return name


def gpus() -> int:
    """Return the number of GPUs that can be used."""
    return len(_gpus)


def places(count: int) -> list[dict[str, str]]:
    """Return the environment variables that give each of so many processes its place."""
    ports = [*_served, *free_ports(count)][:count]
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
    tasks = [{"type": "worker", "index": rank} for rank in range(count)]
    return [{"TF_CONFIG": json.dumps({"cluster": cluster, "task": task})} for task in tasks]


def join(environment: Mapping[str, str]) -> None:
    """Join the other processes at a place."""
    global _left
    if found := launched({"TF_CONFIG": environment["TF_CONFIG"]}):
        _start_server(found.rank, found.addresses)
        exchange.begin(found.rank, found.count)
        waiting = threading.Thread(target=exchange.summed, args=(tf.zeros(()),), daemon=True)
        waiting.start()
        while waiting.is_alive():  # so that Ctrl-C ends the wait
            waiting.join(0.2)
        _left = threading.Event()
        threading.Thread(target=_watch, args=(found.count, _left), daemon=True).start()


def leave() -> None:
    """Leave them."""
    _left.set()
    exchange.begin(0, 1)


def _start_server(rank: int, addresses: tuple[str, ...]) -> None:
    port = int(addresses[rank].rpartition(":")[2])
    config = tf.compat.v1.ConfigProto()
    config.experimental.collective_group_leader = f"/job:{JOB}/replica:0/task:0"
    server = tf.train.ServerDef(
        cluster=tf.train.ClusterSpec({JOB: addresses}).as_cluster_def(),
        job_name=JOB,
        task_index=rank,
        protocol="grpc",
        port=port,
        default_session_config=config,
    )
    absl = logging.getLogger("absl")
    level = absl.level
    absl.setLevel(logging.ERROR)  # a warning that tensors of before may be lost: see JOB
    context.context().enable_collective_ops(server)
    absl.setLevel(level)
    _served[:] = [port]


def _watch(count: int, left: threading.Event) -> None:
    """End the exchanges of this process if another one has ended: they would wait for ever."""
    while not left.wait(EVERY):
        for task in range(count):
            if not any(_answers(task) for _ in range(TRIES)) and not left.is_set():
                message = f"process {task} of {count} does not answer"
                context.context().abort_collective_ops(tf.errors.UNAVAILABLE, message)
                return


def _answers(task: int) -> bool:
    peer = f"/job:{JOB}/replica:0/task:{task}"
    try:
        context.context().check_collective_ops_peer_health(peer, timeout_in_ms=PATIENCE * 1000)
    except tf.errors.OpError:
        return False
    return True
