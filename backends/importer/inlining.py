"""The graph of an exported program with the graphs inside it in their places: torch.export sets
apart what runs under ``torch.no_grad`` and ``torch.autocast``.

No gradient leaves ``torch.no_grad``. What it makes is detached if it depends on parameters or on
inputs; anything else has no gradient anyway.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from torch import fx
    from torch.export import ExportedProgram

NO_GRAD: Final = "wrap_with_set_grad_enabled"
PARTS: Final = (NO_GRAD, "wrap_with_autocast")
"""The ops that run a graph which is set apart."""


class Inlined:
    """The whole graph of a program."""

    def __init__(self, program: ExportedProgram) -> None:
        from torch import fx

        self.graph = fx.Graph()
        self.with_gradient: set[str] = set()
        """The names of the nodes through which a gradient flows."""
        self.detached: list[tuple[list[str], dict[str, str]]] = []
        """For each part without gradients the names of its nodes, and of the results that are
        detached, with the names of the nodes that do it."""
        self.in_half = False
        """Whether a part computes in half precision."""
        signature = program.graph_signature
        self._inputs = set(signature.user_inputs)
        results = self._copy(program.graph_module, {})
        kinds = [spec.kind.name for spec in signature.output_specs]
        pairs = zip(kinds, results, strict=True)
        returned = [result for kind, result in pairs if kind == "USER_OUTPUT"]
        self.results = [result.name for result in returned if _has_tensors(result)]
        """The names of the tensors that the program returns."""

    def _copy(self, module: fx.GraphModule, values: dict[Any, Any]) -> list[Any]:
        """Copies the nodes of a graph, and returns its results. ``values`` are those of its nodes
        that are known."""
        for node in module.graph.nodes:
            if node.op == "output":
                return [values.get(result, result) for result in node.args[0]]
            if node in values or _is_part(node, module):
                continue
            source = values.get(node.args[0]) if node.target is operator.getitem else None
            if str(node.target) in PARTS:
                values[node] = self._part(node, module, values)
            elif isinstance(source, list):
                values[node] = source[node.args[1]]
            else:
                values[node] = self._copied(node, values)
        return []

    def _copied(self, node: fx.Node, values: Mapping[Any, Any]) -> fx.Node:
        copy = self.graph.node_copy(node, values.__getitem__)
        if node.op == "placeholder":
            copy.name = node.name  # it may be a word that fx gives to no node, as `input`
        self._note_gradient(copy)
        return copy

    def _part(self, node: fx.Node, module: fx.GraphModule, values: Mapping[Any, Any]) -> list[Any]:
        """The results of a part, whose nodes are copied."""
        at = next(i for i, argument in enumerate(node.args) if _is_part(argument, module))
        part: Any = getattr(module, str(node.args[at].target))  # type: ignore[union-attr]
        given = [values.get(argument, argument) for argument in node.args[at + 1 :]]
        inputs = part.graph.find_nodes(op="placeholder")
        before = len(self.graph.nodes)
        results = self._copy(part, dict(zip(inputs, given, strict=True)))
        nodes = list(self.graph.nodes)[before:]
        self.in_half = self.in_half or any(map(_is_half, nodes))
        if str(node.target) != NO_GRAD or node.args[0]:
            return results
        detached = {
            r: self._detach(r) for r in results if getattr(r, "name", "") in self.with_gradient
        }
        self.detached.append(
            ([n.name for n in nodes], {a.name: b.name for a, b in detached.items()})
        )
        return [detached.get(result, result) for result in results]

    def _detach(self, node: fx.Node) -> fx.Node:
        import torch

        detach = self.graph.call_function(torch.ops.aten.detach.default, (node,))
        detach.meta = dict(node.meta)
        return detach

    def _note_gradient(self, node: fx.Node) -> None:
        """Notes whether a gradient flows through a node: from an input or a trained parameter."""
        import torch

        made = node.meta.get("val")
        tensors = [t for t in _items(made) if isinstance(t, torch.Tensor)]
        if not any(t.is_floating_point() or t.is_complex() for t in tensors):
            return
        if node.op == "placeholder":
            flows = node.name in self._inputs or tensors[0].requires_grad
        else:
            flows = any(n.name in self.with_gradient for n in node.all_input_nodes)
        if flows and not str(node.target).startswith("aten.detach"):
            self.with_gradient.add(node.name)


def _is_part(node: Any, module: fx.GraphModule) -> bool:
    """Whether a node stands for a graph that is set apart."""
    from torch import fx

    if not isinstance(node, fx.Node) or node.op != "get_attr":
        return False
    return isinstance(getattr(module, str(node.target), None), fx.GraphModule)


def _has_tensors(result: Any) -> bool:
    """Whether a result is a tensor. None and numbers are results too, and sizes are nodes."""
    import torch
    from torch import fx

    if not isinstance(result, fx.Node):
        return False
    return any(isinstance(item, torch.Tensor) for item in _items(result.meta.get("val")))


def _is_half(node: fx.Node) -> bool:
    """Whether a node has numbers of 16 bits."""
    import torch

    halves = (torch.float16, torch.bfloat16)
    return any(getattr(item, "dtype", None) in halves for item in _items(node.meta.get("val")))


def _items(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple) else [value]
