"""What is not so in a picture: it is read back and compared with the flat graph of its network.

Every operation is to stand in one box, or in what is said to be left out. Every tensor that one
operation hands to another is to be a way of drawn lines, and every way of drawn lines a tensor.
Counts multiply up to the number of operations. What a box says holds for all that it stands for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Final

from netwright.backends.diagram import style
from netwright.backends.diagram.chart import words
from netwright.backends.diagram.chart.chart import StepPart
from netwright.backends.diagram.picture import (
    Box,
    Cluster,
    Edge,
    Item,
    Picture,
    Text,
    TextRun,
    Trails,
    letters,
)
from netwright.backends.diff.merge import GraphMarks, Mark, Merged
from netwright.compiler.dims import Dim, substitute
from netwright.compiler.ir import (
    Graph,
    LayerOp,
    ScanOp,
    WeightOp,
    layer_params,
    node_macs,
    own_weights,
)
from netwright.compiler.spelling import spell
from netwright.compiler.types import TensorType

from .flat import PORTS, Address, Call, Flat, Op, Producer, Use, flat

NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
COUNT: Final = re.compile(r"×(\d+)$")
SYMBOLIC: Final = re.compile(r"×[^\W\d]\w*$")
COSTS: Final = re.compile(r"^(\S+) (parameters|MACs)(?: each)?$", re.MULTILINE)
SHARED: Final = "shared weights"
EACH: Final = "of each:"
"""Before the shape of a tensor that every copy gives."""
FIRST: Final = "the first of several"
SUMS: Final = frozenset({"add", "sub", "concat", "stack"})
"""What a skip connection may lead into."""


def compared(picture: Picture, both: Merged) -> list[str]:
    """The same of two versions in one: what stands where, by which lines, and what is marked."""
    trunk = tuple(i for i in picture.items if not (isinstance(i, Cluster) and i.inset))
    gone = {at for left in picture.left_out for at in addresses(left.nodes)}
    piece = _Piece(picture, trunk, flat(both.graph, both.marks.extra), (), gone)
    found = [
        *_called_twice(picture),
        *piece.operations(),
        *piece.missing_lines(),
        *piece.invented_lines(),
        *piece.loops(),
        *piece.marks(both.marks),
    ]
    return [*dict.fromkeys(found)]


def mark_of(at: Address, marks: GraphMarks) -> Mark:
    """The mark of an operation."""
    for key, _ in at[:-1]:
        around = marks.nodes.get(key)
        if around is None or around.called is None:
            return ""
        marks = around.called
    key = at[-1][0]
    return marks.nodes[key].mark if key in marks.nodes else ""


def complaints(picture: Picture, graph: Graph, *, full: bool = False) -> list[str]:
    """What the picture says that is not so, and what it does not say. ``full``: boxes say settings
    as they are written, not as captions."""
    insets = [item for item in picture.items if isinstance(item, Cluster) and item.inset]
    trunk = tuple(item for item in picture.items if item not in insets)
    whole = flat(graph)
    gone = {at for left in picture.left_out for at in addresses(left.nodes)}
    main = _Piece(picture, trunk, whole, (), gone, full)
    found = [*_called_twice(picture), *main.complaints()]
    for inset in insets:
        found += _of_inset(picture, inset, whole, gone)
    return [*dict.fromkeys(found)]


def _called_twice(picture: Picture) -> Iterator[str]:
    """What has one id is one thing in every file."""
    ids = Counter(box.id for box in picture.boxes())
    yield from (f"{n} boxes are called {id}" for id, n in ids.items() if n > 1)
    ids = Counter(cluster.id for cluster in picture.clusters())
    yield from (f"{n} walls are called {id}" for id, n in ids.items() if n > 1)


def _of_inset(picture: Picture, inset: Cluster, whole: Flat, gone: set[Address]) -> Iterator[str]:
    """An inset is drawn for every use of its block."""
    name = re.split(r"[( ]", letters(inset.title))[0]
    boxes = list(Picture("", "", "", "TB", inset.items, ()).boxes())
    held = [at for box in boxes for at in addresses(box.nodes)]
    seen: set[Address] = set()
    for at in held:
        around = [at[:n] for n in range(len(at), -1, -1) if at[:n] in whole.calls]
        use = next((a for a in around if whole.calls[a].graph.name == name), None)
        if use is None or use in seen:
            continue
        seen.add(use)
        own = flat(whole.calls[use].graph)
        left = {a[len(use) :] for a in gone if a[: len(use)] == use}
        piece = _Piece(picture, (inset,), own, use, left, net=whole)
        yield from (f"inset {letters(inset.title)}: {said}" for said in piece.complaints())


def addresses(nodes: Iterable[Trails]) -> Iterator[Address]:
    for trails in nodes:
        for trail in trails:
            for copies in product(*(range_ for _, range_ in trail)):
                yield tuple((key, i) for (key, _), i in zip(trail, copies, strict=True))


@dataclass
class _Piece:
    """The net, or a block beside it. ``use``: where the block stands."""

    picture: Picture
    items: tuple[Item, ...]
    flat: Flat
    use: Address
    gone: set[Address]
    full: bool = False
    net: Flat | None = None
    """The net around the block."""
    walls: dict[str, tuple[Cluster, ...]] = field(default_factory=dict)
    boxes: dict[str, Box] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._collect(self.items, ())
        # What a block leaves out is the matter of its own picture.
        self.gone = {at for at in self.gone if not self.sites(at)}

    def _collect(self, items: Iterable[Item], around: tuple[Cluster, ...]) -> None:
        for item in items:
            if isinstance(item, Cluster):
                self._collect(item.items, (*around, item))
            else:
                self.boxes[item.id] = item
                self.walls[item.id] = around

    def complaints(self) -> Iterator[str]:
        yield from self.operations()
        yield from self.missing_lines()
        yield from self.invented_lines()
        yield from self.loops()
        yield from self.counts()
        yield from self.words()
        yield from self.shared()
        yield from self.unsaid()
        yield from self.tooltips()
        yield from self.skips()

    # --- which box an operation stands in --------------------------------------------------------

    @cached_property
    def held(self) -> dict[str, list[Address]]:
        """What each box stands for."""
        n = len(self.use)
        return {
            id: [at[n:] for at in addresses(box.nodes) if at[:n] == self.use]
            for id, box in self.boxes.items()
        }

    @cached_property
    def standing(self) -> dict[Address, frozenset[str]]:
        found: dict[Address, set[str]] = {}
        for id, held in self.held.items():
            for at in held:
                found.setdefault(at, set()).add(id)
        return {at: frozenset(ids) for at, ids in found.items()}

    def sites(self, at: Address) -> list[frozenset[str]]:
        known = self.standing
        return [known[at[:n]] for n in range(1, len(at) + 1) if at[:n] in known]

    def site(self, at: Address) -> frozenset[str]:
        """The boxes of an operation or a port; none if it is not drawn."""
        (side, i) = at[0]
        if side in PORTS and len(at) == 1:
            return self.port(PORTS[side], i)
        return (self.sites(at) or [frozenset()])[0]

    def port(self, side: str, i: int) -> frozenset[str]:
        id = f"{side}-{i + 1}"
        if self.use:
            ends = f"-{'in' if side == 'input' else 'out'}{i + 1}"
            return frozenset(
                b for b in self.boxes if b.endswith(f"inset{ends}") or b.endswith(ends)
            )
        return frozenset({id}) if id in self.boxes else frozenset()

    def operations(self) -> Iterator[str]:
        for at, op in self.flat.ops.items():
            found = self.sites(at)
            if not found and at not in self.gone:
                yield f"not drawn: {said(at)} ({_caption(op)[0]})"
            if len(found) > 1 or (found and not self.one_thing(found[0])):
                yield f"drawn twice: {said(at)}"
        known = {at[:n] for at in self.flat.ops for n in range(1, len(at) + 1)}
        known |= self.flat.calls.keys()
        known |= {at for at, ids in self.standing.items() if all(map(self.idle, ids))}
        yield from (f"drawn, but there is no {said(at)}" for at in self.standing if at not in known)

    def one_thing(self, ids: frozenset[str]) -> bool:
        """Whether boxes are what one layer holds: they alone stand in a wall."""
        if len(ids) == 1:
            return True
        around = {self.walls[id][-1].id if self.walls[id] else "" for id in ids}
        inside = {id for id, walls in self.walls.items() if walls and {walls[-1].id} == around}
        return all(self.boxes[id].shape in ("fork", "label") for id in inside - ids) and bool(
            inside
        )

    def idle(self, id: str) -> bool:
        return any("does not run" in letters(line) for line in self.boxes[id].lines)

    # --- lines -----------------------------------------------------------------------------------

    @cached_property
    def makers(self) -> dict[Address, list[Use]]:
        found: dict[Address, list[Use]] = {}
        for use in self.flat.uses:
            found.setdefault(use.reader, []).append(use)
        return found

    def drawn_makers(self, producer: Producer) -> Iterator[Producer]:
        """Through what is left out."""
        waiting, seen = [producer], set()
        while waiting:
            one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            if one.at in self.gone:
                waiting += [use.maker for use in self.makers.get(one.at, ()) if use.scan is None]
            else:
                yield one

    @cached_property
    def tensors(self) -> list[Use]:
        """Those that a picture is to show."""
        return [
            Use(maker, use.reader, use.scan)
            for use in self.flat.uses
            if use.reader not in self.gone
            for maker in self.drawn_makers(use.maker)
        ]

    @cached_property
    def out(self) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = {}
        for edge in self.picture.edges:
            if edge.look != "hidden" and edge.tail in self.boxes:
                found.setdefault(edge.tail, []).append(edge)
        return found

    def ends(self, id: str) -> bool:
        """Whether a way of lines ends at a box: it stands for something."""
        return bool(self.held[id]) or id in self.ports

    @cached_property
    def ports(self) -> frozenset[str]:
        own = {at[0] for use in self.flat.uses for at in (use.maker.at, use.reader) if len(at) == 1}
        return frozenset(id for side, i in own if side in PORTS for id in self.port(PORTS[side], i))

    @cached_property
    def reach(self) -> dict[str, dict[str, tuple[Edge, ...]]]:
        """By box: where its lines lead, through points, words and tables."""
        return {id: dict(self.ways(id)) for id in self.boxes if self.ends(id)}

    def ways(self, start: str) -> Iterator[tuple[str, tuple[Edge, ...]]]:
        waiting: list[tuple[str, tuple[Edge, ...]]] = [(start, ())]
        seen = {start}
        while waiting:
            here, way = waiting.pop(0)
            for edge in self.out.get(here, ()):
                if edge.head not in self.boxes or (edge.look == "loop" and edge.head == start):
                    continue
                if edge.head in seen:
                    continue
                seen.add(edge.head)
                longer = (*way, edge)
                if self.ends(edge.head):
                    yield edge.head, longer
                else:
                    waiting.append((edge.head, longer))

    def way(self, tails: Iterable[str], heads: frozenset[str]) -> tuple[Edge, ...] | None:
        for tail in tails:
            for head, way in self.reach.get(tail, {}).items():
                if head in heads:
                    return way
        return self.through_bars(tails, heads)

    def through_bars(self, tails: Iterable[str], heads: frozenset[str]) -> tuple[Edge, ...] | None:
        """A list that grows is drawn as a chain of concats; a block may give back what it got."""
        bars = any(self.boxes[h].shape == "bar" for h in heads if h in self.boxes)
        waiting: list[tuple[str, tuple[Edge, ...]]] = [(t, ()) for t in tails]
        seen: set[str] = set()
        while waiting:
            here, way = waiting.pop()
            for head, more in self.reach.get(here, {}).items():
                if head in heads:
                    return (*way, *more)
                joins = bars and self.boxes[head].shape == "bar"
                if head not in seen and (joins or head in self.passers):
                    seen.add(head)
                    waiting.append((head, (*way, *more)))
        return None

    @cached_property
    def passers(self) -> set[str]:
        return {id for id, held in self.held.items() if self.flat.passing & set(held)}

    def missing_lines(self) -> Iterator[str]:
        said_of: dict[int, set[str]] = {}
        makers: dict[int, set[Address]] = {}
        labels: dict[int, Edge] = {}
        for use in self.tensors:
            tails, heads = self.site(use.maker.at), self.site(use.reader)
            if not tails or not heads or tails & heads:
                continue
            way = self.way(tails, heads)
            if way is None and not self.implied(tails, heads):
                yield f"no line from {said(use.maker.at)} to {said(use.reader)}"
            for edge in way or ():
                shape = style.shape(self.type(use.maker))
                said_of.setdefault(id(edge), set()).add(shape)
                makers.setdefault(id(edge), set()).add(use.maker.at)
                labels[id(edge)] = edge
        several = Counter((e.tail, e.head) for e in self.picture.edges)
        for key, edge in labels.items():
            each = edge.label.startswith(EACH)
            told, known = edge.label.removeprefix(EACH).strip(), said_of[key]
            if each and len(makers[key]) < 2:
                yield f"line {edge.tail} to {edge.head} says {edge.label}, and is one tensor"
            wrong = told not in known or (several[edge.tail, edge.head] == 1 and len(known) > 1)
            wrong = wrong and edge.look != "loop"
            if told and not self.use and wrong and not told.endswith("…"):
                yield f"line {edge.tail} to {edge.head} says {edge.label}: {said_of[key]}"

    def type(self, maker: Producer) -> TensorType:
        return maker.type or self.flat.types[Producer(maker.at, maker.result)]

    def implied(self, tails: frozenset[str], heads: frozenset[str]) -> bool:
        """Whether a line is that from one copy of what repeats to the next."""
        for tail, head in product(tails, heads):
            inner = [w for w in self.walls.get(tail, ()) if w in self.walls.get(head, ())]
            for wall in reversed([w for w in inner if w.repeated]):
                within = {b for b, around in self.walls.items() if wall in around}
                leaves = self.result_of(wall, within)
                enters = {
                    h
                    for t in self.boxes
                    if t not in within
                    for e in self.out.get(t, ())
                    if e.head in within
                    for h in self.first_inside(e.head)
                }
                if tail in leaves and head in enters:
                    return True
        return False

    def result_of(self, wall: Cluster, within: set[str]) -> set[str]:
        """The boxes from which lines leave a wall."""
        found: set[str] = set()
        for id in within:
            if self.ends(id):
                found |= {id for way in [self.leaving(id, within)] if way}
        return found

    def leaving(self, start: str, within: set[str]) -> bool:
        waiting, seen = [start], {start}
        while waiting:
            for edge in self.out.get(waiting.pop(), ()):
                if edge.look == "loop" or edge.head in seen:
                    continue
                if edge.head not in within:
                    return True
                seen.add(edge.head)
                if not self.ends(edge.head):
                    waiting.append(edge.head)
        return not any(e.look != "loop" for e in self.out.get(start, ())) and bool(self.use)

    def first_inside(self, head: str) -> set[str]:
        if self.ends(head):
            return {head}
        return {h for h, _ in self.ways(head)}

    def invented_lines(self) -> Iterator[str]:
        known = {
            pair
            for use in self.tensors
            for pair in product(self.site(use.maker.at), self.site(use.reader))
        }
        chained = {
            (a, b)
            for a in self.reach
            for b in self.reach[a]
            if self.boxes[a].shape == "bar" == self.boxes[b].shape
        }
        for tail, heads in self.reach.items():
            for head, way in heads.items():
                same = self.held[tail] and self.held[tail] == self.held[head]
                if (tail, head) not in known | chained and not same and tail not in self.passers:
                    look = way[-1].look
                    yield f"a line that is no tensor: {tail} to {head} ({look})"

    # --- marks -----------------------------------------------------------------------------------

    def marks(self, marks: GraphMarks) -> Iterator[str]:
        """What only one version has is marked so, and nothing else is."""
        for id, box in self.boxes.items():
            ops = [self.flat.ops[at] for at in self.held[id] if at in self.flat.ops]
            wanted = {mark_of(op.at, marks) for op in ops} & {"added", "removed"}
            told = {box.category, *(strip.category for strip in (*box.above, *box.below))}
            told &= {"added", "removed"}
            if ops and all(at in self.flat.ops for at in self.held[id]) and wanted != told:
                yield f"{id} is marked {sorted(told)}, and is {sorted(wanted)}"

    # --- loops -----------------------------------------------------------------------------------

    def loops(self) -> Iterator[str]:
        back = [e for e in self.picture.edges if e.look == "loop" and e.tail in self.boxes]
        own = {e.tail for e in back if e.tail == e.head}
        explained: set[str] = set()
        for at in self.flat.scans:
            site = self.site(at)
            # A line back at a stretch would say that all its layers repeat: it lists them.
            listed = any(self.lists(self.boxes[id]) for id in site)
            if at in self.standing and not self.standing[at] & own and not listed:
                yield f"{said(at)} repeats along time, and no line leads back"
            explained |= site
        for use in self.tensors:
            if use.scan is None:
                continue
            tails, heads = self.site(use.maker.at), self.site(use.reader)
            explained |= tails | heads
            if tails & heads:
                folded = any(use.scan[:n] in self.standing for n in range(1, len(use.scan) + 1))
                again = tails & own or any(self.leads_back(t, heads) for t in tails)
                if not folded and not again:
                    yield f"no line leads back at {said(use.maker.at)}"
                continue
            if not any(self.leads_back(t, heads) for t in tails):
                yield f"no line back from {said(use.maker.at)} to {said(use.reader)}"
        yield from (
            f"a line back at {e.tail}, where nothing repeats"
            for e in back
            if self.ends(e.tail) and e.tail not in explained
        )

    def lists(self, box: Box) -> bool:
        """Whether a closed box says by lines which layers it stands for."""
        return not letters(_unbadged(box.title)).strip() and bool(box.lines)

    def leads_back(self, tail: str, heads: frozenset[str]) -> bool:
        waiting, seen = [(tail, False)], set()
        while waiting:
            here, looped = waiting.pop()
            for edge in self.out.get(here, ()):
                state = (edge.head, looped or edge.look == "loop")
                if state in seen or edge.head not in self.boxes:
                    continue
                seen.add(state)
                if edge.head in heads and state[1]:
                    return True
                if not self.ends(edge.head):
                    waiting.append(state)
        return False

    # --- counts ----------------------------------------------------------------------------------

    def counts(self) -> Iterator[str]:
        for id, box in self.boxes.items():
            held = self.held[id]
            if not held:
                continue
            titles = [box.title, *(wall.title for wall in self.walls[id] if not wall.inset)]
            numbers = [_badge(title) for title in titles]
            if None in numbers:
                continue
            times = 1
            for number in numbers:
                times *= number or 1
            parts = 1 + len(box.above) + len(box.below)
            alone = box.shape in ("box", "circle", "bar") and box.category != "block"
            layers = alone and all(at in self.flat.ops for at in held)
            cut = sum(1 for b in self.boxes if self.held[b] == held) > 1
            listed = box.table is not None or bool(box.lines and box.category == "block")
            if self.alike(box, held) and len(held) != times:
                yield f"{id} stands for {len(held)} calls, and says {times}"
            if listed:  # copies of several steps, each with its own count
                continue
            if (layers and not cut and len(held) != times * parts) or len(held) % times:
                yield f"{id} stands for {len(held)} operations, and says {times} times {parts}"

    def alike(self, box: Box, held: Sequence[Address]) -> bool:
        """Whether a box is one block by name, called so often as its badges say."""
        calls = [self.flat.calls[at] for at in held if at in self.flat.calls]
        named = {call.graph.name for call in calls if call.graph.kind == "block"}
        whole = len(calls) == len(held) and box.table is None and len(named) == 1
        return whole and letters(_unbadged(box.title)).strip() in named

    # --- words -----------------------------------------------------------------------------------

    def words(self) -> Iterator[str]:
        for id, box in self.boxes.items():
            if not self.held[id] or sum(1 for b in self.held.values() if b == self.held[id]) > 1:
                continue
            ops = [self.flat.ops[at] for at in self.held[id] if at in self.flat.ops]
            calls = [self.flat.calls[at] for at in self.held[id] if at in self.flat.calls]
            if ops and not calls and box.category != "block":
                yield from (f"{id}: {said}" for said in self.layer_words(box, ops))
            if calls:
                yield from (f"{id}: {said}" for said in self.call_words(box, calls))
            named = letters(_unbadged(box.title)).strip() or box.lines or box.shape == "circle"
            if not named:
                yield f"{id} says only {letters(box.title)!r}"

    def layer_words(self, box: Box, ops: Sequence[Op]) -> Iterator[str]:
        title = _pattern(_unbadged(box.title))
        strips = [_pattern(strip.label) for strip in (*box.above, *box.below)]
        core = [op for op in ops if _names(title, op)]
        for op in ops:
            part = _part(op)
            if not _names(title, op) and not any(p.fullmatch(words.strip(part)) for p in strips):
                yield f"says {letters(box.title)!r} of {_caption(op)[0]!r}"
        for line in box.lines:
            pattern, told = _pattern(line), letters(line)
            if any(run.look == "symbol" for run in line) and all(_agrees(line, op) for op in core):
                continue
            if box.table is None and not all(
                any(pattern.fullmatch(known) for known in self.known(op, told)) for op in core
            ):
                yield f"says {told!r}, not of all"
        for op in core:
            second = _caption(op)[1]
            if second and not self.full and not any(_agrees(line, op) for line in box.lines):
                yield f"does not say {second!r}"

    def known(self, op: Op, told: str) -> Iterator[str]:
        yield _caption(op)[1]
        yield op.node.path.rpartition(".")[2]
        part = _part(op)
        amount = style.amount(words.params(part))
        yield from (amount, f"{amount} parameters")
        yield told if _in_range(op.module, told) else op.module
        yield from self.in_full(op, told)
        if "shared weights" in told and self.runs(op) > 1 and _weighs(op):
            yield told
        layer = op.node.operation
        if isinstance(layer, LayerOp) and layer.tied and told.startswith("tied to "):
            yield told

    def runs(self, op: Op) -> int:
        """How often the module of an operation runs in the whole net."""
        whole = self.net or self.flat
        return whole.modules[whole.ops[(*self.use, *op.at)].module]

    def in_full(self, op: Op, told: str) -> Iterator[str]:
        """What the debug view says: a line of settings, of types, the place, costs."""
        node = op.node
        if isinstance(node.operation, LayerOp):
            yield from (told for _ in range(1) if told in spell(node.operation.layer))
        sizes = dict(op.sizes)
        takes, types = (
            ", ".join(str(t.substitute(sizes)) for t in held) for held in (node.takes, node.types)
        )
        yield from (told for _ in range(1) if told in f"{takes} → {types}")
        if node.span:
            yield f"{Path(node.span.source.name).name}:{node.span.line}"
        params, macs = words.params(_part(op)), substitute(node_macs(node), sizes | {"N": 1})
        costs = [
            f"{_number(n)} {unit}" for n, unit in ((params, "parameters"), (macs, "MACs")) if n != 0
        ]
        yield " · ".join(costs)

    def shared(self) -> Iterator[str]:
        """Of a wall or a closed block with shared weights: all in it that has some runs again."""
        for id, box in self.boxes.items():
            told = [wall.title for wall in self.walls[id]]
            told += box.lines if any(at in self.flat.calls for at in self.held[id]) else ()
            if not any(SHARED in letters(line) for line in told):
                continue
            for at, op in self.flat.ops.items():
                ways = {at[:n] for n in range(1, len(at) + 1)}
                if self.runs(op) < 2 and _weighs(op) and ways & set(self.held[id]):
                    yield f"{id} is said to share its weights, and {said(at)} has its own"

    def unsaid(self) -> Iterator[str]:
        """Of a layer that runs again: its box or a wall around it says so, or the box of a block
        that is drawn beside it. Where boxes say settings in full, they say the module too."""
        whole = self.net or self.flat
        around = (whole.calls[self.use[:n]] for n in range(1, len(self.use) + 1))
        if self.full or any(whole.modules[call.module] > 1 for call in around):
            return
        for id, box in self.boxes.items():
            told = [*box.lines, *(wall.title for wall in self.walls[id])]
            ops = [self.flat.ops[at] for at in self.held[id] if at in self.flat.ops]
            if not ops or any(SHARED in letters(line) for line in told):
                continue
            if all(self.runs(op) > 1 and _weighs(op) for op in ops):
                yield f"{id} does not say that it shares its weights"

    def tooltips(self) -> Iterator[str]:
        """What a box says when asked: of each copy, if it does not say that they differ."""
        for id, box in self.boxes.items():
            told = COSTS.findall(box.tooltip)
            if not told or box.tooltip.startswith(FIRST):
                continue
            ops = [self.flat.ops[at] for at in self.held[id] if at in self.flat.ops]
            calls = [self.flat.calls[at] for at in self.held[id] if at in self.flat.calls]
            alone = sum(other == self.held[id] for other in self.held.values()) == 1
            for number, unit in told:
                known = {self.told(call, unit) for call in calls}
                if ops and not calls and alone and unit == "parameters":
                    known = {self.each(box, ops)}
                if known and known != {number}:
                    yield f"{id} says {number} {unit} when asked, and has {sorted(known)}"

    def told(self, call: Call, unit: str) -> str:
        params, macs = self.cost(call)
        return style.amount(params if unit == "parameters" else substitute(macs, {"N": 1}))

    def each(self, box: Box, ops: Sequence[Op]) -> str:
        """Parameters of one copy."""
        total: Dim = 0
        for op in ops:
            total = total + words.params(_part(op))
        copies = max(1, len(ops) // (1 + len(box.above) + len(box.below)))
        return _number(total // copies)

    def call_words(self, box: Box, calls: Sequence[Call]) -> Iterator[str]:
        title = letters(box.title)
        for call in calls:
            graph = call.graph
            inside = _numbers_inside(graph)
            if graph.kind == "block" and graph.name not in title and not box.lines:
                yield f"says {title!r} of {graph.name}"
            given = {k: style.value(v) for k, v in graph.arguments}
            in_full = {*self.call_in_full(call)} if self.full else set()
            for line in box.lines:
                if letters(line) in in_full:
                    continue
                plain = "".join(r.text if r.look == "plain" else "" for r in line)
                if any(r.look == "symbol" for r in line):
                    continue
                segments = [s.split(" ", 1) for s in plain.rstrip(",").split(", ")]
                if all(s and s[0] in given for s in segments):
                    for name, *value in segments:
                        if value and not _says(value[0], given[name]):
                            yield f"says {name} {value[0]} of one with {given[name]}"
                    continue
                odd = set(NUMBER.findall(plain)) - inside
                if odd:
                    yield f"says {sorted(odd)} in {plain!r}, which {said(call.at)} has not"

    def call_in_full(self, call: Call) -> Iterator[str]:
        """What the debug view says: types, the place, costs."""
        node, sizes = call.node, dict(call.sizes)
        takes, types = (
            ", ".join(str(t.substitute(sizes)) for t in held) for held in (node.takes, node.types)
        )
        yield f"{takes} → {types}"
        if node.span:
            yield f"{Path(node.span.source.name).name}:{node.span.line}"
        params, macs = self.cost(call)
        macs = substitute(macs, {"N": 1})
        yield " · ".join(
            f"{_number(n)} {unit}" for n, unit in ((params, "parameters"), (macs, "MACs")) if n != 0
        )

    def cost(self, call: Call) -> tuple[Dim, Dim]:
        """Parameters and MACs of all that a call runs, each module's weights once."""
        inside = [op for at, op in self.flat.ops.items() if at[: len(call.at)] == call.at]
        weights: dict[str, Dim] = {}
        macs: Dim = 0
        for op in inside:
            if op.module.startswith(call.module) and op.module:
                own = f"{op.module} {op.node.op.weight}" if isinstance(op.node.op, WeightOp) else ""
                weights[own or op.module] = 0 if own else words.params(_part(op))
            steps = self.steps(op.at, call.at)
            macs = macs + substitute(node_macs(op.node), dict(op.sizes)) * steps
        total = _idle_params(call.graph)
        for count in weights.values():
            total = total + count
        return total, macs

    def steps(self, at: Address, below: Address) -> Dim:
        """At how many steps of the scans around it an operation runs."""
        found: Dim = 1
        for n in range(len(below), len(at)):
            call = self.flat.calls.get(at[:n])
            if call is not None and isinstance(call.node.op, ScanOp):
                found = found * substitute(call.node.steps, dict(call.sizes))
        return found

    # --- skips -----------------------------------------------------------------------------------

    @cached_property
    def above(self) -> dict[Address, frozenset[Address]]:
        found: dict[Address, frozenset[Address]] = {}
        for use in self.flat.uses:
            found.setdefault(
                use.maker.at, frozenset({use.maker.at}) | found.get(use.maker.at, frozenset())
            )
        # Operations stand in the order in which they run.
        for at in self.flat.ops:
            before: frozenset[Address] = frozenset({at})
            for use in self.makers.get(at, ()):
                if use.scan is None:
                    before |= found.get(use.maker.at, frozenset({use.maker.at}))
            found[at] = before
        return found

    def skips(self) -> Iterator[str]:
        if len(self.flat.ops) > 3000:
            return
        for tail, heads in self.reach.items():
            for head, way in heads.items():
                if any(e.look == "skip" for e in way):
                    yield from self.skip(tail, head)

    def skip(self, tail: str, head: str) -> Iterator[str]:
        """Whether a line that goes around has something to go around."""
        for at in self.held[head]:
            op = self.flat.ops.get(at)
            if op is None or not isinstance(op.node.op, LayerOp):
                continue
            inputs = [m.at for use in self.makers.get(at, ()) for m in self.drawn_makers(use.maker)]
            short = [a for a in inputs if tail in self.site(a)]
            if not short:
                continue
            word = op.node.op.layer.word
            if self.boxes[head].shape not in ("circle", "bar") and not self.full:
                return  # on the way around
            if word not in SUMS:
                yield f"a skip connection into {_caption(op)[0]!r} at {said(at)}"
                return
            others = [a for a in inputs if a not in short]
            if not others or not any(self.longer(short[0], other) for other in others):
                yield f"a skip connection into {said(at)} that goes around nothing"
                return

    def longer(self, short: Address, long: Address) -> bool:
        """Whether the way to one is longer from where they part; sums do not count."""
        none: frozenset[Address] = frozenset()
        one, other = self.above.get(short, none), self.above.get(long, none)
        return self.depth(other - one) > self.depth(one - other)

    def depth(self, own: frozenset[Address]) -> int:
        deep: dict[Address, int] = {}
        for at, op in self.flat.ops.items():
            if at not in own:
                continue
            layer = op.node.operation
            counts = not (isinstance(layer, LayerOp) and layer.layer.word in SUMS)
            before = [deep.get(use.maker.at, 0) for use in self.makers.get(at, ())]
            deep[at] = max(before, default=0) + counts
        return max(deep.values(), default=0)


# --- words ----------------------------------------------------------------------------------------


def _idle_params(graph: Graph) -> Dim:
    """The parameters of layers whose weights exist, and that do not run."""
    total: Dim = 0
    for node in graph.nodes:
        called = node.called
        if node.idle:
            total = total + (called.params if called else layer_params(node)) * node.count
        elif called is not None:
            total = total + _idle_params(called) * node.count
    return total


def _number(count: Dim) -> str:
    return f"{count:,}" if isinstance(count, int) else style.dim(count)


def said(at: Address) -> str:
    return ".".join(f"{key}[{i}]" if i else key for key, i in at)


def _part(op: Op) -> StepPart:
    return StepPart(op.node, op.node.key, op.node.path, ())


def _caption(op: Op) -> tuple[str, str]:
    if isinstance(op.node.op, WeightOp):
        return f"{op.module}.{op.node.op.weight}", ""
    return words.caption(_part(op))


def _names(title: re.Pattern[str], op: Op) -> bool:
    said = _caption(op)[0]
    return bool(title.fullmatch(said) or title.fullmatch(f"scan · {said}")) or (
        isinstance(op.node.op, WeightOp) and title.pattern.endswith(op.node.op.weight)
    )


def _weighs(op: Op) -> bool:
    layer = op.node.operation
    return isinstance(layer, LayerOp) and not {*own_weights(op.node)} <= {*layer.tied}


def _badge(title: Text) -> int | None:
    """How often, as a title says; None where that differs between copies."""
    red = "".join(run.text for run in title if run.look == "badge").strip()
    if SYMBOLIC.search(red):
        return None
    found = COUNT.search(red)
    return int(found[1]) if found else 1


def _unbadged(title: Text) -> Text:
    kept = [run for run in title if run.look not in ("badge", "faint")]
    return tuple(kept)


def _pattern(line: Text) -> re.Pattern[str]:
    said = [".+" if run.look == "symbol" else re.escape(run.text) for run in line]
    if said and line[-1].look != "symbol":
        said[-1] = re.escape(line[-1].text.rstrip())
    return re.compile("".join(said))


def _agrees(line: Text, op: Op) -> bool:
    """Whether a line says an operation's settings, each or by a name; a setting that only some
    copies have is a name alone."""
    second = _caption(op)[1]
    if _pattern(line).fullmatch(second):
        return True
    segments: list[list[TextRun]] = [[]]
    for run in line:
        for k, piece in enumerate(run.text.split(", ")):
            if k:
                segments.append([])
            if piece:
                segments[-1].append(TextRun(piece, run.look))
    told = second.split(", ") if second else []
    patterns = [(_pattern(tuple(s)), s) for s in segments]
    sayable = all(any(p.fullmatch(t) or _called(s, t) for p, s in patterns) for t in told)
    needed = all(
        any(r.look == "symbol" for r in s) or any(p.fullmatch(t) for t in told) for p, s in patterns
    )
    return sayable and needed


def _says(told: str, value: str) -> bool:
    """Whether a value is the one that is told, or in the range that is told."""
    first, several, last = told.partition(" … ")
    if several:
        ends = sorted((float(first), float(last)))
        return ends[0] <= float(value) <= ends[1]
    return told in (value, "…") or told.endswith("…")


def _called(segment: Sequence[TextRun], told: str) -> bool:
    """Whether a segment is the name of a setting."""
    first = segment[0]
    return first.look == "symbol" and told.startswith(first.text.strip("0123456789"))


def _in_range(module: str, told: str) -> bool:
    """Whether ``layer.0…5.fc`` is one of several."""
    pieces = re.split(r"(\d+…\d+)", told)
    pattern = "".join(r"(\d+)" if i % 2 else re.escape(s) for i, s in enumerate(pieces))
    found = re.fullmatch(pattern, module)
    ranges = [tuple(map(int, piece.split("…"))) for piece in pieces[1::2]]
    return found is not None and all(
        low <= int(number) <= high
        for number, (low, high) in zip(found.groups(), ranges, strict=True)
    )


def _numbers_inside(graph: Graph) -> set[str]:
    found: set[str] = set()
    waiting = [graph]
    while waiting:
        here = waiting.pop()
        found |= {n for _, v in here.arguments for n in NUMBER.findall(style.value(v))}
        for node in here.nodes:
            found.add(str(node.count))
            found |= {n for type in node.types for n in NUMBER.findall(str(type))}
            if node.called is not None:
                waiting.append(node.called)
            if isinstance(node.operation, LayerOp):
                part = StepPart(node, node.key, node.path, ())
                for told in (*words.caption(part), words.strip(part)):
                    found |= set(NUMBER.findall(told))
    return found | {"2", "3", "4", "5", "6", "7", "8", "9"}
