"""Statements: the lines of a body, in their order, and loops of them."""

from __future__ import annotations

from itertools import takewhile

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..environment import Environment
from ..layers import layers
from ..values import (
    UNKNOWN,
    BlockNetwork,
    Data,
    LayerWord,
    LoopNetwork,
    NetworkValue,
    Template,
    Tensor,
    networks_in,
    tensors_in,
    unknown_in,
)
from .decisions import require
from .elaborator import Elaborator
from .failures import fail_alone
from .lists import bind_pattern, items_of
from .names import lookup, unknown_name
from .naming import Naming
from .operators import lose_labels, run_piped
from .pipes import bundle
from .results import all_tensors
from .settings import meant_setting
from .shares import run_share
from .trees import given_names, head, is_network


def run_statements(
    el: Elaborator,
    body: tuple[syntax.Statement, ...],
    env: Environment,
    inputs: list[Tensor] | None,
) -> Data:
    """The value of the last expression. ``inputs`` go into it if it is a network."""
    value: Data = None
    for i, statement in enumerate(body):
        last = i == len(body) - 1
        if last and isinstance(statement, syntax.ExpressionStatement):
            if inputs is None:
                return el.evaluate(statement.value, env)
            return run_piped(el, statement.value, env, inputs)
        if not last and _lacks_pipes(el, body, i, env):
            return UNKNOWN
        if not run_statement(el, statement, env):
            return UNKNOWN
    return value


def _lacks_pipes(
    el: Elaborator, body: tuple[syntax.Statement, ...], at: int, env: Environment
) -> bool:
    """Whether a pipe from a tensor has lines below it that are only networks: they lack their
    ``>``."""
    first = body[at]
    if not _begins_with(el, Tensor, first, env):
        return False
    rest = (body[i] for i in range(at + 1, len(body)))
    lines = list(takewhile(lambda s: _begins_with(el, NetworkValue, s, env), rest))
    if lines:
        el.report(advice.statements.lacks_pipes(first.span, [line.span for line in lines]))
        fail_alone(el)
    return bool(lines)


def _begins_with(el: Elaborator, kind: type, statement: syntax.Statement, env: Environment) -> bool:
    """Whether a line is an expression whose first word means a value of this kind."""
    if not isinstance(statement, syntax.ExpressionStatement):
        return False
    first = head(statement.value)
    first = first.function if isinstance(first, syntax.Call) else first
    meaning = lookup(el, first.id, env, first.span) if isinstance(first, syntax.Name) else None
    return meaning is not None and isinstance(meaning.value, kind)


def run_statement(el: Elaborator, statement: syntax.Statement, env: Environment) -> bool:
    """Runs a statement. False after an assumption that does not hold: later errors would only
    follow from it."""
    match statement:
        case syntax.Assign():
            assign(el, statement, env)
        case syntax.ExpressionStatement():
            value = el.evaluate(statement.value, env)
            lose_labels(statement.value, value, env)
            _dropped(el, statement, value)
        case syntax.Require():
            return require(el, statement, env)
        case syntax.Default():
            add_default(el, statement, env)
        case syntax.Share():
            run_share(el, statement, env)
        case syntax.Block():
            template = Template(statement, el.snapshot(env, statement.span))
            template.environment.names[statement.name] = template
            env.names[statement.name] = template
        case syntax.Import() | syntax.FromImport():
            _late_import(el, statement, env)
    fail_alone(el)
    return True


def _late_import(
    el: Elaborator, statement: syntax.Import | syntax.FromImport, env: Environment
) -> None:
    el.report(advice.statements.late_import(statement))
    if isinstance(statement, syntax.Import):
        names = [statement.alias or statement.module.split(".")[0]]
    else:
        names = [alias or name for name, alias in statement.names]
    env.names.update(dict.fromkeys(names, UNKNOWN))


def add_default(el: Elaborator, statement: syntax.Default, env: Environment) -> None:
    layer = layers().get(statement.layer)
    if layer is None:
        _no_layer(el, statement, env)
        return
    word = LayerWord(layer, statement.layer, env, statement.layer_span)
    settings = [
        s if s.name in layer.settings else meant_setting(el, word, s, env)
        for s in statement.settings
    ]
    earlier = env.defaults.get(layer.word, ())
    place = el.snapshot(env, statement.span)
    added = tuple((s, place) for s in settings)
    earlier = tuple(k for k in earlier if all(k[0].name != s.name for s in settings))
    env.defaults = {**env.defaults, layer.word: earlier + added}


def _no_layer(el: Elaborator, statement: syntax.Default, env: Environment) -> None:
    name = statement.layer
    if name not in env.file.names:
        unknown_name(el, name, statement.layer_span, env)
        return
    el.report(advice.statements.default_of_no_layer(statement))


def assign(el: Elaborator, statement: syntax.Assign, env: Environment) -> None:
    value = el.evaluate(statement.value, env)
    lose_labels(statement.value, value, env)
    if isinstance(statement.target, syntax.Names) and isinstance(value, Tensor):
        if value.side:
            value = [*all_tensors(value)]
    elif isinstance(value, NetworkValue):
        value = _named_network(el, statement, value, env)
    bind_pattern(el, statement.target, value, env)


def called_with_a_tensor(el: Elaborator, value: Data) -> bool:
    """Whether a value is ``f(x)`` as in PyTorch, which is not piped on; that is reported."""
    if not isinstance(value, BlockNetwork):
        return False
    tensors = [v for v in value.arguments.values() if isinstance(v, Tensor)]
    if not tensors:
        return False
    el.report(advice.statements.called_with_tensor(value))
    return True


def _named_network(el: Elaborator, statement: syntax.Assign, value: Data, env: Environment) -> Data:
    if called_with_a_tensor(el, value):
        return UNKNOWN
    if env.file.is_broken(statement.span):
        return UNKNOWN
    unapplied = _unapplied_side(el, statement.value, env)
    if unapplied is not None:
        return unapplied
    return el.report(advice.statements.named_network(statement))


def _unapplied_side(el: Elaborator, expr: syntax.Expr, env: Environment) -> Data | None:
    """``y = x + f``, where a sum of tensors is meant."""
    if not isinstance(expr, syntax.Binary) or not isinstance(expr.left, syntax.Name):
        return None
    meaning = lookup(el, expr.left.id, env, expr.span)
    if meaning is None or not isinstance(meaning.value, Tensor):
        return None
    return el.report(advice.statements.unapplied_side(expr))


def _dropped(el: Elaborator, statement: syntax.ExpressionStatement, value: Data) -> None:
    if value is UNKNOWN or value is None:
        return
    if tensors_in(value):
        expr = statement.value
        while isinstance(expr, syntax.Binary | syntax.Paren):
            expr = expr.right if isinstance(expr, syntax.Binary) else expr.body
        if isinstance(expr, syntax.Labelled):
            return
        el.report(advice.statements.dropped_result(statement))
    elif isinstance(value, NetworkValue) or networks_in(value):
        if called_with_a_tensor(el, value):
            return
        el.report(advice.statements.never_applied(statement))
    else:
        el.report(advice.statements.not_used(statement))


# --- loops: of assignments, and as a network --------------------------------------------------


def evaluate_for(el: Elaborator, expr: syntax.For, env: Environment) -> Data:
    items = items_of(el, expr.iterable, env)
    if items is None:
        env.names |= dict.fromkeys(given_names(expr), UNKNOWN)
        return UNKNOWN
    if is_network(expr):
        return LoopNetwork(expr, tuple(items), el.snapshot(env, expr.span))
    _run_loop(el, expr, items, env)
    return None


def _run_loop(el: Elaborator, expr: syntax.For, items: list[Data], env: Environment) -> None:
    """A ``for`` of assignments: its statements run once for each item, in the body's own names."""
    for item in items:
        el.step(expr.span)
        bind_pattern(el, expr.pattern, item, env)
        outside = dict(env.labels), dict(env.paths)
        with el.repeating(counting(expr.pattern, env)), el.framed(env):
            for statement in expr.body:
                run_statement(el, statement, env)
        env.labels, env.paths = outside


def apply_loop(
    el: Elaborator, network: LoopNetwork, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    value: Data = inputs[0] if len(inputs) == 1 else [*inputs]
    for item in network.items:
        tensors = bundle(el, value, span)
        if tensors is None:
            return UNKNOWN
        inner = network.environment.inner()
        bind_pattern(el, network.syntax.pattern, item, inner)
        with el.repeating(counting(network.syntax.pattern, inner)), el.framed(inner):
            value = run_statements(el, network.syntax.body, inner, tensors)
        if unknown_in(value):
            return UNKNOWN
    return value


def counting(pattern: syntax.Pattern, env: Environment) -> str:
    """The name in a loop's pattern that counts; ``i`` if none does."""
    if isinstance(pattern, syntax.Name):
        return pattern.id if isinstance(env.names.get(pattern.id), int) else "i"
    names = (counting(item, env) for item in pattern.items)
    return next((name for name in names if name in env.names), "i")
