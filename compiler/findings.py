"""The findings of a file together: each once and at its cause, without those that a comment
silences. Each step takes findings and returns findings; it loads its helpers if there are any."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from ..grammar import syntax
from ..grammar.diagnostics import Diagnostic
from ..grammar.source import Span
from ..grammar.wording import counted
from .lints import in_file
from .lints._subjects import FileText

Findings: TypeAlias = tuple[Diagnostic, ...]


def is_fine(findings: Iterable[Diagnostic]) -> bool:
    """Whether there are no errors."""
    return not any(finding.severity == "error" for finding in findings)


def beside(findings: Findings, syntax_errors: Findings) -> Findings:
    """Without those that stand where a syntax error is: they are its echoes."""
    broken = [d.span for d in syntax_errors if d.span and d.severity == "error"]
    return tuple(d for d in findings if d.span is None or not any(map(d.span.overlaps, broken)))


def of_file(findings: Findings, tree: syntax.File) -> Findings:
    """The findings of a file's nets, each once and at its cause, then those of its text."""
    own = _at_causes(_each_once(findings), tree)
    return own + _of_sound_statements(own, tree)


def _each_once(findings: Findings) -> Findings:
    if len(findings) < 2:
        return findings
    from .repeated import told_once

    return tuple(told_once(findings))


def _at_causes(findings: Findings, tree: syntax.File) -> Findings:
    if not findings:
        return findings
    from .misnamed import at_declarations
    from .origins import at_origins

    return tuple(at_origins(at_declarations(findings, tree), tree))


def _of_sound_statements(findings: Findings, tree: syntax.File) -> Findings:
    """What the lints see in the statements that hold no error."""
    errors = [d.span for d in findings if d.severity == "error" and d.span]
    sound = tuple(s for s in tree.statements if not any(_holds(s.span, e) for e in errors))
    return tuple(in_file(FileText(syntax.File(sound, span=tree.span))))


def _holds(outer: Span, inner: Span) -> bool:
    return outer.source is inner.source and outer.start <= inner.start < max(outer.end, 1)


def with_unchecked(findings: Findings, nets: int) -> Findings:
    """The last error says how many nets were not checked: after many errors a check ends."""
    last = max((i for i, d in enumerate(findings) if d.severity == "error"), default=None)
    if last is None or nets <= 0:
        return findings
    note = f"{counted(nets, 'net')} more of this file {'is' if nets == 1 else 'are'} not checked"
    noted = findings[last].replace(notes=(*findings[last].notes, note))
    return (*findings[:last], noted, *findings[last + 1 :])


def not_silenced(findings: Findings) -> Findings:
    """Without those that a comment silences."""
    if not findings:
        return findings
    from .ignores import Ignores

    return Ignores().kept(findings)


def with_comments(findings: Findings, tree: syntax.File, *, whole: bool) -> Findings:
    """Likewise, with the faults of the comments themselves. ``whole``: the whole file was checked,
    so a comment that silences nothing is one."""
    from .ignores import Ignores, wrong

    ignores = Ignores()
    kept = ignores.kept((*findings, *wrong(tree.span.source)))
    return (*kept, *ignores.kept(ignores.idle(tree))) if whole else kept
