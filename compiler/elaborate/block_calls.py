"""Blocks with their arguments: ``stage(64, depth=2)``."""

from __future__ import annotations

from collections.abc import Mapping

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..environment import Environment
from ..values import UNKNOWN, BlockNetwork, Data, Template, Tensor, unknown_in
from .elaborator import Elaborator
from .translations import after_pipe


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
        if setting.name not in names or setting.name in names[: len(expr.arguments)]:
            good = _bad_argument(el, template, setting, names)
            continue
        given.setdefault(setting.name, value)
    if not good:
        return UNKNOWN
    network = bind_block(el, template, given, word, expr.span)
    return UNKNOWN if network is None else network


def _too_many_arguments(
    el: Elaborator, template: Template, expr: syntax.Call, index: int, value: Data, names: list[str]
) -> bool:
    if _head_is_wrong(el, template, len(expr.arguments) - len(names)):
        return False
    alone = not names and len(expr.arguments) == 1 and not after_pipe(expr.span)
    piped = alone and (isinstance(value, Tensor) or value is UNKNOWN)
    el.report(advice.calls.too_many_arguments(template, expr, index, names, piped=piped))
    return False


def _bad_argument(
    el: Elaborator, template: Template, setting: syntax.Setting, names: list[str]
) -> bool:
    if setting.name in names:
        el.report(advice.layers.given_twice(setting.name, setting.span, names))
    else:
        close = el.near(setting.name, names)
        el.report(advice.calls.no_parameter(template, setting, names, close))
    return False


def _head_is_wrong(el: Elaborator, template: Template, extra: int = 0) -> bool:
    """Whether a body reads names that nothing gives: then a call that does not fit the head is
    no second mistake. ``extra`` arguments may be theirs."""
    from ..names import known_in, unknown_names

    block, file = template.block, template.environment.file
    known = {*known_in(file.declared.tree), *template.environment.known_names()}
    unknown = [n for n in unknown_names(block, known) if n.id not in file.lost]
    names = list(dict.fromkeys(name.id for name in unknown))
    misspelt = any(advice.foreign.explain_name(n, known)[0] or el.near(n, known) for n in names)
    if not unknown or (misspelt and len(names) != extra):
        return False
    el.report(advice.calls.reads_unknown(block, unknown))
    return True


def bind_block(
    el: Elaborator, template: Template, given: Mapping[str, Data], word: str, span: Span
) -> BlockNetwork | None:
    """Arguments in the order of the parameters, defaults evaluated where the block stands."""
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
    return None if unknown_in(list(bound.values())) else BlockNetwork(template, bound, word, span)
