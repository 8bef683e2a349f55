"""``conv(3*3, 32)``: a kernel of 9, where 3x3 is probably meant."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic, Edit, Fix
from ...grammar.source import Span
from ..layer import Layer, hints
from ..layers import layers
from ._subjects import FileText

CODE = "W511"
SIZES = ("kernel", "stride", "pad", "dilation", "output_pad")


def in_file(text: FileText) -> Iterator[Diagnostic]:
    own = {s.name for s in text.tree.statements if isinstance(s, syntax.Block | syntax.Share)}
    for node in text.nodes:
        if isinstance(node, syntax.Call) and isinstance(node.function, syntax.Name):
            layer = None if node.function.id in own else layers().get(node.function.id)
            yield from _products(node, layer) if layer else ()


def _products(call: syntax.Call, layer: type[Layer]) -> Iterator[Diagnostic]:
    """The settings that are a size for each axis and written as a product of numbers."""
    given = list(zip(list(hints(layer))[: layer.positional], call.arguments, strict=False))
    given += [(setting.name, setting.value) for setting in call.settings]
    for name, value in given:
        match value:
            case syntax.Binary("*", syntax.Number(a), syntax.Number(b)) if name in SIZES:
                yield _warning(name, value.span, a, b)


def _warning(name: str, span: Span, a: float, b: float) -> Diagnostic:
    return Diagnostic(
        CODE,
        f"`{span.text}` is the number {a * b}",
        span,
        severity="warning",
        detail=f"a {name} of {a * b} along every axis",
        help=(f"`{a}x{b}` has a size for each axis; `{a * b}` says that the number is meant",),
        fix=Fix(f"write `{a}x{b}`", (Edit(span, f"{a}x{b}"),)),
    )
