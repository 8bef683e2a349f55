"""Warnings: what is not wrong and probably not meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..grammar import syntax
from ..grammar.diagnostics import Diagnostic, Edit, Fix
from ..grammar.nearby import closest
from .conditions import equality
from .names import known_in, unknown_names

if TYPE_CHECKING:
    from .builder import Builder
    from .elaborate.program import Program
    from .values import Tensor


def lint(tree: syntax.File, program: Program) -> list[Diagnostic]:
    return [
        *_unused(tree.statements),
        *_widths(program.root, set()),
        *_assumptions(program),
    ]


def misspelt(tree: syntax.File) -> Iterator[Diagnostic]:
    """Words that nothing knows, in blocks and arms that no net uses. For a file without errors:
    where a net comes by, they are errors."""
    known = known_in(tree)
    for block in tree.statements:
        for name in unknown_names(block, known) if isinstance(block, syntax.Block) else ():
            close = closest(name.id, known)
            yield Diagnostic(
                "W503", f"`{name.id}` is not known here", name.span, severity="warning",
                notes=("no net comes by here, so nothing else of it is checked",),
                help=(f"did you mean `{close}`?",) if close else (),
                fix=Fix(f"write `{close}`", (Edit(name.span, close),)) if close else None,
            )  # fmt: skip


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


def _widths(scope: Builder, seen: set[int]) -> Iterator[Diagnostic]:
    """``linear`` on an image as a convolution or pooling leaves it: the last axis is the width."""
    for draft in scope.drafts:
        if draft.child is not None and id(draft.child) not in seen:
            seen.add(id(draft.child))
            yield from _widths(draft.child, seen)
        if draft.layer is not None and draft.layer.word == "linear" and _is_image(draft.inputs[0]):
            yield Diagnostic(
                "W504", "linear works on the width of this image", draft.span, severity="warning",
                detail=f"{draft.takes[0]} becomes {draft.types[0]}",
                help=("`flatten` or `gap` before it makes a vector of the image",
                      "`conv(1x1, ...)` works on the channels"),
            )  # fmt: skip


def _is_image(tensor: Tensor) -> bool:
    """Whether a tensor is as a convolution or pooling left it, elementwise layers aside."""
    draft = tensor.draft
    while draft.layer is not None and draft.layer.elementwise and len(draft.inputs) == 1:
        draft = draft.inputs[0].draft
    made = draft.layer
    image = len(draft.types) == 1 and draft.types[0] is not None and draft.types[0].rank == 4
    return image and made is not None and made.category in ("conv", "pool")


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
                "W502", equality(a, b).must(), span, severity="warning",
                detail=f"else {a} and {b} differ",
                help=("`--input` with the real size decides it",),
            ),
        )  # fmt: skip
    return list(found.values())
