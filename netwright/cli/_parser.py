"""The parser of command lines, and the options that several commands have."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from shutil import get_terminal_size
from typing import Any, NoReturn

from ..compiler.imports import Unreadable
from ..grammar.printable import printable
from ..grammar.source import Source
from ..settings import Settings, SettingsError, settings_for
from ..spec_files import is_python, read
from ..terminal import Terminal

CLEAN, FOUND, MISUSE = 0, 1, 2
INTERNAL = 70  # EX_SOFTWARE
WIDTH = 96
"""The widest that help is."""


class Misuse(Exception):
    """The command line asks for something that is not possible; ``hint`` says what is, ``notes``
    why. ``status`` is the exit status."""

    def __init__(
        self, message: str, hint: str = "", *, status: int = MISUSE, notes: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.status = status
        self.notes = notes


def complain(misuse: Misuse) -> None:
    terminal = Terminal.of(sys.stderr)
    print(f"{terminal.paint('netwright', 'error')}: {printable(misuse.message)}", file=sys.stderr)
    for note in misuse.notes:
        print(f"  = {terminal.paint('note', 'note')}: {printable(note)}", file=sys.stderr)
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

    def read(self, arguments: Sequence[str]) -> argparse.Namespace:
        parsed, unknown = self.parse_known_args(arguments)
        if unknown:
            message = f"unrecognized arguments: {' '.join(unknown)}"
            raise Misuse(message, self._meant(unknown[0], parsed) or self._help)
        return parsed

    def _meant(self, word: str, parsed: argparse.Namespace) -> str:
        from ..grammar.nearby import closest

        options = [name for action in self._actions for name in action.option_strings]
        if word.startswith("-"):
            near = closest(word.replace("_", "-"), options)
            return f"did you mean `{near}`?" if near else ""
        file = Path(word).suffix not in ("", ".net") and "-o" in options
        return f"`-o {word}` writes to a file" if file and parsed.output is None else ""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuse a value that is not among the choices, with a message that is the same for all
        versions of Python."""
        from ..grammar.nearby import closest
        from ..grammar.wording import either

        choices = list(action.choices or ())
        if choices and value not in choices:
            near = closest(value, choices)
            names = [*action.option_strings] or [str(action.metavar or action.dest)]
            message = f"{names[-1]} may be {either(choices)}, not {value}"
            raise Misuse(message, f"did you mean `{near}`?" if near else self._help)

    @property
    def _help(self) -> str:
        return f"`{self.prog} --help` shows how to use it"

    def error(self, message: str) -> NoReturn:
        raise Misuse(message, self._help)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal, or as COLUMNS says, up to the width in the documentation."""

    def __init__(self, prog: str) -> None:
        width = min(WIDTH, get_terminal_size((WIDTH + 2, 0)).columns - 2)
        super().__init__(prog, max_help_position=min(30, width // 3), width=width)


def add_spec(
    parser: argparse.ArgumentParser, *, several: bool = False, optional: bool = False
) -> None:
    """Add the spec, and the options of ``add_choice``."""
    parser.add_argument(
        "files" if several else "file",
        nargs="+" if several else "?" if optional else None,
        metavar="FILE",
        help="a .net file, the name of a shipped spec, - for standard input, or py:MODULE:FACTORY, "
        "a model of PyTorch, which runs its Python",
    )
    add_choice(parser)


def add_input(parser: argparse.ArgumentParser) -> None:
    """Add the option for the shapes of inputs."""
    parser.add_argument(
        "--input",
        dest="inputs",
        action="append",
        default=[],
        metavar="SHAPE",
        help="the input's shape without the batch axis, 3x32x32 or '128 int'; "
        "for several inputs, NAME=SHAPE for each",
    )


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose a net of a spec and give its parameters and inputs."""
    parser.add_argument("--net", metavar="NAME", help="which net, if the file has several")
    parser.add_argument(
        "-p",
        dest="parameters",
        action="append",
        default=[],
        type=_parameter,
        metavar="NAME=VALUE",
        help="a parameter of the net: classes=10, 'depths=[3,4,6,3]', unit=bottleneck",
    )
    add_input(parser)
    parser.add_argument(
        "-I",
        "--import-path",
        dest="search",
        action="append",
        default=[],
        type=Path,
        metavar="FOLDER",
        help="a folder where imports are searched",
    )
    parser.add_argument(
        "--limit",
        dest="limits",
        action="append",
        default=[],
        type=_limit,
        metavar="NAME=NUMBER",
        help="a new value for a bound that an error names: layers=200000",
    )


def add_output(parser: argparse.ArgumentParser, help: str) -> None:
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help=help)


def add_format(parser: argparse.ArgumentParser, choices: Sequence[str]) -> None:
    parser.add_argument(
        "--output-format", choices=choices, default="text", help="the form (default: text)"
    )


def read_spec(options: argparse.Namespace, name: str) -> tuple[Source, dict[str, Any]]:
    """The spec of this name, and the options as keyword arguments for the compiler. Raises
    Misuse."""
    settings = _settings(name)
    return _source(name, options, settings), _request(options, name, settings)


def request(options: argparse.Namespace) -> dict[str, Any]:
    """The options, as keyword arguments for the compiler, for a text that is no file."""
    return _request(options, "", _settings(""))


def _request(options: argparse.Namespace, name: str, settings: Settings) -> dict[str, Any]:
    """A spec that is made from a model has the inputs already."""
    return {
        "net": options.net,
        "parameters": dict(options.parameters),
        "inputs": None if is_python(name) else input_shapes(options.inputs),
        "search": (*options.search, *settings.search),
        "limits": dict(options.limits),
        "ignored": settings.ignored,
    }


def _settings(name: str) -> Settings:
    try:
        return settings_for(name)
    except SettingsError as error:
        raise Misuse(error.message, error.hint) from None


def _source(name: str, options: argparse.Namespace, settings: Settings) -> Source:
    """``py:MODULE:FACTORY`` runs Python and is tried first."""
    if is_python(name):
        from ._models import model_source

        return model_source(name, options.inputs)
    try:
        return read(name, (*options.search, *settings.search))
    except Unreadable as error:
        raise Misuse(error.message, error.hint) from None


# --- values of options -----------------------------------------------------------------------


def input_shapes(shapes: Sequence[str]) -> dict[str, str] | str | None:
    """The shapes that ``--input`` gives."""
    if not shapes:
        return None
    named = dict(_split(s) for s in shapes if "=" in s)
    if len(named) == len(shapes):
        return named
    if len(shapes) > 1:
        raise Misuse("--input is given twice without names", "for several inputs write NAME=SHAPE")
    return shapes[0]


def _split(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip()


def _limit(text: str) -> tuple[str, int]:
    from ..compiler.limits import UnknownLimit, raised

    name, value = _split(text)
    if not value.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=NUMBER")
    try:
        raised({name: int(value)})
    except UnknownLimit as unknown:
        raise argparse.ArgumentTypeError(str(unknown)) from None
    return name, int(value)


def _parameter(text: str) -> tuple[str, str]:
    """A parameter's name and value. The value is an expression: ``[3,4,6,3]``, ``bottleneck``."""
    name, value = _split(text)
    if not name.isidentifier() or not value:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value
