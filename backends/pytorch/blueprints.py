"""The content of a graph's class: what ``__init__`` builds and what ``forward`` computes."""

from __future__ import annotations

from collections.abc import Iterator

from ...compiler.ir import Graph
from ...compiler.lowering import CallCode, Helper, Raw
from ...grammar.record import Record, field
from ..python.identifiers import plain
from ..python.method_statements import Assignment, Statement, do
from ..python.rolling import AttributeRuns, roll_init
from .holders import Classes, Holder
from .initialisers import Uniform, initialise
from .modules import Item, Tree, construct, fill, members, sequential
from .steps import Forward


class Blueprint(Record):
    """A class without its name. ``forward`` is None if the base class has one. ``outers``,
    ``sizes`` and ``device`` are further arguments of it: modules from outside, sizes that no input
    tells, and the device of what it makes if it has no inputs."""

    base: str
    init: tuple[Statement, ...]
    arguments: tuple[str, ...]
    outers: tuple[tuple[str, str], ...]
    sizes: tuple[tuple[str, str], ...]
    device: str
    forward: tuple[Statement, ...] | None
    results: int
    helpers: tuple[Helper, ...]
    tree: Tree = field(compare=False)

    @property
    def buffers(self) -> tuple[str, ...]:
        """The class's own buffers. It declares them, since type checkers cannot see them."""
        children = self.tree.children.items()
        own = (k for k, c in children if isinstance(c, Item) and c.code.function == "nn.Buffer")
        return tuple(name for name in own if plain(name))

    @property
    def plain(self) -> bool:
        """Whether an instance takes one tensor and returns one, as ``nn.Sequential`` needs it."""
        return len(self.arguments) == 1 == self.results and not self.outers and not self.sizes


def make_blueprint(graph: Graph, classes: Classes, uniform: Uniform) -> Blueprint:
    """The class of a graph. ``uniform`` are the initialisers that one walk over the net sets."""
    scope = Holder(graph, classes)
    tree = scope.tree
    chain = scope.is_chain() and (graph.kind == "group" or tree.kind == "list")
    tree.sequential = chain
    forward = None if chain else Forward(scope)
    listed = bool(tree.children) and tree.kind == "list"
    base = "nn.Sequential" if chain else "nn.ModuleList" if listed else "nn.Module"
    return Blueprint(
        base=base,
        init=tuple(_init(scope, base, forward.loops if forward else (), uniform)),
        arguments=scope.arguments,
        outers=scope.handed_in,
        sizes=tuple(forward.unknown.items()) if forward else (),
        device=forward.device if forward else "",
        forward=forward.statements if forward else None,
        results=len(graph.results),
        helpers=scope.helpers,
        tree=tree,
    )


def _init(
    scope: Holder, base: str, loops: tuple[AttributeRuns, ...], uniform: Uniform
) -> Iterator[Statement]:
    """The statements of ``__init__``; none if there is nothing to build."""
    tree, graph = scope.tree, scope.graph
    if not tree.children:
        return
    if base == "nn.Sequential":
        yield do(CallCode("super().__init__", sequential(tree).args), graph.span)
    elif base == "nn.ModuleList":
        yield do(CallCode("super().__init__", (list(members(tree)),)), graph.span)
        yield from fill(tree, "self")
    else:
        yield do(CallCode("super().__init__"))
        yield from roll_init(list(construct(tree)), loops)
    for tie in graph.ties:
        target, source = scope.tied(tie)
        yield Assignment((target,), Raw(source))
    yield from initialise(tree, uniform)
