"""Writes a net as a file of ONNX, by PyTorch's exporter, and compares the file with the module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...compiler.declared import Declared
from ...compiler.dims import Size, symbols
from ..importer import agreement
from ..importer.agreement import Agreement
from ..importer.example_inputs import random_tensors
from ..importer.trace import quiet
from .onnx_file import read_graph
from .onnx_graph import ExportError
from .onnx_runs import compare

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ...compiler.ir import Graph

OPSET: Final = 18
BASES: Final = (16, 32, 64, 128, 224, 8, 4, 1)
"""Values to try for open sizes, until the module runs."""

Sizes = Mapping[str, int]


def export(
    graph: Graph,
    module: nn.Module,
    path: Path,
    progress: Callable[[str], None] = lambda _: None,
) -> Agreement:
    """Writes a file, and returns how it agrees with the module. Open sizes are dynamic axes with
    their names. Raises ExportError, also if the two differ."""
    module.eval()
    first, *others = _examples(graph, module)
    progress("exporting")
    _write(graph, module, first, path)
    progress("comparing with onnxruntime")
    file = read_graph(path)
    results = [compare(path, file, module, inputs) for inputs in (first, *others)]
    reasons = [reason for result in results for reason in result.reasons]
    if reasons:
        raise ExportError(f"onnxruntime computes something else than {graph.name}", reasons)
    notes = dict.fromkeys(note for result in results for note in result.notes)
    return Agreement(notes=tuple(notes), difference=max(r.difference for r in results))


def _write(graph: Graph, module: nn.Module, inputs: tuple[Tensor, ...], path: Path) -> None:
    import torch
    from onnxscript import optimizer

    axes = tuple(_open_axes(port.type.shape) for port in graph.inputs)
    try:
        with quiet():
            program: Any = torch.onnx.export(
                module,
                inputs,
                dynamo=True,
                opset_version=OPSET,
                input_names=[port.name for port in graph.inputs],
                output_names=_output_names(graph),
                dynamic_shapes=axes,
                optimize=False,
                verbose=False,
            )
            # The other optimizations of the exporter join layers: batch norms would be gone.
            optimizer.fold_constants_ir(program.model)
            optimizer.remove_unused_nodes(program.model)
            program.save(path, external_data=False)
    except Exception as error:  # the exporter raises errors of many classes
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise ExportError(
            f"PyTorch's exporter does not write {graph.name}", lines[:1] or [type(error).__name__]
        ) from error


def _open_axes(shape: Sequence[Any]) -> dict[int, str]:
    """The names of the axes of an input that are open."""
    return {axis: str(size) for axis, size in enumerate(shape) if isinstance(size, Size)}


def _output_names(graph: Graph) -> list[str]:
    """The names of the outputs, each once and none that an input has."""
    names = [port.name for port in graph.inputs]
    for port in graph.outputs:
        stem = port.name or "y"
        options = (stem, *(f"{stem}_{i}" for i in range(2, len(graph.outputs) + 3)))
        names.append(next(name for name in options if name not in names))
    return names[len(graph.inputs) :]


# --- examples ---------------------------------------------------------------------------------


def _examples(graph: Graph, module: nn.Module) -> list[tuple[Tensor, ...]]:
    """Inputs of two sizes for which the module runs. Raises ExportError if there are none."""
    good: list[tuple[Tensor, ...]] = []
    error = ""
    for sizes in _sizes(graph):
        inputs = _inputs(graph, module, sizes)
        error = agreement.run(module, inputs).error
        if not error:
            good.append(inputs)
        if len(good) == 2:
            return good
    if not good:
        raise ExportError(f"{graph.name} does not run at the sizes that were tried", [error])
    return good


def _sizes(graph: Graph) -> Iterator[Sizes]:
    """Values for the open sizes. They differ, so that none is taken for another one."""
    names = [n for n in symbols(*(d for p in graph.inputs for d in p.type.shape)) if n != "N"]
    allowed = dict(graph.allowed)
    batch = 2
    for base in BASES:
        for step in (base // 2, 0) if names else (0,):
            values = {name: base + step * at for at, name in enumerate(names)}
            fit = {n: allowed.get(n, Declared()).nearest(v, 0) for n, v in values.items()}
            yield {"N": batch, **fit}
            batch = 5 - batch


def _inputs(graph: Graph, module: nn.Module, sizes: Sizes) -> tuple[Tensor, ...]:
    types = {port.name: port.type for port in graph.inputs}
    return tuple(random_tensors(module, types, sizes).values())
