"""Print a script that completes commands, options and files in a shell.

It needs the extra `shell`. bash reads it from a file in
~/.local/share/bash-completion/completions, zsh from one called `_netwright` on its `fpath`, fish
from ~/.config/fish/completions."""

from __future__ import annotations

import sys
from argparse import Action, ArgumentParser, Namespace
from typing import Final

from ..backends import MissingExtra
from ._parser import CLEAN, Misuse, Parser

EXAMPLES = """\
  netwright completion bash > ~/.local/share/bash-completion/completions/netwright
  netwright completion zsh > ~/.zfunc/_netwright
  netwright completion fish > ~/.config/fish/completions/netwright.fish
"""
SHELLS: Final = ("bash", "zsh", "fish")
FILES: Final = ("FILE", "OLD", "NEW", "CHECKPOINT")
FOLDERS: Final = ("FOLDER",)


def configure(parser: Parser) -> None:
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help="bash, zsh or fish")


def run(options: Namespace) -> int:
    try:
        import shtab
    except ImportError:
        raise Misuse(str(MissingExtra("shtab", "shell"))) from None
    sys.stdout.write(shtab.complete(_whole_parser(), options.shell))
    return CLEAN


def _whole_parser() -> ArgumentParser:
    """All commands as one parser: a command line imports only its own command."""
    import shtab

    from . import command_parser, commands

    whole = ArgumentParser("netwright", add_help=False)
    below = whole.add_subparsers()
    for name in commands():
        parser = command_parser(name)
        below.add_parser(name, help=_first_line(parser), parents=[parser], add_help=False)
    for command in below.choices.values():
        for action in command._actions:
            _complete(action, shtab.FILE, shtab.DIR)
    return whole


def _first_line(parser: ArgumentParser) -> str:
    return (parser.description or "").partition("\n")[0]


def _complete(action: Action, files: object, folders: object) -> None:
    """Says what the words of an argument are: shtab reads the attribute ``complete``."""
    names = action.metavar if isinstance(action.metavar, tuple) else (action.metavar,)
    if any(name in FILES for name in names):
        action.complete = files  # type: ignore[attr-defined]
    elif any(name in FOLDERS for name in names):
        action.complete = folders  # type: ignore[attr-defined]
