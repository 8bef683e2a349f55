"""Declared shapes of inputs and results, and whether tensors have them."""

from __future__ import annotations

from typing import Any

from ...grammar import syntax
from ...grammar.source import Span
from ...grammar.wording import counted
from .. import advice
from ..dims import Dim, Size, solved, symbol
from ..environment import Environment
from ..layer import Open, same
from ..types import TensorType
from ..values import Data, Namespace, Network, Tensor
from .elaborator import Elaborator
from .names import value_in_file
from .results import main_tensors
from .sizes import check_size_name, is_size, may_be_equal
from .tensors import known_type
from .trees import names_in, port_axes


def check_port(
    el: Elaborator,
    block: syntax.Block,
    port: syntax.Port,
    tensor: Tensor,
    env: Environment,
    span: Span,
) -> bool:
    if port.shape is None and port.dtype is None:
        return True
    axes = port_axes(port)
    kind = known_type(el, tensor, axes)
    wanted = port.dtype or "float"
    if kind.dtype != wanted:
        return _port_refuses(
            el,
            block,
            port,
            tensor,
            span,
            f"holds {wanted}s",
            help=f"`cast({wanted})` converts; an input is declared so: `x[...] {wanted}`",
        )
    fits = port.shape is None or sizes_fit(el, port.shape, kind, env)
    if fits is not False:
        return bool(fits)
    sizes = _sizes_of(el, port, env)
    wants = f"is {advice.blocks.as_type(sizes, wanted)}"
    if kind.rank != len(axes):
        wants = f"has {counted(len(axes) - 1, 'axis', 'axes')} after the batch"
    help = advice.shapes.fitting_help(sizes, kind)
    return _port_refuses(el, block, port, tensor, span, wants, help)


def _port_refuses(
    el: Elaborator,
    block: syntax.Block,
    port: syntax.Port,
    tensor: Tensor,
    span: Span,
    wants: str,
    help: str = "",
) -> bool:
    el.report(advice.blocks.port_refuses(block, port, wants, span, tensor, help))
    return False


def _sizes_of(el: Elaborator, port: syntax.Port, env: Environment) -> list[Data]:
    """A declared shape without the batch, for a message: what is bound nowhere is a name."""
    sizes: list[Data] = []
    for expr in port.shape or ():
        free = any(not _size_known(el, name.id, env) for name in names_in(expr))
        value = expr.span.text if free else el.evaluate(expr, env)
        sizes += value if isinstance(value, list) else [value]
    return sizes


def sizes_fit(
    el: Elaborator, shape: tuple[syntax.Expr, ...], kind: TensorType, env: Environment
) -> bool | None:
    """Whether a type has a declared shape; a name that is bound nowhere takes its size.

    None if that is reported already.
    """
    declared: list[tuple[Dim, Span]] = []
    for expr in shape:
        sizes = _declared_sizes(el, expr, kind.shape[1 + len(declared) :], env)
        if sizes is None:
            return None
        declared += [(size, expr.span) for size in sizes]
    if len(declared) != kind.rank - 1:
        return False
    pairs = zip(declared, kind.shape[1:], strict=True)
    return all(_agrees(el, wanted, actual, span) for (wanted, span), actual in pairs)


def _declared_sizes(
    el: Elaborator, expr: syntax.Expr, actual: tuple[Dim, ...], env: Environment
) -> list[Dim] | None:
    """One size, or several (``image[size]`` with a list); None after an error."""
    for name in open_names(el, expr, env):
        env.names[name] = _size_in(el, expr, name, actual, env)
    value = el.evaluate(expr, env)
    sizes: list[Any] = value if isinstance(value, list) else [value]
    return sizes if all(is_size(el, s, expr.span) for s in sizes) else None


def _size_in(
    el: Elaborator, expr: syntax.Expr, name: str, actual: tuple[Dim, ...], env: Environment
) -> Dim:
    """What an open name must be for ``d`` or ``2 * d`` to be the actual size."""
    if not actual or isinstance(expr, syntax.Name):
        return actual[0] if actual else 1
    env.names[name] = symbol("?")
    found = el.evaluate(expr, env)
    values = solved([found], actual[:1]) if isinstance(found, int | Size) else None
    return (values or {}).get("?", 1)


def _agrees(el: Elaborator, wanted: Dim, actual: Dim, span: Span) -> bool:
    with Open() as noted:
        equal = same(wanted, actual)
    return equal and all(may_be_equal(el, a, b, span) for a, b in noted.equal)


def open_names(el: Elaborator, expr: syntax.Expr, env: Environment) -> list[str]:
    """The names in a port's shape that are bound nowhere."""
    found: list[str] = []
    for name in names_in(expr):
        if name.id not in found and not _size_known(el, name.id, env):
            check_size_name(el, name)
            found.append(name.id)
    return found


def _size_known(el: Elaborator, name: str, env: Environment) -> bool:
    if any(name in scope.names for scope in env.chain()):
        return True
    if name not in env.file.names:
        return False
    return not isinstance(value_in_file(el, env.file, name), Network | Namespace)


def check_outputs(el: Elaborator, block: syntax.Block, env: Environment, value: Data) -> bool:
    """The declared results: ``-> [classes]``."""
    if block.outputs is None:
        return True
    tensors = [value] if isinstance(value, Tensor) else list(main_tensors(value))
    if len(tensors) != len(block.outputs):
        el.report(advice.blocks.outputs_differ(block, len(tensors)))
        return False
    for port, tensor in zip(block.outputs, tensors, strict=True):
        if port.shape is not None and not _output_fits(el, block, port, tensor, env):
            return False
    return True


def _output_fits(
    el: Elaborator, block: syntax.Block, port: syntax.Port, tensor: Tensor, env: Environment
) -> bool:
    assert port.shape is not None
    kind = known_type(el, tensor)
    sizes = _sizes_of(el, port, env)
    wanted = port.dtype or kind.dtype
    fits = kind.dtype == wanted and sizes_fit(el, port.shape, kind, env)
    if fits is False:
        el.report(advice.blocks.output_differs(block, port, tensor, kind, sizes))
    return bool(fits)
