"""List every layer of a spec: module path, output shape, parameters, multiply-accumulates."""

from __future__ import annotations

import sys
from argparse import Namespace

from ._parser import Parser, add_format, add_spec
from ._work import compiled

EXAMPLES = """\
  netwright summary resnet --net resnet18
  netwright summary lenet.net --output-format json
  netwright summary encoder.net --input '128 int'
"""


def configure(parser: Parser) -> None:
    add_spec(parser)
    add_format(parser, ("text", "json"))


def run(options: Namespace) -> int:
    from ..backends import summary

    graph, name, _ = compiled(options)
    if options.output_format == "text":
        sys.stdout.write(summary.text(graph, name))
        return 0
    import json

    print(json.dumps(summary.as_dict(graph, name), indent=2, ensure_ascii=False))
    return 0
