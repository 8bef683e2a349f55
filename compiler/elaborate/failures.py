"""Nodes for what could not be made: a partial graph shows them."""

from __future__ import annotations

from collections.abc import Sequence

from ...grammar.diagnostics import Diagnostic
from ...grammar.source import Span
from ..builder import Builder, Draft
from ..ir import FailedOp
from ..values import UNKNOWN, Tensor, Unknown
from .elaborator import Elaborator
from .naming import Naming
from .scopes import brought


def fail(el: Elaborator, text: str, inputs: Sequence[Tensor], span: Span) -> Unknown:
    """A node for what could not be made of these inputs, with the findings that are at no
    node yet. ``text`` is its piece of the spec; empty, that of the first finding."""
    if el.findings.unplaced:
        text = text or _text(el.findings.unplaced[0])
        _place(el, el.builder, FailedOp(text, tuple(el.findings.unplaced)), inputs, span)
        el.findings.unplaced.clear()
    return UNKNOWN


def fail_alone(el: Elaborator) -> None:
    """Nodes for the findings of something into which no tensor was piped."""
    for found in el.findings.unplaced:
        _place(el, el.builder, FailedOp(_text(found), (found,)), (), found.span)
    el.findings.unplaced.clear()


def fail_inside(el: Elaborator, child: Builder, naming: Naming, word: str, span: Span) -> Unknown:
    """A call of a graph that could not be completed."""
    if not child.drafts:
        return UNKNOWN
    outer = {id(draft): tensor for draft, tensor in child.captured.values()}
    inputs = [outer[id(i)] for i in child.inputs]
    made = _place(el, child.parent or el.root, None, inputs, span)
    made.child, made.label, made.word = child, naming.label or "", naming.word or word
    made.first = naming.number
    return UNKNOWN


def _place(
    el: Elaborator,
    builder: Builder,
    op: FailedOp | None,
    inputs: Sequence[Tensor],
    span: Span | None,
) -> Draft:
    with el.building(builder):
        here = [brought(el, whole(t)) for t in inputs]
    return builder.add(Draft(builder, inputs=here, span=span, failed=op))


def _text(found: Diagnostic) -> str:
    return found.span.text if found.span else ""


def whole(tensor: Tensor) -> Tensor:
    """The sequence, of one step of it."""
    return tensor.draft.step_of or tensor
