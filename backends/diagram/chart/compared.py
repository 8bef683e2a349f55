"""Two versions of a network in one picture: what was added, removed and changed.

Views draw a ``Comparison`` as they draw any graph; here is what they ask of its nodes, and the
signs and colours that the finished picture gets. What happened to a box is its category.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ....compiler.ir import CallOp, Graph, LayerOp, Node
from ....compiler.types import TensorType
from ...diff.merge import Compared, Comparison, Mark, input_pairs, marked, renamed, whole
from .. import picture as drawn
from .. import style
from ..picture import Cluster, Edge, Item, Kind, Picture, Run, Strip, Text, text
from . import words
from .chart import Part, Ref, Step
from .scope import End

_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?(?:×\d+)*")


# --- tensors ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """Where a tensor comes from; ``mark`` of the line, ``also`` where it came from before."""

    ref: Ref
    mark: Mark = ""
    also: tuple[Ref, ...] = ()


def read(node: Node, sources: Sequence[Source]) -> Sequence[Source]:
    """A node's inputs, each with what it was before."""
    if not isinstance(node, Compared) or len(sources) != len(node.inputs):
        return sources
    marks: Sequence[Mark] = node.wires or [""] * len(sources)
    all = [replace(s, mark=m or s.mark) for s, m in zip(sources, marks, strict=True)]
    return _with_extra(all, node.extra)


def returned(graph: Graph, results: Sequence[Source]) -> Sequence[Source]:
    """A graph's results, each with what it was before."""
    return _with_extra(results, graph.extra) if isinstance(graph, Comparison) else results


def _with_extra(sources: Sequence[Source], places: Sequence[int]) -> list[Source]:
    count = len(sources) - len(places)
    kept = list(sources[:count])
    for place, more in zip(places, sources[count:], strict=True):
        also = (*kept[place].also, more.ref, *more.also)
        kept[place] = replace(kept[place], also=also)
    return kept


def told(
    sources: Sequence[Source],
) -> tuple[tuple[Ref, ...], tuple[Mark, ...], tuple[int, ...]]:
    """For a part: its inputs, how each is marked, and of the last ones what they were."""
    extra = [(place, ref) for place, source in enumerate(sources) for ref in source.also]
    gone: list[Mark] = ["removed"] * len(extra)
    refs = (*(s.ref for s in sources), *(ref for _, ref in extra))
    return refs, (*(s.mark for s in sources), *gone), tuple(place for place, _ in extra)


def entering(step: Step, ends: Sequence[End]) -> list[End]:
    """The ends of a step's inputs, marked, each with what it was before."""
    part = step.parts[0] if step.parts else None
    if part is None or len(part.wires) != len(ends):
        return list(ends)
    marks = (_line(m) for m in part.wires)
    return _gathered([replace(e, mark=m) for e, m in zip(ends, marks, strict=True)], part.extra)


def leaving(graph: Graph | None, ends: Sequence[End]) -> list[End]:
    """The same for the results of a chart."""
    return _gathered(ends, graph.extra if isinstance(graph, Comparison) else ())


def _gathered(ends: Sequence[End], places: Sequence[int]) -> list[End]:
    count = len(ends) - len(places)
    kept = list(ends[:count])
    for place, end in zip(places, ends[count:], strict=True):
        gone = replace(end, mark="removed", label="")
        kept[place] = replace(kept[place], also=(*kept[place].also, gone))
    return kept


def _line(mark: Mark) -> drawn.Mark:
    return mark if mark != "changed" else ""


# --- words ------------------------------------------------------------------------------------


def before(node: Node) -> Node | None:
    """What a changed node was."""
    return node.before if isinstance(node, Compared) and node.mark == "changed" else None


def only_arguments(node: Node) -> bool:
    """Whether nothing about a call itself is other than what it is called with."""
    old = before(node)
    if old is None:
        return True
    was, now = old.operation, node.operation
    names = [op.graph.name if isinstance(op, CallOp) else "" for op in (was, now)]
    return not renamed(old, node) and old.count == node.count and names[0] == names[1]


def relabelled(step: Step) -> str:
    """``fc → head``: the label of a layer or call that has another."""
    old = before(step.node)
    was, now = (n.operation if n else None for n in (old, step.node))
    same = (
        isinstance(was, LayerOp) and isinstance(now, LayerOp) and type(was.layer) is type(now.layer)
    )
    return arrow(old.path, step.node.path) if old and same and renamed(old, step.node) else ""


def port_look(graph: Graph, side: str, i: int) -> tuple[Kind, str]:
    """The category of an input's or output's box, and the shape: ``10 → 100``."""
    ports = graph.inputs if side == "input" else graph.outputs
    now = _typed(ports[i].type)
    if not isinstance(graph, Comparison):
        return "io", now
    pairs = input_pairs(graph.before, graph.after)
    olds = graph.before.inputs if side == "input" else graph.before.outputs
    was, own = pairs[i] if side == "input" else (i if i < len(olds) else None, i)
    if was is None or own is None:
        return ("added" if was is None else "removed"), now
    old = _typed(olds[was].type)
    return ("changed", f"{old} → {now}") if old != now else ("io", now)


def _typed(type: TensorType) -> str:
    return style.shape(type) + ("" if type.dtype == "float" else f" {type.dtype}")


def together(parts: Sequence[Part], core: int) -> bool:
    """Whether layers may share a box: one that only one version has shares it with its like."""
    mark = marked(parts[core].node)
    return not whole(mark) or all(marked(p.node) == mark for p in parts)


def kind(step: Step, category: Kind) -> Kind:
    """The category of a step's box."""
    if step.body is not None and step.body.graph is None:
        return category
    return marked(step.node) or category


def holds_changes(step: Step) -> bool:
    """Whether there is something to see inside a call: all of it, or what differs."""
    graph = step.body.graph if step.body is not None else None
    if graph is None:
        return True
    return whole(marked(step.node)) or (isinstance(graph, Comparison) and graph.differs)


def shut_kind(step: Step) -> Kind:
    """The category of a call whose inside is not to be seen."""
    same = step.body is None or step.body.graph is None or not holds_changes(step)
    return kind(step, "block") if same else marked(step.node) or "changed"


def brief(step: Step, line: Text) -> Text:
    """One line for a step inside a shut box, with its sign and how its count changed."""
    sign = style.SIGNS.get(kind(step, "other"), "")
    if not sign or not line:
        return line
    plain = tuple(run for run in line if run.look != "badge") if counted(step) else line
    return text(f"{sign} ", plain, " " if counted(step) else "", counted(step))


def counted(step: Step) -> Text:
    """``×2 → ×3``; nothing where the count is as before."""
    old = before(step.node)
    if old is None or old.count == step.node.count:
        return ()
    return text(Run(f"×{old.count} → ×{step.node.count}", "badge"))


def arguments(node: Node) -> str:
    """``width 64 → 128``: what a block is called with, and was."""
    old = before(node)
    was, now = (old.operation if old is not None else None), node.operation
    if not isinstance(was, CallOp) or not isinstance(now, CallOp):
        return ""
    names = [f"was {was.graph.name}"] if was.graph.name != now.graph.name else []
    held = dict(was.graph.arguments)
    given = [
        f"{name} {arrow(style.value(held[name]), style.value(value))}"
        for name, value in now.graph.arguments
        if name in held and held[name] != value
    ]
    return style.clip(", ".join(names + given), words.LINE)


def caption(part: Part) -> tuple[str, str]:
    """A layer's words; of a changed one with what it was: ``conv 3×3, 64 → 128``."""
    title, second = words.caption(part)
    old = before(part.node)
    op, was = part.node.operation, old.operation if old is not None else None
    if old is None or not isinstance(op, LayerOp) or not isinstance(was, LayerOp):
        return title, second
    first, last = words.caption(replace(part, node=old))
    if type(op.layer) is not type(was.layer):
        return arrow(first, title), second
    given = (
        (name, getattr(was.layer, name), getattr(op.layer, name)) for name in op.layer.settings
    )
    unsaid = [
        f"{name} {arrow(style.value(a), style.value(b))}"
        for name, a, b in given
        if a != b and _silent(op, name, a, part)
    ]
    kept = [s for s in second.split(", ") if s and s in last.split(", ")]
    said = ", ".join([*unsaid, *kept]) if unsaid or second != last else second
    return arrow(first, title), said


def strip(part: Part) -> str:
    """The words of a strip: ``ReLU → GELU``."""
    old = before(part.node)
    said = words.strip(part)
    return arrow(words.strip(replace(part, node=old)), said) if old is not None else said


def _silent(op: LayerOp, name: str, old: object, part: Part) -> bool:
    """Whether a setting is not said in a layer's title."""
    other = part.node.replace(op=op.replace(layer=op.layer.replace(**{name: old})))
    return words.caption(replace(part, node=other))[0] == words.caption(part)[0]


def arrow(old: str, new: str) -> str:
    """``conv 3×3, 64 → 128``: what is equal is said once."""
    if old == new:
        return new
    olds, news = old.split(", "), new.split(", ")
    if len(olds) == len(news) and olds[0].split(" ")[0] == news[0].split(" ")[0]:
        return ", ".join(_arrow(a, b) for a, b in zip(olds, news, strict=True))
    return f"{old} → {new}"


def _arrow(old: str, new: str) -> str:
    if old == new:
        return new
    common, olds, news = [], old.split(" "), new.split(" ")
    while olds and news and olds[0] == news[0] and len(olds) > 1 and len(news) > 1:
        common.append(news.pop(0))
        olds.pop(0)
    return " ".join([*common, *olds, "→", *news])


# --- the picture ------------------------------------------------------------------------------


def painted(picture: Picture) -> Picture:
    """With signs, plain colours for what is as before, and marked lines."""
    marks = {box.id: box.category for box in picture.boxes() if box.category in style.CHANGES}
    edges = _marked(picture.edges, marks, {b.id for b in picture.boxes() if b.shape == "fork"})
    again = picture.redraw
    redraw = (lambda how: painted(again(how))) if again is not None else None
    items = tuple(map(_painted, picture.items))
    return replace(picture, items=items, edges=edges, redraw=redraw)


def _marked(edges: Iterable[Edge], marks: dict[str, Kind], forks: set[str]) -> tuple[Edge, ...]:
    """Lines from and to what only one version has."""
    found: list[Edge] = []
    into: dict[str, Counter[drawn.Mark]] = {}
    for edge in edges:
        mark = edge.mark or _end(marks.get(edge.tail)) or _end(marks.get(edge.head))
        if edge.tail in forks and not mark and len(into.get(edge.tail, ())) == 1:
            mark = next(iter(into[edge.tail]))
        into.setdefault(edge.head, Counter())[mark] += 1
        found.append(replace(edge, mark=mark))
    return tuple(found)


def _end(category: Kind | None) -> drawn.Mark:
    return category if category in ("added", "removed") else ""


def _painted(item: Item) -> Item:
    title = _signed(item.title, item.category)
    if isinstance(item, Cluster):
        return replace(item, title=title, items=tuple(map(_painted, item.items)))
    own = item.category
    plain = own not in style.CHANGES and own != "io"
    return replace(
        item,
        title=title,
        category="same" if plain else own,
        above=tuple(_strip(s, own) for s in item.above),
        below=tuple(_strip(s, own) for s in item.below),
    )


def _strip(strip: Strip, around: Kind) -> Strip:
    """A strip of a new box needs no sign of its own."""
    if strip.category not in style.CHANGES:
        return replace(strip, category="same")
    if whole_box(around) and strip.category == around:
        return strip
    return replace(strip, label=_signed(strip.label, strip.category))


def whole_box(category: Kind) -> bool:
    return category in ("added", "removed")


def _signed(line: Text, category: Kind) -> Text:
    sign = style.SIGNS.get(category, "")
    return text(f"{sign} " if sign else "", line)
