"""Errors in arguments and input shapes from outside: what they cannot be, and how to give them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...grammar import syntax
from ...grammar.diagnostics import WRONG_OPTION, Diagnostic
from ..layers import layers
from . import error
from .foreign import native


def no_parameter(
    block: syntax.Block, name: str, help: str, giver: syntax.Block | None
) -> Diagnostic:
    """``giver`` is the net that gives that parameter itself, in its call of another one."""
    message = f"`{block.name}` has no parameter `{name}`"
    if giver is not None:
        message = f"`{giver.name}` gives `{name}` itself"
    return error(WRONG_OPTION, message, block.name_span, help=help)


def no_argument(parameter: syntax.Parameter, value: object) -> Diagnostic:
    message = f"`{parameter.name}` cannot be {_kind(value)}: arguments are numbers, text and lists"
    return error("E204", message, parameter.span, help=_how_to_give(parameter.name, value))


def _kind(value: object) -> str:
    """``a ReLU``, ``the class ReLU``, ``the function relu``."""
    name = getattr(value, "__name__", "")
    if isinstance(value, type):
        return f"the class {name}"
    return f"the function {name}" if callable(value) and name else f"of type {type(value).__name__}"


def _how_to_give(name: str, value: object) -> str:
    """The help that says how to give this value in another form."""
    if isinstance(value, Mapping):
        return f"give its items by name: `{name}=...` for each, or `load(..., **{name})`"
    if isinstance(value, set | frozenset):
        return "a set has no order: give a list"
    if hasattr(value, "tolist"):
        return f"`{name}={name}.tolist()` gives its numbers"
    class_name = getattr(value, "__name__", type(value).__name__)
    word = native(class_name, layers())
    if word is not None:
        return f'give the network as text in the language: `{name}="{word}"`'
    if callable(value):
        example = "conv(3x3, 64) > relu"
        return f'give the network as text in the language, as in `{name}="{example}"`'
    return "the language has numbers, text and lists"


def no_shape(text: str) -> Diagnostic:
    sizes = re.findall(r"\d+", re.sub(r"(float|int|bool)\d*", "", text))
    named = re.match(r"([a-z_]\w*)\s*:", text)
    meant = (f"{named[1]}=" if named else "") + "x".join(sizes)
    help = "join the sizes by `x`, without the batch axis; write `'12 int'` for whole numbers"
    clear = len(sizes) > 1 and "0" not in sizes
    helps = (f"did you mean `{meant}`?", help) if clear else (help,)
    return Diagnostic("E204", f"`{text}` is not an input shape", help=helps)
