"""Errors for a spec that asks for more than the limits allow, and how to raise a limit."""

from __future__ import annotations

from ...grammar.diagnostics import Diagnostic
from ...grammar.source import Span
from ..limits import MAX_INPUTS, MAX_RANK, NETS_TOGETHER, how_to_raise
from . import error


def too_many_steps(most: int, span: Span) -> Diagnostic:
    message = f"elaborating this net takes more than {most:,} steps"
    return error("E214", message, span, help=how_to_raise("steps"))


def too_many_steps_together(most: int, span: Span) -> Diagnostic:
    message = f"the nets of this file take more than {NETS_TOGETHER * most:,} steps together"
    alone = "check them one by one, with `--net NAME`"
    return error("E214", message, span, help=[alone, how_to_raise("steps")])


def too_many_layers(most: int, span: Span | None) -> Diagnostic:
    message = f"the network has more than {most:,} layers"
    return error("E214", message, span, help=how_to_raise("layers"))


def too_many_inputs(word: str, count: int, span: Span) -> Diagnostic:
    message = f"`{word}` takes at most {MAX_INPUTS:,} tensors, got {count:,}"
    return error("E214", message, span, help="join some of them first")


def too_many_axes(span: Span) -> Diagnostic:
    message = f"an input has more than {MAX_RANK} axes, the most that a PyTorch tensor can have"
    return error("E214", message, span)


def label_too_long(most: int, span: Span) -> Diagnostic:
    message = f"this label has more than {most} parts"
    return error("E214", message, span, help=how_to_raise("depth"))


def nested_too_deep(names: list[str], most: int, span: Span) -> Diagnostic:
    """``names`` are the blocks that are being called, the outermost first."""
    last = names[-1]
    if names.count(last) == 1:
        message = f"blocks are nested more than {most} deep"
        return error("E214", message, span, help=how_to_raise("depth"))
    ending = f"does it end? A condition ends it: `{last}(n - 1) if n > 0 else id`"
    message = f"`{last}` calls itself more than {most} deep"
    return error("E214", message, span, help=[ending, how_to_raise("depth")])


def no_stack_left(span: Span | None) -> Diagnostic:
    message = "this is nested too deeply"
    return error("E214", message, span, help="give parts of it a name, with `block` or `=`")
