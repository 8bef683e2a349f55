"""What a picture says of steps: captions, names, arguments, tooltips."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ....compiler.dims import Dim, substitute
from ....compiler.ir import Graph, LayerOp, Node, layer_weights, node_macs, own_weights
from ....compiler.layer import Layer
from ....compiler.spelling import spell
from ....compiler.types import TensorType
from ....grammar.source import Span
from .. import style
from ..picture import Run, Text, text
from .chart import Part, Step, alike, single
from .scope import Scope

LINE: int = 44
"""Letters of a box's small lines."""


def port_name(side: str, i: int, names: list[str]) -> str:
    """``image``, ``tokens``; outputs are told apart only where there are several."""
    if side == "input" and names[i] not in ("", "x"):
        return names[i]
    if len(names) == 1:
        return side
    return names[i] or f"{side} {i + 1}"


def caption(part: Part) -> tuple[str, str]:
    op = part.node.operation
    if isinstance(op, LayerOp):
        layer = op.layer
        full = _in_full(layer, part.node.takes)
        return full.caption()[0].replace("//", "/"), layer.caption()[1].replace("//", "/")
    return (part.body.graph.name if part.body and part.body.graph else "", "")


def _in_full(layer: Layer, takes: Sequence[TensorType]) -> Layer:
    """``conv(3, 64)`` with its kernel as it is: ``3×3``."""
    kernel = layer.settings.get("kernel") and getattr(layer, "kernel", None)
    axes = takes[0].rank - 2 if takes else 0
    square = isinstance(kernel, int) and not isinstance(kernel, bool) and axes in (2, 3)
    return layer.replace(kernel=(kernel,) * axes) if square else layer


def strip(part: Part) -> str:
    """What a strip says: how the numbers are put is the whole of a ``rearrange``."""
    said, second = caption(part)
    op = part.node.operation
    layer = op.layer if isinstance(op, LayerOp) else None
    if layer is not None and layer.role == "rearrange":
        return second
    return said.replace(layer.title, layer.abbreviation) if layer and layer.abbreviation else said


def idle(part: Part) -> bool:
    """Whether a layer does nothing: dropout with probability 0."""
    op = part.node.op
    return (
        isinstance(op, LayerOp)
        and op.layer.category == "activation"
        and getattr(op.layer, "p", None) == 0
    )


def params(part: Part) -> Dim:
    total: Dim = 0
    for name, weight in layer_weights(part.node).items():
        tied = isinstance(part.node.op, LayerOp) and name in part.node.op.tied
        if not weight.buffer and not tied:
            size: Dim = 1
            for d in weight.shape:
                size = size * d
            total = total + size
    return total


def name(step: Step) -> str:
    """The block's name, empty for a group."""
    inner = single(step)
    graph = (inner or step).body.graph if (inner or step).body else None
    return graph.name if graph is not None and graph.kind == "block" else ""


def label(step: Step) -> str:
    """The label that a call was given; empty for one numbered by its word or its place."""
    if step.body is None or step.body.graph is None:
        return ""
    label = step.part.path.rpartition(".")[2]
    if len(set(step.paths)) > 1 and not label.isdigit():
        return ""
    if label.isdigit():
        label = step.part.path.rpartition(".")[0].rpartition(".")[2]
    if label.startswith("^") or label.isdigit():
        label = label[1:] if label.startswith("^") else ""
    block = name(step)
    return "" if block and block in (step.node.word, label.rstrip("0123456789")) else label


def given_label(step: Step) -> str:
    """The label of a layer; empty for one that goes by its word and number."""
    own = step.part.path.rpartition(".")[2]
    op = step.node.op
    known = ("", op.layer.word, *op.layer.aliases) if isinstance(op, LayerOp) else ("",)
    return "" if step.node.word in known[1:] or own.rstrip("0123456789") in known else own


def shares(step: Step) -> bool:
    """Whether a step has weights, and another the same: of a stretch, all that it holds."""
    if step.body is None or step.body.graph is not None:
        return step.part.shared and _weighs(step.node)
    weighing = [inner for inner in step.body.steps if _holds_weights(inner)]
    return bool(weighing) and all(map(shares, weighing))


def _holds_weights(step: Step) -> bool:
    if step.body is not None and step.body.graph is None:
        return any(map(_holds_weights, step.body.steps))
    return any(_weighs(part.node) for part in step.parts)


def _weighs(node: Node) -> bool:
    if isinstance(node.operation, LayerOp):
        return bool(own_weights(node))
    return node.called is not None and any(map(_weighs, node.called.nodes))


def ties(graph: Graph) -> dict[str, str]:
    """By module path, whose tensor a layer's is: ``tied to tok.weight``."""
    found: dict[str, str] = {}
    holds: dict[int, bool] = {}
    waiting = [(graph, "")]
    while waiting:
        here, prefix = waiting.pop()
        for tie in here.ties:
            source = f"{prefix}{tie.source}.{tie.source_weight}"
            found.setdefault(prefix + tie.path, f"tied to {source}")
        waiting += [
            (node.called, f"{prefix}{node.path}.")
            for node in here.nodes
            if node.called is not None and not node.outer and _ties(node.called, holds)
        ]
    return found


def _ties(graph: Graph, known: dict[int, bool]) -> bool:
    """Whether a graph, or one that it calls, ties tensors."""
    if id(graph) not in known:
        inner = (node.called for node in graph.nodes)
        known[id(graph)] = bool(graph.ties) or any(_ties(g, known) for g in inner if g is not None)
    return known[id(graph)]


def recurs(node: Node) -> bool:
    """Whether a layer goes along time by itself; a cell gets its state from outside."""
    op = node.op
    recurrent = isinstance(op, LayerOp) and op.layer.category == "recurrent"
    return isinstance(op, LayerOp) and recurrent and op.layer.role != "cell"


def title(copies: Sequence[Step], prefix: str = "") -> str:
    """``denseblock1 · dense_layer``; a label that differs between the copies is left out."""
    labels = {label(step) for step in copies}
    said = [prefix, labels.pop() if len(labels) == 1 else "", name(copies[0])]
    return " · ".join(dict.fromkeys(word for word in said if word))


def arguments(step: Step, varying: dict[str, set[str]]) -> str:
    """``width 128, stride 2``: what tells this call from the others of its block."""
    graph = step.body.graph if step.body else None
    if graph is None:
        return ""
    differs = varying.get(graph.name, set())
    said = [(k, style.value(v)) for k, v in graph.arguments if k in differs]
    hidden = ("false", "tensor")  # a tensor comes in by a line
    return ", ".join(k if v == "true" else f"{k} {v}" for k, v in said if v not in hidden)


def brief(step: Step, varying: dict[str, set[str]]) -> Text:
    """One line for a step inside a shut box; none for a weight."""
    count = text(Run(f" ×{step.count}", "badge")) if step.count > 1 else ()
    if step.kind == "call":
        words = " ".join(word for word in (name(step), arguments(step, varying)) if word)
        return text(style.clip(words, LINE), count)
    if step.kind == "weight":
        return ()
    if step.kind == "scan":
        return text(
            " · ".join(word for word in ("scan", name(step) or caption(step.part)[0]) if word)
        )
    strips = " ".join(strip(p) for i, p in enumerate(step.parts) if i != step.core and not idle(p))
    words = ", ".join(word for word in caption(step.part) if word)
    return text(words, f" {strips}" if strips else "", count)


def titles(graph: Graph, title: str | None) -> tuple[str, str]:
    """The net's name, and under it what its documentation says first."""
    if title is not None:
        return title, ""
    words = " ".join(graph.documentation.split("\n\n")[0].split()).replace("`", "")
    sentence = words.partition(". ")[0].partition("; ")[0].rstrip(".")
    known = graph.alias or ("" if graph.name == "net" else graph.name)
    same = _bare(known) == _bare(sentence)
    return (known or sentence, "") if same or not known else (known, sentence)


def _bare(said: str) -> str:
    return "".join(c for c in said.lower() if c.isalnum())


# --- tooltips ---------------------------------------------------------------------------------


FIRST: Final = "the first of several, which differ:"


def about_step(copies: Sequence[Step], scope: Scope) -> str:
    """All settings, whole shapes, parameters: of each copy, or of the first if they differ."""
    first = copies[0]
    lines = [_said(part, scope) for part in first.parts]
    every = [_numbers(own, scope) for copy in copies for own in alike(copy)]
    each = " each" if first.count > 1 else ""
    lines += [f"{said}{each}" if said[:1].isdigit() else said for said in every[0]]
    spelt = {tuple(_spelt(p) for p in own.parts) for copy in copies for own in alike(copy)}
    several = len(spelt) > 1 or len(set(every)) > 1
    return "\n".join([FIRST] * several + [line for line in lines if line])


def _numbers(step: Step, scope: Scope) -> tuple[str, ...]:
    """What comes in and what comes out, parameters and MACs of one copy."""
    takes = ", ".join(str(scope.type(t)) for t in step.takes)
    types = ", ".join(str(scope.type(t)) for t in step.types)
    total = sum(p for p in map(params, step.parts) if isinstance(p, int))
    return (
        f"{takes} → {types}" if takes else types,
        f"{total:,} parameters" if total else "",
        _macs([part.node for part in step.parts], scope),
    )


def _macs(nodes: Sequence[Node], scope: Scope) -> str:
    """Multiply-accumulates for one example; empty where there are none."""
    total: Dim = 0
    for node in nodes:
        total = total + node_macs(node)
    said = substitute(total, dict(scope.sizes) | {"N": 1})
    number = f"{said:,}" if isinstance(said, int) else style.dim(said)
    return f"{number} MACs" if said != 0 else ""


def _said(part: Part, scope: Scope) -> str:
    path = scope.module(part.path) if part.path else ""
    return ": ".join(word for word in (path, _spelt(part)) if word)


def _spelt(part: Part) -> str:
    op = part.node.op
    return spell(op.layer) if isinstance(op, LayerOp) else ""


def written(step: Step) -> tuple[Span, ...]:
    """Where else a step is written: its strips, all copies, the block that it calls."""
    nodes = [part.node for s in (step, *step.merged) for part in s.parts]
    nodes += [row.steps[0].node for row in step.rows]
    bodies = [s.body for s in (step, *(row.steps[0] for row in step.rows))]
    spans = [node.span for node in nodes if node is not step.node]
    spans += [body.graph.span for body in bodies if body and body.graph]
    return tuple(dict.fromkeys(span for span in spans if span))


def about_call(copies: Sequence[Step], below: Scope) -> str:
    """The path, the block with its arguments, what its documentation says first, parameters: of
    each copy, or of the first if they differ."""
    path = below.path.rstrip(".")
    graph = copies[0].body.graph if copies[0].body else None
    if graph is None:
        return path
    bodies = [own.body for copy in copies for own in alike(copy)]
    graphs = {id(body.graph): body.graph for body in bodies if body is not None and body.graph}
    steps = copies[0].node.steps
    told = [_about(one, steps, below) for one in graphs.values()]
    several = len(set(told)) > 1
    return "\n".join([FIRST] * several + [path, *(line for line in told[0] if line)])


def _about(graph: Graph, steps: Dim, below: Scope) -> tuple[str, ...]:
    """``steps``: how often it runs along a scan's axis."""
    given = ", ".join(f"{k}={style.value(v)}" for k, v in graph.arguments)
    macs = substitute(graph.macs * steps, dict(below.sizes) | {"N": 1})
    return (
        f"{graph.name}({given})" if given else graph.name,
        graph.documentation.strip().partition("\n")[0],
        f"{style.amount(graph.params)} parameters",
        f"{style.amount(macs)} MACs" if macs != 0 else "",
    )
