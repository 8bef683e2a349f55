"""Nodes that stand for failed parts of a spec: a partial graph shows them."""

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
    """Adds a node for the part that failed on these inputs, with the errors that no node has yet.
    ``text`` is that part of the spec; if it is empty, the text of the first error is used."""
    if el.findings.unplaced:
        text = text or _text(el.findings.unplaced[0])
        _place(el, el.builder, FailedOp(text, tuple(el.findings.unplaced)), inputs, span)
        el.findings.unplaced.clear()
    return UNKNOWN


def fail_alone(el: Elaborator) -> None:
    """Adds nodes for errors in a part into which no tensor was piped."""
    for diagnostic in el.findings.unplaced:
        _place(el, el.builder, FailedOp(_text(diagnostic), (diagnostic,)), (), diagnostic.span)
    el.findings.unplaced.clear()


def fail_inside(el: Elaborator, child: Builder, naming: Naming, word: str, span: Span) -> Unknown:
    """Adds a call of a graph that could not be completed."""
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


def _text(diagnostic: Diagnostic) -> str:
    return diagnostic.span.text if diagnostic.span else ""


def whole(tensor: Tensor) -> Tensor:
    """The sequence that a tensor is one step of, or the tensor itself."""
    return tensor.draft.step_of or tensor
