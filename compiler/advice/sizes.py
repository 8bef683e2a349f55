"""Errors in sizes: values that are not sizes, and sizes that differ."""

from __future__ import annotations

from collections.abc import Sequence

from ...grammar.diagnostics import Diagnostic, Edit, Fix, Label
from ...grammar.source import Span
from ..dims import Dim
from ..formulas import Formula
from ..values import Data, Tensor, describe
from . import error
from .shapes import producers


def no_size(value: Data, span: Span) -> Diagnostic:
    help = "write sizes without quotes" if isinstance(value, str) else ""
    message = f"a size is needed here, and this is {describe(value)}"
    return error("E204", message, span, help=help or quotient_help(value, span))


def quotient_help(value: object, span: Span) -> str:
    """What to write instead of a quotient where a whole number is needed; "" if the value has no
    float."""
    if isinstance(value, slice):
        value = [value.start, value.stop, value.step]
    items = value if isinstance(value, list) else [value]
    if "/" not in span.text or not any(isinstance(item, float | Formula) for item in items):
        return ""
    return "`/` gives a float as in Python; `//` divides whole numbers"


def too_small(value: Data, span: Span) -> Diagnostic:
    return error("E204", f"a size is at least 1, and this is {value}", span)


def batch_as_size(span: Span) -> Diagnostic:
    return error(
        "E204",
        "`N` is the size of the batch",
        span,
        help="the batch axis is never written: `image[3, 224, 224]`",
    )


def default_of_known(name: str, span: Span) -> Diagnostic:
    """``size = 224`` in the file, and ``image[3, size=64]``."""
    return error(
        "E224",
        f"`{name}` is defined already, so that its size is fixed",
        span,
        detail="a default for it",
        help=f"write `{name}` for that value, or `H={name}` for a size with this default",
        fix=Fix("leave the default out", (Edit(span, name),)),
    )


def two_defaults(name: str, span: Span, first: Span) -> Diagnostic:
    """``image[3, S=224, S=256]``"""
    return error(
        "E225",
        f"the size `{name}` has two different defaults",
        span,
        detail="the second one",
        labels=[Label(first, "the first one")],
        help=f"leave this one out: `{name}`, or choose another name for the size",
        fix=Fix("leave this one out", (Edit(span, name),)),
    )


def not_equal(word: str, a: Dim, b: Dim, span: Span, inputs: Sequence[Tensor]) -> Diagnostic:
    return error(
        "E304",
        f"`{word}` needs {a} and {b} to be equal, and nothing says that they are",
        span,
        labels=producers(inputs, span),
        help="use one name for both sizes in the ports, or give the inputs numbers",
    )
