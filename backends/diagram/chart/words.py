"""The texts about steps in a picture: captions, names, arguments, tooltips."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ....compiler.dims import Dim, substitute
from ....compiler.ir import Graph, LayerOp, Node, has_weights, layer_params, node_macs
from ....compiler.layer import Layer
from ....compiler.spelling import spell
from ....compiler.types import TensorType
from ....grammar.source import Span
from .. import style
from ..picture import Text, TextRun, text
from .chart import OUTER, Step, StepPart, every_copy, single
from .scope import Scope

OPTIONAL: Final = {"tensor", "none"}
"""The values of a parameter that takes a tensor or nothing: lines show the tensor."""
LINE: int = 44
"""Letters of a small line in a box."""


def port_name(side: str, i: int, names: list[str]) -> str:
    """The name of an input or output: ``image``, ``tokens``. A single one without a name is
    ``input`` or ``output``."""
    if side == "input" and names[i] not in ("", "x"):
        return names[i]
    if len(names) == 1:
        return side
    return names[i] or f"{side} {i + 1}"


def caption(part: StepPart) -> tuple[str, str]:
    """The title of a part's box, and its second line."""
    op = part.node.operation
    if isinstance(op, LayerOp):
        layer = op.layer
        full = _with_whole_kernel(layer, part.node.takes)
        return full.caption()[0].replace("//", "/"), layer.caption()[1].replace("//", "/")
    return (part.body.graph.name if part.body and part.body.graph else "", "")


def _with_whole_kernel(layer: Layer, takes: Sequence[TensorType]) -> Layer:
    """The layer with its kernel for every axis: ``3×3`` for ``conv(3, 64)``."""
    kernel = layer.settings.get("kernel") and getattr(layer, "kernel", None)
    axes = takes[0].rank - 2 if takes else 0
    square = isinstance(kernel, int) and not isinstance(kernel, bool) and axes in (2, 3)
    return layer.replace(kernel=(kernel,) * axes) if square else layer


def strip(part: StepPart) -> str:
    """The caption of a strip, by the abbreviation of its layer; of a ``rearrange`` the pattern."""
    first, second = caption(part)
    op = part.node.operation
    layer = op.layer if isinstance(op, LayerOp) else None
    if layer is not None and layer.role == "rearrange":
        return second
    return first.replace(layer.title, layer.abbreviation) if layer and layer.abbreviation else first


def idle(part: StepPart) -> bool:
    """Whether a layer does nothing: dropout with probability 0."""
    op = part.node.op
    return (
        isinstance(op, LayerOp)
        and op.layer.category == "activation"
        and getattr(op.layer, "p", None) == 0
    )


def params(part: StepPart) -> Dim:
    """The number of parameters of a layer, without buffers and tied weights."""
    return layer_params(part.node)


def name(step: Step) -> str:
    """The name of the block that a step calls; empty for a group."""
    inner = single(step)
    graph = (inner or step).body.graph if (inner or step).body else None
    return graph.name if graph is not None and graph.kind == "block" else ""


def label(step: Step) -> str:
    """The label of a call in the text; empty if its name comes from its block or its place."""
    if step.body is None or step.body.graph is None:
        return ""
    label = step.part.path.rpartition(".")[2]
    if len(set(step.paths)) > 1 and not label.isdigit():
        return ""
    if label.isdigit():
        label = step.part.path.rpartition(".")[0].rpartition(".")[2]
    if label.startswith(OUTER) or label.isdigit():
        label = label[1:] if label.startswith(OUTER) else ""
    block = name(step)
    return "" if block and block in (step.node.word, label.rstrip("0123456789")) else label


def given_label(step: Step) -> str:
    """The label of a layer in the text; empty if its name is its word and a number."""
    label = step.part.path.rpartition(".")[2]
    op = step.node.op
    default_names = ("", op.layer.word, *op.layer.aliases) if isinstance(op, LayerOp) else ("",)
    return (
        ""
        if step.node.word in default_names[1:] or label.rstrip("0123456789") in default_names
        else label
    )


def has_shared_weights(step: Step) -> bool:
    """Whether a step has weights and shares them with another step. For a stretch: whether all its
    steps with weights do."""
    if step.body is None or step.body.graph is not None:
        return step.part.shared and _has_weights(step.node)
    weighing = [inner for inner in step.body.steps if _holds_weights(inner)]
    return bool(weighing) and all(map(has_shared_weights, weighing))


def _holds_weights(step: Step) -> bool:
    if step.body is not None and step.body.graph is None:
        return any(map(_holds_weights, step.body.steps))
    return any(_has_weights(part.node) for part in step.parts)


def _has_weights(node: Node) -> bool:
    if isinstance(node.operation, LayerOp):
        return has_weights(node)
    return node.called is not None and any(map(_has_weights, node.called.nodes))


def ties(graph: Graph) -> dict[str, str]:
    """A line for each layer with a tied weight, by module path: ``tied to tok.weight``."""
    result: dict[str, str] = {}
    has_ties: dict[int, bool] = {}
    remaining = [(graph, "")]
    while remaining:
        current, prefix = remaining.pop()
        for tie in current.ties:
            source = f"{prefix}{tie.source}.{tie.source_weight}"
            result.setdefault(prefix + tie.path, f"tied to {source}")
        remaining += [
            (node.called, f"{prefix}{node.path}.")
            for node in current.nodes
            if node.called is not None and not node.outer and _has_ties(node.called, has_ties)
        ]
    return result


def _has_ties(graph: Graph, results: dict[int, bool]) -> bool:
    """Whether a graph, or a graph that it calls, ties weights. ``results`` holds earlier
    answers."""
    if id(graph) not in results:
        inner = (node.called for node in graph.nodes)
        results[id(graph)] = bool(graph.ties) or any(
            _has_ties(g, results) for g in inner if g is not None
        )
    return results[id(graph)]


def recurs(node: Node) -> bool:
    """Whether a layer keeps a state along time. A cell does not: its state is an input."""
    op = node.op
    recurrent = isinstance(op, LayerOp) and op.layer.category == "recurrent"
    return isinstance(op, LayerOp) and recurrent and op.layer.role != "cell"


def title(copies: Sequence[Step], prefix: str = "") -> str:
    """``denseblock1 · dense_layer``: label and block. A label that differs between the copies is
    left out."""
    labels = {label(step) for step in copies}
    names = [prefix, labels.pop() if len(labels) == 1 else "", name(copies[0])]
    return " · ".join(dict.fromkeys(word for word in names if word))


def varying(graph: Graph) -> dict[str, set[str]]:
    """The parameters of each block whose arguments differ between its calls in the net."""
    values_by_block: dict[str, dict[str, set[str]]] = {}
    visited: set[int] = set()
    waiting = [graph]
    while waiting:
        current = waiting.pop()
        if id(current) in visited:
            continue
        visited.add(id(current))
        for name, argument in current.arguments:
            values = values_by_block.setdefault(current.name, {}).setdefault(name, set())
            values.add(style.value(argument))
        waiting += [inner for node in current.nodes if (inner := node.called)]
    return {
        block: {name for name, values in names.items() if len(values) > 1 and values != OPTIONAL}
        for block, names in values_by_block.items()
    }


def arguments(step: Step, varying: dict[str, set[str]]) -> str:
    """``width 128, stride 2``: the arguments that differ from those of other calls of the block."""
    graph = step.body.graph if step.body else None
    if graph is None:
        return ""
    differs = varying.get(graph.name, set())
    return named_values(
        [(name, style.value(value)) for name, value in graph.arguments if name in differs]
    )


def named_values(values: Sequence[tuple[str, str]]) -> str:
    """``width 128, stride 2``: arguments without those that a reader assumes."""
    hidden = ("false", "tensor")  # a tensor comes in by a line
    return ", ".join(
        name if value == "true" else f"{name} {value}"
        for name, value in values
        if value not in hidden and style.UNSAID.get(name) != value
    )


def brief(step: Step, varying: dict[str, set[str]]) -> Text:
    """One line for a step inside a closed box; empty for a weight."""
    count = text(TextRun(f" ×{step.count}", "badge")) if step.count > 1 else ()
    if step.kind == "call":
        called = name(step) or label(step) or step.part.path.rpartition(".")[2]
        words = " ".join(word for word in (called, arguments(step, varying)) if word)
        return text(words, count)
    if step.kind == "weight":
        return ()
    if step.kind == "scan":
        return text(
            " · ".join(word for word in ("scan", name(step) or caption(step.part)[0]) if word)
        )
    strips = " ".join(strip(p) for i, p in enumerate(step.parts) if i != step.core and not idle(p))
    words = ", ".join(word for word in caption(step.part) if word)
    op = step.node.op
    if isinstance(op, LayerOp) and not any(c.isalnum() for c in words):
        words = op.layer.word  # a sign such as + says little by itself
    return text(words, f" {strips}" if strips else "", count)


def titles(graph: Graph, title: str | None) -> tuple[str, str]:
    """The name of the net, and the first sentence of its documentation for the line below."""
    if title is not None:
        return title, ""
    words = " ".join(graph.documentation.split("\n\n")[0].split())
    words = re.sub(r"`([^`]*)`", r"“\1”", words)
    sentence = words.partition(". ")[0].partition("; ")[0].rstrip(".")
    own_name = graph.alias or ("" if graph.name == "net" else graph.name)
    same = _letters_only(own_name) == _letters_only(sentence)
    return (own_name or sentence, "") if same or not own_name else (own_name, sentence)


def _letters_only(line: str) -> str:
    return "".join(c for c in line.lower() if c.isalnum())


# --- tooltips ---------------------------------------------------------------------------------


FIRST: Final = "the first of several, which differ:"


def about_step(copies: Sequence[Step], scope: Scope) -> str:
    """The tooltip of a layer: all settings, full shapes, parameters. If the copies differ, those of
    the first."""
    first = copies[0]
    lines = [line for part in first.parts for line in _part_lines(part, scope)]
    numbers = [_numbers(twin, scope) for copy in copies for twin in every_copy(copy)]
    each = " each" if first.count > 1 else ""
    lines += [f"{number}{each}" if number[:1].isdigit() else number for number in numbers[0]]
    spellings = {
        tuple(_spelling(p) for p in twin.parts) for copy in copies for twin in every_copy(copy)
    }
    several = len(spellings) > 1 or len(set(numbers)) > 1
    return "\n".join([FIRST] * several + [line for line in lines if line])


def _numbers(step: Step, scope: Scope) -> tuple[str, ...]:
    """The types of inputs and results, the parameters and the MACs of one copy."""
    takes = ", ".join(str(scope.type(t)) for t in step.takes)
    types = ", ".join(str(scope.type(t)) for t in step.types)
    total: Dim = 0
    for part in step.parts:
        total = total + params(part)
    return (
        f"{takes} → {types}" if takes else types,
        f"{_exact(total, scope)} parameters" if total != 0 else "",
        _macs([part.node for part in step.parts], scope),
    )


def _macs(nodes: Sequence[Node], scope: Scope) -> str:
    """Multiply-accumulates for one example; empty if there are none."""
    total: Dim = 0
    for node in nodes:
        total = total + node_macs(node)
    return f"{_exact(total, scope)} MACs" if total != 0 else ""


def _exact(total: Dim, scope: Scope) -> str:
    number = substitute(total, dict(scope.sizes) | {"N": 1})
    return f"{number:,}" if isinstance(number, int) else style.dim(number)


def _part_lines(part: StepPart, scope: Scope) -> tuple[str, ...]:
    """The module path and the layer, then what an extern says about itself."""
    path = scope.module(part.path) if part.path else ""
    op = part.node.operation
    about = op.layer.about() if isinstance(op, LayerOp) else ()
    return (": ".join(word for word in (path, _spelling(part)) if word), *about)


def _spelling(part: StepPart) -> str:
    op = part.node.op
    return spell(op.layer) if isinstance(op, LayerOp) else ""


def other_spans(step: Step) -> tuple[Span, ...]:
    """The other places where a step is written: its strips, its copies, the block that it calls."""
    nodes = [part.node for s in (step, *step.merged) for part in s.parts]
    nodes += [row.steps[0].node for row in step.rows]
    bodies = [s.body for s in (step, *(row.steps[0] for row in step.rows))]
    spans = [node.span for node in nodes if node is not step.node]
    spans += [body.graph.span for body in bodies if body and body.graph]
    return tuple(dict.fromkeys(span for span in spans if span))


def about_call(copies: Sequence[Step], below: Scope) -> str:
    """The tooltip of a call: path, block with arguments, first line of the documentation,
    parameters. If the copies differ, those of the first."""
    path = below.path.rstrip(".")
    if copies[0].body is None or copies[0].body.graph is None:
        return path
    called = [twin.part.counted.called for copy in copies for twin in every_copy(copy)]
    graphs = {id(graph): graph for graph in called if graph is not None}
    steps = copies[0].node.steps
    lines = [_about(graph, steps, below) for graph in graphs.values()]
    several = len(set(lines)) > 1
    return "\n".join([FIRST] * several + [path, *(line for line in lines[0] if line)])


def _about(graph: Graph, steps: Dim, below: Scope) -> tuple[str, ...]:
    """The lines about a called graph; ``steps`` is how often it runs along the axis of a scan."""
    arguments = ", ".join(f"{k}={style.value(v)}" for k, v in graph.arguments)
    sizes = dict(below.sizes) | {"N": 1}
    params, macs = substitute(graph.params, sizes), substitute(graph.macs * steps, sizes)
    return (
        f"{graph.name}({arguments})" if arguments else graph.name,
        graph.documentation.strip().partition("\n")[0],
        f"{style.amount(params)} parameters",
        f"{style.amount(macs)} MACs" if macs != 0 else "",
    )
