"""What a node of a flat graph of PyTorch operations reads, writes and shares."""

from __future__ import annotations

from typing import Any

import torch
from torch.fx import Graph, Node
from torch.fx.node import map_arg

DRAW = torch.Tag.nondeterministic_seeded


class Owners:
    """Which node has the memory of each node: another one for a view, the node itself else."""

    def __init__(self, graph: Graph):
        self._owners: dict[Node, Node] = {}
        self.written: set[Node] = set()
        for node in graph.nodes:
            self._owners[node] = self[node.all_input_nodes[0]] if is_view(node) else node
            self.written.update(self[target] for target in writes(node))

    def __getitem__(self, node: Node) -> Node:
        return self._owners[node]

    def wrote(self, node: Node) -> bool:
        """Return whether an operation writes to the memory of a node."""
        return self[node] in self.written


def is_aten(node: Node) -> bool:
    """Return whether a node is an operation of ATen."""
    return isinstance(node.target, torch._ops.OpOverload) and node.target.namespace == "aten"


def is_pure(node: Node) -> bool:
    """Return whether an operation only depends on what it reads, and writes nothing."""
    if not is_aten(node):
        return getattr(node.target, "__name__", "") == "getitem"
    target: Any = node.target
    fresh = "empty" in target._schema.name  # whatever its memory holds
    return not (fresh or target._schema.is_mutable or DRAW in target.tags)


def is_view(node: Node) -> bool:
    """Return whether a node shares the memory of its first input."""
    if not is_aten(node):
        return getattr(node.target, "__name__", "") == "getitem"
    target: Any = node.target
    unsafe = "unsafe" in target._schema.name  # which do not say that they are views
    return unsafe or any(result.alias_info is not None for result in target._schema.returns)


def writes(node: Node) -> list[Node]:
    """Return the nodes that an operation writes to."""
    if not isinstance(node.target, torch._ops.OpOverload):
        return []
    found: list[Node] = []
    arguments = node.target._schema.arguments
    given = [*zip(arguments, node.args), *((a, node.kwargs.get(a.name)) for a in arguments)]
    for argument, value in given:
        if argument.alias_info is not None and argument.alias_info.is_write:
            map_arg(value, found.append)
    return found


def alike(node: Node, other: Any) -> bool:
    """Return whether the elements of two tensors lie alike in their memory."""
    first, second = _geometry(node), _geometry(other)
    return first is not None and first == second


def _geometry(node: Any) -> tuple[Any, ...] | None:
    value = node.meta.get("val") if isinstance(node, Node) else None
    if not isinstance(value, torch.Tensor) or value.dtype.is_complex:
        return None
    return value.shape, value.stride(), value.storage_offset(), value.dtype
