"""The meanings of names, which depend on their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..dims import symbol
from ..environment import ALL, NAMELESS, Environment, FileNames
from ..imports import shipping
from ..layers import layers
from ..values import (
    UNKNOWN,
    Builtin,
    Data,
    Family,
    IdentityNetwork,
    LayerWord,
    NetworkValue,
    Renamed,
    Shared,
    Template,
)
from .elaborator import Elaborator
from .functions import FUNCTIONS

OWN_WORDS: Final = frozenset({"id", "input", "scan"})


class Meaning:
    """What a name means: a value, which may itself be None."""

    __slots__ = ("value",)

    def __init__(self, value: Data) -> None:
        self.value = value


def evaluate_name(el: Elaborator, expr: syntax.Name, env: Environment) -> Data:
    meaning = lookup(el, expr.id, env, expr.span)
    if meaning is None:
        return unknown_name(el, expr.id, expr.span, env)
    if isinstance(meaning.value, NetworkValue):
        return _named_at(meaning.value, expr.span)
    if isinstance(meaning.value, Family):
        return el.report(advice.labels.family_alone(meaning.value, expr.span))
    return meaning.value


def lookup(el: Elaborator, name: str, env: Environment, span: Span) -> Meaning | None:
    """The meaning of a name, looked up in this order: the body, the file, layers, labels. None if
    it is unknown."""
    scope: Environment | None = env
    while scope is not None:
        if name in scope.names:
            return Meaning(_called(scope.names[name], name))
        scope = scope.parent
    if name in env.file.names:
        return Meaning(_called(value_in_file(el, env.file, name), name))
    if name == "id":
        return Meaning(IdentityNetwork(span))
    if name in FUNCTIONS:
        return Meaning(Builtin(name, env, span))
    if name in layers():
        return Meaning(LayerWord(layers()[name], name, env, span))
    labelled = (scope.labels[name] for scope in env.chain() if name in scope.labels)
    tensor = next(labelled, None)
    if tensor is not None:
        return Meaning(tensor)
    if name == "N":
        return Meaning(symbol("N"))
    path = env.at_path(name)
    return None if path is None else Meaning(path)


def value_in_file(el: Elaborator, file: FileNames, name: str) -> Data:
    """The value of a name of a file; it is made at the first use."""
    if name in file.made:
        return file.made[name]
    if name in file.making:
        return el.report(advice.names.defined_by_itself(name, file.declared.spans.get(name)))
    file.making.add(name)
    try:
        file.made[name] = file.names[name](el, file)
    finally:
        file.making.discard(name)
    return file.made[name]


def unknown_name(
    el: Elaborator, name: str, span: Span, env: Environment, choices: Sequence[str] = ()
) -> Data:
    """Reports an unknown name. ``choices`` are the names that are allowed here, if not all are."""
    if name in env.file.lost or ALL in env.file.lost:
        return UNKNOWN
    if choices:
        close = el.near(name, choices)
        return el.report(advice.names.not_a_choice(name, span, close, choices))
    signed = advice.names.label_with_sign(name, span)
    if signed is not None:
        return el.report(signed)
    words = env.known_names() | set(layers()) | set(FUNCTIONS) | OWN_WORDS
    message, help, replacement = advice.foreign.explain_name(name, words)
    words -= env.file.making
    if message is not None:
        return el.report(advice.names.foreign(message, help, span, replacement))
    setting = advice.names.setting_with(name)
    if setting is not None:
        return el.report(advice.names.option_out_of_place(name, setting, span))
    close = replacement or el.near(name, words)
    if NAMELESS in env.file.lost and close is None:
        return UNKNOWN
    line = _importable(el, name, env)
    if line is not None:
        return el.report(advice.names.not_imported(name, line, span, env.file.source))
    return el.report(advice.names.not_known(name, span, close))


def _importable(el: Elaborator, name: str, env: Environment) -> str | None:
    """``import resnet`` for `resnet`, ``from resnet import resnet18`` for `resnet18`."""
    if not name.isidentifier():
        return None
    if name in el.files.finder.names(env.file.source):
        return f"import {name}"
    module = shipping(name)
    return f"from {module} import {name}" if module else None


def _named_at(value: NetworkValue, span: Span) -> NetworkValue:
    """A block with the place where it is named: errors about its arguments are reported there."""
    if isinstance(value, Template):
        return value.replace(span=span)
    if isinstance(value, Renamed):
        return value.replace(network=_named_at(value.network, span))
    return value


def _called(value: Data, name: str) -> Data:
    """A value under a variable's name: a network's modules get the variable's word."""
    if not isinstance(value, NetworkValue) or isinstance(value, Shared | IdentityNetwork):
        return value
    if isinstance(value, Renamed):
        return Renamed(value.network, name)
    if isinstance(value, LayerWord):
        return LayerWord(value.layer, name, value.environment, value.span)
    if isinstance(value, Template):
        return value if value.name == name else Renamed(value, name)
    return Renamed(value, name)
