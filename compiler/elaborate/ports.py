"""Declared shapes of inputs and results, and whether tensors have them; the inputs of the net."""

from __future__ import annotations

from typing import Any

from ...grammar import syntax
from ...grammar.source import Span
from ...grammar.wording import counted
from .. import advice
from ..dims import Dim, Size, solved, symbol
from ..environment import Environment
from ..layer import Open, same
from ..limits import MAX_RANK
from ..types import Dtype, Shape, TensorType
from ..values import UNKNOWN, Data, Tensor
from .elaborator import Elaborator, TooMuch
from .knowledge import Learnt
from .names import lookup
from .open_sizes import add_default, default_sizes, is_size_known, open_names
from .results import main_tensors
from .sizes import BATCH, all_sizes, as_size, check_size_name, may_be_equal
from .tensors import known_type
from .trees import names_in, port_axes, setting_name


def check_port(
    el: Elaborator,
    block: syntax.Block,
    port: syntax.DeclaredPort,
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
            help=f"`cast({wanted})` converts it; declare an input as `x[...] {wanted}`",
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
    port: syntax.DeclaredPort,
    tensor: Tensor,
    span: Span,
    wants: str,
    help: str = "",
) -> bool:
    el.report(advice.blocks.port_refuses(block, port, wants, span, tensor, help))
    return False


def _sizes_of(el: Elaborator, port: syntax.DeclaredPort, env: Environment) -> list[Data]:
    """A declared shape without the batch, for a message: undefined names stay as they are
    written."""
    sizes: list[Data] = []
    for expr in port.shape or ():
        free = any(not is_size_known(el, name.id, env) for name in names_in(expr))
        value = expr.span.text if free else el.evaluate(expr, env)
        sizes += value if isinstance(value, list) else [value]
    return sizes


def sizes_fit(
    el: Elaborator, shape: tuple[syntax.Expr, ...], kind: TensorType, env: Environment
) -> bool | None:
    """Whether a type has a declared shape; an undefined name gets the size as its value.

    None if an error is already reported.
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
    names = open_names(el, expr, env)
    if BATCH in names:
        return None
    for name in names:
        env.names[name] = _size_in(el, expr, name, actual, env)
    value = el.evaluate(expr, env)
    values = value if isinstance(value, list) else [value]
    return all_sizes(el, ((v, expr.span) for v in values))


def _size_in(
    el: Elaborator, expr: syntax.Expr, name: str, actual: tuple[Dim, ...], env: Environment
) -> Dim:
    """The value of an open name that makes ``d`` or ``2 * d`` the actual size."""
    if not actual or isinstance(expr, syntax.Name):
        return actual[0] if actual else 1
    env.names[name] = symbol("?")
    size = el.evaluate(expr, env)
    values = solved([size], actual[:1]) if isinstance(size, int | Size) else None
    return (values or {}).get("?", 1)


def _agrees(el: Elaborator, wanted: Dim, actual: Dim, span: Span) -> bool:
    with Open() as noted:
        equal = same(wanted, actual)
    return equal and all(may_be_equal(el, a, b, span) for a, b in noted.equal)


def declared_sizes(block: syntax.Block, env: Environment) -> dict[str, Data]:
    """The sizes that only the shapes of the inputs name, before the body runs."""
    axes = (axis for port in block.inputs or () for axis in port.shape or ())
    names = {name.id for axis in axes for name in names_in(axis)}
    names -= {parameter.name for parameter in block.parameters}
    return {name: env.names[name] for name in names if name in env.names}


def check_outputs(el: Elaborator, block: syntax.Block, env: Environment, value: Data) -> bool:
    """The declared results: ``-> [classes]``. A size that the inputs name is that of the inputs;
    other names are those of the finished body."""
    if block.outputs is None:
        return True
    declared = env.declared
    env = env.inner()
    env.names.update(declared)
    tensors = [value] if isinstance(value, Tensor) else list(main_tensors(value))
    if len(tensors) != len(block.outputs):
        el.report(advice.blocks.outputs_differ(block, len(tensors)))
        return False
    for port, tensor in zip(block.outputs, tensors, strict=True):
        if port.shape is not None and not _output_fits(el, block, port, tensor, env):
            return False
    return True


def _output_fits(
    el: Elaborator,
    block: syntax.Block,
    port: syntax.DeclaredPort,
    tensor: Tensor,
    env: Environment,
) -> bool:
    assert port.shape is not None
    kind = known_type(el, tensor)
    # A source has no batch: all axes are written.
    whole = TensorType((1, *kind.shape), kind.dtype) if block.inputs == () else kind
    sizes = _sizes_of(el, port, env)
    wanted = port.dtype or kind.dtype
    fits = kind.dtype == wanted and sizes_fit(el, port.shape, whole, env)
    if fits is False:
        el.report(advice.blocks.output_differs(block, port, tensor, kind, sizes))
    return bool(fits)


def declared_type(
    el: Elaborator, port: syntax.DeclaredPort, env: Environment, batch: Dim
) -> TensorType | None:
    """The type that a port declares, if all its names have values; None after an error."""
    values: list[tuple[Data, Span]] = []
    for expr in port.shape or ():
        value = el.evaluate(expr, env)
        values += [(v, expr.span) for v in (value if isinstance(value, list) else [value])]
    sizes = all_sizes(el, values)
    dtype: Any = port.dtype or "float"
    return None if sizes is None else TensorType((batch, *sizes), dtype)


# --- inputs of the net ------------------------------------------------------------------------


def evaluate_input(el: Elaborator, expr: syntax.Call, env: Environment) -> Data:
    """``input(3x32x32)``, ``input(12, int)``: an input of the net, the batch axis unwritten."""
    if el.builder is not el.root or el.net_block is not None:
        return el.report(advice.files.misplaced_input(expr.span))
    shape, dtype = _written_shape(el, expr, env)
    return UNKNOWN if shape is None else net_input(el, "x", tuple(shape), dtype, expr.span)


def _written_shape(
    el: Elaborator, expr: syntax.Call, env: Environment
) -> tuple[list[Dim] | None, Dtype]:
    """The shape and the dtype in the parentheses of ``input``; no shape after an error."""
    dtype: Any = "float"
    shape: list[Dim] = []
    axes: list[syntax.Expr] = [*expr.arguments]
    for setting in expr.settings:
        if _is_dtype(setting.value):
            axes.append(setting.value)
        else:
            add_default(el, el.default_sizes, setting, env)
            axes.append(setting_name(setting))
    if _given(el, _next_port(el, "x"), first=not el.root.inputs) is not None:
        el.default_sizes.told.update(n.id for axis in axes for n in names_in(axis))
    for axis in axes:
        if isinstance(axis, syntax.Name):
            if _is_dtype(axis):
                dtype = axis.id
                continue
            check_size_name(el, axis)
            if lookup(el, axis.id, env, axis.span) is None:
                shape.append(el.default_sizes.size(axis.id))
                continue
        value = el.evaluate(axis, env)
        values = value if isinstance(value, list) else [value]
        sizes = all_sizes(el, ((v, axis.span) for v in values))
        if sizes is None:
            return None, dtype
        shape += sizes
    return shape, dtype


def _is_dtype(expr: syntax.Expr) -> bool:
    return isinstance(expr, syntax.Name) and expr.id in ("int", "float", "bool", "complex")


def _next_port(el: Elaborator, port: str) -> str:
    """The name of the next input: ``x``, then ``x2``."""
    count = el.ports.get(port, 0) + 1
    return port if count == 1 else f"{port}{count}"


def _given(el: Elaborator, name: str, *, first: bool) -> TensorType | None:
    """The type of an input that is given from outside."""
    return el.given.get(name, el.given.get("") if first else None)


def take_default_sizes(el: Elaborator, block: syntax.Block, env: Environment) -> None:
    """The default sizes of the net. The sizes of a port that is given from outside do not use
    them, in whichever port they are named."""
    el.default_sizes = default_sizes(el, block, env, el.knowledge.bound)
    for i, port in enumerate(block.inputs or ()):
        if _given(el, port.name, first=i == 0) is not None:
            names = (name.id for expr in port.shape or () for name in names_in(expr))
            el.default_sizes.told.update(names)


def net_input(
    el: Elaborator, port: str, shape: Shape | None, dtype: Dtype | None, span: Span
) -> Tensor:
    """An input of the net, with the type that is declared or given from outside, or that layers
    need."""
    name = _next_port(el, port)
    el.ports[port] = el.ports.get(port, 0) + 1
    kind = el.knowledge.inputs.get(name)
    given = _given(el, name, first=not el.root.inputs)
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
    """A shape from outside gives symbolic sizes their values; it must agree with numbers."""
    unsettled = el.default_sizes.unsettled(declared.symbols())
    values = solved(declared.shape, given.shape)
    if values is None:
        el.report(advice.files.input_differs(name, declared, span, given))
        if unsettled:  # sizes without a value would be reported too, and they have defaults
            raise TooMuch
        return
    news = {**unsettled, **values}
    if news:
        raise Learnt(el.knowledge.with_sizes(news))


def port_shape(
    el: Elaborator, port: syntax.DeclaredPort, env: Environment
) -> tuple[Dim, ...] | None:
    """The shape that a net declares; names that are not defined are symbolic sizes. None if a text
    is in place of sizes, since it may stand for several."""
    dims: list[Dim] = []
    for expr in port.shape or ():
        if isinstance(expr, syntax.NamedConstant) and expr.value is None:
            _batch_as_none(el, expr, port, env)
            continue
        for name in open_names(el, expr, env):
            env.names[name] = el.default_sizes.size(name)
        value = el.evaluate(expr, env)
        sizes = value if isinstance(value, list) else [value]
        if len(dims) + len(sizes) >= MAX_RANK:
            el.report(advice.bounds.too_many_axes(expr.span))
            break
        checked = [as_size(el, s, expr.span) for s in sizes]
        if any(isinstance(s, str) for s in sizes):
            return None
        dims += [symbol("?") if size is None else size for size in checked]
    return tuple(dims)


def _batch_as_none(
    el: Elaborator, expr: syntax.NamedConstant, port: syntax.DeclaredPort, env: Environment
) -> None:
    """``x[None, 3, 32, 32]``, as Keras shows a shape. (The parser reports ``None`` itself.)"""
    if not env.file.is_broken(expr.span):
        after = (e.span for e in port.shape or () if e.span.start > expr.span.start)
        el.report(advice.files.batch_as_none(expr.span, next(after, None)))


def check_inputs_given(el: Elaborator) -> None:
    """Reports shapes from outside for inputs that the net does not have."""
    names = [draft.port for draft in el.root.inputs]
    for name in el.given:
        if name and name not in names:
            close = el.near(name, names)
            el.report(advice.files.no_input(name, close, names))
