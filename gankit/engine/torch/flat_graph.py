"""Edits of a flat graph of PyTorch operations that do not change a bit of its results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.fx import Graph, GraphModule, Node
from torch.fx.node import map_arg

# the bindings of Python start quicker than the operations of ATen, and run the same kernels
_BOUND = (
    *("mm", "t", "mul", "add", "sub", "div", "sum", "pow", "where", "eq", "sqrt", "rsub", "mean"),
    *("ones_like", "zeros_like", "minimum", "maximum", "permute", "gt", "ge", "lt", "le", "neg"),
    *("square", "rsqrt", "logical_and", "logical_not", "isfinite", "exp", "log", "cos", "tanh"),
    *("_foreach_add_", "_foreach_mul_", "_foreach_mul", "_foreach_div", "_foreach_sqrt"),
    *("_foreach_add", "clamp", "addmm", "cat", "bmm", "abs", "sigmoid"),
)
_DRAW = torch.Tag.nondeterministic_seeded


def optimised(module: GraphModule) -> GraphModule:
    """Merge what is computed twice, drop what nobody reads, and call operations quicker."""
    graph = module.graph
    _drop_copies(graph)
    _merge(graph)
    _drop_unread(graph)
    for node in graph.nodes:
        if _is_aten(node):
            node.target = _binding(node.target)
    graph.lint()
    module.recompile()
    return module


def draws(graph: Graph) -> bool:
    """Return whether a graph draws random numbers, each time after a seed that the game keeps.

    Raises:
        NotImplementedError: It draws without one.
    """
    found = seeded = False
    for node in graph.nodes:
        if node.target is torch.ops.gankit.reseed.default:
            found = seeded = True
        elif _is_aten(node) and _DRAW in node.target.tags:
            if not seeded:
                raise NotImplementedError(f"{node.target} draws without a seed of the game")
            seeded = False
    return found


def computing(node: Node, root: Any) -> Callable[..., Any]:
    """Return what computes one node of a graph from the inputs of the graph.

    Raises:
        NotImplementedError: The step writes to what the node depends on.
    """
    needed, stack = set(), [node]
    while stack:
        if (each := stack.pop()) not in needed:
            needed.add(each)
            stack += each.all_input_nodes
    owners = Owners(node.graph)
    if any(_writes(each) or owners[each] in owners.written for each in needed):
        raise NotImplementedError("the condition of a penalty depends on what the step writes")
    part, copies = Graph(), dict[Node, Node]()
    for each in node.graph.nodes:
        if each.op == "placeholder" or each in needed:
            copies[each] = part.node_copy(each, copies.__getitem__)
    part.output(copies[node])
    forward: Callable[..., Any] = GraphModule(root, part).forward
    return forward


@contextmanager
def below_autograd() -> Iterator[None]:
    """Run operations without the bookkeeping of gradients."""
    guard = torch._C._AutoDispatchBelowAutograd()
    try:
        yield
    finally:
        del guard


class Owners:
    """Which node has the memory of each node: another one for a view, the node itself else."""

    def __init__(self, graph: Graph):
        self._owners: dict[Node, Node] = {}
        self.written: set[Node] = set()
        for node in graph.nodes:
            self._owners[node] = self[node.all_input_nodes[0]] if _is_view(node) else node
            self.written.update(self[target] for target in _writes(node))

    def __getitem__(self, node: Node) -> Node:
        return self._owners[node]


def _drop_copies(graph: Graph) -> None:
    """Drop views of a whole tensor, and copies of constants that nothing writes to."""
    aten, owners = torch.ops.aten, Owners(graph)
    for node in list(graph.nodes):
        constant = node.target is aten.lift_fresh_copy.default and node not in owners.written
        if constant or node.target in (aten.detach.default, aten.alias.default):
            node.replace_all_uses_with(node.args[0])
            graph.erase_node(node)


def _merge(graph: Graph) -> None:
    """Merge equal operations between which nothing that they read is written."""
    owners = Owners(graph)
    writes: dict[Node, int] = {}
    seen: dict[Any, Node] = {}
    for node in list(graph.nodes):
        for target in _writes(node):
            writes[owners[target]] = writes.get(owners[target], 0) + 1
        if not _is_pure(node) or (owners[node] in owners.written and not _is_view(node)):
            continue
        versions = tuple(writes.get(owners[x], 0) for x in node.all_input_nodes)
        key = node.target, repr((node.args, node.kwargs)), versions
        if key in seen:
            node.replace_all_uses_with(seen[key])
            graph.erase_node(node)
        else:
            seen[key] = node


def _drop_unread(graph: Graph) -> None:
    for node in reversed(list(graph.nodes)):
        if not node.users and (_is_pure(node) or node.op == "get_attr"):
            graph.erase_node(node)


def _binding(target: Any) -> Any:
    """Return the function of Python for an operation, or the operation."""
    name = target._schema.name.removeprefix("aten::")
    if name in _BOUND:
        return getattr(torch, name)
    if name in ("leaky_relu", "softplus"):
        return getattr(torch._C._nn, name)
    return getattr(torch.Tensor, name) if name in ("view", "copy_", "expand") else target


def _is_aten(node: Node) -> bool:
    return isinstance(node.target, torch._ops.OpOverload) and node.target.namespace == "aten"


def _is_pure(node: Node) -> bool:
    """Return whether an operation only depends on what it reads, and writes nothing."""
    if not _is_aten(node):
        return getattr(node.target, "__name__", "") == "getitem"
    target: Any = node.target
    fresh = "empty" in target._schema.name  # whatever its memory holds
    return not (fresh or target._schema.is_mutable or _DRAW in target.tags)


def _is_view(node: Node) -> bool:
    if not _is_aten(node):
        return getattr(node.target, "__name__", "") == "getitem"
    target: Any = node.target
    return any(result.alias_info is not None for result in target._schema.returns)


def _writes(node: Node) -> list[Node]:
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
