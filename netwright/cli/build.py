"""Compile a spec to PyTorch source, to standard output or a file."""

from __future__ import annotations

from argparse import Namespace

from ._parser import Parser, add_output, add_spec
from ._work import compiled, deliver

EXAMPLES = """\
  netwright build unet.net -o unet.py
  netwright build resnet --net resnet50 > resnet50.py
  netwright build lenet.net --input 1x32x32
"""


def configure(parser: Parser) -> None:
    add_spec(parser)
    add_output(parser, "the Python file to write (default: standard output)")


def run(options: Namespace) -> int:
    from ..backends.pytorch import to_source

    graph, _ = compiled(options)
    deliver(to_source(graph).encode(), options.output)
    return 0
