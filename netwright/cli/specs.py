"""List the specs that come with netwright. Every command takes their names."""

from __future__ import annotations

from argparse import Namespace

from ..spec_files import description, shipped
from ._parser import Parser

EXAMPLES = """\
  netwright specs
  netwright summary resnet --net resnet50
  netwright new mine --from resnet
"""


def configure(parser: Parser) -> None:
    pass


def run(options: Namespace) -> int:  # noqa: ARG001
    specs = shipped()
    width = max(map(len, specs), default=0)
    for name, path in specs.items():
        print(f"{name:{width}}  {description(path.read_text('utf-8'))}".rstrip())
    return 0
