"""Module paths as a tree, and the statements of ``__init__`` that build it.

``layer.0`` and ``layer.1`` need a container ``layer``: an ``nn.Sequential`` if one call runs it,
an ``nn.ModuleList`` for numbers without gaps, an ``nn.ModuleDict`` for names, a plain ``nn.Module``
with attributes if it holds tensors. So ``state_dict()`` has the paths of the spec.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, Literal, TypeAlias

from ...compiler.ir import Node, layer_weights
from ...compiler.lowering import CallCode, Code, Raw
from ...grammar.record import Entity, field
from ...grammar.source import Span
from ..python.identifiers import attribute, plain
from ..python.method_statements import Assignment, ForLoop, Statement, do, size
from ..python.printing import Generator, Starred, quote
from ..python.series import formatted, progression

FEWEST_REPEATED: Final = 3
"""Fewer equal members are written one by one; two are a repeat if they are long."""
LONGEST_TWICE: Final = 12
FEWEST_IN_SERIES: Final = 5
"""Fewer members that differ evenly are written one by one, others as a comprehension over ``i``."""

TENSORS: Final = ("nn.Parameter", "nn.Buffer")
"""What is constructed and is not a module."""

LIST_METHODS: Final = frozenset({"append", "extend", "insert", "pop", "_get_item_by_idx"})
"""Methods of ``nn.Sequential`` and ``nn.ModuleList`` that not every module has."""
DICT_METHODS: Final = frozenset({"clear", "items", "keys", "pop", "update", "values"})

Kind: TypeAlias = Literal["list", "dict", "plain"]


class Item(Entity):
    """A module, parameter or buffer to construct, or ``count`` of them with numbers that follow one
    another. ``inside`` is the tree of its own modules, if a graph of ours is its class.
    """

    code: CallCode
    node: Node
    count: int = 1
    inside: Tree | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the copies in their container: ``conv1``, ``conv2``, ..."""
        return tuple(path.rpartition(".")[2] for path in self.node.paths)

    @property
    def is_tensor(self) -> bool:
        return self.code.function in TENSORS


class Tree(Entity):
    """A container. ``sequential``: one call runs it; ``root``: it is the class itself."""

    children: dict[str, Item | Tree] = field(default_factory=dict)
    sequential: bool = False
    root: bool = False

    @cached_property
    def kind(self) -> Kind:
        tensors = any(isinstance(c, Item) and c.is_tensor for c in self.children.values())
        if self.children and not tensors and _counts_up(self.children):
            return "list"
        return "plain" if self.root or tensors or DICT_METHODS & set(self.children) else "dict"


def plant(items: Iterable[tuple[str, Item]], *, root: bool) -> Tree:
    """The tree of all module paths. Numbered children are in the order of their numbers."""
    tree = Tree(root=root)
    for path, item in items:
        at = tree
        *scopes, name = path.split(".")
        for scope in scopes:
            inner = at.children.setdefault(scope, Tree())
            at = inner if isinstance(inner, Tree) else _inside(inner)
        at.children.setdefault(name, item)
    _sort(tree)
    return tree


def _inside(item: Item) -> Tree:
    raise ValueError(f"a module inside the layer {item.node.path}")


def _sort(tree: Tree) -> None:
    if all(map(_is_number, tree.children)):
        tree.children = dict(sorted(tree.children.items(), key=lambda c: int(c[0])))
    for child in tree.children.values():
        if isinstance(child, Tree):
            _sort(child)


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit() and str(int(name)) == name


def _counts_up(children: Mapping[str, Item | Tree]) -> bool:
    """Whether the children are 0, 1, 2 ... without gaps."""
    expected = 0
    for name, child in children.items():
        if name != str(expected):
            return False
        expected += child.count if isinstance(child, Item) else 1
    return True


def containers(tree: Tree, prefix: str = "") -> Iterator[tuple[str, Tree]]:
    """All containers inside, with their paths."""
    for name, child in tree.children.items():
        if isinstance(child, Tree):
            yield prefix + name, child
            yield from containers(child, f"{prefix}{name}.")


def subtree(tree: Tree, path: str) -> Tree:
    """The container at a path, or the tree itself if the path is empty."""
    for name in filter(None, path.split(".")):
        child = tree.children[name]
        assert isinstance(child, Tree)
        tree = child
    return tree


def device_of_weights(tree: Tree) -> str:
    """The device of the weights inside, and PyTorch's default device if there are none."""
    kinds = {is_buffer for item in _items(tree) for is_buffer in _tensors(item)}
    if not kinds:
        return "None"
    return f"next(self.{'buffers' if kinds == {True} else 'parameters'}()).device"


def _items(tree: Tree) -> Iterator[Item]:
    """What is constructed inside, also by the classes of other graphs."""
    for child in tree.children.values():
        inside = child.inside if isinstance(child, Item) else child
        if inside is not None:
            yield from _items(inside)
        elif isinstance(child, Item):
            yield child


def _tensors(item: Item) -> Iterator[bool]:
    """Whether it is a buffer, for each weight of a layer."""
    if item.is_tensor:  # constants are buffers that no checkpoint has
        yield item.code.function == "nn.Buffer"
    else:
        yield from (w.buffer for w in layer_weights(item.node).values())


# --- access -----------------------------------------------------------------------------------


def access(tree: Tree, path: str, owner: str = "self") -> str:
    """The expression of a module, parameter or buffer: ``self.layer[0].conv1``."""
    at: Tree | None = tree
    for name in path.split("."):
        if at is None:
            owner = attribute(owner, name)
            continue
        owner = member(at, name, owner)
        child = _child(at, name)
        at = child.inside if isinstance(child, Item) else child
    return owner


def member(tree: Tree, name: str, owner: str) -> str:
    """``owner.name``, ``owner[0]`` or ``owner["name"]``, depending on the kind of the container."""
    if tree.kind == "list":
        return f"{owner}[{name}]"
    if tree.kind == "dict" and not tree.sequential:
        return f"{owner}[{quote(name)}]"
    return attribute(owner, name)


def _child(tree: Tree, name: str) -> Item | Tree | None:
    if name in tree.children:
        return tree.children[name]
    for child in tree.children.values():
        if isinstance(child, Item) and child.count > 1 and name in child.names:
            return child
    return None


def opaque(tree: Tree) -> Iterator[tuple[str, str]]:
    """The expressions that type checkers refuse, and those that they accept in their place:
    ``self.layer[0].get_submodule("1")`` for ``self.layer[0][1]``. For them, what is inside a
    container is a module and no more."""
    for name, child in tree.children.items():
        if isinstance(child, Tree):
            yield from _opaque(child, member(tree, name, "self"), is_typed=tree.kind != "list")


def _opaque(tree: Tree, owner: str, *, is_typed: bool) -> Iterator[tuple[str, str]]:
    indexed = is_typed and (tree.kind == "list" or (tree.kind == "dict" and not tree.sequential))
    for name, child in tree.children.items():
        here = member(tree, name, owner)
        if not indexed:
            yield here, f"{owner}.get_submodule({quote(name)})"
        if isinstance(child, Tree):
            for inner, checked in _opaque(child, here, is_typed=False):
                yield inner, checked if indexed else _joined(owner, name, checked)


def _joined(owner: str, name: str, inner: str) -> str:
    """``owner.get_submodule("a.b")`` for ``owner.a.get_submodule("b")``."""
    return f"{owner}.get_submodule({quote(name + '.' + inner.rpartition('(')[2][1:-2])})"


def is_attribute(base: str, path: str) -> bool:
    """Whether the module at a path is an attribute that type checkers know: ``self.conv1``."""
    return base == "self" and plain(path)


def submodule(base: str, path: str) -> str:
    """The expression of a module inside another one: ``self.get_submodule("layer.0")``."""
    if not path or is_attribute(base, path):
        return f"{base}.{path}" if path else base
    return f"{base}.get_submodule({quote(path)})"


def parameter(base: str, path: str, weight: str, *, typed: bool = False) -> str:
    """The expression of a parameter inside a module: ``self.conv1.weight`` if that is ``typed``,
    else ``self.get_parameter("conv1.weight")``."""
    name = ".".join(filter(None, (path, weight)))
    if typed and is_attribute(base, path):
        return f"{base}.{name}"
    return f"{base}.get_parameter({quote(name)})"


def each(base: str, path: str) -> str:
    """The iterable of a loop over the modules of a list."""
    owner = submodule(base, path)
    return (
        owner
        if (not path and base == "self") or is_attribute(base, path)
        else f"{owner}.children()"
    )


# --- construction -----------------------------------------------------------------------------


def construct(tree: Tree, owner: str = "self") -> Iterator[Statement]:
    """The statements that fill a class's module, or a plain container."""
    for name, child in tree.children.items():
        if isinstance(child, Item):
            yield _add(owner, name, child)
            continue
        yield _set(owner, name, _container(child))
        yield from fill(child, member(tree, name, owner))


def fill(tree: Tree, owner: str) -> Iterator[Statement]:
    """The statements that set attributes of plain containers inside: no constructor takes them."""
    if tree.kind == "plain" and not tree.sequential:
        yield from construct(tree, owner)
        return
    for name, child in tree.children.items():
        if isinstance(child, Tree):
            yield from fill(child, member(tree, name, owner))


def _add(owner: str, name: str, item: Item) -> Statement:
    span = item.node.span
    if item.count > 1:
        body = do(CallCode(f"{owner}.add_module", (numbered_name(item.node), item.code)), span)
        return ForLoop("i", numbers(item.node), (body,), span)
    if item.code.function == "nn.Buffer":
        return do(_register_buffer(owner, name, item.code), span)
    return _set(owner, name, item.code, span)


def numbers(node: Node) -> CallCode:
    """``range(1, 13)`` for twelve copies from ``conv1`` on."""
    start = node.first or 0
    return CallCode("range", (start, start + node.count) if start else (node.count,))


def _set(owner: str, name: str, code: CallCode, span: Span | None = None) -> Statement:
    if plain(name):
        return Assignment((f"{owner}.{name}",), code, span)
    kind = "parameter" if code.function == "nn.Parameter" else "module"
    method = "register_parameter" if kind == "parameter" else "add_module"
    return do(CallCode(f"{owner}.{method}", (Raw(quote(name)), code)), span)


def _register_buffer(owner: str, name: str, code: CallCode) -> CallCode:
    """``register_buffer(name, tensor)`` for ``nn.Buffer``, which PyTorch before 2.5 lacks."""
    settings = tuple((k, v) for k, v in code.kwargs if v is not True)
    return CallCode(f"{owner}.register_buffer", (Raw(quote(name)), *code.args), settings)


def numbered_name(node: Node) -> Raw:
    """``f"conv{i}"`` for the copies of ``conv1``."""
    return Raw(formatted(node.stem.rpartition(".")[2], 0))


def _container(tree: Tree) -> CallCode:
    """The constructor of a container, with as much of its content as one expression can give."""
    if tree.sequential:
        return sequential(tree)
    if tree.kind == "list":
        return CallCode("nn.ModuleList", (list(members(tree)),))
    if tree.kind == "dict":
        return CallCode("nn.ModuleDict", (dict(_named(tree)),))
    return CallCode("nn.Module")


def sequential(tree: Tree) -> CallCode:
    """``nn.Sequential(...)`` of the children, by position or by name."""
    if tree.kind == "list":
        return CallCode("nn.Sequential", tuple(members(tree)))
    named = tuple(_named(tree))
    many = _numbered_pairs(named)
    if many is not None:
        return CallCode("nn.Sequential", (CallCode("OrderedDict", (many,)),))
    if all(plain(name) for name, _ in named):
        return CallCode("nn.Sequential", (CallCode("OrderedDict", (), named),))
    pairs = [(Raw(quote(name)), code) for name, code in named]
    return CallCode("nn.Sequential", (CallCode("OrderedDict", (pairs,)),))


def _numbered_pairs(named: Sequence[tuple[str, Code]]) -> Generator | None:
    """``(f"layer{i}", Layer()) for i in range(12)``, or None if the children are not like that."""
    if len(named) < FEWEST_REPEATED:
        return None
    stem = named[0][0].rstrip("0123456789")
    digits = named[0][0][len(stem) :]
    first = int(digits) if digits and str(int(digits)) == digits else 0
    if [name for name, _ in named] != [f"{stem}{first + i}" for i in range(len(named))]:
        return None
    code = progression([code for _, code in named])
    pair = (Raw(formatted(stem, first)), code)
    return None if code is None else Generator(pair, "i", CallCode("range", (len(named),)))


def _named(tree: Tree) -> Iterator[tuple[str, Code]]:
    for name, child in tree.children.items():
        if isinstance(child, Tree):
            yield name, _container(child)
        else:
            names = child.names if child.count > 1 else (name,)
            yield from ((copy, child.code) for copy in names)


def members(tree: Tree) -> Iterator[Code]:
    """The children in order, repeats as ``*[Block(64) for _ in range(3)]``."""
    runs: list[tuple[Code, int]] = []
    for child in tree.children.values():
        code = _container(child) if isinstance(child, Tree) else child.code
        count = child.count if isinstance(child, Item) else 1
        if runs and runs[-1][0] == code:
            count += runs.pop()[1]
        runs.append((code, count))
    series = progression([c for c, _ in runs]) if len(runs) >= FEWEST_IN_SERIES else None
    if series is not None and all(count == 1 for _, count in runs):
        yield _repeated(tree, series, "i", len(runs), alone=True)
        return
    for code, count in runs:
        if count == 1 or (count < FEWEST_REPEATED and size(code) < LONGEST_TWICE):
            yield from [code] * count
        else:
            yield _repeated(tree, code, "_", count, alone=len(runs) == 1)


def _repeated(tree: Tree, code: Code, target: str, count: int, *, alone: bool) -> Code:
    loop = Generator(code, target, CallCode("range", (count,)))
    return loop if alone and not tree.sequential else Starred([loop])
