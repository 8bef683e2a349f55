"""The options that commands share, and the parser that reads them."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from ..choice import Request
from ..files import Unreadable, read
from ..grammar.source import Source
from ..terminal import Terminal, printable


class Misuse(Exception):
    """The command line asks for what cannot be done; ``hint`` says what can."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def complain(misuse: Misuse) -> None:
    terminal = Terminal.of(sys.stderr)
    print(f"{terminal.paint('netwright', 'error')}: {printable(misuse.message)}", file=sys.stderr)
    if misuse.hint:
        print(f"  = {terminal.paint('help', 'help')}: {printable(misuse.hint)}", file=sys.stderr)


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that raises Misuse, and shows examples as they were written."""

    def __init__(self, prog: str, description: str, examples: str = "") -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=f"examples:\n{examples.rstrip()}" if examples else None,
            formatter_class=_Formatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        raise Misuse(message, f"`{self.prog} --help` shows what it takes")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help of one width everywhere, the same in a terminal and in the documentation."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=96)


def add_spec(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """The spec, and how its net is chosen and bound."""
    parser.add_argument(
        "files" if several else "file",
        nargs="+" if several else None,
        metavar="FILE",
        help="a .net file, the name of a shipped spec, or - for standard input",
    )
    parser.add_argument("--net", metavar="NAME", help="which net, where the file holds several")
    parser.add_argument(
        "-p",
        dest="parameters",
        action="append",
        default=[],
        type=_parameter,
        metavar="NAME=VALUE",
        help="a parameter of the net: classes=10, depths=[3,4,6,3], unit=bottleneck",
    )
    parser.add_argument(
        "--input",
        dest="inputs",
        action="append",
        default=[],
        metavar="SHAPE",
        help="the input's shape without the batch axis, 3x32x32 or '128 int'; "
        "of several inputs NAME=SHAPE each",
    )
    parser.add_argument(
        "-I",
        "--import-path",
        dest="search",
        action="append",
        default=[],
        type=Path,
        metavar="FOLDER",
        help="a folder in which imports are looked for",
    )


def add_output(parser: argparse.ArgumentParser, help: str) -> None:
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help=help)


def add_format(parser: argparse.ArgumentParser, choices: Sequence[str]) -> None:
    parser.add_argument(
        "--output-format", choices=choices, default="text", help="how to say it (default: text)"
    )


def request(options: argparse.Namespace) -> Request:
    return Request(
        net=options.net,
        parameters=dict(options.parameters),
        inputs=_inputs(options.inputs),
        search=tuple(options.search),
    )


def source(name: str, options: argparse.Namespace) -> Source:
    try:
        return read(name, options.search)
    except Unreadable as error:
        raise Misuse(error.message, error.hint) from None


# --- values of options -----------------------------------------------------------------------


def _inputs(shapes: Sequence[str]) -> dict[str, str] | str | None:
    if not shapes:
        return None
    named = dict(_split(s) for s in shapes if "=" in s)
    if len(named) == len(shapes):
        return named
    if len(shapes) > 1:
        raise Misuse("--input is given twice without names", "of several inputs write NAME=SHAPE")
    return shapes[0]


def _split(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip()


def _parameter(text: str) -> tuple[str, object]:
    name, value = _split(text)
    if not name.isidentifier() or not value:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, parse_value(value)


_CONSTANTS = {"true": True, "false": False, "none": None}


def parse_value(text: str) -> object:
    """A value as a spec writes it: ``64``, ``1e-5``, ``true``, ``3x3``, ``[2, 2]``, ``"zeros"``;
    a bare name stays a string and names a block."""
    text = text.strip()
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[:1] == "[" and text[-1:] == "]":
        return [parse_value(item) for item in _items(text[1:-1])]
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    if re.fullmatch(r"\d+(x\d+)+", text):
        return [int(n) for n in text.split("x")]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    if re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", text):
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is no value: a number, a list, a name or a string")


def _items(text: str) -> list[str]:
    """The items of a list, cut at the commas outside inner brackets and strings."""
    items, depth, quoted = [""], 0, False
    for char in text:
        quoted ^= char == '"'
        depth += 0 if quoted else (char == "[") - (char == "]")
        if char == "," and depth == 0 and not quoted:
            items.append("")
        else:
            items[-1] += char
    return [item for item in items if item.strip()]
