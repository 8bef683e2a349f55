"""Calls: what stands before parentheses, and the arguments of blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeGuard

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..environment import Environment
from ..layer import Open
from ..layers import layers
from ..values import (
    UNKNOWN,
    BlockNetwork,
    Builtin,
    Data,
    LayerWord,
    NetworkValue,
    Renamed,
    Template,
    Tensor,
    is_number,
    tensors_in,
    unknown_in,
)
from .elaborator import Elaborator
from .functions import Bad, call_function
from .names import lookup
from .open_parameters import closed_parameters, open_parameters, parameters_of
from .settings import call_layer
from .sizes import ask_at_least
from .translations import after_pipe, translate


def evaluate_call(el: Elaborator, expr: syntax.Call, env: Environment) -> Data:
    value = call_value(el, expr, env)
    return el.apply(value, [], expr.span) if is_source(value) else value


def is_source(value: Data) -> TypeGuard[BlockNetwork]:
    """Whether a value is a block without inputs, with its arguments."""
    return isinstance(value, BlockNetwork) and value.template.block.inputs == ()


def call_value(el: Elaborator, expr: syntax.Call, env: Environment) -> Data:
    """The value of a call, with a source that is not applied yet."""
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
    """Evaluates the arguments of a call that failed, to report the errors inside them."""
    return [el.evaluate(a, env) for a in expr.arguments]


def _not_callable(el: Elaborator, function: Data, expr: syntax.Call, given: list[Data]) -> Data:
    if isinstance(function, NetworkValue):
        with_tensors = tensors_in(given) or unknown_in(given)
        return el.report(advice.calls.called_network(expr, with_tensors=with_tensors))
    return el.report(advice.calls.not_callable(expr, function))


def _method(el: Elaborator, expr: syntax.Call, env: Environment) -> Data | None:
    """``x.view(...)``: PyTorch's methods are layers here."""
    attribute = expr.function
    assert isinstance(attribute, syntax.Attribute)
    tensor, method = attribute.value, attribute.name
    if not isinstance(tensor, syntax.Name) or not isinstance(method, str):
        return None
    return _called_method(el, expr, tensor.id, method, env)


def _called_method(
    el: Elaborator, expr: syntax.Call, tensor: str, method: str, env: Environment
) -> Data | None:
    meaning = lookup(el, tensor, env, expr.span)
    if meaning is None or not isinstance(meaning.value, Tensor):
        return None
    if meaning.value.draft.child is not None and method not in layers():
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
        with Open() as noted:
            value: Data = call_function(function.name, arguments, settings)
    except Bad as bad:
        return el.report(bad.diagnostic(expr.span))
    ask_at_least(el, noted.least, expr.span)
    return value


def _for_the_layer(
    name: str, arguments: list[Data], settings: dict[str, Data], in_pipe: bool
) -> bool:
    """Whether a call means the layer: ``max(1)`` and ``sum(dim=1)`` do, ``max(a, b)`` is a number,
    ``sum(lists, [])`` a list, and ``sum([1, 2])`` is the layer only in a pipe."""
    if name == "sum" and len(arguments) == 2 and isinstance(arguments[1], list):
        return False
    if settings or not arguments or any(map(tensors_in, arguments)):
        return True
    if name not in ("sum", "min", "max") or len(arguments) > 1:
        return False
    return in_pipe or is_number(arguments[0])


def _last_name(expr: syntax.Expr) -> str:
    if isinstance(expr, syntax.Name):
        return expr.id
    if isinstance(expr, syntax.Attribute) and isinstance(expr.name, str):
        return expr.name
    return "block"


# --- blocks with their arguments: ``stage(64, depth=2)`` --------------------------------------


def call_block(
    el: Elaborator, template: Template, word: str, expr: syntax.Call, env: Environment
) -> Data:
    names = [p.name for p in template.block.parameters]
    given: dict[str, Data] = {}
    good = True
    for i, argument in enumerate(expr.arguments):
        value = el.evaluate(argument, env)
        if i >= len(names):
            good = _too_many_arguments(el, template, expr, i, value, names)
            break
        given[names[i]] = value
    for setting in expr.settings:
        value = el.evaluate(setting.value, env)
        twice = setting.name in names[: len(expr.arguments)]
        if twice or not _takes(el, template, setting.name, names):
            good = _bad_argument(el, template, setting, names)
            continue
        given.setdefault(setting.name, value)
    if not good:
        return UNKNOWN
    network = bind_block(el, template, given, word, expr.span)
    return UNKNOWN if network is None else network


def _takes(el: Elaborator, template: Template, name: str, names: list[str]) -> bool:
    """Whether a block has a parameter, or leaves one of that name open."""
    return name in names or name in open_parameters(el, template)


def _too_many_arguments(
    el: Elaborator,
    template: Template,
    expr: syntax.Call,
    index: int,
    value: Data,
    names: list[str],
) -> bool:
    if _head_is_wrong(el, template, len(expr.arguments) - len(names)):
        return False
    alone = not names and len(expr.arguments) == 1 and not after_pipe(expr.span)
    piped = alone and (isinstance(value, Tensor) or value is UNKNOWN)
    left = [*open_parameters(el, template)]
    el.report(advice.calls.too_many_arguments(template, expr, index, names, left, piped=piped))
    return False


def _bad_argument(
    el: Elaborator, template: Template, setting: syntax.Setting, names: list[str]
) -> bool:
    if setting.name in names:
        el.report(advice.layers.given_twice(setting.name, setting.span, names))
        return False
    closed = closed_parameters(el, template).get(setting.name)
    if closed is not None and closed.giver is not None:
        el.report(advice.calls.closed_parameter(setting, closed.giver, closed.owner))
        return False
    names = [*parameters_of(el, template)]
    close = el.near(setting.name, names)
    el.report(advice.calls.no_parameter(template, setting, names, close))
    return False


def _head_is_wrong(el: Elaborator, template: Template, extra: int = 0) -> bool:
    """Whether a body uses names that are not defined: then a call that does not fit the head is not
    a second mistake. ``extra`` arguments may be for these names."""
    from ..undefined_names import known_in, unknown_names

    block, file = template.block, template.environment.file
    visible = {*known_in(file.declared.tree), *template.environment.known_names()}
    unknown = [n for n in unknown_names(block, visible) if n.id not in file.lost]
    names = list(dict.fromkeys(name.id for name in unknown))
    misspelt = any(advice.foreign.explain_name(n, visible)[0] or el.near(n, visible) for n in names)
    if not unknown or (misspelt and len(names) != extra):
        return False
    el.report(advice.calls.reads_unknown(block, unknown))
    return True


def bind_block(
    el: Elaborator, template: Template, given: Mapping[str, Data], word: str, span: Span
) -> BlockNetwork | None:
    """The block with its arguments in the order of the parameters. Defaults are evaluated in the
    block's own environment. Arguments for parameters that a net leaves open are passed on."""
    scope = template.environment.inner()
    parameters = template.block.parameters
    for parameter in parameters:
        if parameter.name in given:
            scope.names[parameter.name] = given[parameter.name]
        elif parameter.default is not None:
            scope.names[parameter.name] = el.evaluate(parameter.default, scope)
        else:
            missing = [p.name for p in parameters if p.default is None and p.name not in given]
            if not _head_is_wrong(el, template):
                el.report(advice.calls.lacks_arguments(template, missing, span))
            return None
    bound = {parameter.name: scope.names[parameter.name] for parameter in parameters}
    if unknown_in(list(bound.values())):
        return None
    return BlockNetwork(template, bound, word, span, given)
