"""Edits of a flat graph that make fewer new tensors, and do not change a bit of its results."""

from __future__ import annotations

import operator
from typing import Any

import torch
from torch.fx import Graph, Node

from gankit.engine.torch.graph_nodes import Owners, alike, is_aten, is_view

aten = torch.ops.aten

_EXACT = (torch.float32, torch.float64)
_IN_PLACE = {
    aten.add.Tensor: torch.Tensor.add_,
    aten.sub.Tensor: torch.Tensor.sub_,
    aten.mul.Tensor: torch.Tensor.mul_,
    aten.div.Tensor: torch.Tensor.div_,
    aten.sqrt.default: torch.Tensor.sqrt_,
    aten.neg.default: torch.Tensor.neg_,
    aten.leaky_relu.default: torch._C._nn.leaky_relu_,
}
_LISTS_IN_PLACE = {
    aten._foreach_add.Scalar: aten._foreach_add_.Scalar,
    aten._foreach_mul.Scalar: aten._foreach_mul_.Scalar,
    aten._foreach_div.List: aten._foreach_div_.List,
}


def share_squares(graph: Graph) -> None:
    """Let Adam take the squares that the norm of the gradients has computed."""
    owners = Owners(graph)
    squares: dict[Any, Node] = {}
    for node in list(graph.nodes):
        if node.target is aten.pow.Tensor_Scalar and _is_square(node, owners):
            squares[node.args[0]] = node
        elif node.target is aten._foreach_mul.List and node.args[0] == node.args[1]:
            known = [squares.get(x) for x in node.args[0]]
            if None not in known and not owners.wrote(node):
                _replace_items(node, known)


def reuse(graph: Graph) -> None:
    """Write the result of an operation over its first input, if that is read for the last time."""
    owners = Owners(graph)
    last = {owners[x]: node for node in graph.nodes for x in node.all_input_nodes}
    fresh = {node for node in graph.nodes if is_aten(node) and not is_view(node)}
    for node in list(graph.nodes):
        if node.target in _LISTS_IN_PLACE:
            source = _source(node.args[0])
            if source in fresh and last[source] is node and _items(node):
                node.target = _LISTS_IN_PLACE[node.target]
                last[source] = last[node]
                _replace_items(node, node.args[0])
        elif node.target in _IN_PLACE and alike(node, node.args[0]):
            x, *others = node.all_input_nodes
            alone = x is node.args[0] and all(owners[y] is not x for y in others)
            if alone and x in fresh and last[x] is node:
                node.target = _IN_PLACE[node.target]


def _is_square(node: Node, owners: Owners) -> bool:
    x, exponent = node.args[:2]
    exact = isinstance(x, Node) and "val" in x.meta and x.meta["val"].dtype in _EXACT
    return exact and exponent == 2 and not (owners.wrote(x) or owners.wrote(node))


def _items(node: Node) -> list[Node]:
    """Return the items of a list in their order, none if something else reads the list."""
    users = list(node.users)
    if any(user.target is not operator.getitem for user in users):
        return []
    return sorted(users, key=lambda user: user.args[1])


def _replace_items(node: Node, others: Any) -> None:
    for item in _items(node):
        item.replace_all_uses_with(others[item.args[1]])
        node.graph.erase_node(item)


def _source(items: Any) -> Node | None:
    """Return the list that all of these items are from, each once; None if there is none."""
    sources = {x.args[0] if x.target is operator.getitem else None for x in items}
    return sources.pop() if len(sources) == 1 and len(set(items)) == len(items) else None
