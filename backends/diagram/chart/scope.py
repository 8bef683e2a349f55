"""Where in a net the drawing stands, and where the tensors there come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from ....compiler.dims import Dim, substitute
from ....compiler.ir import CallOp
from ....compiler.types import TensorType
from ..picture import Mark
from .chart import Step, World, row_worlds, single, worlds


@dataclass(frozen=True, slots=True)
class End:
    """Where a tensor leaves: the box, the shape to write on the edge, and what the edge means."""

    box: str
    label: str = ""
    look: Literal["flow", "skip"] = "flow"
    level: bool = False
    climbs: bool = False
    name: str = ""
    """What the block around calls the tensor, beside its first input."""
    mark: Mark = ""
    also: tuple[End, ...] = ()
    """Where the tensor came from before."""


NOWHERE: Final = End("")
"""Of a tensor that is not drawn."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where in the net a chart is drawn."""

    id: str = ""
    path: str = ""
    outers: tuple[tuple[str, str], ...] = ()
    sizes: tuple[tuple[str, Dim], ...] = ()
    depth: int = 0
    block: bool = False
    closed: bool = False
    """Calls stay shut here: the arms of a U."""
    stretch: str = ""
    """Where a stretch that repeats begins: points in it are told from those of its graph."""
    bare: bool = False
    """The one call here has no wall: it shares that of the stretch around it."""
    worlds: tuple[tuple[World, ...], ...] = ()
    """All that is drawn as one here, by the variants that are told apart."""

    def point(self, name: str) -> str:
        """An id for what is no module; module paths have no hyphens."""
        return f"{self.id.rstrip('.') or 'net'}-{self.stretch}{name}"

    def wall(self) -> str:
        """The id of the cluster around this scope."""
        return self.point("copies") if self.stretch else self.id.rstrip(".")

    def box(self, step: Step, alone: bool = False) -> str:
        """The id of a step: its module path, or what comes nearest. A step that is ``alone`` in
        its graph stands for it."""
        return self.id.rstrip(".") if alone else _id(self.id + step.part.key)

    def module(self, path: str) -> str:
        if path.startswith("^"):
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
        """The scope inside a call, or inside a stretch that repeats; ``copies`` are the variants
        of the step that are drawn as one."""
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

    def _outer(self, given: str) -> str:
        return dict(self.outers).get(given, self.path + given)


def _id(key: str) -> str:
    """A key as an XML id: ``add#1`` is ``add-1``."""
    return key.replace("#", "-").replace(">", "")
