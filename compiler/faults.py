"""The last guard: an unexpected exception becomes an error that names the place."""

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
    """The error for an exception inside netwright; ``doing`` says what it was doing at a place."""
    from traceback import extract_tb

    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    last = extract_tb(error.__traceback__)[-1:]
    where = [f"in {Path(f.filename).name}, line {f.lineno}, {f.name}" for f in last]
    message = f"netwright failed here, {doing}: {text}"
    notes = ("this is a fault in netwright, not in the spec", *where)
    return Diagnostic(CODE, message, span, notes=notes, help=(WANTED,))


def unexplained(span: Span | None) -> Diagnostic:
    """The error for a net that has neither a result nor an error."""
    message = "netwright found no result for this net, and no error"
    return Diagnostic(CODE, message, span, help=(WANTED,))


@contextmanager
def guarded(doing: str, span: Span | None, *expected: type[Exception]) -> Iterator[None]:
    """Turns an exception that is not expected into a CompileError. The stack is deep inside."""
    allowed: tuple[type[Exception], ...] = (CompileError, OSError, ImportError, *expected)
    try:
        with room():
            yield
    except allowed:
        raise
    except Exception as error:
        raise CompileError([fault(error, doing, span)]) from error
