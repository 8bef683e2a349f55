"""Errors in sizes: values that are not sizes, and sizes that differ."""

from __future__ import annotations

from collections.abc import Sequence

from ...grammar.diagnostics import Diagnostic
from ...grammar.source import Span
from ..dims import Dim
from ..values import Data, Tensor, describe
from . import error
from .shapes import producers


def no_size(value: Data, span: Span) -> Diagnostic:
    help = "write sizes without quotes" if isinstance(value, str) else ""
    return error("E204", f"a size is needed here, and this is {describe(value)}", span, help=help)


def too_small(value: Data, span: Span) -> Diagnostic:
    return error("E204", f"a size is at least 1, and this is {value}", span)


def batch_as_size(span: Span) -> Diagnostic:
    return error(
        "E204",
        "`N` is the size of the batch",
        span,
        help="the batch axis is never written: `image[3, 224, 224]`",
    )


def not_equal(word: str, a: Dim, b: Dim, span: Span, inputs: Sequence[Tensor]) -> Diagnostic:
    return error(
        "E304",
        f"`{word}` needs {a} and {b} to be equal, and nothing says that they are",
        span,
        labels=producers(inputs, span),
        help="use one name for both sizes in the ports, or give the inputs numbers",
    )
