"""Runs a file with onnxruntime, and compares the results with those of a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...grammar.wording import first_line
from ..importer.agreement import Agreement, gaps, largest, run
from .onnx_graph import Graph, OnnxError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor, nn

CLOSE: Final = 1e-3
"""The largest difference that is taken for rounding, relative to the largest value: onnxruntime
has algorithms of its own."""


def compare(path: Path, graph: Graph, module: nn.Module, inputs: tuple[Tensor, ...]) -> Agreement:
    """How the outputs of a module differ from those of onnxruntime for a file. Raises OnnxError if
    it does not take the file."""
    import torch

    theirs = tuple(torch.from_numpy(array) for array in outputs(path, graph, inputs))
    with torch.no_grad():
        made = run(module, inputs)
    if made.error:
        return Agreement((f"the module of the file fails: {made.error}",))
    differences = gaps(theirs, [_as(a, b) for a, b in zip(made.tensors, theirs, strict=False)])
    most = largest(differences)
    if most <= CLOSE:
        return Agreement(notes=tuple(_say_little(theirs)), difference=most)
    reasons = (gap.text.replace("the model", "onnxruntime") for gap in differences)
    return Agreement(tuple(reasons), difference=most)


def _say_little(outputs: tuple[Tensor, ...]) -> Iterator[str]:
    """A note for each output whose numbers are all equal, as those of a head that is zero."""
    for number, tensor in enumerate(outputs, 1):
        if tensor.numel() > 1 and bool((tensor == tensor.flatten()[0]).all()):
            yield f"all numbers of output {number} are equal, so comparing it says little"


def _as(ours: Tensor, theirs: Tensor) -> Tensor:
    """An output with the width that the file has: int64 for int32."""
    same_kind = ours.is_floating_point() == theirs.is_floating_point()
    return ours.to(theirs.dtype) if same_kind else ours


def outputs(path: Path, graph: Graph, inputs: tuple[Tensor, ...]) -> list[NDArray[Any]]:
    """What onnxruntime computes. A file for a fixed number of examples gets them one after the
    other."""
    import numpy as np

    session = _session(path)
    dtypes = {value.name: _DTYPES.get(value.type) for value in session.get_inputs()}
    arrays = {
        value.name: tensor.numpy().astype(dtypes.get(value.name) or tensor.numpy().dtype)
        for value, tensor in zip(graph.inputs, inputs, strict=True)
    }
    fixed = {value.shape[0] for value in graph.inputs if value.shape} - {None}
    size = fixed.pop() if len(fixed) == 1 else ""
    count = len(next(iter(arrays.values())))
    try:
        if not isinstance(size, int) or size == count:
            return session.run(None, arrays)  # type: ignore[no-any-return]
        parts = []
        for at in range(count):
            one = {name: np.repeat(array[at : at + 1], size, 0) for name, array in arrays.items()}
            parts.append([result[:1] for result in session.run(None, one)])
        return [np.concatenate(results) for results in zip(*parts, strict=True)]
    except Exception as error:  # onnxruntime has errors of its own
        raise OnnxError(f"onnxruntime does not run {path}: {first_line(error)}") from None


_DTYPES: Final = {
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
    "tensor(double)": "float64",
    "tensor(float)": "float32",
}


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has errors of its own
        raise OnnxError(f"onnxruntime does not take {path}: {first_line(error)}") from None
