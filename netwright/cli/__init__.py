"""The ``netwright`` command. Each module of this folder is a command, except those whose names
begin with an underscore: commands share these.

A command has a docstring (its first line is the help), ``EXAMPLES``, ``configure(parser)`` and
``run(options) -> int``. The result is the exit status: 0 clean, 1 findings, 2 misuse, 70 an error
of netwright's own. Only the command that runs is imported.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from importlib import import_module
from io import TextIOWrapper
from keyword import iskeyword
from pathlib import Path
from typing import Protocol, cast

from ._parser import CLEAN, INTERNAL, MISUSE, Misuse, Parser, complain

ELSEWHERE = {
    "help": "`netwright --help` lists the commands, `netwright COMMAND --help` explains one",
    "diff": "`netwright render --diff OLD NEW` compares",
    "compile": "`netwright build FILE` writes PyTorch source",
    **dict.fromkeys(("draw", "plot", "show"), "`netwright render FILE -o FILE.svg` draws"),
    **dict.fromkeys(
        ("convert", "export", "trace"), "`netwright import MODULE:FACTORY` writes a model as a spec"
    ),
    **dict.fromkeys(("format", "tidy"), "`netwright fmt FILE` formats"),
    **dict.fromkeys(("lint", "test"), "`netwright check FILE` checks"),
    **dict.fromkeys(("list", "ls"), "`netwright specs` lists the shipped specs"),
}
"""What to use for commands that other programs have."""
FIRST_STEPS = """\
first steps:
  netwright new mine                    a small network to start from: mine.net
  netwright check mine.net              all errors at once, each with its place and what to do
  netwright render mine.net -o mine.svg
  netwright build mine.net -o mine.py   a module of PyTorch

`netwright COMMAND --help` says more, `netwright explain` what a code or a layer means."""
INTERRUPTED = 130  # 128 + SIGINT, as a shell reports it


class Command(Protocol):
    EXAMPLES: str

    def configure(self, parser: Parser) -> None: ...
    def run(self, options: Namespace) -> int: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit status. It raises nothing."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _open_what_is_closed()
    _write_what_can_be_written()
    return _guarded(lambda: _run(arguments))


def _open_what_is_closed() -> None:
    """Replace closed streams (``>&-`` in a shell) by ones that drop what is printed."""
    nowhere = os.devnull
    sys.stdin = sys.stdin or open(nowhere, encoding="utf-8")  # noqa: SIM115, PTH123
    sys.stdout = sys.stdout or open(nowhere, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    sys.stderr = sys.stderr or open(nowhere, "w", encoding="utf-8")  # noqa: SIM115, PTH123


def _write_what_can_be_written() -> None:
    """Print ``?`` for characters that the terminal's encoding lacks, and do not fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _run(arguments: list[str]) -> int:
    names = commands()
    if not arguments or arguments[0].startswith("-"):
        return _run_bare(arguments, names)
    name, *rest = arguments
    if name not in names:
        raise Misuse(f"there is no command {name}", _meant(name, names))
    return _load(name).run(command_parser(name).read(rest))


def command_parser(name: str) -> Parser:
    """The parser of a command."""
    command = _load(name)
    parser = Parser(f"netwright {name}", _help(command), command.EXAMPLES)
    command.configure(parser)
    return parser


def commands() -> list[str]:
    """The names of the commands. The file of one that is a word of Python ends with ``_``."""
    files = (path for path in Path(__path__[0]).iterdir() if path.suffix == ".py")
    return sorted(path.stem.rstrip("_") for path in files if not path.stem.startswith("_"))


def _load(name: str) -> Command:
    file = f"{name}_" if iskeyword(name) else name
    return cast("Command", import_module(f"{__name__}.{file}"))


def _help(command: Command) -> str:
    return (command.__doc__ or "").strip()


def _run_bare(arguments: list[str], names: Sequence[str]) -> int:
    """``netwright``, ``netwright --help``, ``netwright --version``."""
    from .. import __version__

    width = max(map(len, names))
    lines = (f"  {n:{width}}  {_help(_load(n)).partition(chr(10))[0]}" for n in names)
    parser = Parser("netwright", "Neural networks as text: checked, drawn, compiled to PyTorch.")
    parser.usage = "netwright COMMAND ..."
    parser.epilog = f"commands:\n{chr(10).join(lines)}\n\n{FIRST_STEPS}"
    parser.add_argument("--version", action="version", version=f"netwright {__version__}")
    parser.parse_args(arguments)
    parser.print_help(sys.stderr)
    return MISUSE


def _meant(name: str, names: Sequence[str]) -> str:
    from ..grammar.nearby import closest

    if name in ELSEWHERE:
        return ELSEWHERE[name]
    near = closest(name, names)
    if near:
        return f"did you mean `netwright {near}`?"
    if name.endswith(".net"):
        return f"`netwright check {name}` checks a file"
    return f"the commands are {', '.join(names)}"


# --- what users see when something fails -----------------------------------------------------


def _guarded(run: Callable[[], int]) -> int:
    try:
        status = run()
        sys.stdout.flush()
        return status
    except SystemExit as stop:  # argparse, after --help and --version
        return stop.code if isinstance(stop.code, int) else CLEAN
    except Misuse as misuse:
        complain(misuse)
        return misuse.status
    except BrokenPipeError:
        return _silence_stdout()
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if error.strerror is None:
            return _internal(error)
        place = f" {error.filename}" if error.filename else ""
        complain(Misuse(f"cannot use{place}: {error.strerror.lower()}"))
        return MISUSE
    except Exception as error:
        return _internal(error)


def _silence_stdout() -> int:
    """Nobody reads standard output any more (``| head``). Python flushes it at exit, which would
    fail again, so the rest of the output is dropped."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return CLEAN


def _internal(error: BaseException) -> int:
    if os.environ.get("NETWRIGHT_TRACEBACK"):
        raise error
    print(
        f"netwright: an error of netwright's own, sorry: {type(error).__name__}: {error}\n"
        "  = help: NETWRIGHT_TRACEBACK=1 shows where it is; please report it with the spec",
        file=sys.stderr,
    )
    return INTERNAL
