"""List every layer of a spec: module path, output shape, parameters, multiply-accumulates."""

from __future__ import annotations

import sys
from argparse import Namespace

from ..compiler.faults import guarded
from ..grammar.diagnostics import CompileError
from ..grammar.printable import json_text
from ._parser import Parser, add_format, add_spec
from ._work import compiled, refuse

EXAMPLES = """\
  netwright summary resnet --net resnet18
  netwright summary lenet.net --output-format json
  netwright summary encoder.net --input '128 int'
"""


def configure(parser: Parser) -> None:
    add_spec(parser)
    add_format(parser, ("text", "json"))


def run(options: Namespace) -> int:
    from ..backends import layer_table

    graph, name, _ = compiled(options)
    write = layer_table.text if options.output_format == "text" else layer_table.as_dict
    try:
        with guarded("summing it up", graph.span):
            document = write(graph, name)
    except CompileError as error:
        return refuse(error.diagnostics, options, error.__cause__)
    sys.stdout.write(document if isinstance(document, str) else f"{json_text(document)}\n")
    return 0
