"""Which of a file's nets is meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .grammar.diagnostics import Diagnostic
from .grammar.source import Source

if TYPE_CHECKING:
    from .compiler.pipeline import Compilation


class Ambiguous(ValueError):
    """A file with several nets, none of them named; ``nets`` are theirs."""

    def __init__(self, name: str, nets: Sequence[str]) -> None:
        self.nets = tuple(nets)
        super().__init__(f"{name} holds {len(nets)} nets: {', '.join(nets)}")


@dataclass(frozen=True, slots=True)
class Request:
    """What to compile of a source, and with what."""

    net: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    inputs: Mapping[str, str] | str | None = None
    search: tuple[Path, ...] = ()

    def compile(self, source: Source, net: str | None = None) -> Compilation:
        from .compiler.pipeline import load_source

        return load_source(
            source,
            net=net or self.net,
            parameters=self.parameters,
            inputs=self.inputs,
            search=self.search,
        )


def compile_one(source: Source, request: Request) -> Compilation:
    """The net asked for, the file's only one, or the one that bears the file's name.

    Raises Ambiguous where that leaves several.
    """
    found = request.compile(source)
    if request.net or found.graph or has_errors(found.diagnostics) or len(found.nets) < 2:
        return found
    named = _named_like(source.name, found.nets)
    if named is None:
        raise Ambiguous(source.name, found.nets)
    return request.compile(source, named)


def check_all(source: Source, request: Request) -> tuple[Diagnostic, ...]:
    """The findings in the net asked for, or in all nets that need no parameters."""
    found = request.compile(source)
    if request.net or found.graph or has_errors(found.diagnostics) or len(found.nets) < 2:
        return found.diagnostics
    each = (d for net in found.nets for d in request.compile(source, net).diagnostics)
    return tuple(dict.fromkeys((*found.diagnostics, *each)))


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(d.severity == "error" for d in diagnostics)


def _named_like(file: str, nets: Sequence[str]) -> str | None:
    stem = _plain(Path(file).stem)
    return next((net for net in nets if _plain(net) == stem), None)


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
