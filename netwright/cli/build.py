"""Compile a spec to PyTorch source, to standard output or a file."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from ..compiler.faults import guarded
from ..grammar.diagnostics import CompileError
from ._parser import Misuse, Parser, add_output, add_spec
from ._work import compiled, deliver, refuse

EXAMPLES = """\
  netwright build unet.net -o unet.py
  netwright build resnet --net resnet50 > resnet50.py
  echo 'conv(3x3,64) > relu > gap' | netwright build - --input 3x32x32
"""


def configure(parser: Parser) -> None:
    add_spec(parser)
    add_output(parser, "the Python file to write (default: standard output)")


def run(options: Namespace) -> int:
    from ..backends.pytorch import to_source

    _check_output(options.output)
    graph, _, inputs = compiled(options)
    try:
        with guarded("writing its PyTorch source", graph.span):
            text = to_source(graph)
    except CompileError as error:
        return refuse(error.diagnostics, options, error.__cause__)
    deliver(text.encode(), options.output, inputs)
    return 0


def _check_output(output: Path | None) -> None:
    """Refuse the suffix of a picture."""
    from ..backends.diagram import formats

    suffix = output.suffix.lower() if output else ""
    if suffix.removeprefix(".") in formats():
        raise Misuse(
            f"`build` writes Python, not {suffix}", "`netwright render FILE -o FILE` draws"
        )
