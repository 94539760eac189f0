"""Edits of a flat graph of PyTorch operations that do not change a bit of its results."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch.fx import Graph, GraphModule, Node
from torch.fx.node import map_arg

from gankit.engine.torch.graph_nodes import Owners, alike, is_aten, is_pure, is_view, writes

aten = torch.ops.aten

_LARGEST = 2**20  # the bytes of a constant that is kept

# whose result depends on the shape of what they read, not on the values
_BY_SHAPE = tuple(
    f"aten::{kind}" for kind in ("ones_like", "zeros_like", "full_like", "new_zeros", "new_ones")
)
# whose result is 0 where one of these arguments is 0
_ZERO = {
    "aten::mm": (0, 1),
    "aten::leaky_relu_backward": (0,),
    "aten::threshold_backward": (0,),
}
# which return what they read if the second argument is 1
_UNIT = ("aten::mul", "aten::div", "aten::pow")


def drop_copies(graph: Graph) -> None:
    """Drop aliases, and what equals its first input: products with 1, and copies of constants."""
    owners = Owners(graph)
    for node in list(graph.nodes):
        alias = node.target in (aten.detach.default, aten.alias.default)
        equal = node.target is aten.lift_fresh_copy.default or _is_unit(node)
        if alias or (equal and not (owners.wrote(node) or owners.wrote(node.all_input_nodes[0]))):
            _replace(node, node.args[0])


def fold(module: GraphModule) -> None:
    """Compute what does not depend on the inputs.

    A product with a constant 0 is 0: the second derivative of a piecewise linear function, which
    a penalty multiplies by weights. The step as it is played has NaN there, if a weight is not
    finite.
    """
    graph, owners = module.graph, Owners(module.graph)
    known: dict[Node, Any] = {}
    for node in list(graph.nodes):
        if owners.wrote(node):
            continue
        if node.op == "get_attr":
            known[node] = getattr(module, str(node.target))
        elif is_aten(node) and is_pure(node) and _is_constant(node, known):
            value = _computed(node, known)
            if isinstance(value, torch.Tensor) and value.untyped_storage().nbytes() <= _LARGEST:
                known[node] = value
    for number, (node, value) in enumerate(known.items()):
        if node.op == "get_attr" or all(user in known for user in node.users):
            continue
        module.register_buffer(f"_folded{number}", value, persistent=False)
        with graph.inserting_before(node):
            constant = graph.get_attr(f"_folded{number}")
        constant.meta = dict(node.meta)
        _replace(node, constant)


def merge(graph: Graph) -> None:
    """Merge equal operations between which nothing that they read is written."""
    owners = Owners(graph)
    written: dict[Node, int] = {}
    seen: dict[Any, Node] = {}
    for node in list(graph.nodes):
        for target in writes(node):
            written[owners[target]] = written.get(owners[target], 0) + 1
        if not is_pure(node) or (owners.wrote(node) and not is_view(node)):
            continue
        versions = tuple(written.get(owners[x], 0) for x in node.all_input_nodes)
        key = node.target, repr((node.args, node.kwargs)), versions
        if key in seen:
            _replace(node, seen[key])
        else:
            seen[key] = node


def drop_unread(graph: Graph) -> None:
    """Drop pure operations that nobody reads."""
    for node in reversed(list(graph.nodes)):
        if not node.users and (is_pure(node) or node.op == "get_attr"):
            graph.erase_node(node)


def _replace(node: Node, other: Any) -> None:
    node.replace_all_uses_with(other)
    node.graph.erase_node(node)


def _is_unit(node: Node) -> bool:
    if not is_aten(node) or node.target._schema.name not in _UNIT or len(node.args) < 2:
        return False
    one = isinstance(node.args[1], int | float) and node.args[1] == 1
    return one and not node.kwargs and alike(node, node.args[0])  # a division may round


def _is_constant(node: Node, known: dict[Node, Any]) -> bool:
    target: Any = node.target
    name = target._schema.name
    if name in _BY_SHAPE or all(x in known for x in node.all_input_nodes):
        return True
    factors = [node.args[place] for place in _ZERO.get(name, ())]
    return any(isinstance(x, Node) and x in known and _is_zero(known[x]) for x in factors)


def _computed(node: Node, known: dict[Node, Any]) -> Any:
    """Return the constant value of a node, None if it has none after all."""
    unknown = [x for x in node.all_input_nodes if x not in known]
    if any(_size(x) > _LARGEST for x in [*unknown, node]):
        return None
    arguments = map_arg(
        (node.args, node.kwargs), lambda x: known[x] if x in known else _minus_one(x)
    )
    value = node.target(*arguments[0], **arguments[1])
    by_shape = node.target._schema.name in _BY_SHAPE
    return value if not unknown or by_shape or _is_zero(value) else None


def _size(node: Node) -> float:
    """Return the bytes of a tensor, infinity if a node is none."""
    value = node.meta.get("val")
    return value.nbytes if isinstance(value, torch.Tensor) else math.inf


def _minus_one(node: Node) -> Any:
    """Return a tensor for an unknown one, by which a product with 0 shows the sign of its zero."""
    value = node.meta["val"]
    made = torch.empty_strided(value.shape, value.stride(), dtype=value.dtype, device=value.device)
    return made.fill_(-1)


def _is_zero(value: Any) -> bool:
    """Return whether all elements are a positive zero."""
    return isinstance(value, torch.Tensor) and not (value.any() or value.signbit().any())
