"""The inputs of the net: as declared, as given from outside, or of a rank to be found."""

from __future__ import annotations

from typing import Any

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..dims import Dim, solved, symbol
from ..environment import Environment
from ..limits import MAX_RANK
from ..types import Dtype, TensorType
from ..values import UNKNOWN, Data, Tensor
from .elaborator import Elaborator
from .knowledge import Learnt
from .names import lookup
from .ports import open_names
from .sizes import check_size_name, is_size


def evaluate_input(el: Elaborator, expr: syntax.Call, env: Environment) -> Data:
    """``input(3x32x32)``, ``input(12, int)``: an input of the net, the batch axis unwritten."""
    if el.builder is not el.root or el.net_block is not None:
        return el.report(advice.files.misplaced_input(expr.span))
    dtype: Any = "float"
    shape: list[Any] = []
    values = [*expr.arguments, *(s.value for s in expr.settings)]
    for argument in values:
        if isinstance(argument, syntax.Name) and argument.id in ("int", "float", "bool"):
            dtype = argument.id
            continue
        if isinstance(argument, syntax.Name):
            check_size_name(el, argument)
        if (
            isinstance(argument, syntax.Name)
            and lookup(el, argument.id, env, argument.span) is None
        ):
            shape.append(el.knowledge.bound.get(argument.id, symbol(argument.id)))
            continue
        value = el.evaluate(argument, env)
        sizes = value if isinstance(value, list) else [value]
        if not all(is_size(el, s, argument.span) for s in sizes):
            return UNKNOWN
        shape += sizes
    return net_input(el, "x", tuple(shape), dtype, expr.span)


def net_input(
    el: Elaborator, port: str, shape: tuple[Any, ...] | None, dtype: Dtype | None, span: Span
) -> Tensor:
    """An input of the net: as declared, as given from outside, or of a rank to be found."""
    count = el.ports.get(port, 0) + 1
    el.ports[port] = count
    name = port if count == 1 else f"{port}{count}"
    kind = el.knowledge.known.get(name)
    given = el.given.get(name, el.given.get("") if not el.root.inputs else None)
    if shape is not None:
        kind = TensorType((symbol("N"), *shape), dtype or "float").substitute(el.knowledge.bound)
        if given is not None:
            _agree(el, name, kind, given, span)
    elif given is not None:
        kind = given
    if kind is not None:
        kind = kind.substitute(el.knowledge.bound).with_dtype(dtype or kind.dtype)
    return el.root.input(name, kind, span)


def _agree(el: Elaborator, name: str, declared: TensorType, given: TensorType, span: Span) -> None:
    """A given shape binds symbolic sizes; it must agree with numbers."""
    values = solved(declared.shape, given.shape)
    if values is None:
        el.report(advice.files.input_differs(name, declared, span, given))
    elif values:
        raise Learnt(el.knowledge.with_sizes(values))


def port_shape(el: Elaborator, port: syntax.Port, env: Environment) -> tuple[Dim, ...] | None:
    """A net's declared shape: names bound nowhere are symbolic sizes. None where a text stands
    for sizes, which may be several."""
    dims: list[Dim] = []
    for expr in port.shape or ():
        if isinstance(expr, syntax.Constant) and expr.value is None:
            _batch_as_none(el, expr, port, env)
            continue
        for name in open_names(el, expr, env):
            env.names[name] = el.knowledge.bound.get(name, symbol(name))
        value = el.evaluate(expr, env)
        sizes = value if isinstance(value, list) else [value]
        if len(dims) + len(sizes) >= MAX_RANK:
            el.report(advice.bounds.too_many_axes(expr.span))
            break
        good = [is_size(el, s, expr.span) for s in sizes]
        if any(isinstance(s, str) for s in sizes):
            return None
        dims += [s if fits else symbol("?") for s, fits in zip(sizes, good, strict=True)]
    return tuple(dims)


def _batch_as_none(
    el: Elaborator, expr: syntax.Constant, port: syntax.Port, env: Environment
) -> None:
    """``x[None, 3, 32, 32]``, as Keras shows a shape; of ``None`` the parser has spoken."""
    if not env.file.is_broken(expr.span):
        after = (e.span for e in port.shape or () if e.span.start > expr.span.start)
        el.report(advice.files.batch_as_none(expr.span, next(after, None)))


def check_inputs_given(el: Elaborator) -> None:
    """Shapes are given for inputs that the net has."""
    names = [draft.port for draft in el.root.inputs]
    for name in el.given:
        if name and name not in names:
            close = el.near(name, names)
            el.report(advice.files.no_input(name, close, names))
