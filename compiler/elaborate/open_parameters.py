"""The parameters that a net leaves open: ``net resnet18 = ResNet(basic, [2, 2, 2, 2])`` takes all
others of ``ResNet``, by their names."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar import syntax
from ...grammar.record import Record
from ..environment import Environment
from ..values import Data, Namespace, Renamed, Template, is_extern
from .attributes import dotted
from .elaborator import Elaborator
from .names import lookup, value_in_file
from .trees import is_alias, pattern_names


class Parameter(Record):
    """A parameter, the block or net that declares it, and the net that gives it, if one does."""

    owner: Template
    syntax: syntax.Parameter
    giver: Template | None = None


def parameters_of(el: Elaborator, template: Template) -> dict[str, Parameter]:
    """The parameters that a call may give by name: the own ones, then the open ones."""
    own = {p.name: Parameter(template, p) for p in template.block.parameters}
    return own | open_parameters(el, template)


def open_parameters(el: Elaborator, template: Template) -> dict[str, Parameter]:
    """The parameters that a net leaves open in the call of another one."""
    own = {p.name for p in template.block.parameters}
    return {p.syntax.name: p for p in _called(el, template, own) if p.giver is None}


def closed_parameters(el: Elaborator, template: Template) -> dict[str, Parameter]:
    """The parameters that a net, or a net that it calls, gives in the call of another one."""
    return {p.syntax.name: p for p in _called(el, template, set()) if p.giver is not None}


def _called(el: Elaborator, template: Template, hidden: set[str]) -> Iterator[Parameter]:
    """The parameters of the net that a net is, then those of the net that this one is, ....
    ``hidden`` are names that mean parameters of a net before."""
    givers: dict[str, Template] = {}
    blocks = {id(template.block)}
    while (target := _target(el, template)) is not None and id(target.block) not in blocks:
        blocks.add(id(target.block))
        last = template.block.body[-1]
        assert isinstance(last, syntax.ExpressionStatement)
        givers = dict.fromkeys(_given(last.value, target), template) | givers
        for parameter in target.block.parameters:
            if parameter.name not in hidden:
                yield Parameter(target, parameter, givers.get(parameter.name))
        hidden = hidden | {p.name for p in target.block.parameters}
        template = target


def _given(call: syntax.Expr, target: Template) -> set[str]:
    """The names of the parameters that a call gives."""
    if not isinstance(call, syntax.Call):
        return set()
    names = [p.name for p in target.block.parameters]
    return {*names[: len(call.arguments)], *(setting.name for setting in call.settings)}


def _target(el: Elaborator, template: Template) -> Template | None:
    """The block or net that a net is, with arguments; None if it is not another one."""
    block = template.block
    if not is_alias(block):
        return None
    *before, last = block.body
    assert isinstance(last, syntax.ExpressionStatement)
    function = last.value.function if isinstance(last.value, syntax.Call) else last.value
    own = {p.name for p in block.parameters}
    for statement in before:
        if isinstance(statement, syntax.Assign):
            own.update(name.id for name in pattern_names(statement.target))
    value = _named(el, function, template.environment, own)
    while isinstance(value, Renamed):
        value = value.network
    return value if isinstance(value, Template) and not is_extern(value) else None


def _named(el: Elaborator, expr: syntax.Expr, env: Environment, own: set[str]) -> Data:
    """The value of a name of a file; None if it is something else. Nothing is reported."""
    if isinstance(expr, syntax.Name):
        meaning = None if expr.id in own else lookup(el, expr.id, env, expr.span)
        return meaning.value if meaning is not None else None
    if not isinstance(expr, syntax.Attribute):
        return None
    modules = env.file.declared.modules
    if dotted(expr) in modules:
        return value_in_file(el, env.file, modules[dotted(expr)])
    space = _named(el, expr.value, env, own)
    if not isinstance(space, Namespace) or not isinstance(expr.name, str):
        return None
    file = space.environment.file
    return value_in_file(el, file, expr.name) if expr.name in file.names else None
