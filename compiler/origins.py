"""Moves errors about a wrong value to the place that the value comes from: the argument of a call,
or the item of a list.

In ``block head(n) = linear(n)`` and ``x > head(conv)`` the call is wrong, not the block. In
``for c, n in [[64, 3], [128]]`` the item that differs from the others is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..grammar import syntax
from ..grammar.diagnostics import Diagnostic, Label
from ..grammar.source import Span
from .elaborate.trees import pattern_names
from .lints._subjects import walk


def at_origins(findings: Iterable[Diagnostic], tree: syntax.File) -> Iterator[Diagnostic]:
    """The findings; those about wrong values are at the places that the values come from."""
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
    """Moves a finding out of one block after another, as long as the value is a parameter."""
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
    """The block that has the used name as a parameter, and the argument in the call at a label;
    None if there is no such call."""
    block = _block_around(use, tree)
    if block is None or block.name != way.block:
        return None
    if _is_assigned_inside(use.text, block):
        return None
    calls = (n for n in walk(tree.statements) if isinstance(n, syntax.Call) and n.span == way.span)
    arguments = (_argument(call, use.text, block) for call in calls)
    return next(((block, a.span) for a in arguments if a is not None), None)


def _block_around(place: Span, tree: syntax.File) -> syntax.Block | None:
    nodes = walk(tree.statements)
    blocks = (n for n in nodes if isinstance(n, syntax.Block) and n.span.overlaps(place))
    return max(blocks, key=lambda b: b.span.start, default=None)


def _is_assigned_inside(name: str, block: syntax.Block) -> bool:
    """Whether an assignment or a loop in the block gives the name another value."""
    patterns = (pattern for node in walk([block]) for pattern in _patterns(node))
    return any(name == given.id for p in patterns for given in pattern_names(p))


def _patterns(node: syntax.SyntaxNode) -> Iterator[syntax.Pattern]:
    if isinstance(node, syntax.Assign):
        yield node.target
    elif isinstance(node, syntax.For | syntax.Clause):
        yield node.pattern


def _argument(call: syntax.Call, name: str, block: syntax.Block) -> syntax.Expr | None:
    defaults = {p.name: p.default for p in block.parameters}
    by_name = {s.name: s.value for s in call.settings}
    return {**defaults, **dict(zip(defaults, call.arguments, strict=False)), **by_name}.get(name)


def _at_item(finding: Diagnostic, tree: syntax.File) -> Diagnostic:
    """Moves a finding to the item of a list that has another length than the names need, if most
    items have the right length."""
    place = finding.span
    assert place is not None
    loops = (n for n in walk(tree.statements) if isinstance(n, syntax.For | syntax.Clause))
    loop = next((n for n in loops if n.pattern.span.overlaps(place)), None)
    names = _names_at(place, loop.pattern) if loop else None
    written = _written(loop.iterable, _block_around(place, tree), tree) if loop else None
    odd = _odd(written.items, len(names.items)) if names and written else None
    if odd is None or names is None:
        return finding
    return finding.replace(
        span=odd.span,
        labels=(Label(place, f"{len(names.items)} names"), *finding.labels),
        help=("the other items have as many values as there are names",),
    )


def _names_at(place: Span, pattern: syntax.Pattern) -> syntax.Names | None:
    """The names of a pattern, or of a part of it, that stand at a place; None if there are none."""
    names = (n for n in walk([pattern]) if isinstance(n, syntax.Names))
    return next((n for n in names if n.span == place), None)


def _written(
    expr: syntax.Expr, block: syntax.Block | None, tree: syntax.File
) -> syntax.List | None:
    """The list in the source that a loop goes through; None if it is not written as a list."""
    if isinstance(expr, syntax.Call) and expr.function.span.text == "enumerate":
        expr = expr.arguments[0] if expr.arguments else expr
    if isinstance(expr, syntax.Name):
        statements = (*(block.body if block else ()), *tree.statements)
        assigned = (s for s in statements if isinstance(s, syntax.Assign))
        expr = next((s.value for s in assigned if s.target.span.text == expr.id), expr)
    return expr if isinstance(expr, syntax.List) else None


def _odd(items: Sequence[syntax.Expr], wanted: int) -> syntax.Expr | None:
    """The first item with another number of values than wanted, if most items have that number."""
    odd = [i for i in items if not isinstance(i, syntax.List) or len(i.items) != wanted]
    return odd[0] if odd and 2 * len(odd) < len(items) else None
