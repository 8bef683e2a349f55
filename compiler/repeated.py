"""Joins findings that repeat others: one place in several nets, one word in several places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..grammar.diagnostics import Diagnostic, Fix, Label
from ..grammar.source import Source, Span

MAX_PLACES: Final = 3
"""How many further places of a word are shown."""

Key = tuple[str, Source | Span | None, str]


def told_once(findings: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """The findings in their order, each once."""
    first: dict[Key, Diagnostic] = {}
    for finding in findings:
        key = _key(finding)
        earlier = first.setdefault(key, finding)
        if earlier is not finding and finding.code == "E201":
            first[key] = _together(earlier, finding)
    return iter(first.values())


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
    return fix.title.partition(" > ")[2] if fix else ""


def _together(first: Diagnostic, again: Diagnostic) -> Diagnostic:
    """The first finding with the place of the second, and a fix for both."""
    spans = [first.span, *(label.span for label in first.labels)]
    if again.span is None or again.span in spans:
        return first
    places = sum(label.text == "and here" for label in first.labels)
    labels = (Label(again.span, "and here"),) if places < MAX_PLACES else ()
    return first.replace(labels=(*first.labels, *labels), fix=_both(first.fix, again.fix))


def _both(first: Fix | None, again: Fix | None) -> Fix | None:
    if first is None or again is None or first.title != again.title:
        return first
    return first.replace(edits=tuple(dict.fromkeys((*first.edits, *again.edits))))
