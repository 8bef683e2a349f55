"""The bodies of blocks: inputs, result, and blocks that are others with arguments."""

from __future__ import annotations

from ...grammar import syntax
from ...grammar.diagnostics import Edit, Fix, Label
from ...grammar.source import Span
from ...grammar.wording import counted, listing
from ..builder import Builder
from ..environment import Environment
from ..values import (
    UNKNOWN,
    BlockNetwork,
    Data,
    Network,
    Renamed,
    Template,
    Tensor,
    describe,
    networks_in,
    tensors_in,
)
from .block_calls import bind_block
from .elaborator import Elaborator
from .failures import fail
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
    """The block's inputs as its own tensors; ports checked, their sizes bound."""
    ports = block.inputs
    if ports is not None and len(ports) != len(inputs):
        names = [p.name for p in ports]
        el.report(
            "E307",
            f"`{block.name}` takes {counted(len(ports), 'input')}, got {len(inputs)}",
            span,
            detail=f"it takes {listing(names)}",
            help=f"`[{', '.join(names)}] > {block.name}`" if len(ports) > 1 else "",
        )
        return None
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
    return inner


def no_result(el: Elaborator, block: syntax.Block, env: Environment) -> Data:
    """A body that ends without an expression; a line with a syntax error may have been it."""
    if env.file.is_broken(block.span):
        return UNKNOWN
    help, fix, last = (
        "its last line is the result",
        None,
        block.body[-1] if block.body else None,
    )
    if isinstance(last, syntax.Assign):
        help = f"its last line is the result, and `{last.span.text.splitlines()[0]}` only names "
        help += "something"
        name = Span(last.span.source, last.span.start, last.value.span.start)
        fix = Fix("leave out the name", (Edit(name, ""),))
    place = block.name_span if last is None else _last_line(last.span)
    return el.report(
        "E209",
        f"`{block.name}` gives no result",
        place,
        help=help,
        fix=fix,
        labels=[Label(block.name_span, "declared here")] if last is not None else [],
    )


def block_result(el: Elaborator, block: syntax.Block, env: Environment, value: Data) -> Data:
    place = block.body[-1].span
    if isinstance(value, Network) or networks_in(value):
        if called_with_a_tensor(el, value):
            return UNKNOWN
        return _unapplied(el, block, place)
    if not tensors_in(value):
        return el.report("E209", f"the result of `{block.name}` is {describe(value)}", place)
    if bundle(el, value, place) is None:
        return UNKNOWN
    if not check_outputs(el, block, env, value):
        return fail(el, f"result of {block.name}", list(main_tensors(value)), place)
    return value


def _unapplied(el: Elaborator, block: syntax.Block, place: Span) -> Data:
    names = [p.name for p in block.inputs or ()]
    source = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
    fix = Fix(
        f"begin with `{source}`",
        (Edit(Span(place.source, place.start, place.start), f"{source} > "),),
    )
    return el.report(
        "E209",
        f"the result of `{block.name}` is a network, not a tensor",
        place,
        help=f"pipe the input into it: `{source} > ...`" if names else (),
        fix=fix if names else None,
    )


def deeper(el: Elaborator, span: Span) -> None:
    most = el.limits.depth
    if len(el.calls) < most:
        return
    names = [name for name, _ in el.calls]
    if names.count(names[-1]) == 1:
        el.too_much(f"blocks are nested more than {most} deep", span, "depth")
    ending = f"does it end? A condition ends it: `{names[-1]}(n - 1) if n > 0 else id`"
    el.too_much(f"`{names[-1]}` calls itself more than {most} deep", span, "depth", ending)


def unaliased(el: Elaborator, network: BlockNetwork) -> BlockNetwork | None:
    """``net resnet18 = ResNet(basic, [2, 2, 2, 2])`` is that net, without a scope of its own;
    None after an error."""
    if not is_alias(network.template.block):
        return network
    deeper(el, network.span)
    el.calls.append((network.template.name, network.span))
    try:
        found = _named_net(el, network)
        if found is None or found is network:
            return found
        word, span = network.word, network.span
        return unaliased(el, BlockNetwork(found.template, found.arguments, word, span))
    finally:
        el.calls.pop()


def _named_net(el: Elaborator, network: BlockNetwork) -> BlockNetwork | None:
    """The net that an alias names; the alias itself where that is a layer."""
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


def _last_line(span: Span) -> Span:
    """That of a statement: what it lacks is missing at its end."""
    start = span.start + span.text.rfind("\n") + 1
    start += len(span.source.text[start : span.end]) - len(
        span.source.text[start : span.end].lstrip()
    )
    return Span(span.source, start, span.end)
