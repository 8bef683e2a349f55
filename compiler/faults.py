"""The last guard: what nobody foresaw becomes a finding that names the place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..grammar.diagnostics import CompileError, Diagnostic
from ..grammar.source import Span
from .room import room

CODE: Final = "E901"
WANTED: Final = "please report it with this spec; NETWRIGHT_TRACEBACK=1 shows more"


def fault(error: Exception, doing: str, span: Span | None) -> Diagnostic:
    """An error of netwright's own, met while something was done at a place of the spec."""
    from traceback import extract_tb

    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    last = extract_tb(error.__traceback__)[-1:]
    where = [f"in {Path(f.filename).name}, line {f.lineno}, {f.name}" for f in last]
    message = f"netwright failed here, {doing}: {said}"
    notes = ("the fault is netwright's, whatever the spec says", *where)
    return Diagnostic(CODE, message, span, notes=notes, help=(WANTED,))


def unexplained(span: Span | None) -> Diagnostic:
    """A net without a result and without an error."""
    message = "netwright found no result for this net, and no error"
    return Diagnostic(CODE, message, span, help=(WANTED,))


@contextmanager
def guarded(doing: str, span: Span | None, *expected: type[Exception]) -> Iterator[None]:
    """Raises CompileError for what is none of the expected exceptions. Deep things have room."""
    known: tuple[type[Exception], ...] = (CompileError, OSError, ImportError, *expected)
    try:
        with room():
            yield
    except known:
        raise
    except Exception as error:
        raise CompileError([fault(error, doing, span)]) from error
