"""Questions about syntax that need no environment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...grammar import syntax
from ...grammar.source import Span


def head(expr: syntax.Expr) -> syntax.Expr:
    """The leftmost operand."""
    while True:
        if isinstance(expr, syntax.Binary):
            expr = expr.left
        elif isinstance(expr, syntax.Paren | syntax.Labelled):
            expr = expr.body
        elif isinstance(expr, syntax.Indexed | syntax.Attribute):
            expr = expr.value
        elif isinstance(expr, syntax.List) and expr.items:
            expr = expr.items[0]
        elif isinstance(expr, syntax.Conditional):
            expr = expr.then
        else:
            return expr


def names_in(expr: syntax.SyntaxNode) -> Iterator[syntax.Name]:
    """The names in an expression, functions left out."""
    if isinstance(expr, syntax.Name):
        yield expr
    skipped = expr.function if isinstance(expr, syntax.Call) else None
    for child in syntax.children(expr):
        if child is not skipped:
            yield from names_in(child)


def conjuncts(expr: syntax.Expr) -> Iterator[syntax.Expr]:
    """The parts of a condition that must all hold."""
    while isinstance(expr, syntax.Paren):
        expr = expr.body
    if isinstance(expr, syntax.Binary) and expr.operator == "and":
        yield from conjuncts(expr.left)
        yield from conjuncts(expr.right)
    else:
        yield expr


def setting_name(setting: syntax.Setting) -> syntax.Name:
    """The name of ``H=224`` as an expression."""
    start = setting.span.start
    return syntax.Name(
        setting.name, span=Span(setting.span.source, start, start + len(setting.name))
    )


def port_axes(port: syntax.DeclaredPort) -> tuple[str, ...]:
    """Names for the axes of a tensor that is piped into a port, if nothing else names them."""
    names = "TDEFG"
    return ("N", *(names[i] if i < len(names) else f"D{i}" for i in range(len(port.shape or ()))))


def pattern_names(pattern: syntax.Pattern) -> list[syntax.Name]:
    if isinstance(pattern, syntax.Name):
        return [pattern]
    return [name for item in pattern.items for name in pattern_names(item)]


def given_names(loop: syntax.For) -> set[str]:
    """The names that a loop assigns."""
    if is_network(loop):
        return set()
    targets = [s.target for s in loop.body if isinstance(s, syntax.Assign)]
    names = {n.id for target in (loop.pattern, *targets) for n in pattern_names(target)}
    names |= {s.name for s in loop.body if isinstance(s, syntax.Share)}
    for statement in loop.body:
        if isinstance(statement, syntax.ExpressionStatement) and isinstance(
            statement.value, syntax.For
        ):
            names |= given_names(statement.value)
    return names


def label_names(node: syntax.SyntaxNode) -> Iterator[str]:
    """The labels in a piece of syntax."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        waiting += syntax.children(node)
        if isinstance(node, syntax.LabelName):
            yield _first_name(node.name)


def _first_name(label: str | syntax.Text) -> str:
    """The part of a label before its first dot or inserted value."""
    if isinstance(label, str):
        return label
    first = next(iter(label.parts), "")
    return first.partition(".")[0] if isinstance(first, str) else ""


def is_network(loop: syntax.For) -> bool:
    """Whether a loop's body ends in an expression: then the loop is a network, not a statement."""
    last = loop.body[-1] if loop.body else None
    if not isinstance(last, syntax.ExpressionStatement):
        return False
    return is_network(last.value) if isinstance(last.value, syntax.For) else True


def tensor_names(block: syntax.Block) -> frozenset[str]:
    """The names that may mean tensors in a block's last line."""
    assigned = (s.target for s in block.body if isinstance(s, syntax.Assign))
    names = [n.id for target in assigned for n in pattern_names(target)]
    return frozenset([*names, *(p.name for p in block.inputs or ())])


def whole_labels(expr: syntax.Expr, tensors: frozenset[str]) -> tuple[Span, ...]:
    """The labels ``as _`` on a whole body: ``(f > g) as _``, ``x > (f > g) as _``."""
    match expr:
        case syntax.Paren():
            return whole_labels(expr.body, tensors)
        case syntax.Conditional():
            return whole_labels(expr.then, tensors) + whole_labels(expr.otherwise, tensors)
        case syntax.Binary(operator=">") if _holds_no_module(expr.left, tensors):
            return whole_labels(expr.right, tensors)
        case syntax.Labelled(label=syntax.LabelName(name="_")):
            return (expr.label.span,)
        case _:
            return ()


def _holds_no_module(expr: syntax.Expr, tensors: frozenset[str]) -> bool:
    """Whether the start of a pipe has only tensors."""
    match expr:
        case syntax.Name():
            return expr.id in tensors
        case syntax.Paren():
            return _holds_no_module(expr.body, tensors)
        case syntax.List():
            return all(_holds_no_module(item, tensors) for item in expr.items)
        case syntax.Call(function=syntax.Name(id="input")):
            return True
        case _:
            return False


def is_alias(block: syntax.Block) -> bool:
    """Whether a block is a net that may be another net with arguments, apart from settings."""
    if block.kind != "net" or block.inputs is not None or not block.body:
        return False
    *before, last = block.body
    return (
        isinstance(last, syntax.ExpressionStatement)
        and isinstance(last.value, syntax.Name | syntax.Call | syntax.Attribute)
        and all(isinstance(s, syntax.Assign | syntax.Default | syntax.Require) for s in before)
    )


def may_be_call(block: syntax.Block) -> bool:
    """Whether a block may be another block with arguments: ``block r8 = r(8) as _``."""
    if block.kind != "block" or block.braced or block.inputs is not None:
        return False
    (only,) = block.body
    decorated = syntax.Labelled | syntax.Paren | syntax.Conditional
    return isinstance(only, syntax.ExpressionStatement) and isinstance(only.value, decorated)


def accessors(expr: syntax.SyntaxNode) -> list[syntax.Attribute]:
    """The attributes in a condition, such as ``x.c``."""
    own = [expr] if isinstance(expr, syntax.Attribute) else []
    return own or [a for child in syntax.children(expr) for a in accessors(child)]


def place_in_import(name: str, statement: Span) -> Span:
    """The place of a module or a name in its import."""
    words = list(re.finditer(rf"(?<![\w.]){re.escape(name)}(?![\w.])", statement.text))
    if not words:  # with spaces around a dot
        return statement
    at = words[-1] if statement.text.startswith("from") and len(words) > 1 else words[0]
    start = statement.start + at.start()
    return Span(statement.source, start, start + len(name))
