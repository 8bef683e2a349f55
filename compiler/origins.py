"""Wrong values that come from elsewhere, told there: at a call's argument, at the item of a list.

``block head(n) = linear(n)`` and ``x > head(conv)``: the call is at fault, not the block. In
``for c, n in [[64, 3], [128]]`` it is the item that is not like the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ..grammar import syntax
from ..grammar.diagnostics import Diagnostic, Label
from ..grammar.source import Span
from .elaborate.trees import pattern_names
from .lints.unused import walk

_CALL: Final = re.compile(r"in this call of `(\w+)`")
_ITEM: Final = re.compile(r"(\d+) names for .*")


def at_origins(findings: Iterable[Diagnostic], tree: syntax.File) -> Iterator[Diagnostic]:
    """The findings, those on wrong values where the values come from."""
    for finding in findings:
        if finding.span is None or finding.span.source is not tree.span.source:
            yield finding
        elif finding.code == "E204":
            yield _at_argument(finding, tree)
        elif finding.code == "E218":
            yield _at_item(finding, tree)
        else:
            yield finding


def _at_argument(finding: Diagnostic, tree: syntax.File) -> Diagnostic:
    """Out of one block after the other, as long as the value is its parameter."""
    ways = list(finding.labels)
    while ways and finding.span is not None:
        passed = _passed(finding.span, ways[-1], tree)
        if passed is None:
            break
        block, argument = passed
        ways.pop()
        use = Label(finding.span, f"`{finding.span.text}` of `{block.name}`")
        finding = finding.replace(span=argument, labels=(use, *ways), fix=None)
    return finding


def _passed(use: Span, way: Label, tree: syntax.File) -> tuple[syntax.Block, Span] | None:
    """The block of which the used name is a parameter, and its value in the call of a way."""
    called = _CALL.fullmatch(way.text)
    block = _block_around(use, tree)
    if called is None or block is None or block.name != called[1]:
        return None
    if _is_given_inside(use.text, block):
        return None
    calls = (n for n in walk(tree.statements) if isinstance(n, syntax.Call) and n.span == way.span)
    found = (_argument(call, use.text, block) for call in calls)
    return next(((block, a.span) for a in found if a is not None), None)


def _block_around(place: Span, tree: syntax.File) -> syntax.Block | None:
    nodes = walk(tree.statements)
    blocks = (n for n in nodes if isinstance(n, syntax.Block) and n.span.overlaps(place))
    return max(blocks, key=lambda b: b.span.start, default=None)


def _is_given_inside(name: str, block: syntax.Block) -> bool:
    """Whether an assignment or a loop gives the name another value."""
    nodes = walk([block])
    patterns = (getattr(n, "target", None) or getattr(n, "pattern", None) for n in nodes)
    return any(name == given.id for p in patterns if p is not None for given in pattern_names(p))


def _argument(call: syntax.Call, name: str, block: syntax.Block) -> syntax.Expr | None:
    defaults = {p.name: p.default for p in block.parameters}
    by_name = {s.name: s.value for s in call.settings}
    return {**defaults, **dict(zip(defaults, call.arguments, strict=False)), **by_name}.get(name)


def _at_item(finding: Diagnostic, tree: syntax.File) -> Diagnostic:
    """Where most items of a written list are as long as the names want them."""
    said, place = _ITEM.fullmatch(finding.message), finding.span
    assert place is not None
    loops = (n for n in walk(tree.statements) if isinstance(n, syntax.For | syntax.Comprehension))
    loop = next((n for n in loops if n.pattern.span.overlaps(place)), None)
    written = _written(loop.iterable, _block_around(place, tree), tree) if loop else None
    odd = _odd(written.items, int(said[1])) if said and written else None
    if odd is None:
        return finding
    return finding.replace(
        span=odd.span,
        labels=(Label(place, f"{said[1]} names" if said else ""), *finding.labels),
        help=("the other items have as many values as there are names",),
    )


def _written(
    expr: syntax.Expr, block: syntax.Block | None, tree: syntax.File
) -> syntax.List | None:
    """The list of which a loop goes through the items, as it is written."""
    if isinstance(expr, syntax.Call) and expr.function.span.text == "enumerate":
        expr = expr.arguments[0] if expr.arguments else expr
    if isinstance(expr, syntax.Name):
        statements = (*(block.body if block else ()), *tree.statements)
        given = (s for s in statements if isinstance(s, syntax.Assign))
        expr = next((s.value for s in given if s.target.span.text == expr.id), expr)
    return expr if isinstance(expr, syntax.List) else None


def _odd(items: Sequence[syntax.Expr], wanted: int) -> syntax.Expr | None:
    """The first item that has not so many values, if most have."""
    odd = [i for i in items if not isinstance(i, syntax.List) or len(i.items) != wanted]
    return odd[0] if odd and 2 * len(odd) < len(items) else None
