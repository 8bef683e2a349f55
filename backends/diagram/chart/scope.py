"""Where in a net a chart is drawn, and where its tensors come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from ....compiler.dims import Dim, substitute
from ....compiler.ir import CallOp
from ....compiler.types import TensorType
from ..picture import LineMark
from .chart import OUTER, Step, World, row_worlds, single, worlds


@dataclass(frozen=True, slots=True)
class End:
    """The start of a line: the box that a tensor leaves, the shape to write on the line, and how
    the line looks."""

    box: str
    label: str = ""
    look: Literal["flow", "skip"] = "flow"
    level: bool = False
    climbs: bool = False
    name: str = ""
    """The name of the tensor in the block that it enters; empty for the first input."""
    mark: LineMark = ""
    earlier: tuple[End, ...] = ()
    """Where the tensor came from in the old version, if that differs."""


NOWHERE: Final = End("")
"""The end of a tensor that is not drawn."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The place in the net where a chart is drawn: module path, sizes, depth."""

    id: str = ""
    path: str = ""
    outers: tuple[tuple[str, str], ...] = ()
    sizes: tuple[tuple[str, Dim], ...] = ()
    depth: int = 0
    block: bool = False
    closed: bool = False
    """Whether calls stay closed here, in the arms of a U."""
    stretch: str = ""
    """The start of the ids of points inside a stretch that repeats, which has no module path."""
    bare: bool = False
    """Whether the only call here has no wall: it shares the wall of the stretch around it."""
    worlds: tuple[tuple[World, ...], ...] = ()
    """The copies that are drawn as one here, for each variant that a table tells apart."""

    def point(self, name: str) -> str:
        """The id of a box that is no module. It has a hyphen, which no module path has."""
        return f"{self.id.rstrip('.') or 'net'}-{self.stretch}{name}"

    def wall(self) -> str:
        """The id of the cluster around this scope."""
        return self.point("copies") if self.stretch else self.id.rstrip(".")

    def box(self, step: Step, alone: bool = False) -> str:
        """The id of a step: its module path, or its key if it has none. A step that is ``alone`` in
        its graph has the id of the graph."""
        return self.id.rstrip(".") if alone else _id(self.id + step.part.key)

    def module(self, path: str) -> str:
        if path.startswith(OUTER):
            return dict(self.outers).get(path[1:], path[1:])
        return self.path + path

    def type(self, type: TensorType) -> TensorType:
        sizes = dict(self.sizes)
        return type.substitute(sizes) if sizes else type

    def enter_run(self, step: Step) -> Scope:
        """The scope inside a run of calls or stretches, each row a variant."""
        alone = len(step.rows[0].steps) == 1
        inside = self.enter(step.rows[0].steps[0] if alone else step)
        rows = range(len(step.rows))
        return replace(inside, worlds=tuple(row_worlds(step, row) for row in rows))

    def enter(self, step: Step, copies: Sequence[Step] = ()) -> Scope:
        """The scope inside a call or a stretch that repeats; ``copies`` are the variants of the
        step that are drawn as one."""
        op = step.node.operation
        inside = replace(
            self,
            depth=self.depth + 1,
            bare=False,
            stretch="",
            worlds=tuple(worlds(copy) for copy in copies or (step,)),
        )
        if not isinstance(op, CallOp) or step.body is None or step.body.graph is None:
            stretch = f"{self.stretch}{_id(step.part.key)}-"
            return replace(inside, stretch=stretch, bare=single(step) is not None)
        sizes = {name: substitute(size, dict(self.sizes)) for name, size in op.sizes}
        outers = tuple((name, self._outer(given)) for name, given in step.node.outers)
        return replace(
            inside,
            id=f"{self.box(step)}.",
            path=f"{self.module(step.part.path)}.",
            outers=outers,
            sizes=tuple((dict(self.sizes) | sizes).items()),
            block=op.graph.kind == "block",
        )

    def _outer(self, name: str) -> str:
        return dict(self.outers).get(name, self.path + name)


def _id(key: str) -> str:
    """A node's key as an XML id: ``add-1`` for ``add#1``."""
    return key.replace("#", "-").replace(">", "")
