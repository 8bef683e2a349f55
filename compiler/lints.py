"""Warnings: what is not wrong and probably not meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..grammar import syntax
from ..grammar.diagnostics import Diagnostic

if TYPE_CHECKING:
    from .elaborate.program import Program


def lint(tree: syntax.File, program: Program) -> list[Diagnostic]:
    return [*_unused(tree.statements), *_assumptions(program)]


def _unused(statements: Iterable[syntax.Statement]) -> Iterator[Diagnostic]:
    """Names of a body that nothing reads: what they name is left out of the network."""
    for block in statements:
        if not isinstance(block, syntax.Block):
            continue
        yield from _unused(block.body)
        targets = list(_targets(block.body))
        read = {n.id for n in walk(_reads(block)) if isinstance(n, syntax.Name)} if targets else ()
        for target in targets:
            if target.id not in read and not target.id.startswith("_"):
                yield Diagnostic(
                    "W501", f"nothing uses `{target.id}`", target.span, severity="warning",
                    notes=("what no output needs does not run",),
                    help=("use it, leave it out, or call it `_`",),
                )  # fmt: skip


def _targets(body: Iterable[syntax.Statement]) -> Iterator[syntax.Name]:
    """The names that a body gives alone; of several results some may well go unused."""
    for statement in body:
        if isinstance(statement, syntax.Assign) and isinstance(statement.target, syntax.Name):
            yield statement.target
        if isinstance(statement, syntax.ExpressionStatement) and isinstance(
            statement.value, syntax.For
        ):
            yield from _targets(statement.value.body)


def _reads(node: syntax.Node) -> list[syntax.Node]:
    """The parts of a node that are evaluated: not the names that it gives."""
    given = (getattr(node, "target", None), getattr(node, "pattern", None))
    return [part for part in syntax.children(node) if not any(part is g for g in given)]


def walk(nodes: Iterable[syntax.Node]) -> Iterator[syntax.Node]:
    """The nodes and what they read, all the way down."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        waiting += _reads(node)


def _assumptions(program: Program) -> list[Diagnostic]:
    """Sizes that are equal for some inputs only."""
    found: dict[tuple[int, int], Diagnostic] = {}
    for a, b, span in program.assumptions:
        found.setdefault(
            (span.start, span.end),
            Diagnostic(
                "W502", f"this holds only where {a} equals {b}", span, severity="warning",
                help=("`--input` with the real size decides it",),
            ),
        )  # fmt: skip
    return list(found.values())
