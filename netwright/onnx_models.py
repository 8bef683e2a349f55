"""Files of ONNX as specs, and nets as such files: ``from_onnx``, ``netwright import model.onnx``,
``netwright build -o model.onnx``.

Nothing in a file runs. A spec is given on only if it is proved to compute what onnxruntime computes
for the file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .grammar.source import Source
from .python_models import Imported, ImportFailed, identifier, proved

if TYPE_CHECKING:
    from .backends.importer.agreement import Agreement
    from .backends.importer.example_inputs import Example
    from .backends.onnx.onnx_graph import Graph
    from .network import Network

SUFFIX = ".onnx"


def from_onnx(
    path: str | os.PathLike[str],
    *,
    inputs: Mapping[str, str] | str | None = None,
    name: str | None = None,
    weights: str | os.PathLike[str] | None = None,
) -> Network:
    """The network of a file of ONNX, with ``to_spec()`` for its text.

    ``inputs`` are the shapes of its inputs without the batch, as ``--input`` has them, if the file
    leaves them open. ``name`` is that of the net; it is the file's if it is left out. ``weights``
    is a file of safetensors to write, with the weights of the ONNX file under the names of the net.

    Raises OnnxError if the file cannot be read, ImportFailed if it does not become a spec that is
    equal to it, MissingExtra without the packages of the extra ``onnx``.
    """
    from .backends.weights.saving import save
    from .network import compiled

    made = import_onnx(path, inputs, name=name)
    network = compiled(Source("<from_onnx>", made.text), made.name, {}, None, ())
    if weights is not None:
        save(Path(weights), made.state.items())
    return network


def import_onnx(
    path: str | os.PathLike[str],
    shapes: Mapping[str, str] | str | None = None,
    example: str = "",
    progress: Callable[[str], None] = lambda _: None,
    *,
    name: str | None = None,
) -> Imported:
    """The spec of a file of ONNX. Raises as ``from_onnx`` does, and ExampleError."""
    from .backends.onnx import check_installed

    check_installed()
    from .backends.importer import CannotImport
    from .backends.importer.trace import quiet
    from .backends.onnx import assembling, onnx_runs
    from .backends.onnx.onnx_file import read_graph

    path = Path(path)
    net = identifier(name or path.stem)
    progress(f"reading {path}")
    graph = read_graph(path)
    try:
        with quiet():
            assembling.prepare(graph)
        given = _example(graph, shapes, example)
        tensors = given.inputs if isinstance(given.inputs, tuple) else tuple(given.inputs.values())
        named = {v.name: tensor for v, tensor in zip(graph.inputs, tensors, strict=True)}
        with quiet():
            model = assembling.assemble(graph, named)
    except CannotImport as error:
        reasons = (*error.reasons, *_fixed_batch(graph))
        raise ImportFailed(f"{path} cannot be written as a spec", reasons) from error
    progress("comparing with onnxruntime")
    agreement = onnx_runs.compare(path, graph, model, tensors)
    if agreement.reasons:
        message = f"{path} computes something else in onnxruntime"
        raise ImportFailed(message, agreement.reasons)
    text, proof = proved(model, tensors, net, {}, progress)
    notes = (*given.notes, *proof.notes, *agreement.notes, _rounding(agreement.difference))
    files = frozenset([str(path)])
    return Imported(text, net, notes, files, proof=proof, state=model.state_dict())


def _fixed_batch(graph: Graph) -> Iterator[str]:
    """A hint if a file is for a fixed number of examples, which its constants may rely on."""
    fixed = next((v for v in graph.inputs if v.shape and isinstance(v.shape[0], int)), None)
    if fixed is not None:
        yield (
            f"{fixed.name} has a batch of {fixed.shape[0]} in the file: "
            "export the model with a dynamic batch axis"
        )


def _rounding(difference: float) -> str:
    outputs = "bit for bit" if not difference else f"up to {difference:.1g} of the largest value"
    return f"onnxruntime computes the same for the file, {outputs}"


def _example(graph: Graph, shapes: Mapping[str, str] | str | None, example: str) -> Example:
    """Inputs of the shapes that the file says. Raises ExampleError."""
    from .backends.importer.example_inputs import example_from_file, example_inputs
    from .backends.onnx.assembling import signature

    model = signature(graph)
    if example:
        return example_from_file(example, model)
    return example_inputs(model, shapes or dict(_shapes(graph)))


def _shapes(graph: Graph) -> Iterator[tuple[str, str]]:
    """The shape of each input, with a letter for an open size."""
    from .backends.onnx.assembling import input_names

    letters: dict[str, str] = {}
    for value, name in zip(graph.inputs, input_names(graph), strict=True):
        axes = "HW" if len(value.shape) == 4 else "TUVABCDEFG"
        sizes = []
        for at, size in enumerate(value.shape[1:]):
            if isinstance(size, str):
                free = [letter for letter in axes if letter not in letters.values()]
                key = size or f"{value.name} {at}"
                size = letters.setdefault(key, free[0] if free else f"S{len(letters)}")
            sizes.append(str(size))
        dtype = "" if value.dtype == "float" else f" {value.dtype}"
        yield name, "x".join(sizes) + dtype


def write_onnx(
    net: Network,
    path: Path,
    weights: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Agreement:
    """Writes a net as a file of ONNX, with the weights of a checkpoint or with random ones, which
    are the same each time. Returns how the file agrees with the module: ``difference`` is relative
    to the largest value.

    Raises ExportError if the exporter does not take the net or onnxruntime computes something else,
    WeightsError, CompileError, MissingExtra.
    """
    from .backends.onnx import check_installed

    check_installed()
    import torch

    from .backends.onnx.exporting import export

    progress("making the module")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = net.to_torch(weights=weights)
        return export(net.ir, module, path, progress)
