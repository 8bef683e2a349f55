"""Errors in the inputs and results of blocks."""

from __future__ import annotations

from collections.abc import Sequence

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic, Edit, Fix, Label
from ...grammar.source import Span
from ...grammar.wording import counted, listing
from ..types import TensorType
from ..values import Data, Tensor, describe
from . import error
from .shapes import fitting_help, producers


def inputs_differ(block: syntax.Block, given: int, span: Span) -> Diagnostic:
    ports = block.inputs or ()
    names = [f"{'*' * port.many}{port.name}" for port in ports]
    least = "at least " if ports and ports[-1].many else ""
    return error(
        "E307",
        f"`{block.name}` takes {least}{counted(len(names), 'input')}, got {given}",
        span,
        detail=f"it takes {listing(names)}",
        help=f"`[{', '.join(names).replace('*', '')}] > {block.name}`" if len(names) > 1 else "",
    )


def piped_into_source(block: syntax.Block, span: Span) -> Diagnostic:
    called = f"{block.name}({', '.join(p.name for p in block.parameters)})"
    return error(
        "E207",
        f"nothing can be piped into `{block.name}`: it is a source",
        span,
        help=f"`{called}` is its tensor: `x + {called}` and `[{called}, x] > concat` join it",
    )


def no_tensor(block: syntax.Block, value: Data, place: Span) -> Diagnostic:
    return error("E209", f"the result of `{block.name}` is {describe(value)}, not a tensor", place)


def port_refuses(
    block: syntax.Block,
    port: syntax.DeclaredPort,
    wants: str,
    span: Span,
    tensor: Tensor,
    help: str,
) -> Diagnostic:
    return error(
        "E305",
        f"`{block.name}` cannot take this: its input `{port.name}` {wants}",
        span,
        detail=f"got {tensor.type}",
        labels=[Label(port.span, "declared here"), *producers([tensor], span)],
        help=help,
    )


def outputs_differ(block: syntax.Block, given: int) -> Diagnostic:
    """The head alone speaks of several results, unless a list is written there."""
    ports, last = block.outputs or (), block.body[-1]
    declared = ports[0].span.to(ports[-1].span) if ports else None
    place, labels = last.span, [Label(declared, "declared here")] if declared else []
    if declared and len(ports) > 1 and not _is_list(last):
        place, labels = declared, [Label(last.span, _results(given))]
    return error(
        "E306",
        f"`{block.name}` declares {_results(len(ports))} and returns {given}",
        place,
        labels=labels,
        help="write several results as a list: `[y, h]`" if len(ports) > 1 else "",
    )


def _results(number: int) -> str:
    return counted(number, "result")


def _is_list(statement: syntax.Statement) -> bool:
    value = statement.value if isinstance(statement, syntax.ExpressionStatement) else None
    return isinstance(value, syntax.List)


def output_differs(
    block: syntax.Block,
    port: syntax.DeclaredPort,
    tensor: Tensor,
    kind: TensorType,
    sizes: Sequence[Data],
) -> Diagnostic:
    """``sizes`` are those that the port declares, without the batch."""
    place, wanted = block.body[-1].span, port.dtype or kind.dtype
    declared = as_type(sizes, port.dtype or "float")
    if block.inputs == ():
        declared = declared.replace("[N, ", "[", 1)
    return error(
        "E306",
        f"`{block.name}` declares {declared} and returns {kind}",
        place,
        labels=[Label(port.span, "declared here"), *producers([tensor], place)],
        help=f"`cast({wanted})` converts it" if kind.dtype != wanted else fitting_help(sizes, kind),
    )


def as_type(sizes: Sequence[Data], dtype: str) -> str:
    """``[N, T, 64] int``: sizes without the batch as a shape in a message."""
    return f"[{', '.join(map(str, ['N', *sizes]))}]{'' if dtype == 'float' else f' {dtype}'}"


def no_result(block: syntax.Block) -> Diagnostic:
    help, fix = "the last line of a block is its result", None
    last = block.body[-1] if block.body else None
    if isinstance(last, syntax.Assign):
        help += f", and `{last.span.text.splitlines()[0]}` only names a value"
        name = Span(last.span.source, last.span.start, last.value.span.start)
        fix = Fix("leave out the name", (Edit(name, ""),))
    return error(
        "E209",
        f"`{block.name}` has no result",
        block.name_span if last is None else _last_line(last.span),
        help=help,
        fix=fix,
        labels=[Label(block.name_span, "declared here")] if last is not None else [],
    )


def _last_line(span: Span) -> Span:
    """The last line of a statement, where the result is missing."""
    start = span.start + span.text.rfind("\n") + 1
    line = span.source.text[start : span.end]
    return Span(span.source, start + len(line) - len(line.lstrip()), span.end)


def network_as_result(block: syntax.Block, place: Span) -> Diagnostic:
    names = [p.name for p in block.inputs or ()]
    source = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
    start = Span(place.source, place.start, place.start)
    fix = Fix(f"begin with `{source}`", (Edit(start, f"{source} > "),))
    return error(
        "E209",
        f"the result of `{block.name}` is a network, not a tensor",
        place,
        help=f"pipe the input into it: `{source} > ...`" if names else (),
        fix=fix if names else None,
    )
