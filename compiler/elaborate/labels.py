"""Labels: on layers, groups and tensors."""

from __future__ import annotations

from collections.abc import Callable

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..builder import Builder
from ..environment import Environment
from ..reserved import reserved
from ..values import (
    UNKNOWN,
    Data,
    LabelledNetwork,
    NetworkValue,
    PathLabel,
    Tensor,
    flows,
    networks_in,
    tensors_in,
    unknown_in,
)
from .calls import call_value, is_source
from .decisions import chosen_arm
from .elaborator import Elaborator
from .failures import fail_inside
from .groups import apply_group, close_group, open_group
from .literals import evaluate_text
from .naming import (
    MEMBERS,
    UNNAMED,
    Naming,
    is_fan,
    is_many,
    is_module_name,
    is_named_by_label,
    module_name,
)
from .pipes import as_network, bundle
from .scopes import dissolve, release, take_label


def read_label(el: Elaborator, node: syntax.LabelName, env: Environment) -> PathLabel | None:
    """A label's path and name; None after an error."""
    if isinstance(node.name, str):
        base, name = node.name, None if node.indices else node.name
    else:
        text = evaluate_text(el, node.name, env)
        if not isinstance(text, str):
            return None
        base, name = text, None
    indices = [el.evaluate(i, env) for i in node.indices]
    if any(map(unknown_in, indices)):
        return None
    for expr, index in zip(node.indices, indices, strict=True):
        if not isinstance(index, int) or isinstance(index, bool) or index < 0:
            el.report(advice.labels.no_number(index, expr.span))
            return None
    path = ".".join([base, *map(str, indices)])
    parts = [module_name(part) for part in path.split(".")]
    if not all(map(is_module_name, parts)):
        el.report(advice.labels.no_path(path, node.span))
        return None
    if len(parts) > el.limits.depth:
        el.report(advice.bounds.label_too_long(el.limits.depth, node.span))
        return None
    taken = next(filter(reserved, parts), None)
    if taken is not None:
        el.report(advice.labels.reserved(taken, node.span))
        return None
    return PathLabel(".".join(parts), name, node.span)


def evaluate_labelled(el: Elaborator, expr: syntax.Labelled, env: Environment) -> Data:
    label = read_label(el, expr.label, env)
    body, chosen = _strip(el, expr.body, env)
    if chosen is None or label is None:
        return UNKNOWN
    grouped = _is_group(body)
    whole = label.span in el.builder.whole
    el.builder.numbered |= whole
    scope = grouped or _is_labelled(body)
    if scope and not whole and (not label.here or el.builder.numbered):
        return _in_group(el, label, grouped, expr.span, lambda: el.evaluate(body, env))
    if isinstance(body, syntax.Call):
        value = call_value(el, body, env)
        if is_source(value):
            return el.apply(LabelledNetwork(value, label, numbered=False), [], expr.span)
    else:
        value = el.evaluate(body, env)
    if label.here and not whole and tensors_in(value):
        _place(el, label)
    return _attach(el, value, label, grouped, expr.span)


def _strip(el: Elaborator, body: syntax.Expr, env: Environment) -> tuple[syntax.Expr, bool | None]:
    """The expression that a label is on, inside parentheses and decided conditions."""
    while True:
        if isinstance(body, syntax.Paren):
            body = body.body
        elif isinstance(body, syntax.Conditional):
            arm = chosen_arm(el, body, env)
            if arm is None:
                return body, None
            body = arm
        else:
            return body, True


def _attach(el: Elaborator, value: Data, label: PathLabel, grouped: bool, span: Span) -> Data:
    if value is UNKNOWN:
        return UNKNOWN
    if isinstance(value, Tensor):
        if value.draft.label == "" and value.draft.word == "" and label.name:
            value.draft.names.setdefault(value.index, label.name)
        _give_path(el, value, label)
        _remember(el, label, value)
        return value
    network = as_network(el, value)
    if network is None and networks_in(value):
        return UNKNOWN
    if network is None and tensors_in(value):
        bundle(el, value, span)
        return UNKNOWN
    if network is None:
        return el.report(advice.labels.not_labelled(value, span))
    return LabelledNetwork(network, label, numbered=grouped)


def _give_path(el: Elaborator, value: Tensor, label: PathLabel) -> None:
    """A source (``param([1, 1, d]) as cls``) takes its label as module path."""
    draft = value.draft
    if draft.layer is not None and not draft.label and is_named_by_label(draft.layer):
        take_label(el, draft.builder, label.path, label.span)
        draft.label = label.path


def _remember(el: Elaborator, label: PathLabel, value: Data) -> None:
    """Remembers that the label means the tensor or the bundle."""
    if isinstance(value, Tensor):
        if label.path in value.builder.holders:
            value = value.replace(holder=label.path)
        if "." not in label.path:
            value.builder.labels[label.path] = value
    if el.frame is None or not tensors_in(value):
        return
    if label.name is None:
        el.frame.paths[label.path] = value
    elif label.name != "_":
        el.frame.labels[label.name] = value


def _in_group(
    el: Elaborator, label: PathLabel, grouped: bool, span: Span, make: Callable[[], Data]
) -> Data:
    """Evaluates a labelled group: a pipe that starts from a tensor is in the scope of its label."""
    naming = _place(el, label) if label.here else Naming(label.path, span=label.span)
    if naming is None:
        return UNKNOWN
    group = open_group(el, naming, label.span)
    with el.building(group):
        value = make()
    if value is UNKNOWN:
        el.builder.labels.update(group.labels)
        return fail_inside(el, group, naming, group.name, label.span)
    if not flows(value) or not tensors_in(value):
        return _hold(el, group, _attach(el, value, label, grouped, span))
    if group.drafts:
        value = close_group(el, group, value, naming, label.span)
    _remember(el, label, value)
    return value


def _hold(el: Elaborator, group: Builder, value: Data) -> Data:
    """Holds a group whose network is not applied yet: its nodes (sources) wait for that."""
    if isinstance(value, LabelledNetwork) and group.drafts:
        el.held.append(group)
        return value.replace(held=group)
    dissolve(el, group, el.builder)
    return value


def apply_labelled(
    el: Elaborator, network: LabelledNetwork, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    label = network.label
    if not label.here:
        given = Naming(label.path, span=label.span)
    elif label.span in el.builder.whole:
        return _apply_whole(el, network.network, inputs, span)
    else:
        place = naming if naming.given else _place(el, label)
        if place is None:
            return UNKNOWN
        given = place
    builder, position = el.builder, el.builder.position
    held = network.held if network.held in el.held else None
    if network.numbered and not is_many(network.network):
        value = apply_group(el, network.network, inputs, span, given, held)
    elif held is not None:
        value = _with_held(el, network.network, held, inputs, span, given)
    else:
        value = el.apply(network.network, inputs, span, given)
    if builder.numbered:  # a labelled member uses up one position, however many copies it is
        builder.position = position + 1
    _remember(el, label, value)
    return value


def _with_held(
    el: Elaborator,
    network: NetworkValue,
    held: Builder,
    inputs: list[Tensor],
    span: Span,
    naming: Naming,
) -> Data:
    """Applies a labelled fan-out or repeat that has nodes already."""
    around, prefix = el.builder.waiting, f"{naming.label}." if naming.label else ""
    dissolve(el, held, el.builder, prefix, fan=is_fan(network))
    value = el.apply(network, inputs, span, naming)
    release(el, el.builder)
    el.builder.waiting = around
    return value


def _place(el: Elaborator, label: PathLabel) -> Naming | None:
    """``(f > g) as _``: named by its position in a numbered scope."""
    if el.builder.numbered:
        return Naming(str(el.builder.position), span=label.span)
    el.report(advice.labels.no_position(label.span))
    return None


def _apply_whole(el: Elaborator, network: NetworkValue, inputs: list[Tensor], span: Span) -> Data:
    """``block f = (g > h) as _``: numbered in the block itself."""
    return el.apply(network, inputs, span, MEMBERS if is_many(network) else UNNAMED)


def _is_group(body: syntax.Expr) -> bool:
    if isinstance(body, syntax.Binary):
        return body.operator in (">", "+", "-", "*", "/", "@", "**", "//", "%")
    return isinstance(body, syntax.List | syntax.Comprehension | syntax.For)


def _is_labelled(body: syntax.Expr) -> bool:
    """Whether the expression has a label itself: a further label around it is a scope."""
    while not isinstance(body, syntax.Labelled):
        match body:
            case syntax.Paren():
                body = body.body
            case syntax.Unary():
                body = body.operand
            case syntax.Indexed():
                body = body.value
            case _:
                return False
    return True
