"""``conv(3x3, 8) as block1-0``: the label `block1`, and 0 subtracted from the result."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic, Edit, Fix
from ...grammar.source import Span
from ._subjects import FileText

CODE = "W518"
_SIGNS: Final = ("-", "+", "/")
_WHOLE: Final = r"[\w.]+(?:[-+/][\w.]+)+"
"""A label with signs in it, as long as there is no space."""


def in_file(text: FileText) -> Iterator[Diagnostic]:
    for node in text.nodes:
        match node:
            case syntax.Binary(operator, syntax.Labelled(label=label), right):
                near = label.span.end == node.operator_span.start == right.span.start - 1
                if operator in _SIGNS and near and '"' not in label.span.text:
                    yield from _warning(label.span, operator)


def _warning(label: Span, operator: str) -> Iterator[Diagnostic]:
    whole = re.match(_WHOLE, label.source.text[label.start :])
    if whole is None:
        return
    place = Span(label.source, label.start, label.start + whole.end())
    yield Diagnostic(
        CODE,
        f"the label is `{label.text}`, and `{operator}` is an operator",
        place,
        severity="warning",
        help=(f'`as "{whole[0]}"` is one label; with spaces around `{operator}` it is arithmetic',),
        fix=Fix(f'write `"{whole[0]}"`', (Edit(place, f'"{whole[0]}"'),)),
    )
