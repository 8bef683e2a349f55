"""The net that is compiled: one of a file by name, or its bare pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..builder import Builder
from ..environment import Environment, FileNames
from ..values import (
    UNKNOWN,
    BlockNetwork,
    Data,
    Renamed,
    Template,
    Tensor,
    is_extern,
    tensors_in,
    unknown_in,
)
from .blocks import (
    another_block,
    block_result,
    bound_again,
    deeper,
    no_result,
    run_block,
    with_outputs,
)
from .calls import bind_block
from .decisions import require
from .elaborator import Elaborator
from .failures import fail_alone
from .files import check_imports
from .groups import check_labels
from .knowledge import Learnt
from .names import lookup, value_in_file
from .operators import run_piped
from .pipes import bundle
from .ports import check_outputs, net_input, port_shape, take_default_sizes
from .results import main_tensors, shown_arguments
from .scopes import brought
from .statements import run_statement
from .trees import head, whole_labels


def run_named(el: Elaborator, file: FileNames, name: str, arguments: Mapping[str, Data]) -> None:
    """A net of the file by name."""
    block = file.declared.nets[name]
    template = value_in_file(el, file, name)
    if not isinstance(template, Template):
        return
    bound = bind_block(el, template, arguments, name, block.name_span)
    if bound is None:
        return
    el.root.documentation = block.documentation
    el.root.alias = name
    check_file(el, file)
    _finish(el, _run_net(el, bound), block.name_span)


def run_file(el: Elaborator, file: FileNames) -> None:
    """The bare pipeline."""
    check_file(el, file)
    bare = [(s, e) for s, e in file.declared.pipelines if isinstance(s, syntax.ExpressionStatement)]
    _one_pipeline(el, [statement for statement, _ in bare], file)
    last, defaults = bare[-1]
    env = file.after(defaults)
    with el.framed(env):
        _finish(el, _network_result(el, last.value, env, {}), last.span)


def _one_pipeline(el: Elaborator, bare: list[syntax.ExpressionStatement], file: FileNames) -> None:
    first, *others = bare
    if others and not file.is_broken(first.span.to(others[0].span)):
        from_inputs = any(_starts_with_input(other.value) for other in others)
        spans = [other.span for other in others]
        el.report(advice.files.two_pipelines(first.span, spans, from_inputs=from_inputs))


def check_file(el: Elaborator, file: FileNames) -> None:
    """Checks the parts of a file that are not networks: imports, constants and assumptions."""
    check_imports(el, file)
    for name in file.declared.plain:
        value_in_file(el, file, name)
    for statement, defaults in file.declared.pipelines:
        if isinstance(statement, syntax.Require):
            require(el, statement, file.after(defaults))
    fail_alone(el)


def _network_result(
    el: Elaborator, expr: syntax.Expr, env: Environment, passed: Mapping[str, Data]
) -> Data:
    """The result of a pipeline, which starts from ``input`` or gets an input of unknown shape.
    ``passed`` are arguments for the net that it names."""
    el.root.whole = whole_labels(expr, frozenset())
    while isinstance(expr, syntax.Paren):
        expr = expr.body
    if _starts_with_input(expr):
        return el.evaluate(expr, env)
    first = head(expr)
    meaning = lookup(el, first.id, env, first.span) if isinstance(first, syntax.Name) else None
    if meaning is not None and (isinstance(meaning.value, Tensor) or tensors_in(meaning.value)):
        return el.evaluate(expr, env)
    if isinstance(expr, syntax.Name | syntax.Call | syntax.Attribute):
        value = el.evaluate(expr, env)
        while isinstance(value, Renamed):
            value = value.network
        if isinstance(value, Template | BlockNetwork) and not is_extern(value):
            return _alias(el, value, passed, expr.span)
    el.own_input = net_input(el, "x", None, None, expr.span)
    return run_piped(el, expr, env, [el.own_input])


def _alias(
    el: Elaborator, value: Template | BlockNetwork, passed: Mapping[str, Data], span: Span
) -> Data:
    """``net resnet18 = ResNet(basic, [2, 2, 2, 2])`` is the net that it names, without a scope of
    its own."""
    deeper(el, span)
    network = bound_again(el, value, passed, span)
    if network is None:
        return UNKNOWN
    other = another_block(el, network) if network.template.block.kind == "block" else network
    if other is None:
        return UNKNOWN
    with el.calling(network.template.name, span):
        if other is network:
            return _run_net(el, network)
        result = _alias(el, other, {}, span)
    return result if unknown_in(result) else with_outputs(el, network, result)


def _run_net(el: Elaborator, network: BlockNetwork) -> Data:
    """A net's or block's body as the compiled graph itself."""
    block = network.template.block
    el.net_block = block
    el.root.name = block.name
    el.root.arguments = shown_arguments(network.arguments)
    el.root.documentation = el.root.documentation or block.documentation
    el.root.span = el.root.span or block.span
    env = network.template.environment.inner()
    env.names.update(network.arguments)
    with el.framed(env):
        if block.inputs is None:
            return _result_without_ports(el, block, env, network.passed)
        take_default_sizes(el, block, env)
        for port in block.inputs:
            shape = None if port.shape is None else port_shape(el, port, env)
            dtype: Any = port.dtype
            tensor = net_input(el, port.name, shape, dtype, port.span)
            env.names[port.name] = tensor
        value = run_block(el, block, env, [])
        return block_result(el, block, env, value) if not unknown_in(value) else UNKNOWN


def _result_without_ports(
    el: Elaborator, block: syntax.Block, env: Environment, passed: Mapping[str, Data]
) -> Data:
    if not block.body:
        return no_result(el, block, env)
    *before, last = block.body
    for statement in before:
        if not run_statement(el, statement, env):
            return UNKNOWN
    if not isinstance(last, syntax.ExpressionStatement):
        return no_result(el, block, env)
    value = _network_result(el, last.value, env, passed)
    if unknown_in(value):
        return value
    if el.net_block is block:
        return block_result(el, block, env, value)
    return value if check_outputs(el, block, env, value) else UNKNOWN


def _finish(el: Elaborator, value: Data, span: Span) -> None:
    if unknown_in(value):
        return
    if not tensors_in(value):
        el.report(advice.files.no_tensor(value, span))
        return
    if bundle(el, value, span) is None:
        return
    unknown = next((d.port for d in el.root.inputs if d.types[0] is None), None)
    if (
        unknown is not None
    ):  # all layers take any rank: the axes that the first one assumes are used
        axes = next((a for a in _assumed(el.root) if len(a) > 2), ("N", "D"))
        raise Learnt(el.knowledge.with_input(unknown, axes, "float"))
    check_labels(el, el.root)
    el.result = value


def outputs(el: Elaborator) -> list[tuple[str, Tensor]]:
    """The results with their names: a declared name, else the body's, else one by position. Side
    results are left out, as in any pipe."""
    tensors = list(main_tensors(el.result)) if el.result is not None else []
    with el.building(el.root):
        tensors = [brought(el, t) for t in tensors]
    block = el.net_block
    declared = [p.name for p in block.outputs or ()] if block is not None else []
    names: list[str] = []
    for i, tensor in enumerate(tensors):
        name = declared[i] if i < len(declared) else ""
        name = name or tensor.draft.names.get(tensor.index, "") or _path_name(tensor)
        default = "output" if len(tensors) == 1 else f"output{i + 1}"
        names.append(name if name and name not in names and name not in el.ports else default)
    return list(zip(names, tensors, strict=True))


def _path_name(tensor: Tensor) -> str:
    label = tensor.draft.label
    return label if label.isidentifier() and len(tensor.draft.types) == 1 else ""


def _assumed(scope: Builder) -> Iterator[tuple[str, ...]]:
    """The axes that the layers assume for their inputs, in the order of the graph."""
    for draft in scope.drafts:
        if draft.child is not None:
            yield from _assumed(draft.child)
        elif draft.layer is not None:
            yield draft.layer.assumed


def _starts_with_input(expr: syntax.Expr) -> bool:
    first = head(expr)
    return (
        isinstance(first, syntax.Call)
        and isinstance(first.function, syntax.Name)
        and first.function.id == "input"
    )
