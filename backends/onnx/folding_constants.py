"""Computes what depends on constants alone, and follows names of constants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .onnx_graph import Graph, Node
from .op_table import CannotRun, checked, constant, function_of, is_numbers, ops

if TYPE_CHECKING:
    from torch import Tensor

MOST: Final = 2**26
"""The most elements of a constant that is computed."""


def fold(graph: Graph) -> None:
    """Puts constants in the place of the nodes that compute them. Nodes that cannot be computed
    stay, and are refused later."""
    graph.nodes = [node for node in graph.nodes if not _folds(graph, node)]
    graph.prune()


def _folds(graph: Graph, node: Node) -> bool:
    if any(name and name not in graph.constants for name in node.inputs):
        return False
    if node.op == "Identity":
        _rename(graph, node.inputs[0], node.outputs[0])
        return True
    if node.op not in ops() or any(name in graph.outputs for name in node.outputs):
        return False
    try:
        results = _computed(graph, node)
    except CannotRun:
        return False
    except (RuntimeError, ValueError, TypeError, IndexError, KeyError, ArithmeticError):
        return False
    for name, result in zip(node.outputs, results, strict=False):
        graph.constants[name] = result
        graph.literals.add(name)
    if node.op == "Transpose" and results[0].dim() == 2:
        graph.transposed[node.outputs[0]] = node.inputs[0]
    return True


def _rename(graph: Graph, name: str, new: str) -> None:
    """A constant gets another name, which the file gives it where it is used."""
    graph.constants[new] = graph.constants[name]
    if name in graph.literals:
        graph.literals.add(new)


def _computed(graph: Graph, node: Node) -> list[Tensor]:
    import torch

    values = [constant(graph.constants[name]) if name else None for name in node.inputs]
    with torch.no_grad():
        sizes = sum(v.size if is_numbers(v) else v.numel() for v in values if v is not None)
        if sizes > MOST:
            raise CannotRun("it is too large")
        _check_result(node, values, graph.opset)
        made = function_of(node, graph.opset)(*values)
    results = made if isinstance(made, tuple | list) else (made,)
    return [_as_tensor(value).contiguous() for value in results]


def _check_result(node: Node, values: list[Any], opset: int) -> None:
    """Raises CannotRun if the results are too large: they are made without memory first."""
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode

    if all(v is None or is_numbers(v) for v in values) and node.op not in _GROWS:
        return
    with FakeTensorMode(allow_non_fake_inputs=True):
        made = checked(function_of(node, opset)(*values))
    parts = made if isinstance(made, tuple | list) else (made,)
    for part in parts:
        if isinstance(part, torch.Tensor) and part.numel() > MOST:
            raise CannotRun("it is too large")


_GROWS: Final = frozenset(["ConstantOfShape", "Expand", "Tile", "Range", "EyeLike"])
"""Ops whose result may be far larger than their inputs."""


def _as_tensor(value: Any) -> Tensor:
    import torch

    return torch.tensor(value.tolist()) if is_numbers(value) else value
