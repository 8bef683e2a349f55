"""Compile a spec to PyTorch source, or to a file of ONNX.

The source goes to standard output or to a file. `-o FILE.onnx` writes ONNX, with the weights of a
checkpoint, or with random ones. Open sizes are dynamic axes with their names, and inputs and
outputs have the names of the spec. The file is compared with the module by onnxruntime before it
is written; if they differ, the status is 1."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from ..compiler.faults import guarded
from ..grammar.diagnostics import CompileError
from ..grammar.printable import printable
from ._parser import CLEAN, FOUND, Misuse, Parser, add_output, add_spec
from ._progress import Progress
from ._work import compiled, deliver, refuse, replace_file

if TYPE_CHECKING:
    from ..compiler.ir import Graph

EXAMPLES = """\
  netwright build unet.net -o unet.py
  netwright build resnet --net resnet50 > resnet50.py
  netwright build resnet --net resnet18 --weights resnet18.pth -o resnet18.onnx
  echo 'conv(3x3,64) > relu > gap' | netwright build - --input 3x32x32
"""
ONNX = ".onnx"


def configure(parser: Parser) -> None:
    add_spec(parser)
    add_output(parser, "the Python file to write (default: standard output), or FILE.onnx")
    parser.add_argument(
        "--weights",
        metavar="CHECKPOINT",
        help="for ONNX: a .safetensors or .pth file with the weights",
    )


def run(options: Namespace) -> int:
    from ..backends.pytorch import to_source

    _check_output(options.output)
    to_onnx = _is_onnx(options.output)
    if options.weights and not to_onnx:
        raise Misuse("--weights is for a file of ONNX", "`-o FILE.onnx` writes one")
    graph, name, inputs = compiled(options)
    if to_onnx:
        return _write_onnx(graph, name, inputs, options)
    try:
        with guarded("writing its PyTorch source", graph.span):
            text = to_source(graph)
    except CompileError as error:
        return refuse(error.diagnostics, options, error.__cause__)
    deliver(text.encode(), options.output, inputs)
    return 0


def _is_onnx(output: Path | None) -> bool:
    return output is not None and output.suffix.lower() == ONNX


def _write_onnx(graph: Graph, name: str, inputs: frozenset[str], options: Namespace) -> int:
    from ..backends import MissingExtra
    from ..backends.onnx.onnx_graph import ExportError
    from ..backends.weights.problems import SeveralEntries, WeightsError
    from ..network import Network
    from ..onnx_models import write_onnx

    net, weights = Network(graph, name), options.weights
    expected = (MissingExtra, ExportError, WeightsError, Misuse)
    try:
        with Progress(sys.stderr) as progress, guarded("writing ONNX", graph.span, *expected):
            agreement = replace_file(
                options.output,
                [*inputs, *([weights] if weights else [])],
                lambda path: write_onnx(net, path, weights, progress.show),
            )
    except CompileError as error:
        return refuse(error.diagnostics, options, error.__cause__)
    except ExportError as error:
        raise Misuse(error.message, status=FOUND, notes=error.reasons) from None
    except SeveralEntries as error:
        raise Misuse(error.message, "a file with one of them: `netwright weights --save`") from None
    except WeightsError as error:
        raise Misuse(error.message, error.help) from None
    except MissingExtra as error:
        raise Misuse(str(error)) from None
    for note in agreement.notes:
        print(f"netwright: note: {printable(note)}", file=sys.stderr)
    print(_figures(options.output, weights, agreement.difference), file=sys.stderr)
    return CLEAN


def _figures(output: Path, weights: str | None, difference: float) -> str:
    kind = f"the weights of {weights}" if weights else "random weights"
    outputs = "bit for bit" if not difference else f"up to {difference:.1g} of the largest value"
    return printable(
        f"wrote {output} with {kind}; onnxruntime computes what the module does, {outputs}"
    )


def _check_output(output: Path | None) -> None:
    """Refuse the suffix of a picture."""
    from ..backends.diagram import formats

    suffix = output.suffix.lower() if output else ""
    if suffix.removeprefix(".") in formats():
        raise Misuse(
            f"`build` writes Python or ONNX, not {suffix}", "`netwright render FILE -o FILE` draws"
        )
