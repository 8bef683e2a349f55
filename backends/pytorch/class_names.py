"""Names of classes: those of their blocks, or of the labels of their groups."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ...compiler.ir import Graph
from ..python.identifiers import IN_SCOPE, camel, numbered, plain
from ..python.printing import Late
from .merging import Class
from .nodes import one_of

LOCALS: Final = ("module", "name")
"""Names that an ``__init__`` binds in loops."""


def name_classes(classes: Sequence[Class]) -> None:
    """Name all classes. The root comes first; the simplest variant of a block has its name."""
    places = _places(classes[-1].graph)
    helpers = {h.name for c in classes for h in c.blueprint.helpers}
    taken = {*IN_SCOPE, *helpers}
    families: dict[str, list[Class]] = {}
    for cls in (classes[-1], *classes[:-1]):
        families.setdefault(_family(cls.graph, places), []).append(cls)
    for family, variants in families.items():
        for cls, wish in _wishes(family, variants, classes[-1]):
            cls.name.text = numbered(wish, taken)
            taken.add(cls.name.text)


def name_imports(imports: Mapping[str, Late], classes: Sequence[Class]) -> None:
    """Name the externs' classes, by their targets. One whose own name has another meaning in the
    file gets its module's name before it: ``LayersDeform``."""
    helpers = (h.name for c in classes for h in c.blueprint.helpers)
    parameters = (p.name for c in classes for p in c.parameters)
    names = (c.name.text for c in classes)
    taken = {*IN_SCOPE, *dir(builtins), *LOCALS, *helpers, *parameters, *names}
    for target, late in imports.items():
        module, _, name = target.partition(":")
        wish = (
            name if plain(name) and name not in taken else camel(f"{module.split('.')[-1]}_{name}")
        )
        late.text = numbered(wish, taken)
        taken.add(late.text)


def _family(graph: Graph, places: Mapping[int, str]) -> str:
    """The name that classes of one block, or of groups with one label, begin with: ``Layer``."""
    if graph.kind != "group":
        return camel(graph.name) or "Net"
    label = graph.name.rstrip("0123456789._") or one_of(places[id(graph)])
    return camel(label) or "Group"


def _places(root: Graph) -> dict[int, str]:
    """The path of each graph's first call, such as ``branches.0``."""
    places: dict[int, str] = {id(root): ""}
    waiting = [root]
    while waiting:
        graph = waiting.pop()
        for node in graph.nodes:
            inner = node.called
            if inner is not None and id(inner) not in places:
                places[id(inner)] = f"{places[id(graph)]}.{node.path}"
                waiting.append(inner)
    return places


def _wishes(family: str, variants: Sequence[Class], root: Class) -> Iterator[tuple[Class, str]]:
    """``Basic``, and ``BasicDownsample`` for the variant that also has a ``downsample``."""
    children = {id(v): set(v.blueprint.tree.children) for v in variants}
    if variants[0] is root:
        yield root, family
        variants, family = variants[1:], f"{family}Block"
    simplest: Class | None = None
    for cls in variants:
        if simplest is None and all(children[id(cls)] <= c for c in children.values()):
            simplest = cls
    if simplest is not None:
        yield simplest, family
    for cls in variants:
        if cls is not simplest:
            extra = children[id(cls)] - children[id(simplest)] if simplest is not None else set()
            label = extra.pop() if len(extra) == 1 else ""
            yield cls, family + ("" if label[-1:].isdigit() else camel(label))
