"""Two versions of a network in one picture: what was added, removed and changed.

Views draw the merged graph as they draw any graph. The steps of its charts have marks. Here are the
texts and categories for these steps, and the signs and colours that the finished picture gets. A
box that was added, removed or changed has that as its category.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from ....compiler.ir import LayerOp
from ....compiler.spelling import spell_value
from ....compiler.types import TensorType
from ....grammar.record import alike
from ...diff.merge import Mark, NodeMarks, in_one_version, input_pairs, renamed
from .. import picture as drawn
from .. import style
from ..picture import Cluster, Edge, Item, Kind, Picture, Strip, Text, TextRun, text
from . import words
from .chart import Chart, Ref, Step, StepPart
from .scope import End

_T = TypeVar("_T")


# --- tensors ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a tensor comes from, with the ``mark`` of its line; ``earlier`` is where it came from
    in the old version, if that differs."""

    ref: Ref
    mark: Mark = ""
    earlier: tuple[Ref, ...] = ()


def node_inputs(marks: NodeMarks, sources: Sequence[Origin]) -> Sequence[Origin]:
    """The inputs of a node, each with its old origin."""
    if len(sources) != len(marks.wires):
        return sources
    marked = [replace(s, mark=m or s.mark) for s, m in zip(sources, marks.wires, strict=True)]
    return _with_earlier_refs(marked, marks.extra)


def graph_results(chart: Chart, results: Sequence[Origin]) -> Sequence[Origin]:
    """The results of a chart's graph, each with its old origin."""
    return _with_earlier_refs(results, chart.marks.extra)


def _with_earlier_refs(sources: Sequence[Origin], places: Sequence[int]) -> list[Origin]:
    return [
        replace(s, earlier=(*s.earlier, *(ref for o in old for ref in (o.ref, *o.earlier))))
        for s, old in _with_old(sources, places)
    ]


def _with_old(tensors: Sequence[_T], places: Sequence[int]) -> Iterator[tuple[_T, list[_T]]]:
    """The tensors of the new version, each with those that stood at its place in the old one.
    Those come last; ``places`` are their places."""
    count = len(tensors) - len(places)
    old: list[list[_T]] = [[] for _ in range(count)]
    for place, tensor in zip(places, tensors[count:], strict=True):
        old[place].append(tensor)
    return zip(tensors[:count], old, strict=True)


def part_inputs(
    sources: Sequence[Origin],
) -> tuple[tuple[Ref, ...], tuple[Mark, ...], tuple[int, ...]]:
    """The fields of a part: its inputs, their marks, and for each extra input the place of the
    input that it was."""
    extra = [(place, ref) for place, source in enumerate(sources) for ref in source.earlier]
    removed: list[Mark] = ["removed"] * len(extra)
    refs = (*(s.ref for s in sources), *(ref for _, ref in extra))
    return refs, (*(s.mark for s in sources), *removed), tuple(place for place, _ in extra)


def entering(step: Step, ends: Sequence[End]) -> list[End]:
    """The ends of a step's inputs with their marks, each with its old end."""
    part = step.parts[0] if step.parts else None
    if part is None or len(part.wires) != len(ends):
        return list(ends)
    marks = (_line_mark(m) for m in part.wires)
    marked = [replace(e, mark=m) for e, m in zip(ends, marks, strict=True)]
    return _with_earlier_ends(marked, part.extra)


def leaving(chart: Chart, ends: Sequence[End]) -> list[End]:
    """The ends of a chart's results, each with its old end."""
    return _with_earlier_ends(ends, chart.marks.extra)


def _with_earlier_ends(ends: Sequence[End], places: Sequence[int]) -> list[End]:
    return [
        replace(e, earlier=(*e.earlier, *(replace(o, mark="removed", label="") for o in old)))
        for e, old in _with_old(ends, places)
    ]


def _line_mark(mark: Mark) -> drawn.LineMark:
    return mark if mark != "changed" else ""


# --- words ------------------------------------------------------------------------------------


def only_arguments(marks: NodeMarks) -> bool:
    """Whether a call changed in its arguments at most: not in label, count or block."""
    old, new = marks.before, marks.after
    if marks.mark != "changed" or old is None or new is None:
        return True
    names = [graph.name if graph else "" for graph in (old.called, new.called)]
    return not renamed(old, new) and old.count == new.count and names[0] == names[1]


def label_change(step: Step) -> str:
    """``fc → head`` if a layer has another label than before, else empty."""
    old = step.before
    was, now = (n.operation if n else None for n in (old, step.node))
    same = (
        isinstance(was, LayerOp) and isinstance(now, LayerOp) and type(was.layer) is type(now.layer)
    )
    return arrow(old.path, step.node.path) if old and same and renamed(old, step.node) else ""


def port_look(chart: Chart, side: str, i: int, type: TensorType) -> tuple[Kind, str]:
    """The category of the box of an input or output, and its shape: ``10 → 100``."""
    now = _typed(type)
    if chart.marks.versions is None:
        return "io", now
    before, after = chart.marks.versions
    pairs = input_pairs(before, after)
    olds = before.inputs if side == "input" else before.outputs
    old_index, new_index = pairs[i] if side == "input" else (i if i < len(olds) else None, i)
    if old_index is None or new_index is None:
        return ("added" if old_index is None else "removed"), now
    old = _typed(olds[old_index].type)
    return ("changed", f"{old} → {now}") if old != now else ("io", now)


def _typed(type: TensorType) -> str:
    return style.shape(type) + ("" if type.dtype == "float" else f" {type.dtype}")


def together(parts: Sequence[StepPart], core: int) -> bool:
    """Whether layers may share a box. A layer of one version shares it only with others of that
    version."""
    mark = parts[core].mark
    return not in_one_version(mark) or all(p.mark == mark for p in parts)


def category_of(step: Step, category: Kind) -> Kind:
    """The category of a step's box."""
    if step.body is not None and step.body.graph is None:
        return category
    return step.mark or category


def holds_changes(step: Step) -> bool:
    """Whether a call has differences inside: all of it if only one version has it."""
    if step.body is None or step.body.graph is None:
        return True
    return in_one_version(step.mark) or step.body.marks.differs


def closed_category(step: Step) -> Kind:
    """The category of the box of a closed call."""
    same = step.body is None or step.body.graph is None or not holds_changes(step)
    return category_of(step, "block") if same else step.mark or "changed"


def brief(step: Step, line: Text) -> Text:
    """The line of a step inside a closed box, with its sign and the change of its count."""
    sign = style.SIGNS.get(category_of(step, "other"), "")
    if not sign or not line:
        return line
    plain = tuple(run for run in line if run.look != "badge") if count_change(step) else line
    return text(f"{sign} ", plain, " " if count_change(step) else "", count_change(step))


def count_change(step: Step) -> Text:
    """``×2 → ×3``; empty if the count is as before."""
    old = step.before
    if old is None or old.count == step.node.count:
        return ()
    return text(TextRun(f"×{old.count} → ×{step.node.count}", "badge"))


def changed_arguments(step: Step) -> str:
    """``width 64 → 128``: the arguments of a call that changed."""
    was, now = (step.before.called if step.before else None), step.node.called
    if was is None or now is None:
        return ""
    names = [f"was {was.name}"] if was.name != now.name else []
    old_arguments = dict(was.arguments)
    changes = [
        f"{name} {_arrow_of_values(old_arguments[name], value)}"
        for name, value in now.arguments
        if name in old_arguments and not alike(old_arguments[name], value)
    ]
    return style.clip(", ".join(names + changes), words.LINE)


def caption(part: StepPart) -> tuple[str, str]:
    """The caption of a layer; if it changed, with what it was: ``conv 3×3, 64 → 128``."""
    title, second = words.caption(part)
    old = part.before
    op, was = part.node.operation, old.operation if old is not None else None
    if old is None or not isinstance(op, LayerOp) or not isinstance(was, LayerOp):
        return title, second
    first, last = words.caption(replace(part, node=old))
    if type(op.layer) is not type(was.layer):
        return arrow(first, title), second
    before = was.layer.setting_values()
    settings = (
        (name, before.get(name), value) for name, value in op.layer.setting_values().items()
    )
    changes = [
        f"{name} {_arrow_of_values(a, b)}"
        for name, a, b in settings
        if not alike(a, b) and _not_in_title(op, name, a, part)
    ]
    if op.layer.python_class != was.layer.python_class:
        changes.insert(0, arrow(was.layer.python_class, op.layer.python_class))
    kept = [s for s in _PIECES.split(second) if s and s in _PIECES.split(last)]
    changed = ", ".join([*changes, *kept]) if changes or second != last else second
    return arrow(first, title), changed


_PIECES: Final = re.compile(r", (?![^\[]*\])")
"""Between the parts of a caption: an interval ``[0, 6]`` is one part."""


def strip(part: StepPart) -> str:
    """The caption of a strip: ``ReLU → GELU``."""
    now = words.strip(part)
    return arrow(words.strip(replace(part, node=part.before)), now) if part.before else now


def _not_in_title(op: LayerOp, name: str, old: object, part: StepPart) -> bool:
    """Whether the title of a layer leaves a setting out."""
    other = part.node.replace(op=op.replace(layer=op.layer.replace(**{name: old})))
    return words.caption(replace(part, node=other))[0] == words.caption(part)[0]


def _arrow_of_values(old: object, new: object) -> str:
    """``64 → 128``. Values that look alike are written as in a spec: ``1 → 1.0``."""
    was, now = style.value(old), style.value(new)
    return arrow(was, now) if was != now else arrow(spell_value(old), spell_value(new))


def arrow(old: str, new: str) -> str:
    """``conv 3×3, 64 → 128``: equal words stand once."""
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
    """The picture with signs, marked lines, and plain colours where nothing changed."""
    marks = {box.id: box.category for box in picture.boxes() if box.category in style.CHANGES}
    edges = _marked(picture.edges, marks, {b.id for b in picture.boxes() if b.shape == "fork"})
    again = picture.redraw
    redraw = (lambda how: painted(again(how))) if again is not None else None
    items = tuple(map(_painted, picture.items))
    return replace(picture, items=items, edges=edges, redraw=redraw)


def _marked(edges: Iterable[Edge], marks: dict[str, Kind], forks: set[str]) -> tuple[Edge, ...]:
    """The edges with marks on those from or to a box that only one version has."""
    result: list[Edge] = []
    into: dict[str, Counter[drawn.LineMark]] = {}
    for edge in edges:
        mark = edge.mark or _end(marks.get(edge.tail)) or _end(marks.get(edge.head))
        if edge.tail in forks and not mark and len(into.get(edge.tail, ())) == 1:
            mark = next(iter(into[edge.tail]))
        into.setdefault(edge.head, Counter())[mark] += 1
        result.append(replace(edge, mark=mark))
    return tuple(result)


def _end(category: Kind | None) -> drawn.LineMark:
    return category if category in ("added", "removed") else ""


def _painted(item: Item) -> Item:
    """The item with signs on its title and strips; white if nothing changed."""
    title = _signed(item.title, item.category)
    if isinstance(item, Cluster):
        return replace(item, title=title, items=tuple(map(_painted, item.items)))
    category = item.category
    plain = category not in style.CHANGES and category != "io"
    return replace(
        item,
        title=title,
        category="same" if plain else category,
        above=tuple(_strip(s, category) for s in item.above),
        below=tuple(_strip(s, category) for s in item.below),
    )


def _strip(strip: Strip, around: Kind) -> Strip:
    """The strip with its sign. A strip of an added box needs none."""
    if strip.category not in style.CHANGES:
        return replace(strip, category="same")
    if in_one_version(around) and strip.category == around:
        return strip
    return replace(strip, label=_signed(strip.label, strip.category))


def _signed(line: Text, category: Kind) -> Text:
    sign = style.SIGNS.get(category, "")
    return text(f"{sign} " if sign else "", line)
