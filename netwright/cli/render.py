"""Draw a spec as a diagram: svg, png, pdf or dot, by the suffix of the file."""

from __future__ import annotations

from argparse import Namespace

from ._parser import Misuse, Parser, add_output, add_spec
from ._work import compiled, deliver

SUFFIXES = (".svg", ".png", ".pdf", ".dot")
EXAMPLES = """\
  netwright render unet.net -o unet.svg
  netwright render resnet --net resnet18 -o resnet18.png
  netwright render lenet.net > lenet.svg
"""


def configure(parser: Parser) -> None:
    add_spec(parser)
    add_output(parser, "the picture to write (default: svg to standard output)")


def run(options: Namespace) -> int:
    suffix = options.output.suffix.lower() if options.output else ".svg"
    if suffix not in SUFFIXES:
        kind = f"{suffix} files" if suffix else "a file without a suffix"
        raise Misuse(f"cannot draw {kind}", f"the suffix may be {', '.join(SUFFIXES)}")
    from ..backends.diagram import render

    deliver(render(compiled(options), suffix), options.output)
    return 0
