"""The shapes of all values of a graph, for an example: its ops run on tensors without values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...grammar.wording import first_line
from ..importer.types import CannotImport
from .onnx_graph import Graph, Node
from .op_table import CannotRun, checked, constant, function_of, is_numbers


def shapes(graph: Graph, inputs: Mapping[str, Any]) -> dict[str, Sequence[int]]:
    """The shape of each value that is a tensor; values that are sizes have none. Raises
    CannotImport with the node that does not run."""
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode

    values: dict[str, Any] = {"": None}
    values |= {name: constant(tensor) for name, tensor in graph.constants.items()}
    with FakeTensorMode(allow_non_fake_inputs=True), torch.no_grad():
        for name, example in inputs.items():
            values[name] = torch.empty(example.shape, dtype=example.dtype)
        for node in graph.nodes:
            values.update(zip(node.outputs, _results(graph, node, values), strict=False))
    return {
        name: tuple(value.shape)
        for name, value in values.items()
        if value is not None and not is_numbers(value)
    }


def _results(graph: Graph, node: Node, values: Mapping[str, Any]) -> Sequence[Any]:
    try:
        made = checked(function_of(node, graph.opset)(*(values[name] for name in node.inputs)))
    except CannotRun as reason:
        raise CannotImport(f"{node.title} cannot be imported: {reason}") from None
    except Exception as error:  # PyTorch raises errors of many classes
        raise CannotImport(f"{node.title} does not run: {first_line(error)}") from None
    return made if isinstance(made, tuple | list) else (made,)
