"""Layers with their settings: ``conv(3x3, 64)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...grammar import syntax
from ...grammar.record import typed
from ...grammar.source import Span
from .. import advice
from ..dims import Dim
from ..environment import Environment
from ..formulas import Formula
from ..inits import INIT_SETTINGS, INITS, wrong_value
from ..layer import Biased, Init, Layer, Refused, conforms, hints, options, takes
from ..types import TensorType
from ..values import (
    UNKNOWN,
    Data,
    LayerNetwork,
    LayerWord,
    NetworkValue,
    Tensor,
    tensors_in,
    unknown_in,
)
from .elaborator import Elaborator
from .layer_nodes import idle_inits, run_source
from .names import lookup, unknown_name, value_in_file
from .tensors import known_type
from .translations import after_pipe, seems_tensor


def call_layer(el: Elaborator, word: LayerWord, expr: syntax.Call, env: Environment) -> Data:
    def bind() -> Data:
        return _bind_layer(el, word, expr.arguments, expr.settings, expr.span, env)

    return _bound_once(el, word, expr.span, bind) if _is_literal(expr) else bind()


def bare_layer(el: Elaborator, word: LayerWord) -> NetworkValue | None:
    """``relu``, without parentheses."""
    made = _bound_once(el, word, word.span, lambda: _bind_layer(el, word, (), (), word.span))
    return made if isinstance(made, NetworkValue) else None


def _bound_once(el: Elaborator, word: LayerWord, span: Span, bind: Callable[[], Data]) -> Data:
    """A layer whose settings are literals is bound once, however often its text occurs."""
    key = (span.text, word.layer, word.word, word.environment.defaults.get(word.layer.word))
    remembered = el.memos.layers.get(key)
    if remembered is not None:
        return remembered if remembered.span is span else remembered.moved(span)
    bound = bind()
    if isinstance(bound, LayerNetwork) and not bound.tensors:
        el.memos.layers[key] = bound
    return bound


def _bind_layer(
    el: Elaborator,
    word: LayerWord,
    arguments: tuple[syntax.Expr, ...],
    settings: tuple[syntax.Setting, ...],
    span: Span,
    env: Environment | None = None,
) -> Data:
    layer, types = word.layer, hints(word.layer)
    env = env or word.environment
    values: dict[str, Data] = {}
    spans: dict[str, Span] = {}
    for default, where in word.environment.defaults.get(layer.word, ()):
        if default.name in types:
            values[default.name] = _default_value(el, default, types[default.name], where)
            spans[default.name] = default.span
    good = _positional(el, word, arguments, values, spans, span, env)
    opened: list[Data] = []
    for setting in settings:
        if setting.name in types:
            hint = types[setting.name]
            values[setting.name] = setting_value(el, setting.value, hint, env)
            spans[setting.name] = setting.value.span
        elif getattr(layer, "open_settings", False):
            size = el.evaluate(setting.value, env)
            if not unknown_in(size) and not conforms(size, Dim):
                place = setting.value.span
                size = _wrong_value(el, word.word, setting.name, Dim, size, place)
            opened.append([setting.name, size])
        else:
            meant_setting(el, word, setting, env)
            good = False
    if opened:
        values["axes"] = opened
    good = good and _given_once(el, word, arguments, settings)
    if not good or unknown_in(list(values.values())):
        return UNKNOWN
    return _finish_layer(el, word, values, spans, span)


def _default_value(el: Elaborator, default: syntax.Setting, hint: Any, where: Environment) -> Data:
    """The value of a ``default``. Its place does not change, so that plain values are made once; a
    tensor may be a node of the body that uses it."""
    key = (id(default), id(where))
    remembered = el.memos.defaults.get(key)
    if remembered is not None:
        return remembered[1]
    value = setting_value(el, default.value, hint, where)
    if isinstance(value, Init | bool | int | float | str):
        el.memos.defaults[key] = (where, value)
    return value


def _given_once(
    el: Elaborator,
    word: LayerWord,
    arguments: tuple[syntax.Expr, ...],
    settings: tuple[syntax.Setting, ...],
) -> bool:
    """Whether no setting is given both by position and by name."""
    by_position = list(hints(word.layer))[: 1 if word.layer.variadic else len(arguments)]
    twice = next((s for s in settings if arguments and s.name in by_position), None)
    broken = word.environment.file.is_broken
    if twice is not None and not any(broken(a.span) for a in arguments):
        el.report(advice.layers.given_twice(twice.name, twice.span, by_position))
    return twice is None


def _positional(
    el: Elaborator,
    word: LayerWord,
    arguments: tuple[syntax.Expr, ...],
    values: dict[str, Data],
    spans: dict[str, Span],
    span: Span,
    env: Environment,
) -> bool:
    layer, types = word.layer, hints(word.layer)
    names = list(types)
    if layer.variadic and arguments:
        values[names[0]] = _variadic(el, arguments, env)
        spans[names[0]] = arguments[0].span.to(arguments[-1].span)
        return True
    limit = min(layer.positional, len(names))
    # Of an index and an axis, tensor and number, the order is in question: `gather(1, index)`.
    mixed = len({takes(types[name], TensorType) for name in names[:limit]}) == 2
    for name, argument in zip(names[:limit], arguments, strict=False):
        values[name] = setting_value(el, argument, types[name], env)
        spans[name] = argument.span
        if tensors_in(values[name]) and not takes(types[name], TensorType):
            if mixed:
                el.report(
                    advice.layers.tensor_by_position(word, name, argument.span, names[:limit])
                )
                return False
            return _applied(el, word, arguments, argument, span, env)
    extra = arguments[limit:]
    if not extra:
        return True
    if _is_unnamed_option(el, word, extra[0], names[limit:], env):
        return False
    value = el.evaluate(extra[0], env)
    if not mixed and (tensors_in(value) or seems_tensor(el, extra[0], env)):
        return _applied(el, word, arguments, extra[0], span, env)
    if isinstance(value, NetworkValue):
        el.report(advice.layers.network_as_setting(word, arguments, limit, span))
    elif not unknown_in(value):
        el.report(advice.layers.too_many_by_position(word, arguments, names[:limit]))
    return False


def _is_unnamed_option(
    el: Elaborator, word: LayerWord, argument: syntax.Expr, names: list[str], env: Environment
) -> bool:
    """``conv(3x3, 8, same)``."""
    if not isinstance(argument, syntax.Name) or is_plain_name(el, argument.id, env):
        return False
    types = hints(word.layer)
    name = next((n for n in names if argument.id in options(types[n])), None)
    if name is not None:
        el.report(advice.layers.unnamed_option(word, name, argument))
    return name is not None


def _variadic(el: Elaborator, arguments: tuple[syntax.Expr, ...], env: Environment) -> Data:
    items = [el.evaluate(a, env) for a in arguments]
    return items[0] if len(items) == 1 and isinstance(items[0], list) else items


def _applied(
    el: Elaborator,
    word: LayerWord,
    arguments: tuple[syntax.Expr, ...],
    argument: syntax.Expr,
    span: Span,
    env: Environment,
) -> bool:
    """``relu(x)``, ``concat(x, y)``."""
    tensors = [a for a in arguments if a is argument or seems_tensor(el, a, env)]
    in_pipe = after_pipe(span)
    el.report(
        advice.layers.applied_by_parentheses(
            word, arguments, tensors, argument, span, in_pipe=in_pipe
        )
    )
    return False


def _finish_layer(
    el: Elaborator, word: LayerWord, values: dict[str, Data], spans: dict[str, Span], span: Span
) -> Data:
    layer, types = word.layer, hints(word.layer)
    missing = [s.name for s in layer.settings.values() if s.required and s.name not in values]
    if missing:
        if word.environment.file.is_broken(span):
            return UNKNOWN
        return el.report(advice.layers.lacks_settings(word, missing, span))
    tensors = {n: v for n, v in values.items() if isinstance(v, Tensor)}
    if len(tensors) > 1:
        tensors = {n: tensors[n] for n in layer.settings if n in tensors}
    key = (layer, *((name, typed(value)) for name, value in values.items()))
    remembered = None if tensors else el.memos.layers.get(key)
    if remembered is not None:
        return LayerNetwork(remembered.layer, word.word, span, tensors, spans)
    bound: dict[str, object] = {}
    for name, value in values.items():
        plain = known_type(el, value) if isinstance(value, Tensor) else _frozen(value)
        floats = takes(types[name], float) or not takes(types[name], int)
        if isinstance(plain, float | Formula) and not floats:
            return el.report(advice.layers.not_whole(word, name, plain, spans.get(name, span)))
        if not conforms(plain, types[name]):
            return _wrong_value(el, word.word, name, types[name], value, spans.get(name, span))
        bound[name] = plain
    made = LayerNetwork(layer(**bound), word.word, span, tensors, spans)
    if not tensors and layer.arity != (0, 0):
        el.memos.layers[key] = made
    return run_source(el, made) if layer.arity == (0, 0) else made


def _wrong_value(el: Elaborator, word: str, name: str, hint: Any, value: Data, span: Span) -> Data:
    if isinstance(value, LayerNetwork) and value.tensors and takes(hint, Layer):
        return el.report(advice.layers.tensor_in_inner_layer(word, value, span))
    close = el.near(value, options(hint)) if isinstance(value, str) else None
    return el.report(advice.layers.wrong_value(word, name, hint, value, close, span))


def meant_setting(
    el: Elaborator, word: LayerWord, setting: syntax.Setting, env: Environment
) -> syntax.Setting:
    """Reports a setting that the layer does not have, and returns the one that was probably
    meant."""
    types = hints(word.layer)
    replacement, help = advice.foreign.explain_setting(
        word.layer, setting.name, list(types), setting.value.span.text
    )
    if not help:
        replacement = el.near(setting.name, types)
        help = f"did you mean `{replacement}`?" if replacement else ""
    if replacement is not None or setting.name in Biased.settings:
        hint = Init if replacement is None else types[replacement]
        setting_value(el, setting.value, hint, env)
    elif not isinstance(setting.value, syntax.Name):
        el.evaluate(setting.value, env)
    el.report(advice.layers.no_setting(word, setting, replacement, help))
    return setting.replace(name=replacement or setting.name)


def setting_value(el: Elaborator, expr: syntax.Expr, hint: Any, env: Environment) -> Data:
    """The value of a setting. A name without quotes may be one of its options or an initialiser."""
    if isinstance(expr, syntax.Name) and not is_plain_name(el, expr.id, env):
        if expr.id in options(hint):
            return expr.id
        if takes(hint, Init) and expr.id in INITS:
            return Init(expr.id)
        choices = (*options(hint), *(INITS if takes(hint, Init) else ()))
        if choices and lookup(el, expr.id, env, expr.span) is None:
            return unknown_name(el, expr.id, expr.span, env, choices)
    if isinstance(expr, syntax.Call) and takes(hint, Init):
        function = expr.function
        if isinstance(function, syntax.Name) and function.id in INITS:
            return _init(el, expr, env)
    value = el.evaluate(expr, env)
    if isinstance(value, LayerWord | LayerNetwork) and takes(hint, Layer):
        return _inner_layer(el, value)
    return value


def _inner_layer(el: Elaborator, value: Data) -> Data:
    """``conv(3x3, 64)`` in ``spectral_norm(conv(3x3, 64))``."""
    if isinstance(value, LayerWord):
        value = bare_layer(el, value) or UNKNOWN
    if not isinstance(value, LayerNetwork) or value.tensors:
        return value
    for setting, problem in idle_inits(value):
        if problem:
            refusal = Refused(problem, setting=setting)
            return el.report(advice.layers.refused(value, refusal, [], [], value.span))
    return value.layer


def is_plain_name(el: Elaborator, name: str, env: Environment) -> bool:
    """Whether the spec itself defines the name, as a value that is not a network or tensor."""
    scope = next((s for s in env.chain() if name in s.names), None)
    if scope is not None:
        return not isinstance(scope.names[name], NetworkValue | Tensor)
    return name in env.file.names and not isinstance(
        value_in_file(el, env.file, name), NetworkValue | Tensor
    )


def _init(el: Elaborator, expr: syntax.Call, env: Environment) -> Data:
    assert isinstance(expr.function, syntax.Name)
    word = expr.function.id
    types, order = INIT_SETTINGS[word], list(INIT_SETTINGS[word])[:2]
    if len(expr.arguments) > len(order):
        return el.report(
            advice.layers.too_many_of_init(word, order, types, expr.arguments[len(order)].span)
        )
    written = list(zip(order, expr.arguments, strict=False))
    written += [(s.name, s.value) for s in expr.settings]
    made: dict[str, Any] = {}  # numbers and texts: `wrong_value` refuses others
    for name, value in written:
        if name not in types:
            place = next(s.span for s in expr.settings if s.name == name)
            return el.report(advice.layers.no_setting_of_init(word, name, place, types))
        if name in made:
            el.report(advice.layers.given_twice(name, value.span, order))
            return UNKNOWN
        made[name] = _init_value(el, word, name, value, env)
    if unknown_in(list(made.values())):
        return UNKNOWN
    wrong = wrong_value(word, made)
    if wrong is not None:
        place = next(value.span for name, value in written if name == wrong[0])
        return el.report(advice.layers.wrong_init(word, *wrong, place))
    return Init(word, tuple(made.items()))


def _init_value(el: Elaborator, word: str, name: str, expr: syntax.Expr, env: Environment) -> Data:
    hint = INIT_SETTINGS[word][name]
    value = setting_value(el, expr, hint, env)
    if value is UNKNOWN or conforms(value, hint):
        return value
    return _wrong_value(el, word, name, hint, value, expr.span)


def _is_literal(expr: syntax.Call) -> bool:
    """Whether a call's arguments have the same values wherever it is evaluated."""
    values = (*expr.arguments, *(s.value for s in expr.settings))
    return all(isinstance(v, syntax.Number | syntax.NamedConstant | syntax.Dims) for v in values)


def _frozen(value: Data) -> object:
    if isinstance(value, list):
        return tuple(_frozen(v) for v in value)
    if isinstance(value, slice):
        return slice(_frozen(value.start), _frozen(value.stop), _frozen(value.step))
    return value
