"""Format specs: one style of spaces, line ends and indentation. Comments stay.

FILE is a file, a folder (all .net files below it), or - for standard input, whose text is written
to standard output. Line ends where the text is split, such as those before operators and between
the items of brackets, stay; all else follows from the syntax. The syntax and the comments of a text
never change. A file with errors is reported and left as it is, and the status is 1."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..compiler.imports import Unreadable
from ..grammar.formatting import NotTheSame, format_source
from ..grammar.printable import printable
from ..grammar.source import Source
from ..spec_files import STDIN, STDIN_NAME, read
from ..terminal import Role, Terminal
from ._parser import CLEAN, FOUND, INTERNAL, Misuse, Parser, complain
from ._work import replace_text, report

EXAMPLES = """\
  netwright fmt unet.net
  netwright fmt --check nets
  netwright fmt --diff lenet.net unet.net
  echo 'conv(3x3,64)>relu>pool( 2,2 )' | netwright fmt -
"""


SUFFIX: Final = ".net"
_ROLES: Final[tuple[tuple[str, tuple[Role, ...]], ...]] = (
    ("---", ("title",)),
    ("+++", ("title",)),
    ("@@", ("place",)),
    ("-", ("error",)),
    ("+", ("help",)),
)
"""How the lines of a diff are painted, by their starts."""


def configure(parser: Parser) -> None:
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="a .net file, a folder, or - for standard input"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; name the files that are not formatted, and make the status 1",
    )
    parser.add_argument(
        "--diff", action="store_true", help="write nothing; print what would change"
    )


def run(options: Namespace) -> int:
    statuses = [CLEAN]
    for name in (name for word in options.files for name in _names(word)):
        try:
            statuses.append(_format(_source(name), options))
        except Misuse as misuse:
            complain(misuse)
            statuses.append(misuse.status)
    return max(statuses)


def _names(word: str) -> list[str]:
    """The files that a word of the command line names: of a folder the specs in it and below, but
    none that are hidden."""
    folder = Path(word)
    if word == STDIN or not folder.is_dir():
        return [word]
    files = (path.relative_to(folder) for path in folder.rglob(f"*{SUFFIX}") if path.is_file())
    shown = [file for file in files if not any(part.startswith(".") for part in file.parts)]
    return [str(folder / file) for file in sorted(shown)] or [word]


def _source(name: str) -> Source:
    path = Path(name)
    if name != STDIN and not path.exists() and path.suffix != SUFFIX:
        raise Misuse(f"there is no file {name}", "`fmt` takes files and folders, no shipped specs")
    try:
        return read(name)
    except Unreadable as error:
        raise Misuse(error.message, error.hint) from None


def _format(source: Source, options: Namespace) -> int:
    """Format a text and return the status."""
    try:
        text, errors = format_source(source)
    except NotTheSame as mistake:
        what = f"{source.name} is left as it is: {mistake}, a mistake of netwright's own, sorry"
        raise Misuse(what, "please report it with the spec", status=INTERNAL) from None
    if text is None:
        print(report("text", errors, [source.name], sys.stderr), end="", file=sys.stderr)
        return FOUND
    if options.check or options.diff:
        return _show(source, text, options)
    if source.name == STDIN_NAME or text != source.text:
        replace_text(source, text)
    if source.name != STDIN_NAME and text != source.text:
        print(f"formatted {printable(source.name)}", file=sys.stderr)
    return CLEAN


def _show(source: Source, text: str, options: Namespace) -> int:
    """Say what would change. The status is 1 if ``--check`` finds something."""
    if text == source.text:
        return CLEAN
    if options.diff:
        print("\n".join(_difference(source, text, Terminal.of(sys.stdout))))
    if options.check:
        print(f"{printable(source.name)} is not formatted", file=sys.stderr)
    return FOUND if options.check else CLEAN


def _difference(source: Source, text: str, terminal: Terminal) -> Iterator[str]:
    """A unified diff. Hidden characters are shown as pictures of them, so a carriage return too."""
    from difflib import unified_diff

    names = (source.name, f"{source.name} (formatted)")
    for line in unified_diff(_lines(source.text), _lines(text), *names, lineterm=""):
        roles = next((roles for start, roles in _ROLES if line.startswith(start)), ())
        yield "\n".join(terminal.paint(printable(part), *roles) for part in line.split("\n"))


def _lines(text: str) -> list[str]:
    *lines, last = text.split("\n")
    return [*lines, f"{last}\n\\ No newline at end of file"] if last else lines
