"""The bodies of blocks: inputs, results, and nets that are other nets with arguments."""

from __future__ import annotations

from collections.abc import Mapping

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..builder import Builder
from ..environment import Environment
from ..values import (
    UNKNOWN,
    BlockNetwork,
    Data,
    NetworkValue,
    Renamed,
    Template,
    Tensor,
    is_extern,
    networks_in,
    tensors_in,
)
from .calls import bind_block, call_value
from .decisions import chosen_arm
from .elaborator import Elaborator
from .failures import fail
from .names import lookup
from .open_sizes import default_sizes, settle
from .pipes import bundle
from .ports import check_outputs, check_port, declared_sizes
from .results import main_tensors
from .scopes import outside
from .statements import called_with_a_tensor, run_statement, run_statements
from .trees import is_alias, may_be_call, tensor_names, whole_labels


def run_block(el: Elaborator, block: syntax.Block, env: Environment, inputs: list[Tensor]) -> Data:
    """A block's body. A whole body ``(...) as _`` numbers its members in the block itself."""
    body = block.body
    last = body[-1].value if body and isinstance(body[-1], syntax.ExpressionStatement) else None
    if last is None:
        return no_result(el, block, env)
    el.builder.whole = whole_labels(last, tensor_names(block))
    env.declared = declared_sizes(block, env)
    return run_statements(el, body, env, None if block.inputs is not None else inputs)


def enter(
    el: Elaborator,
    block: syntax.Block,
    graph: Builder,
    env: Environment,
    inputs: list[Tensor],
    span: Span,
) -> list[Tensor] | None:
    """The inputs as tensors of the block. Checks the ports, and gives their sizes values."""
    ports = block.inputs
    if ports == () and inputs:
        el.report(advice.blocks.piped_into_source(block, span))
        return None
    if ports and ports[-1].many:
        ports += ports[-1:] * (len(inputs) - len(ports))
    if ports is not None and len(ports) != len(inputs):
        el.report(advice.blocks.inputs_differ(block, len(inputs), span))
        return None
    sizes = default_sizes(el, block, env, {})
    inner: list[Tensor] = []
    for i, tensor in enumerate(inputs):
        port = ports[i] if ports is not None else None
        name = port.name if port else ("x" if len(inputs) == 1 else f"x{i + 1}")
        made = graph.input(name, tensor.type, port.span if port else None)
        graph.captured[(i, -1)] = (made.draft, outside(el, tensor, graph))
        inner.append(made)
        if port is not None:
            if not check_port(el, block, port, tensor, env, span):
                return None
            env.names[port.name] = made
    if ports and ports[-1].many:
        first = next(i for i, port in enumerate(ports) if port.many)
        env.names[ports[-1].name] = [*inner[first:]]
    settle(el, sizes, env)
    return inner


def no_result(el: Elaborator, block: syntax.Block, env: Environment) -> Data:
    """A body that ends without an expression; a line with a syntax error may have been it."""
    return UNKNOWN if env.file.is_broken(block.span) else el.report(advice.blocks.no_result(block))


def block_result(el: Elaborator, block: syntax.Block, env: Environment, value: Data) -> Data:
    place = block.body[-1].span
    if isinstance(value, NetworkValue) or networks_in(value):
        if called_with_a_tensor(el, value):
            return UNKNOWN
        return el.report(advice.blocks.network_as_result(block, place))
    if not tensors_in(value):
        return el.report(advice.blocks.no_tensor(block, value, place))
    if bundle(el, value, place) is None:
        return UNKNOWN
    if not check_outputs(el, block, env, value):
        return fail(el, f"result of {block.name}", list(main_tensors(value)), place)
    return value


def with_outputs(el: Elaborator, network: BlockNetwork, value: Data) -> Data:
    """The result of a block that is another block, if it has the outputs that the first declares;
    else UNKNOWN."""
    block = network.template.block
    if block.outputs is None or check_outputs(el, block, _own_environment(network), value):
        return value
    return fail(el, f"result of {block.name}", list(main_tensors(value)), block.body[-1].span)


def deeper(el: Elaborator, span: Span) -> None:
    most = el.limits.depth
    if len(el.calls) >= most:
        el.too_much(advice.bounds.nested_too_deep([name for name, _ in el.calls], most, span))


def another_block(el: Elaborator, network: BlockNetwork) -> BlockNetwork | None:
    """The block that a block is, with arguments, without a scope of its own; the block itself if it
    is not another one; None after an error.

    ``net resnet18 = ResNet(basic, [2, 2, 2, 2])``, ``block r8 = r(8) as _``.
    """
    block = network.template.block
    find = _named_net if is_alias(block) else _whole_call if may_be_call(block) else None
    if find is None:
        return network
    with el.calling(network.template.name, network.span):
        other = find(el, network)
    if other is None or other is network:
        return other
    return other.replace(word=network.word, span=network.span)


def _named_net(el: Elaborator, network: BlockNetwork) -> BlockNetwork | None:
    """The net that an alias names; the alias itself if it names a layer or an extern."""
    env = _own_environment(network)
    *before, last = network.template.block.body
    assert isinstance(last, syntax.ExpressionStatement)
    with el.framed(env):
        if not all(run_statement(el, statement, env) for statement in before):
            return None
        value = el.evaluate(last.value, env)
    if value is UNKNOWN:
        return None
    if is_extern(_unnamed(value)):
        return network
    return _bound(el, value, network.passed, last.span) or network


def _whole_call(el: Elaborator, network: BlockNetwork) -> BlockNetwork:
    """The block that ``as _`` is on, if it is on a call of a block."""
    env = _own_environment(network)
    last = network.template.block.body[-1]
    assert isinstance(last, syntax.ExpressionStatement)
    with el.framed(env):
        labelled = _undecorated(el, last.value, env)
        if not isinstance(labelled, syntax.Labelled) or labelled.label.name != "_":
            return network
        call = _undecorated(el, labelled.body, env)
        if call is None or not _means_block(el, call, env):
            return network
        if isinstance(call, syntax.Call):
            value = call_value(el, call, env)
        else:
            value = el.evaluate(call, env)
        return _bound(el, value, {}, last.span) or network


def _means_block(el: Elaborator, call: syntax.Expr, env: Environment) -> bool:
    """Whether an expression is a block, or a call of one."""
    named = call.function if isinstance(call, syntax.Call) else call
    if isinstance(named, syntax.Name):
        meaning = lookup(el, named.id, env, named.span)
        value = None if meaning is None else meaning.value
    else:
        value = el.evaluate(named, env) if isinstance(named, syntax.Attribute) else None
    return isinstance(_unnamed(value), Template | BlockNetwork)


def _own_environment(network: BlockNetwork) -> Environment:
    env = network.template.environment.inner()
    env.names.update(network.arguments)
    return env


def _undecorated(el: Elaborator, expr: syntax.Expr, env: Environment) -> syntax.Expr | None:
    """The expression inside parentheses and decided conditions; None after an error."""
    chosen: syntax.Expr | None = expr
    while isinstance(chosen, syntax.Paren | syntax.Conditional):
        if isinstance(chosen, syntax.Conditional):
            chosen = chosen_arm(el, chosen, env)
            continue
        chosen = chosen.body
    return chosen


def _bound(
    el: Elaborator, value: Data, more: Mapping[str, Data], span: Span
) -> BlockNetwork | None:
    """The value as a block with its arguments and more; None if it is not a block."""
    value = _unnamed(value)
    if not isinstance(value, Template | BlockNetwork):
        return None
    return bound_again(el, value, more, span)


def _unnamed(value: Data) -> Data:
    while isinstance(value, Renamed):
        value = value.network
    return value


def bound_again(
    el: Elaborator, network: Template | BlockNetwork, more: Mapping[str, Data], span: Span
) -> BlockNetwork | None:
    """A block with the arguments that it has and more; None after an error."""
    if isinstance(network, Template):
        return bind_block(el, network, more, network.name, span)
    if not more:
        return network
    given = {**network.given, **more}
    return bind_block(el, network.template, given, network.word, network.span)
