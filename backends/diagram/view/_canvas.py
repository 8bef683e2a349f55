"""What is drawn so far: boxes and clusters, the lines between them, and what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from ..chart import words
from ..chart.chart import Step, World
from ..chart.scope import NOWHERE, End
from ..picture import Box, Edge, Item, LeftOut, TextRun, Trails, text


@dataclass(slots=True)
class Canvas:
    """The items and lines of a picture while it is drawn."""

    items: list[Item] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    ranks: list[tuple[str, ...]] = field(default_factory=list)
    labelled: set[str] = field(default_factory=set)
    """The boxes that have their shape on a line."""
    left_out: dict[str, list[Trails]] = field(default_factory=dict)

    @contextmanager
    def apart(self) -> Iterator[list[Item]]:
        """Inside a ``with``, items go into a list of their own, around which a wall is put."""
        outside, self.items = self.items, []
        yield self.items
        self.items = outside

    # --- lines --------------------------------------------------------------------------------

    def connect(self, end: End, head: str, *, arrow: bool = True) -> None:
        """Draw a line, and one from the old end if that differs. A box has its shape as a label on
        one line only."""
        if end.box == NOWHERE.box:
            return
        label = "" if end.look == "skip" or end.box in self.labelled else end.label
        if label:
            self.labelled.add(end.box)
        self.edges.append(
            Edge(
                end.box,
                head,
                label,
                end.look,
                arrow,
                level=end.level,
                climbs=end.climbs,
                name=end.name,
                mark=end.mark,
            )
        )
        for other in end.earlier:
            self.connect(other, head, arrow=arrow)

    def fork(self, end: End, id: str) -> End:
        self.items.append(Box(id, shape="fork"))
        self.connect(end, id, arrow=False)
        return End(id)

    def hold_axis(self, source: str, bar: str) -> None:
        """Keep a bar straight below the box where its branches start, by a hidden edge in the
        middle of theirs."""
        out = [i for i, e in enumerate(self.edges) if e.tail == source]
        if out and bar:
            middle = out[len(out) // 2]
            self.edges.insert(middle, Edge(source, bar, look="hidden", trunk=True))

    # --- boxes --------------------------------------------------------------------------------

    def tell_apart(self, step: Step) -> None:
        """Add the label to the box that was drawn last: ``q_proj`` beside ``k_proj``."""
        box, label = self.items[-1], words.given_label(step)
        if isinstance(box, Box) and box.shape == "box" and label:
            self.items[-1] = replace(box, lines=(text(TextRun(label, "faint")), *box.lines))

    # --- what is left out ---------------------------------------------------------------------

    def leave_out(self, caption: str, nodes: Iterable[Trails]) -> None:
        """Record operations that are not drawn, with what they are."""
        for trails in nodes:
            self.left_out.setdefault(caption, []).append(trails)

    def leave_out_undrawn(self, around: Sequence[World]) -> None:
        undrawn = (Trails(w.at, w.chart.undrawn) for w in around if w.chart.undrawn)
        self.leave_out("concat of one tensor", undrawn)

    def omissions(self) -> tuple[LeftOut, ...]:
        return tuple(LeftOut(caption, tuple(nodes)) for caption, nodes in self.left_out.items())


def straighten(edges: Sequence[Edge]) -> tuple[Edge, ...]:
    """The edges with those marked as trunk that are the only way out of one box and into the
    next."""
    out = Counter(e.tail for e in edges if e.look == "flow")
    into = Counter(e.head for e in edges if e.look == "flow")
    return tuple(
        replace(e, trunk=True) if e.look == "flow" and out[e.tail] == into[e.head] == 1 else e
        for e in edges
    )
