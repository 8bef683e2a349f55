"""Calls: what stands before parentheses."""

from __future__ import annotations

from ...grammar import syntax
from ...grammar.diagnostics import Edit, Fix
from ..environment import Environment
from ..layers import layers
from ..values import (
    UNKNOWN,
    Builtin,
    Data,
    LayerWord,
    Network,
    Renamed,
    Template,
    Tensor,
    describe,
    is_number,
    tensors_in,
    unknown_in,
)
from .block_calls import HIDDEN, call_block
from .elaborator import Elaborator
from .functions import Bad, call_function
from .names import lookup
from .settings import call_layer
from .translations import translate


def evaluate_call(el: Elaborator, expr: syntax.Call, env: Environment) -> Data:
    word = expr.function.id if isinstance(expr.function, syntax.Name) else ""
    if word in el.rules.words and lookup(el, word, env, expr.span) is None:
        return el.rules.words[word](el, expr, env)
    if isinstance(expr.function, syntax.Attribute):
        method = _method(el, expr, env)
        if method is not None:
            return method
    function = el.evaluate(expr.function, env)
    if isinstance(function, Builtin):
        return _builtin(el, function, expr, env)
    with el.wanting_network(False):
        if function is UNKNOWN:
            translate(el, expr, env)
            _evaluate_all(el, expr, env)
            return UNKNOWN
        return _call_value(el, function, expr, env)


def _call_value(el: Elaborator, function: Data, expr: syntax.Call, env: Environment) -> Data:
    word = None
    while isinstance(function, Renamed):
        word, function = function.word, function.network
    if isinstance(function, LayerWord):
        return call_layer(el, function, expr, env)
    if isinstance(function, Template):
        return call_block(el, function, word or _last_name(expr.function), expr, env)
    return _not_callable(el, function, expr, _evaluate_all(el, expr, env))


def _evaluate_all(el: Elaborator, expr: syntax.Call, env: Environment) -> list[Data]:
    """For the errors inside, when the call itself has failed."""
    return [el.evaluate(a, env) for a in expr.arguments]


def _not_callable(el: Elaborator, function: Data, expr: syntax.Call, given: list[Data]) -> Data:
    text = expr.function.span.text
    if isinstance(function, Network):
        inner = ", ".join(a.span.text for a in expr.arguments)
        if tensors_in(given) or unknown_in(given):
            fixed = f"{inner} > {text}" if len(given) == 1 else f"[{inner}] > {text}"
            help, fixed = f"to apply it: `{fixed}`", f"({fixed})"
        else:
            help, fixed = f"write `{text}` without parentheses", text
        return el.report(
            "E206",
            f"`{text}` is a network already: it takes no settings",
            expr.span,
            help=help,
            fix=Fix(help, (Edit(expr.span, fixed),)),
        )
    help = HIDDEN if text in layers() else ""
    return el.report(
        "E206", f"`{text}` is {describe(function)} and cannot be called", expr.span, help=help
    )


def _method(el: Elaborator, expr: syntax.Call, env: Environment) -> Data | None:
    """``x.view(...)``: PyTorch's methods are layers here."""
    attribute = expr.function
    assert isinstance(attribute, syntax.Attribute)
    if not isinstance(attribute.value, syntax.Name):
        return None
    found = lookup(el, attribute.value.id, env, expr.span)
    if found is None or not isinstance(found.value, Tensor):
        return None
    if found.value.draft.child is not None and attribute.name not in layers():
        return None
    word = {"view": "reshape", "size": "shape", "contiguous": "id"}.get(
        attribute.name, attribute.name
    )
    inside = expr.span.text[len(attribute.span.text) :]
    name = attribute.value.id
    if attribute.name in ("size", "dim"):
        fixed = f"len({name}.shape)" if attribute.name == "dim" else f"{name}.shape"
        if attribute.name == "size" and expr.arguments:
            fixed += f"[{expr.arguments[0].span.text}]"
        return el.report(
            "E206",
            f"tensors have no methods: `.{attribute.name}()` is PyTorch's",
            expr.span,
            help=f"`{fixed}`",
            fix=Fix(f"write `{fixed}`", (Edit(expr.span, fixed),)),
        )
    if word not in layers() and word != "id":
        return None
    settings = "" if inside == "()" or word == "id" else inside
    if word == "flatten" and not settings:  # PyTorch's joins the batch too
        settings = "(0)"
    fixed = f"{name} > {word}{settings}"
    return el.report(
        "E206",
        f"tensors have no methods: `{word}` is a layer",
        expr.span,
        help=f"`{fixed}`",
        fix=Fix("pipe it", (Edit(expr.span, f"({fixed})"),)),
    )


def _builtin(el: Elaborator, function: Builtin, expr: syntax.Call, env: Environment) -> Data:
    in_pipe = el.wants_network
    with el.wanting_network(False):
        arguments = [el.evaluate(a, env) for a in expr.arguments]
        settings = {s.name: el.evaluate(s.value, env) for s in expr.settings}
    if any(map(unknown_in, arguments)) or unknown_in(list(settings.values())):
        return UNKNOWN
    if function.name in layers() and _for_the_layer(function.name, arguments, settings, in_pipe):
        word = LayerWord(layers()[function.name], function.name, env, expr.function.span)
        return call_layer(el, word, expr, env)
    try:
        return call_function(function.name, arguments, settings)
    except Bad as bad:
        return el.report(bad.code, str(bad), expr.span, help=bad.help)


def _for_the_layer(
    name: str, arguments: list[Data], settings: dict[str, Data], in_pipe: bool
) -> bool:
    """``max(1)`` and ``sum(dim=1)`` are the layers, ``max(a, b)`` a number; ``sum([1, 2])`` is the
    layer in a pipe only."""
    if settings or not arguments or any(map(tensors_in, arguments)):
        return True
    if name not in ("sum", "min", "max") or len(arguments) > 1:
        return False
    return in_pipe or is_number(arguments[0])


def _last_name(expr: syntax.Expr) -> str:
    if isinstance(expr, syntax.Name):
        return expr.id
    return expr.name if isinstance(expr, syntax.Attribute) else "block"
