"""Flat graphs of PyTorch operations, as they are replayed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch.fx import Graph, GraphModule, Node

from gankit.engine.torch import graph_edits, graph_memory
from gankit.engine.torch.graph_nodes import DRAW, Owners, is_aten, writes

# the bindings of Python start quicker than the operations of ATen, and run the same kernels
_BOUND = (
    *("mm", "t", "mul", "add", "sub", "div", "sum", "pow", "where", "eq", "sqrt", "rsub", "mean"),
    *("ones_like", "zeros_like", "minimum", "maximum", "permute", "gt", "ge", "lt", "le", "neg"),
    *("square", "rsqrt", "logical_and", "logical_not", "isfinite", "exp", "log", "cos", "tanh"),
    *("_foreach_add", "_foreach_add_", "_foreach_mul", "_foreach_mul_", "_foreach_div"),
    *("_foreach_div_", "_foreach_sqrt", "clamp", "addmm", "cat", "bmm", "abs", "sigmoid"),
)


def optimised(
    module: GraphModule, direct: Mapping[Any, Callable[..., Any]] | None = None
) -> Callable[..., Any]:
    """Return a function of the inputs of a graph that computes its results quicker.

    Not a bit of them changes, as long as all that the graph reads is finite.

    Args:
        module: Has the graph, which is edited.
        direct: What to call for operations of our own; a custom operation starts slowly.
    """
    graph = module.graph
    graph_edits.drop_copies(graph)
    graph_edits.fold(module)
    graph_edits.merge(graph)
    graph_memory.share_squares(graph)
    graph_edits.drop_unread(graph)
    graph_memory.reuse(graph)
    constants = _lifted(module)
    for node in graph.nodes:
        node.target = (direct or {}).get(node.target) or _binding(node)
    graph.lint()
    module.recompile()
    return partial(module.forward, *constants)


def draws(graph: Graph) -> bool:
    """Return whether a graph draws random numbers, each time after a seed that the game keeps.

    Raises:
        NotImplementedError: It draws without one.
    """
    found = seeded = False
    for node in graph.nodes:
        if node.target is torch.ops.gankit.reseed.default:
            found = seeded = True
        elif is_aten(node) and DRAW in node.target.tags:
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
    if any(writes(each) or owners[each] in owners.written for each in needed):
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


def _lifted(module: GraphModule) -> list[Any]:
    """Turn the constants of a graph into its first inputs, which are read quicker."""
    graph = module.graph
    first = next(iter(graph.nodes))
    constants = []
    for number, node in enumerate(graph.find_nodes(op="get_attr")):
        constants.append(getattr(module, node.target))
        with graph.inserting_before(first):
            node.replace_all_uses_with(graph.placeholder(f"constant{number}"))
        graph.erase_node(node)
    return constants


def _binding(node: Node) -> Any:
    """Return the function of Python for an operation, or what is called already."""
    if not is_aten(node):
        return node.target
    target: Any = node.target
    name = target._schema.name.removeprefix("aten::")
    if name in _BOUND:
        return getattr(torch, name)
    if name in ("leaky_relu", "softplus"):
        return getattr(torch._C._nn, name)
    return getattr(torch.Tensor, name) if name in ("view", "copy_", "expand") else target
