"""Draw a spec as a diagram; the suffix of the file decides the format.

`--view debug` draws a spec with errors, up to the errors; the status is still 1. --diff compares
two versions: what was added, removed and changed, in a table or, with -o, in a picture."""

from __future__ import annotations

import sys
import warnings
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..compiler.faults import guarded
from ..grammar.diagnostics import CompileError, Diagnostic
from ..grammar.printable import printable
from ..grammar.wording import either
from ..spec_files import STDIN, is_python
from ..terminal import is_terminal
from ._parser import Misuse, Parser, add_output, add_spec, complain, read_spec
from ._progress import Progress
from ._work import deliver, load_and_report, refuse, status

if TYPE_CHECKING:
    from ..backends.diff.merge import Merged
    from ..compiler.ir import Graph
    from ..compiler.pipeline import Compilation

EXAMPLES = """\
  netwright render unet.net -o unet.svg
  netwright render resnet --net resnet18 -o resnet18.png
  netwright render vgg --net vgg16 --direction LR -o vgg16.svg
  netwright render gpt2 --net gpt2 --view paper -o gpt2.pdf
  netwright render vgg --net vgg16 --view volumes -o vgg16.tex
  netwright render resnet --net resnet50 --fold layer4 --no-legend -o resnet50.svg
  netwright render broken.net --view debug -o broken.svg
  netwright render gpt2 --net gpt2 --view html -o gpt2.html
  netwright render --diff old.net new.net
  netwright render --diff resnet:resnet18 resnet:resnet34 -o resnets.svg
  netwright render py:torchvision.models:resnet50 -o resnet50.svg
  netwright render lenet.net > lenet.svg
"""
LOOKS = ("view", "direction", "depth", "expand", "fold", "title", "shapes", "legend", "color_by")


def configure(parser: Parser) -> None:
    from ..backends.diagram import PAGE, formats, views

    add_spec(parser, optional=True)
    suffixes = either([f".{f}" for f in formats()])
    add_output(parser, f"the picture to write, a {suffixes} (default: svg to standard output)")
    parser.add_argument(
        "--diff",
        nargs=2,
        metavar=("OLD", "NEW"),
        help="compare two specs (each FILE, FILE:NET or py:MODULE:FACTORY), instead of FILE: a "
        "table, or the picture that -o names",
    )
    parser.add_argument(
        "--output-format", choices=("text", "json"), help="the changes of --diff in this form"
    )
    parser.add_argument(
        "--view", choices=(*views(), PAGE), default="docs", help="the kind of picture"
    )
    parser.add_argument(
        "--direction", choices=("TB", "LR"), default="TB", help="down (TB) or to the right (LR)"
    )
    parser.add_argument(
        "--depth", type=_levels, metavar="N", help="how many levels of blocks to open, from 0"
    )
    parser.add_argument(
        "--expand",
        action="append",
        default=[],
        metavar="BLOCK",
        help="open this block, label or module path everywhere; may be repeated",
    )
    parser.add_argument(
        "--fold", action="append", default=[], metavar="BLOCK", help="keep this one closed"
    )
    parser.add_argument(
        "--color-by",
        choices=("params", "macs", "activations"),
        help="colour boxes by what they cost; the legend shows the scale",
    )
    parser.add_argument("--title", help="the title above the picture ('' for none)")
    parser.add_argument("--no-shapes", dest="shapes", action="store_false", help="without shapes")
    parser.add_argument("--no-legend", dest="legend", action="store_false", help="without a legend")


def run(options: Namespace) -> int:
    if options.diff:
        from ._diff import run as compare

        return compare(options)
    if options.output_format:
        raise Misuse("--output-format is for --diff", "the suffix of -o decides the format")
    if options.file is None:
        raise Misuse("render needs a FILE, or --diff OLD NEW", "`netwright render --help`")
    suffix = suffix_of(options)
    text, keywords = read_spec(options, options.file)
    compilation = load_and_report(text, {**keywords, "partial": True})
    graph = compilation.graph or _up_to_the_errors(compilation, options.view)
    if graph is None:
        return status(compilation.diagnostics)
    drawn = draw(graph, suffix, options, compilation.read)
    return drawn or status(compilation.diagnostics)  # errors count even if something is drawn


def draw(net: Graph | Merged, suffix: str, options: Namespace, inputs: frozenset[str]) -> int:
    """Draw into the file that the options name, and return the exit status."""
    from ..backends.diagram import DiagramError, NoBlock, render
    from ..backends.diagram.progress import heard_by
    from ..compiler.limits import limited

    looks = {name: getattr(options, name) for name in LOOKS}
    try:
        with (
            _noted(),
            Progress(sys.stderr) as progress,
            heard_by(progress.show),
            guarded("drawing it", net.span, DiagramError),
            limited(dict(options.limits)),
        ):
            picture = render(net, suffix, **looks)
    except CompileError as error:
        return refuse(error.diagnostics, options, error.__cause__)
    except NoBlock as error:
        raise Misuse(error.message, error.help) from None
    except DiagramError as error:
        return refuse([Diagnostic(error.code, error.message, help=(error.help,))], options)
    deliver(picture, options.output, inputs)
    return 0


@contextmanager
def _noted() -> Iterator[None]:
    """Print warnings as notes, after the picture is drawn."""
    from ..backends.diagram import NoEffect

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", NoEffect)
        yield
    for warning in caught:
        print(f"netwright: note: {printable(str(warning.message))}", file=sys.stderr)


def _up_to_the_errors(compilation: Compilation, view: str) -> Graph | None:
    """The graph of a spec with errors, up to the errors, or None: then it says why."""
    if compilation.partial is None and view == "debug":
        syntax = any(d.code.startswith("E1") for d in compilation.diagnostics)
        why = "a text with syntax errors has no graph" if syntax else "no layer is reached"
        complain(Misuse(f"there is nothing to draw: {why}"))
    if compilation.partial is not None and view != "debug":
        message = f"the {view} view shows networks without errors"
        complain(Misuse(message, "`--view debug` draws this one up to the error"))
        return None
    return compilation.partial


def suffix_of(options: Namespace) -> str:
    """The suffix of the picture. It is checked before anything is compiled."""
    from ..backends.diagram import PAGE, formats

    page = options.view == PAGE
    if options.output is None and is_terminal(sys.stdout):
        kind = PAGE if page else "svg"
        name = _stem(options.file)
        message = f"a terminal cannot show {kind}"
        raise Misuse(message, f"`-o {name}.{kind}` writes a file, `-o -` prints it here")
    if options.output is None or str(options.output) == "-":
        return f".{PAGE}" if page else ".svg"
    suffix: str = options.output.suffix
    if suffix.lower().removeprefix(".") not in formats():
        kind = f"{suffix} files" if suffix else "a file without a suffix"
        raise Misuse(f"cannot draw {kind}", f"it can be {either([f'.{f}' for f in formats()])}")
    if page and suffix.lower() != f".{PAGE}":
        name = options.output.with_suffix(f".{PAGE}")
        raise Misuse(f"the {PAGE} view is a page, not a {suffix}", f"`-o {name}`, or another view")
    return suffix


def _stem(name: str) -> str:
    """A name for the picture of a spec."""
    if is_python(name):
        return name.rpartition(":")[2].rpartition(".")[2]
    return Path(name).stem if name != STDIN else "net"


def _levels(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is not a number of levels: 0, 1, 2, ...")
    return int(text)
