"""Errors in `scan`: what cannot be a cell, a sequence or a state."""

from __future__ import annotations

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic, Label
from ...grammar.source import Span
from ...grammar.wording import counted
from ..dims import Dim
from ..types import TensorType
from ..values import BlockNetwork, Data, Scan, Tensor, describe
from . import error
from .shapes import fitting_help, producers


def one_cell(expr: syntax.Call) -> Diagnostic:
    return error(
        "E203",
        "`scan` takes one cell",
        expr.span,
        help="`scan(elman(128))`",
    )


def no_cell_given(value: Data, expr: syntax.Call) -> Diagnostic:
    return error(
        "E204",
        f"`scan` takes a block as its cell, got {describe(value)}",
        expr.arguments[0].span,
        help="as in `scan(elman(128))`",
    )


def no_setting(wrong: syntax.Setting) -> Diagnostic:
    return error(
        "E202",
        f"`scan` has no setting `{wrong.name}`",
        wrong.span,
        help="it has `init` and `reverse`",
    )


def no_states(init: Data, place: Span) -> Diagnostic:
    return error(
        "E204",
        f"`init` of `scan` takes tensors, the first states, got {describe(init)}",
        place,
        help="without it the states start as zeros",
    )


def no_direction(reverse: Data, place: Span) -> Diagnostic:
    return error("E204", f"`reverse` takes true or false, got {describe(reverse)}", place)


def no_sequence(kind: TensorType, span: Span, tensor: Tensor) -> Diagnostic:
    return error(
        "E310",
        f"`scan` steps through axis 1, and this tensor has {counted(kind.rank, 'axis', 'axes')}",
        span,
        detail=f"got {kind}",
        labels=producers([tensor], span),
        help="a sequence is [N, T, ...]: the batch, time, then the sizes of one step",
    )


def over_image(span: Span, kind: TensorType, tensor: Tensor) -> Diagnostic:
    return error(
        "E310",
        "`scan` would step through the channels of this image: they are axis 1",
        span,
        detail=f"got {kind}",
        labels=producers([tensor], span),
        help=[
            'put time on axis 1: `rearrange("n c h w -> n (h w) c")` reads it pixel by '
            'pixel, `rearrange("n c h w -> n h (w c)")` row by row',
            "if each step is a matrix, declare it in the cell: `block cell: x[L, d], h[k]`",
        ],
    )


def lengths_differ(network: Scan, lengths: list[Dim], inputs: list[Tensor]) -> Diagnostic:
    return error(
        "E302",
        "`scan` steps through sequences of different lengths",
        network.span,
        detail=f"got {' and '.join(map(str, lengths))} steps",
        labels=producers(inputs, network.span),
    )


def init_differs(
    port: syntax.DeclaredPort, wanted: TensorType, place: Span, given: TensorType, state: Tensor
) -> Diagnostic:
    return error(
        "E310",
        f"the first state `{port.name}` of `scan` must be {wanted}",
        place,
        detail=f"got {given}",
        labels=[Label(port.span, "declared here"), *producers([state], place)],
        help=fitting_help(wanted.shape[1:], given),
    )


def too_few_inputs(cell: BlockNetwork, network: Scan, takes: int, given: int) -> Diagnostic:
    return error(
        "E307",
        f"`{cell.word}` takes {counted(takes, 'input')}, and {given} sequences are piped in",
        network.span,
        labels=[Label(cell.template.block.name_span, "declared here")],
        help="the first inputs of a cell are steps of the sequences, the others are its states",
    )


def unknown_state(port: syntax.DeclaredPort, network: Scan) -> Diagnostic:
    return error(
        "E310",
        f"the shape of the state `{port.name}` is not known",
        port.span,
        labels=[Label(network.span, "scanned here")],
        help=[f"declare it, as in `{port.name}[d]`", "or give the first state: `init=`"],
    )


def other_results(network: Scan, states: int, results: int) -> Diagnostic:
    return error(
        "E310",
        f"this cell has {counted(states, 'state')} and returns {counted(results, 'value')}",
        network.span,
        help="a cell returns its states, or one more value before them, which becomes the "
        "result of `scan`",
    )


def no_block(network: Scan) -> Diagnostic:
    return error(
        "E310",
        "`scan` needs a block with declared inputs as its cell",
        network.span,
        help="`block elman(d): x, h[d] { (x > linear(d)) + (h > linear(d)) > tanh }`",
    )


def state_changes(
    network: Scan,
    name: str,
    port: syntax.DeclaredPort | None,
    before: TensorType,
    after: TensorType,
) -> Diagnostic:
    return error(
        "E310",
        f"{name} of `scan` changes its shape in a step",
        network.span,
        detail=f"it is {before} before and {after} after",
        labels=[Label(port.span, "the state")] if port is not None else [],
        help="a cell returns its states in the order and with the shapes in which it takes them",
    )
