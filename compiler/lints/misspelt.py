"""Unknown words in blocks and arms that no net uses. In code that a net uses, an unknown word is an
error."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic, Edit, Fix
from ...grammar.nearby import closest
from ..undefined_names import known_in, unknown_names
from ._subjects import FileText

CODE = "W503"


def in_checked_file(text: FileText) -> Iterator[Diagnostic]:
    names = known_in(text.tree)
    for block in text.tree.statements:
        for name in unknown_names(block, names) if isinstance(block, syntax.Block) else ():
            close = closest(name.id, names)
            yield Diagnostic(
                CODE,
                f"`{name.id}` is not known here",
                name.span,
                severity="warning",
                notes=("no net uses this code, so nothing else in it is checked",),
                help=(f"did you mean `{close}`?",) if close else (),
                fix=Fix(f"write `{close}`", (Edit(name.span, close),)) if close else None,
            )
