"""Warnings: code that is not wrong, and probably not what the author meant. Each lint is a file of
this folder; no list is edited.

The module of a lint has a ``CODE`` and one or more of these functions, which return diagnostics:

- ``in_file(text)`` reads a text without errors;
- ``in_checked_file(text)`` reads a text whose nets were all elaborated without errors;
- ``in_net(net)`` looks at a net that was elaborated without errors;
- ``in_failed_net(net)`` looks at a net with errors, for a warning that may be their cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...grammar.diagnostics import Diagnostic

if TYPE_CHECKING:
    from ._subjects import FileText, Net


@cache
def lints() -> tuple[Any, ...]:
    """The modules of all lints, in the order of their codes."""
    files = (path.stem for path in Path(__path__[0]).iterdir() if path.suffix == ".py")
    modules = [import_module(f"{__name__}.{name}") for name in files if not name.startswith("_")]
    return tuple(sorted(modules, key=lambda module: module.CODE))


def in_file(text: FileText) -> Iterator[Diagnostic]:
    return _all("in_file", text)


def in_checked_file(text: FileText) -> Iterator[Diagnostic]:
    return _all("in_checked_file", text)


def in_net(net: Net) -> Iterator[Diagnostic]:
    return _all("in_net", net)


def in_failed_net(net: Net) -> Iterator[Diagnostic]:
    return _all("in_failed_net", net)


def _all(kind: str, subject: object) -> Iterator[Diagnostic]:
    for lint in lints():
        check = getattr(lint, kind, None)
        if check is not None:
            yield from check(subject)
