"""Errors in the lines of a body: results that are dropped, and names that cannot be given."""

from __future__ import annotations

from collections.abc import Sequence

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic, Edit, Fix, Label
from ...grammar.source import Span
from ..values import BlockNetwork
from . import error
from .names import setting_with


def late_import(statement: syntax.Import | syntax.FromImport) -> Diagnostic:
    return error(
        "E212",
        "imports stand at the top level of a file",
        statement.span,
        help="move it out of the braces, to the top",
    )


def default_of_no_layer(statement: syntax.Default) -> Diagnostic:
    name = statement.layer
    return error(
        "E201",
        f"`{name}` is not a layer: `default` sets the settings of layers",
        statement.layer_span,
        help=f"a block declares the defaults of its parameters: `block {name}(w=64)`",
    )


def called_with_tensor(value: BlockNetwork) -> Diagnostic:
    return error(
        "E206",
        f"`{value.word}(...)` holds parameters, and no tensor is piped into it",
        value.span,
        help=f"to apply it: `x > {value.word}`, with its parameters in parentheses",
    )


def named_network(statement: syntax.Assign) -> Diagnostic:
    name, text = statement.target.span.text, statement.value.span.text
    return error(
        "E217",
        f"`{name} = ...` names numbers and tensors, and this is a network",
        statement.value.span,
        notes=["say which you mean: one instance, or new weights at each use"],
        help=[
            *([f'`{name} = "{text}"` names the option'] if setting_with(text) else ()),
            f"`share {name} = {text}` is one instance, like `self.{name} = ...` in PyTorch",
            f"`block {name} = {text}` is a template: new weights at each use",
        ],
    )


def unapplied_side(expr: syntax.Binary) -> Diagnostic:
    """``y = x + f``, where a sum of tensors is meant."""
    left = expr.left.span.text
    applied = f"({left} > {expr.right.span.text})"
    return error(
        "E217",
        f"`{expr.right.span.text}` is a network that gets no input here",
        expr.right.span,
        help=f"`{left} {expr.operator} {applied}` applies it",
        fix=Fix("apply it", (Edit(expr.right.span, applied),)),
    )


def dropped_result(statement: syntax.ExpressionStatement) -> Diagnostic:
    after = statement.span.source.text[statement.span.end :].lstrip()
    how = "begin that line with `>`" if after[:1] != "-" else "end this line with the `-`"
    return error(
        "E209",
        "this result is dropped",
        statement.span,
        help=[
            "name it: `y = ...`, or `... as name`",
            f"to continue it on the next line, {how}",
        ],
    )


def never_applied(statement: syntax.ExpressionStatement) -> Diagnostic:
    return error(
        "E209",
        "this network is never applied",
        statement.span,
        help="pipe a tensor into it: `x = x > ...`; "
        "a pipeline continues when the next line begins with `>`",
    )


def not_used(statement: syntax.ExpressionStatement) -> Diagnostic:
    return error("E209", "this value is not used", statement.span)


def lacks_pipes(first: Span, lines: Sequence[Span]) -> Diagnostic:
    """A pipe from a tensor, with lines below it that are only networks."""
    help = "to continue it, begin the next lines with `>`"
    starts = [Span(line.source, line.start, line.start) for line in lines]
    return error(
        "E209",
        "this line gets no input",
        lines[0],
        help=help,
        fix=Fix(help, tuple(Edit(s, "> ") for s in starts)),
        labels=[Label(first, "this result is dropped")],
    )
