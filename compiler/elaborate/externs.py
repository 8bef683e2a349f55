"""Externs: blocks whose bodies are classes in Python, which are known by their declarations."""

from __future__ import annotations

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..dims import Dim, Size, less
from ..environment import Environment
from ..extern_layer import Declaration, Extern
from ..types import TensorType
from ..values import UNKNOWN, BlockNetwork, Data, Tensor
from .elaborator import Elaborator
from .failures import fail
from .naming import Naming
from .ports import check_port, declared_type
from .scopes import add_draft, name_module
from .sizes import ask_at_least, is_bounded
from .tensors import known_type

EXTERN_STEPS = 20


def apply_extern(
    el: Elaborator,
    network: BlockNetwork,
    extern: syntax.Extern,
    inputs: list[Tensor],
    naming: Naming,
) -> Data:
    el.step(network.span, EXTERN_STEPS)
    env = network.template.environment.inner()
    env.names.update(network.arguments)
    layer = _layer(el, network, extern, inputs, env)
    if layer is None:
        return fail(el, network.word, inputs, network.span)
    types = layer.declaration.types
    draft = add_draft(el, inputs, types, network.span, layer=layer, main=tuple(range(len(types))))
    name_module(el, draft, naming, network.word)
    tensors: list[Data] = [*draft.tensors()]
    return tensors if len(tensors) > 1 else tensors[0]


def _layer(
    el: Elaborator,
    network: BlockNetwork,
    extern: syntax.Extern,
    inputs: list[Tensor],
    env: Environment,
) -> Extern | None:
    """The extern with its types; None after an error."""
    if not extern.target or not extern.inputs or not extern.outputs:
        return None  # which is reported already
    if any(port.many for port in (*extern.inputs, *extern.outputs)):
        return None  # likewise
    arguments = _arguments(el, network)
    if arguments is None or not _take(el, extern, inputs, env, network.span):
        return None
    takes = tuple(known_type(el, tensor) for tensor in inputs)
    with el.calling(extern.name, network.span):
        types = _results(el, extern, takes, env, network.span)
        counts = None if types is None else _counts(el, extern, env)
    if types is None or counts is None:
        return None
    required = frozenset(p.name for p in extern.parameters if p.default is None)
    head, about = (extern.name, extern.target, arguments), extern.documentation
    return Extern(Declaration(*head, takes, types, *counts, required, about, extern.span))


def _arguments(el: Elaborator, network: BlockNetwork) -> tuple[tuple[str, object], ...] | None:
    """The arguments as values that can be written into Python source; None after an error."""
    pairs: list[tuple[str, object]] = []
    for name, value in network.arguments.items():
        problem = _not_literal(value)
        if problem is not None:
            el.report(advice.externs.no_literal(network, name, value, problem))
            return None
        pairs.append((name, _frozen(value)))
    return tuple(pairs)


def _not_literal(value: Data) -> Data | None:
    """The part of a value that is not a number, text, bool, none or list of these."""
    if isinstance(value, list):
        return next((bad for item in value if (bad := _not_literal(item)) is not None), None)
    plain = value is None or isinstance(value, bool | int | float | str)
    return None if plain else value


def _frozen(value: Data) -> object:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _take(
    el: Elaborator, extern: syntax.Extern, inputs: list[Tensor], env: Environment, span: Span
) -> bool:
    """Checks the inputs, and gives the names of their sizes values."""
    ports = extern.inputs or ()
    if len(ports) != len(inputs):
        el.report(advice.blocks.inputs_differ(extern, len(inputs), span))
        return False
    for port, tensor in zip(ports, inputs, strict=True):
        if not check_port(el, extern, port, tensor, env, span):
            return False
        env.names[port.name] = tensor
    return True


def _results(
    el: Elaborator,
    extern: syntax.Extern,
    takes: tuple[TensorType, ...],
    env: Environment,
    span: Span,
) -> tuple[TensorType, ...] | None:
    """The types of the results; None after an error. Their batch is that of the first input."""
    batch = takes[0].shape[0]
    types: list[TensorType] = []
    for port in extern.outputs or ():
        kind = declared_type(el, port, env, batch)
        if kind is None or not is_bounded(el, kind.shape, span):
            return None
        types.append(kind)
    sizes = {d for kind in types for d in kind.shape if isinstance(d, Size)}
    new = sorted(sizes - {d for kind in takes for d in kind.shape}, key=str)
    ask_at_least(el, [(d, 1) for d in new if less(d, 1) is not False], span)
    return tuple(types)


def _counts(
    el: Elaborator, extern: syntax.Extern, env: Environment
) -> tuple[Dim | None, Dim | None] | None:
    """The numbers of parameters and MACs, each None if it is not declared; None after an error."""
    params, macs = (
        expr if expr is None else _count(el, extern, name, expr, env)
        for name, expr in (("params", extern.params), ("macs", extern.macs))
    )
    wrong = (params is None and extern.params) or (macs is None and extern.macs)
    return None if wrong else (params, macs)


def _count(
    el: Elaborator, extern: syntax.Extern, name: str, expr: syntax.Expr, env: Environment
) -> Dim | None:
    """The number of parameters or MACs; None after an error."""
    value = el.evaluate(expr, env)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int | Size) and not isinstance(value, bool) and not less(value, 0):
        return value
    if value is not UNKNOWN:
        el.report(advice.externs.no_count(extern, name, value, expr.span))
    return None
