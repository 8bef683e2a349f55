"""Errors in calls: what cannot be called, and arguments that a block does not take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic, Edit, Fix, Label
from ...grammar.source import Span
from ...grammar.wording import counted, listing
from ..layers import layers
from ..values import Data, Template, describe
from . import error
from .layers import renamed

HIDDEN: Final = (
    "in this file the name means something else, which hides the layer: choose another name"
)


def called_network(expr: syntax.Call, *, with_tensors: bool) -> Diagnostic:
    """``f(x)``, ``f()`` where ``f`` is a network."""
    text = expr.function.span.text
    inner = ", ".join(a.span.text for a in expr.arguments)
    help, fixed = f"write `{text}` without parentheses", text
    if with_tensors:
        piped = f"{inner} > {text}" if len(expr.arguments) == 1 else f"[{inner}] > {text}"
        help, fixed = f"to apply it: `{piped}`", f"({piped})"
    message = f"`{text}` is already a network: it takes no settings"
    return error("E206", message, expr.span, help=help, fix=Fix(help, (Edit(expr.span, fixed),)))


def not_callable(expr: syntax.Call, function: Data) -> Diagnostic:
    text = expr.function.span.text
    message = f"`{text}` is {describe(function)} and cannot be called"
    return error("E206", message, expr.span, help=HIDDEN if text in layers() else "")


# --- PyTorch's methods -----------------------------------------------------------------------


def size_by_method(expr: syntax.Call, tensor: str, method: str) -> Diagnostic:
    """``x.size(1)``, ``x.dim()``"""
    fixed = f"len({tensor}.shape)" if method == "dim" else f"{tensor}.shape"
    if method == "size" and expr.arguments:
        fixed += f"[{expr.arguments[0].span.text}]"
    return error(
        "E206",
        f"tensors have no methods here: `.{method}()` belongs to PyTorch",
        expr.span,
        help=f"`{fixed}`",
        fix=Fix(f"write `{fixed}`", (Edit(expr.span, fixed),)),
    )


def layer_by_method(expr: syntax.Call, tensor: str, word: str) -> Diagnostic:
    """``x.view(...)``"""
    inside = expr.span.text[len(expr.function.span.text) :]
    settings = "" if inside == "()" or word == "id" else inside
    if word == "flatten" and not settings:  # PyTorch's method joins the batch too
        settings = "(0)"
    piped = f"{tensor} > {word}{settings}"
    return error(
        "E206",
        f"tensors have no methods here: `{word}` is a layer",
        expr.span,
        help=f"`{piped}`",
        fix=Fix("pipe it", (Edit(expr.span, f"({piped})"),)),
    )


# --- arguments of blocks ---------------------------------------------------------------------


def too_many_arguments(
    template: Template,
    expr: syntax.Call,
    index: int,
    names: list[str],
    left: list[str],
    *,
    piped: bool,
) -> Diagnostic:
    """``index`` is the first argument that is too many. ``left`` are parameters that are given by
    name only. ``piped``: it is a tensor, which was meant to be piped."""
    argument, fix = expr.arguments[index].span, None
    help = f"it takes {listing(names)}" if names else f"write `{template.name}` without parentheses"
    if piped:
        applied = f"{argument.text} > {expr.function.span.text}"
        help = f"`{applied}`: parentheses are for settings"
        fix = Fix("pipe it", (Edit(expr.span, f"({applied})"),))
    elif template.name in layers():
        help = HIDDEN
    elif left:
        help = f"by name it takes {listing(left)}: `{left[0]}={argument.text}`"
    message = f"`{template.name}` takes {counted(len(names), 'argument')}"
    return error("E205", message, argument, help=help, fix=fix)


def no_parameter(
    template: Template, setting: syntax.Setting, names: list[str], close: str | None
) -> Diagnostic:
    help = HIDDEN if template.name in layers() else f"it takes {listing(names)}"
    return error(
        "E202",
        f"`{template.name}` has no parameter `{setting.name}`",
        setting.span,
        help=f"did you mean `{close}`?" if close else help,
        fix=renamed(setting, close),
    )


def closed_parameter(setting: syntax.Setting, giver: Template, owner: Template) -> Diagnostic:
    """``resnet18(depths=[3, 4, 6, 3])``"""
    return error(
        "E202",
        f"`{giver.name}` gives `{setting.name}` itself",
        setting.span,
        help=f"`{owner.name}({setting.span.text}, ...)` takes it",
        labels=[Label(giver.block.body[-1].span, "given here")],
    )


def reads_unknown(block: syntax.Block, unknown: Sequence[syntax.Name]) -> Diagnostic:
    """A block uses names that nothing defines: its head lacks a parameter."""
    names = list(dict.fromkeys(name.id for name in unknown))
    they = "it is" if len(names) == 1 else "they are"
    return error(
        "E201",
        f"`{block.name}` uses {listing(names)}, and {they} not defined",
        block.name_span,
        labels=[Label(unknown[0].span, "not known here")],
        help=f"make it a parameter: `{block.name}(..., {names[0]})`",
    )


def lacks_arguments(template: Template, missing: Sequence[str], span: Span) -> Diagnostic:
    help = f"`{template.name}({', '.join(f'{m}=...' for m in missing)})`"
    if span == template.block.name_span:  # a net, from outside
        outside = " ".join(f"-p {m}=..." for m in missing)
        help = f"give it with `{outside}`, or write a default: `{missing[0]}=8`"
    return error("E203", f"`{template.name}` needs {listing(missing)}", span, help=help)
