"""Joins findings that repeat others: one place in several nets, one word in several places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Final

from ..grammar.diagnostics import Diagnostic, Fix, Label
from ..grammar.source import Source, Span

MAX_PLACES: Final = 3
"""How many further places of a word are shown."""

Key = tuple[str, Source | Span | None, str]


def told_once(findings: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """The findings in their order, each once."""
    equals: dict[Key, list[Diagnostic]] = {}
    for finding in findings:
        equals.setdefault(_key(finding), []).append(finding)
    for first, *others in equals.values():
        yield _together(first, others) if first.code == "E201" else first


def _key(finding: Diagnostic) -> Key:
    """What makes two findings equal: an unknown word is one mistake in its whole file, any other
    error is one mistake at its place."""
    span = finding.span
    if span is None or finding.severity != "error":
        return finding.code, span, finding.message
    if finding.code == "E201":
        return finding.code, span.source, finding.message + _piped_on(finding.fix)
    return finding.code, span, ""


def _piped_on(fix: Fix | None) -> str:
    """The layers that a fix adds: ``lstm(64) > last`` is not ``lstm(64)``."""
    return fix.edits[0].text.partition(" > ")[2] if fix else ""


def _together(first: Diagnostic, others: Iterable[Diagnostic]) -> Diagnostic:
    """The first finding with the places of the others, and a fix for all."""
    shown = {first.span, *(label.span for label in first.labels)}
    fixes = {f.span: f.fix for f in others if f.span is not None and f.span not in shown}
    labels = (Label(span, "and here") for span in [*fixes][:MAX_PLACES])
    fix = reduce(_both, fixes.values(), first.fix)
    return first.replace(labels=(*first.labels, *labels), fix=fix)


def _both(first: Fix | None, again: Fix | None) -> Fix | None:
    if first is None or again is None or first.title != again.title:
        return first
    return first.replace(edits=tuple(dict.fromkeys((*first.edits, *again.edits))))
