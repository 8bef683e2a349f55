"""The bodies of blocks: inputs, results, and nets that are other nets with arguments."""

from __future__ import annotations

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
    networks_in,
    tensors_in,
)
from .calls import bind_block
from .elaborator import Elaborator
from .failures import fail
from .open_sizes import default_sizes, settle
from .pipes import bundle
from .ports import check_outputs, check_port
from .results import main_tensors
from .scopes import outside
from .statements import called_with_a_tensor, run_statement, run_statements
from .trees import is_alias, tensor_names, whole_labels


def run_block(el: Elaborator, block: syntax.Block, env: Environment, inputs: list[Tensor]) -> Data:
    """A block's body. A whole body ``(...) as _`` numbers its members in the block itself."""
    body = block.body
    last = body[-1].value if body and isinstance(body[-1], syntax.ExpressionStatement) else None
    if last is None:
        return no_result(el, block, env)
    el.builder.whole = whole_labels(last, tensor_names(block))
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


def deeper(el: Elaborator, span: Span) -> None:
    most = el.limits.depth
    if len(el.calls) >= most:
        el.too_much(advice.bounds.nested_too_deep([name for name, _ in el.calls], most, span))


def unaliased(el: Elaborator, network: BlockNetwork) -> BlockNetwork | None:
    """``net resnet18 = ResNet(basic, [2, 2, 2, 2])`` is that net, without a scope of its own;
    None after an error."""
    if not is_alias(network.template.block):
        return network
    deeper(el, network.span)
    el.calls.append((network.template.name, network.span))
    try:
        net = _named_net(el, network)
        if net is None or net is network:
            return net
        word, span = network.word, network.span
        return unaliased(el, BlockNetwork(net.template, net.arguments, word, span))
    finally:
        el.calls.pop()


def _named_net(el: Elaborator, network: BlockNetwork) -> BlockNetwork | None:
    """The net that an alias names; the alias itself if it names a layer."""
    env = network.template.environment.inner()
    env.names.update(network.arguments)
    *before, last = network.template.block.body
    assert isinstance(last, syntax.ExpressionStatement)
    with el.framed(env):
        if not all(run_statement(el, statement, env) for statement in before):
            return None
        value = el.evaluate(last.value, env)
    while isinstance(value, Renamed):
        value = value.network
    if isinstance(value, Template):
        return bind_block(el, value, {}, value.name, last.span)
    if isinstance(value, BlockNetwork):
        return value
    return None if value is UNKNOWN else network
