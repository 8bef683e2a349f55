"""What is not so in a drawing of volumes: it is read back and compared with the flat graph.

Only what is drawn is read: cuboids in rows that touch, balls, lines by their corners, words by
where they stand. From the model come just the operations that a cuboid is said to stand for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from netwright.backends.diagram import style
from netwright.backends.diagram.chart import words
from netwright.backends.diagram.drawing import RISE, Ball, Drawing, Point, Solid, TextBlock, Wire
from netwright.backends.diagram.picture import Trails, letters
from netwright.compiler.ir import Graph, LayerOp

from .flat import INPUT, OUTPUT, Address, Flat, Op, flat
from .truth import _caption, _part, addresses, said

NEAR: Final = 0.05
CONCATS: Final = frozenset({"concat", "stack"})


def complaints(drawing: Drawing, graph: Graph, *, sized: bool = True) -> list[str]:
    """``sized``: whether shapes are asked for."""
    return [*dict.fromkeys(_Read(drawing, flat(graph), sized).complaints())]


@dataclass(frozen=True)
class Slab:
    """Cuboids that are one step, with all their copies; or a ball."""

    id: str
    held: tuple[Address, ...]
    left: float
    right: float
    top: float
    kinds: tuple[str, ...] = ()
    """Of the first copy, from left to right."""
    copies: int = 1
    depth: float = 0.0

    @property
    def middle(self) -> float:
        """Of the front."""
        return (self.left + self.right - self.depth) / 2


@dataclass
class _Read:
    drawing: Drawing
    flat: Flat
    sized: bool

    def complaints(self) -> Iterator[str]:
        yield from self.operations()
        yield from self.list_below()
        yield from self.flows()
        yield from self.arcs()
        yield from self.missing_lines()
        for row, label in self.captioned:
            yield from self.caption(row, label)
        for slab in self.slabs:
            yield from self.bands(slab)

    # --- reading ---------------------------------------------------------------------------------

    @cached_property
    def slabs(self) -> list[Slab]:
        """From left to right."""
        found: dict[str, list[Solid]] = {}
        for solid in self.drawing.solids:
            found.setdefault(_stem(solid.id), []).append(solid)
        slabs = [_slab(parts) for parts in found.values()]
        slabs += [_ball(ball) for ball in self.drawing.balls]
        return sorted(slabs, key=lambda s: (s.left + s.depth / 2, s.right))

    @cached_property
    def rows(self) -> list[list[Slab]]:
        """Slabs that stand against each other."""
        rows: list[list[Slab]] = []
        for slab in self.slabs:
            touches = rows and abs(_start(slab) - _stop(rows[-1][-1])) < NEAR
            if touches and slab.kinds and rows[-1][-1].kinds:
                rows[-1].append(slab)
            else:
                rows.append([slab])
        return rows

    @cached_property
    def site(self) -> dict[Address, str]:
        return {at: slab.id for slab in self.slabs for at in slab.held}

    @cached_property
    def gone(self) -> set[Address]:
        return {at for left in self.drawing.left_out for at in addresses(left.nodes)}

    @cached_property
    def landed(self) -> dict[Address, str]:
        """Concats that a way around shows, by where it ends."""
        found: dict[Address, str] = {}
        for wire in self.drawing.wires:
            for at in addresses(wire.nodes):
                head = self.at(wire.points[-1])
                found[at] = head.id if head else ""
        return found

    def at(self, point: Point) -> Slab | None:
        """What a line ends at: on the upper face, or on a ball."""
        x, y = point
        for slab in self.slabs:
            if slab.kinds:
                level = abs(y - slab.top + RISE * slab.depth / 2) < NEAR
                if level and _start(slab) - NEAR <= x <= _stop(slab) + NEAR:
                    return slab
            elif slab.left - NEAR <= x <= slab.right + NEAR:
                return slab
        return None

    # --- operations ------------------------------------------------------------------------------

    def place(self, at: Address) -> str:
        """The slab of an operation, or of the call around it; empty if it is not drawn."""
        ways = [at[:n] for n in range(1, len(at) + 1)]
        return next((self.site[w] for w in ways if w in self.site), "") or self.landed.get(at, "")

    def operations(self) -> Iterator[str]:
        for at, op in self.flat.ops.items():
            ways = [at[:n] for n in range(1, len(at) + 1)]
            times = sum(w in self.site or w in self.landed for w in ways)
            if not times and not self.gone & set(ways):
                yield f"neither drawn nor listed: {said(at)} ({_caption(op)[0]})"
            listed = bool(self.gone & set(ways))
            if times and listed != self.vague(self.place(at)) and not self.trivial(op):
                yield f"drawn, and listed as left out or not: {said(at)} {listed}"
        known = {at[:n] for at in self.flat.ops for n in range(1, len(at) + 1)}
        known |= self.flat.calls.keys()
        drawn = [*self.site, *self.landed, *self.gone]
        yield from (f"there is no {said(at)}" for at in drawn if at not in known)
        twice = Counter(at for slab in self.slabs for at in slab.held)
        yield from (f"drawn twice: {said(at)}" for at, n in twice.items() if n > 1)

    def vague(self, id: str) -> bool:
        """Whether a slab names nothing of what it stands for, but says how much that is."""
        return id in self.unnamed

    @cached_property
    def unnamed(self) -> set[str]:
        words = [(self.under(row, label), letters(label.lines[0])) for row, label in self.captioned]
        words += self.braced
        return {s.id for s, told in words if re.match(r"\d+ (branches|layers)", told)}

    def under(self, row: list[Slab], label: TextBlock) -> Slab:
        return next(s for s in row if abs(s.middle - label.x) < NEAR)

    @cached_property
    def braced(self) -> list[tuple[Slab, str]]:
        """Slabs above a brace, and what that says."""
        found = []
        for wire in self.drawing.wires:
            if wire.look != "brace":
                continue
            (left, low), (right, _) = wire.points[0], wire.points[-1]
            label = next(
                m for m in self.drawing.labels if abs(m.x - (left + right) / 2) < NEAR and m.y > low
            )
            inside = [s for s in self.slabs if s.kinds and left < _start(s) and _stop(s) < right]
            found += [(slab, letters(label.lines[0])) for slab in inside]
        return found

    def list_below(self) -> Iterator[str]:
        """What the words say is left out, and how much of it."""
        told = _note(self.drawing.labels)
        counts: Counter[str] = Counter()
        for at in self.gone:
            op = self.flat.ops.get(at)
            if op is not None and not self.trivial(op):
                counts[_called(op)] += 1
        for word, number in counts.items():
            if told.get(word) != number:
                yield f"{number} {word!r} are left out, and told are {told.get(word)}"
        for word, number in told.items():
            elided = re.fullmatch(r"(.*) \((\d+) of (\d+)\)", word)
            if not elided and word not in counts:
                yield f"{number} {word!r} are told as left out"

    def trivial(self, op: Op) -> bool:
        word = op.node.operation.layer.word if isinstance(op.node.operation, LayerOp) else ""
        return words.idle(_part(op)) or (word == "concat" and len(op.node.inputs) == 1)

    # --- lines -----------------------------------------------------------------------------------

    @cached_property
    def reads(self) -> set[tuple[str, str]]:
        """From slab to slab: tensors, through what is not drawn."""
        makers: dict[Address, list[Address]] = {}
        for use in self.flat.uses:
            makers.setdefault(use.reader, []).append(use.maker.at)
        seen: dict[Address, frozenset[str]] = {}

        def sources(at: Address, deep: int = 0) -> frozenset[str]:
            own = self.port(at) or self.place(at)
            if own:
                return frozenset({own})
            if at not in seen and deep < 400:
                seen[at] = frozenset()
                found = (sources(m, deep + 1) for m in makers.get(at, ()))
                seen[at] = frozenset().union(*found)
            return seen.get(at, frozenset())

        return {
            (source, head)
            for use in self.flat.uses
            if (head := self.port(use.reader) or self.place(use.reader))
            for source in sources(use.maker.at)
            if source != head
        }

    def port(self, at: Address) -> str:
        (side, i) = at[0]
        ports = {INPUT: f"input-{i + 1}", OUTPUT: f"output-{i + 1}"}
        known = {slab.id for slab in self.slabs}
        own = ports.get(side, "") if len(at) == 1 else ""
        return own if own in known else ""

    @cached_property
    def drawn(self) -> set[tuple[str, str]]:
        """From slab to slab: in a row, by an arrow, by a way around."""
        pairs = {(a.id, b.id) for row in self.rows for a, b in pairwise(row)}
        pairs |= {(a[-1].id, b[0].id) for a, b in pairwise(self.rows)}
        return pairs | {(a.id, b.id) for a, b, _ in self.ways}

    @cached_property
    def ways(self) -> list[tuple[Slab, Slab, Wire]]:
        found = []
        for wire in self.drawing.wires:
            if wire.look == "skip":
                tail, head = self.at(wire.points[0]), self.at(wire.points[-1])
                if tail and head and tail is not head:
                    found.append((tail, head, wire))
        return found

    def flows(self) -> Iterator[str]:
        """An arrow from each row to the next."""
        arrows = sorted(w.points for w in self.drawing.wires if w.look == "flow")
        if len(arrows) != len(self.rows) - 1:
            yield f"{len(arrows)} arrows between {len(self.rows)} rows"
            return
        for (start, end), (before, after) in zip(arrows, pairwise(self.rows), strict=True):
            if abs(start[0] - _stop(before[-1])) > NEAR or abs(end[0] - _left(after[0])) > NEAR:
                yield f"an arrow that does not lead from {before[-1].id} to {after[0].id}"

    def arcs(self) -> Iterator[str]:
        for wire in self.drawing.wires:
            ends = (wire.points[0], wire.points[-1])
            if wire.look == "skip" and None in map(self.at, ends):
                yield f"a way around that ends in the air: {ends}"
        for tail, head, _ in self.ways:
            if (
                (tail.id, head.id) not in self.reads | self.chained
                and self.named(tail)
                and self.named(head)
            ):
                yield f"a way around that is no tensor: {tail.id} to {head.id}"

    def named(self, slab: Slab) -> bool:
        return bool(slab.held) or slab.id.startswith(("input-", "output-"))

    def missing_lines(self) -> Iterator[str]:
        bars = {slab.id for slab in self.slabs if self.joins(slab)}
        for tail, head in sorted(self.reads - self.drawn):
            known = {tail}
            while more := {b for a, b in self.drawn if a in known and b in bars} - known:
                known |= more
            if head not in known:
                yield f"no line from {tail} to {head}"

    @cached_property
    def chained(self) -> set[tuple[str, str]]:
        """A list that grows is drawn as a chain of concats."""
        bars = [slab.id for slab in self.slabs if self.joins(slab)]
        return set(pairwise(bars))

    def joins(self, slab: Slab) -> bool:
        return (
            bool(slab.held)
            and all(_word(self.flat.ops[a]) in CONCATS for a in slab.held if a in self.flat.ops)
            and all(a in self.flat.ops for a in slab.held)
        )

    # --- words -----------------------------------------------------------------------------------

    @cached_property
    def captioned(self) -> list[tuple[list[Slab], TextBlock]]:
        """Rows with the words below them."""
        found = []
        for row in self.rows:
            middles = [s.middle for s in row if s.kinds]
            for label in self.drawing.labels:
                below = label.y > max((s.top for s in row), default=0)
                if (
                    below
                    and any(abs(label.x - m) < NEAR for m in middles)
                    and label.look != "heading"
                ):
                    found.append((row, label))
                    break
        return found

    def caption(self, row: list[Slab], label: TextBlock) -> Iterator[str]:
        """Name, how often, and the shape."""
        lines = [letters(line) for line in label.lines]
        at = self.under(row, label)
        ops = [self.flat.ops[a] for a in at.held if a in self.flat.ops]
        ops.sort(key=lambda op: _bare(op) not in lines[0])
        calls = [self.flat.calls[a] for a in at.held if a in self.flat.calls]
        if at.id in self.unnamed:
            yield from self.branches(at, lines[0])
        if not at.held or at.id in self.unnamed:
            return
        made = [op for op in ops if _kind(op) == "shape"] or ops
        shapes = {style.shape(t) for op in made for t in op.types}
        shapes |= {style.shape(port.type) for call in calls for port in call.graph.outputs}
        count = next(
            (int(n) for n in re.findall(r"×(\d+)$", "\n".join(lines), re.M) if _red(label, n)), 1
        )
        names = {_bare(op) for op in ops}
        names |= {call.graph.name for call in calls} | {call.node.path for call in calls}
        title = re.sub(r" ×\d+$", "", lines[0])
        if label.look == "bold" and not any(
            title == n or (n and n in title) or title in n for n in names
        ):
            yield f"{at.id}: says {title!r} of {sorted(names)}"
        if self.sized and not calls and not any(line in shapes for line in lines):
            yield f"{at.id}: says none of {sorted(shapes)}: {lines}"
        if calls and len(calls) != count:
            yield f"{at.id}: {len(calls)} copies, and says {count}"
        held = [self.flat.ops[a] for s in row for a in s.held if a in self.flat.ops]
        cores = sum(_bare(op) == _bare(ops[0]) for op in held) if ops else 0
        thin = _kind(ops[0]) in ("pool", "shape") if ops else False
        if label.look == "bold" and not calls and not thin and max(1, cores) != count:
            yield f"{at.id}: {cores} copies, and says {count}"

    def branches(self, slab: Slab, told: str) -> Iterator[str]:
        last = max(
            (a for a in slab.held if a in self.flat.ops), key=[*self.flat.ops].index, default=()
        )
        joined = sum(use.reader == last for use in self.flat.uses)
        if "branches" in told and last and told != f"{max(2, joined)} branches":
            yield f"{slab.id}: {joined} branches, and says {told!r}"

    def bands(self, slab: Slab) -> Iterator[str]:
        """A cuboid to each operation of a copy, in its colour, and all copies up to four."""
        if slab.id in self.unnamed:
            return
        if not slab.kinds or any(a in self.flat.calls for a in slab.held) or not slab.held:
            return
        ops = [self.flat.ops[a] for a in self.flat.ops if a in set(slab.held)]
        kinds = tuple(kind for kind in map(_kind, ops) if kind != "shape" or kind in slab.kinds)
        each = len(slab.kinds)
        if kinds != slab.kinds * (len(kinds) // each):
            yield f"{slab.id}: {kinds} are drawn as {slab.kinds}"
        if slab.copies != min(4, len(kinds) // each):
            yield f"{slab.id}: {len(kinds) // each} copies are drawn as {slab.copies}"


def _red(label: TextBlock, number: str) -> bool:
    return any(run.look == "badge" and number in run.text for line in label.lines for run in line)


def _bare(op: Op) -> str:
    """Without the channels, which the shape says."""
    return re.sub(r",? \d+$", "", _caption(op)[0])


def _word(op: Op) -> str:
    layer = op.node.operation
    return layer.layer.word if isinstance(layer, LayerOp) else ""


def _kind(op: Op) -> str:
    layer = op.node.operation
    return layer.layer.category if isinstance(layer, LayerOp) else "source"


def _called(op: Op) -> str:
    """As what is left out goes."""
    layer = op.node.operation
    source = not isinstance(layer, LayerOp) or layer.layer.category == "source"
    label = (op.node.path or op.module).rpartition(".")[2]
    return (label or _caption(op)[0]) if source else words.strip(_part(op))


def _note(labels: tuple[TextBlock, ...]) -> dict[str, int]:
    """``not drawn: 8 ReLU; 3 BN``."""
    text = " ".join(letters(line) for m in labels for line in m.lines if _faint(line))
    if not text.startswith("not drawn: "):
        return {}
    found: dict[str, int] = {}
    for piece in text.removeprefix("not drawn: ").split("; "):
        counted = re.fullmatch(r"(\d+) (.+)", piece)
        word, number = (counted[2], int(counted[1])) if counted else (piece, 1)
        found[word] = found.get(word, 0) + number
    return found


def _faint(line: object) -> bool:
    return all(run.look == "faint" for run in line)  # type: ignore[attr-defined]


def _stem(id: str) -> str:
    return re.sub(r"(-copy\d+)?(-(band|fore)\d+)?$", "", id)


def _slab(parts: list[Solid]) -> Slab:
    ways: tuple[Trails, ...] = tuple(t for part in parts for t in part.nodes)
    first = [p for p in parts if "-copy" not in p.id]
    left, right = min(p.x for p in parts), max(p.x + p.w + p.d for p in parts)
    return Slab(
        _stem(parts[0].id),
        tuple(addresses(ways)),
        left,
        right,
        parts[0].y,
        tuple(p.kind for p in sorted(first, key=lambda p: p.x)),
        len(parts) // len(first),
        parts[0].d,
    )


def _ball(ball: Ball) -> Slab:
    return Slab(ball.id, tuple(addresses(ball.nodes)), ball.x - ball.r, ball.x + ball.r, ball.y)


def _start(slab: Slab) -> float:
    """Of the middle plane, where slabs of a row touch."""
    return slab.left + slab.depth / 2


def _stop(slab: Slab) -> float:
    return slab.right - slab.depth / 2


def _left(slab: Slab) -> float:
    return slab.left
