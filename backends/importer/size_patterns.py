"""Tensors that depend on open sizes alone, and have a short form: masks that hide nothing or the
future, and positions.

Libraries make them in many steps, since they make others too. So the importer computes them at a
few sizes, and looks whether a known form gives the same each time.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ...grammar import syntax as s
from ...grammar.record import Record
from . import tree
from .folding import ONLY_TYPES

if TYPE_CHECKING:
    from torch import Tensor, fx

Sizes: TypeAlias = Mapping[Any, int]
"""What export's symbols are in a trial."""
TRIALS: Final = (0, -3, 5)
"""What is added to the sizes of the example."""


class Pattern(Record):
    """A tensor by its ``form``, one of FORMS, and its ``shape`` with sizes of export."""

    form: str
    shape: tuple[Any, ...]


FORMS: Final[Mapping[str, Callable[[tuple[int, ...]], Tensor]]] = {
    "true": lambda shape: _filled(shape, value=True),
    "false": lambda shape: _filled(shape, value=False),
    "zeros": lambda shape: _filled(shape, value=0.0),
    "past": lambda shape: _filled(shape, value=True).tril(),
    "future": lambda shape: _filled(shape, value=True).triu(1),
    "hidden future": lambda shape: _filled(shape, value=1.0).tril().log(),
    "positions": lambda shape: _positions(shape),
}


OF_MATRICES: Final = ("past", "future", "hidden future")


def _filled(shape: tuple[int, ...], *, value: float | bool) -> Tensor:
    import torch

    return torch.full(shape, value)


def _positions(shape: tuple[int, ...]) -> Tensor:
    import torch

    return torch.arange(shape[-1] if shape else 0).expand(shape)


def size_patterns(nodes: Iterable[fx.Node], known: Mapping[str, Any]) -> dict[str, Pattern]:
    """The patterns of nodes that depend on open sizes and on ``known`` constants alone, and that
    others use."""
    nodes = list(nodes)
    alone: dict[str, fx.Node] = {}
    changed = {name for node in nodes if is_in_place(node) for name in _bases(node)}
    for node in nodes:
        if (
            node.op == "call_function"
            and node.name not in changed
            and _depends_on_sizes(node, {*alone, *known})
        ):
            alone[node.name] = node
    used = [n for n in alone.values() if any(user.name not in alone for user in n.users)]
    found = {node.name: _pattern(node, known) for node in used if _is_open_tensor(node)}
    return {name: pattern for name, pattern in found.items() if pattern is not None}


def _depends_on_sizes(node: fx.Node, others: set[str]) -> bool:
    import torch

    target = node.target
    if not isinstance(target, torch._ops.OpOverload) and target is not operator.getitem:
        return False
    if torch.Tag.nondeterministic_seeded in getattr(target, "tags", ()) or is_in_place(node):
        return False
    needed = node.all_input_nodes[str(target).startswith(ONLY_TYPES) :]
    return all(n.name in others or not _is_tensor(n) for n in needed) and _is_tensor(node)


def _bases(node: fx.Node) -> Iterator[str]:
    """The tensors of which the first argument of an op is a part."""
    from torch import fx

    while node.args and isinstance(node.args[0], fx.Node):
        node = node.args[0]
        yield node.name


def is_in_place(node: fx.Node) -> bool:
    """Whether an op changes its first tensor."""
    word = str(node.target).removeprefix("aten.").partition(".")[0]
    return word.endswith("_") and not word.endswith("__")


def _is_tensor(node: fx.Node) -> bool:
    import torch

    return isinstance(node.meta.get("val"), torch.Tensor | list | tuple)


def _is_open_tensor(node: fx.Node) -> bool:
    import torch

    made = node.meta["val"]
    return isinstance(made, torch.Tensor) and any(_is_open(d) for d in made.shape)


def _is_open(size: Any) -> bool:
    return not isinstance(size, int) and not size.node.expr.is_Integer


def _pattern(node: fx.Node, known: Mapping[str, Any]) -> Pattern | None:
    made = node.meta["val"]
    try:
        results = [_computed(node, sizes, dict(known)) for sizes in _trials(made.shape)]
    except Exception:  # a model's op may refuse other sizes
        return None
    for form, tensor_of in FORMS.items():
        if (form not in OF_MATRICES or results[0].dim() > 1) and all(
            _equal(result, tensor_of(tuple(result.shape))) for result in results
        ):
            return Pattern(form, tuple(made.shape))
    return None


def _trials(shape: Sequence[Any]) -> Iterator[Sizes]:
    """Other values for the symbols of export."""
    opened = next(size.node for size in shape if _is_open(size))
    values = opened.shape_env.backed_var_to_val
    for more in TRIALS:
        yield {name: max(2, int(value) + more) for name, value in values.items()}


def _equal(a: Tensor, b: Tensor) -> bool:
    import torch

    return a.dtype == b.dtype and a.shape == b.shape and torch.equal(a, b)


def _computed(node: fx.Node, sizes: Sizes, values: dict[str, Any]) -> Any:
    """What a node makes at some sizes."""
    if node.name not in values:
        if not _is_tensor(node):
            values[node.name] = _size(node.meta["val"], sizes)
        elif node.op != "call_function":
            values[node.name] = _empty(node.meta["val"], sizes)
        else:
            args = _with_values(node.args, sizes, values)
            kwargs = {n: _with_values(v, sizes, values) for n, v in node.kwargs.items()}
            values[node.name] = node.target(*args, **kwargs)  # type: ignore[operator]
    return values[node.name]


def _with_values(argument: Any, sizes: Sizes, values: dict[str, Any]) -> Any:
    from torch import fx

    if isinstance(argument, list | tuple):
        return type(argument)(_with_values(item, sizes, values) for item in argument)
    return _computed(argument, sizes, values) if isinstance(argument, fx.Node) else argument


def _size(size: Any, sizes: Sizes) -> int:
    return size if isinstance(size, int) else int(size.node.expr.subs(dict(sizes)))


def _empty(made: Any, sizes: Sizes) -> Tensor:
    import torch

    return torch.empty([_size(d, sizes) for d in made.shape], dtype=made.dtype)


def source_of(form: str, sizes: Sequence[s.Expr]) -> s.Expr:
    """A pattern in the language."""
    shape = s.List(tuple(sizes), span=tree.NOWHERE)
    if form == "positions":
        return _positions_source(sizes)
    word, settings, members = SOURCES[form]
    made = tree.call(word, [shape], [(name, tree.name(v)) for name, v in settings.items()])
    return tree.pipe(made, *members)


SOURCES: Final[Mapping[str, tuple[str, Mapping[str, str], Sequence[s.Expr]]]] = {
    "true": ("ones", {"dtype": "bool"}, ()),
    "false": ("zeros", {"dtype": "bool"}, ()),
    "zeros": ("zeros", {}, ()),
    "past": ("ones", {"dtype": "bool"}, (tree.name("tril"),)),
    "future": ("ones", {"dtype": "bool"}, (tree.call("triu", [tree.number(1)]),)),
    "hidden future": ("ones", {}, (tree.name("tril"), tree.name("log"))),
}


def _positions_source(sizes: Sequence[s.Expr]) -> s.Expr:
    *others, last = sizes
    made = tree.call("arange", [last])
    if all(size == tree.number(1) for size in others):
        return tree.pipe(made, *(tree.call("unsqueeze", [tree.number(0)]) for _ in others))
    kept = s.Unary("-", tree.number(1), span=tree.NOWHERE)
    return tree.pipe(made, tree.call("expand", [*others, kept]))
