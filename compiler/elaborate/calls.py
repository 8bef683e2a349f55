"""Calls: what stands before parentheses."""

from __future__ import annotations

from typing import Final

from ...grammar import syntax
from .. import advice
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
    is_number,
    tensors_in,
    unknown_in,
)
from .block_calls import call_block
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
    if isinstance(function, Network):
        with_tensors = tensors_in(given) or unknown_in(given)
        return el.report(advice.calls.called_network(expr, with_tensors=with_tensors))
    return el.report(advice.calls.not_callable(expr, function))


def _method(el: Elaborator, expr: syntax.Call, env: Environment) -> Data | None:
    """``x.view(...)``: PyTorch's methods are layers here."""
    attribute = expr.function
    assert isinstance(attribute, syntax.Attribute)
    if not isinstance(attribute.value, syntax.Name):
        return None
    tensor, method = attribute.value.id, attribute.name
    found = lookup(el, tensor, env, expr.span)
    if found is None or not isinstance(found.value, Tensor):
        return None
    if found.value.draft.child is not None and method not in layers():
        return None
    if method in ("size", "dim"):
        return el.report(advice.calls.size_by_method(expr, tensor, method))
    word = _METHODS.get(method, method)
    if word in layers() or word == "id":
        return el.report(advice.calls.layer_by_method(expr, tensor, word))
    return None


_METHODS: Final = {"view": "reshape", "contiguous": "id"}


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
        value: Data = call_function(function.name, arguments, settings)
    except Bad as bad:
        return el.report(bad.said(expr.span))
    return value


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
