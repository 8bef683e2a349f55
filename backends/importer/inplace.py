"""Tensors that a model changes in place become new tensors: an assignment to a part makes a whole.

``y[:, 1:] += z`` changes a view of ``y``, and with it ``y`` and its other views. Each of them
gets, for what reads it afterwards, ops that make its new value: ``y + pad(z)``, or the parts of
``y`` that stay, joined with the new one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from torch import Tensor, fx

END: Final = 2**63 - 1
"""The end of a slice that goes to the end."""

Path: TypeAlias = "tuple[fx.Node, ...]"
"""The views that lead from the tensor that has the memory to a part of it."""


class CannotReplace(Exception):
    """A change in place without a counterpart. ``node`` is the op that makes it."""

    def __init__(self, node: fx.Node, reason: str) -> None:
        super().__init__(reason)
        self.node = node


class _Write(NamedTuple):
    """A change: the part at the end of ``path`` has a new ``value``. ``added`` is what was added to
    the old one, if that is the change."""

    node: fx.Node
    path: Path
    value: fx.Node
    added: fx.Node | None


@dataclass(eq=False)
class _Memory:
    """A tensor that has memory, with the changes of its parts."""

    whole: fx.Node
    """The tensor after the first ``done`` of the changes."""
    writes: list[_Write] = field(default_factory=list)
    done: int = 0


class _Part(NamedTuple):
    """Places of an axis that have a new value; those that stay have None. ``single``: the value
    lacks the axis."""

    start: int
    stop: int
    value: fx.Node | None = None
    single: bool = False


class Replacement:
    """Takes the changes in place out of a graph, node by node in the order of computation.

    ``made`` is called with each new node and the one that it is made for.
    """

    def __init__(self, graph: fx.Graph, made: Callable[[fx.Node, fx.Node], None]) -> None:
        self.graph, self.made = graph, made
        self._fake_mode = next(n.meta["val"].fake_mode for n in graph.nodes if _is_tensor(n))
        self._next: fx.Node = next(iter(graph.nodes))
        """The node before which new ones are made."""
        self._memories: dict[int, _Memory] = {}
        self._paths: dict[fx.Node, Path] = {}
        self._seen: dict[fx.Node, int] = {}
        """How many changes were made before a view of the tensor after them."""
        self._parts: dict[tuple[fx.Node, int], tuple[fx.Node, list[_Part]]] = {}
        """By a node that joins parts along an axis: the tensor whose parts stay, and the parts."""
        self._views: dict[tuple[fx.Node, fx.Node], fx.Node] = {}
        self._needed = {node for node in graph.nodes if node.users}
        self._removable: set[fx.Node] = set()

    def visit(self, node: fx.Node) -> None:
        """Lets a node read the values of now, and notes what it changes."""
        self._next = node
        self._visit(node)
        self._next = node.next

    def _visit(self, node: fx.Node) -> None:
        parent = _parent(node)
        if parent is not None:
            end = () if _is_all_of(node, parent) else (node,)
            self._paths[node] = (*self._paths.get(parent, ()), *end)
            if not self._later_changes(parent):
                self._seen[node] = len(self._changes(parent))
            return
        if isinstance(node.meta.get("val"), list | tuple) and _gives_parts(node):
            return  # its members are views
        target: Any = node.args[0] if _is_change(node) else None
        if self._memories:
            node.args = _mapped(node.args, self.current)
            node.kwargs = _mapped(node.kwargs, self.current)
        if target is not None:
            self._note(node, target)

    def current(self, node: fx.Node) -> fx.Node:
        """The node that has the value of a tensor after the changes so far."""
        changes = self._later_changes(node)
        if not changes:
            return node
        path, last = self._paths.get(node, ()), changes[-1]
        size = len(last.path)
        if _are_same(path[:size], last.path):
            return self._view(last.value, path[size:])
        return self._view(self._whole(self._memories[_memory_of(node)]), path)

    def _changes(self, node: fx.Node) -> Sequence[_Write]:
        """The changes of the memory that a tensor is in."""
        memory = self._memories.get(_memory_of(node))
        return memory.writes if memory is not None else ()

    def _later_changes(self, node: fx.Node) -> Sequence[_Write]:
        """The changes after which a tensor is another one."""
        path, changes = self._paths.get(node, ()), self._changes(node)
        own = [at + 1 for at, write in enumerate(changes) if write.value is node]
        start = max([self._seen.get(node, 0), *own])
        return [write for write in changes[start:] if not _are_apart(path, write.path)]

    def finish(self, read: Collection[str]) -> None:
        """Removes nodes that nothing reads any more. ``read`` are those that are read from outside
        of the graph."""
        for node in reversed(list(self.graph.nodes)):
            unused = not node.users and node.name not in read and node.op == "call_function"
            if unused and (node in self._removable or node in self._needed):
                self.graph.erase_node(node)

    # --- changes ------------------------------------------------------------------------------

    def _note(self, node: fx.Node, target: fx.Node) -> None:
        """Notes what a node changes."""
        path = self._paths.get(target, ())
        value = self._value(node)
        self._paths[node] = path
        self._removable.add(node)
        memory = self._memories.setdefault(_memory_of(target), _Memory(_root(target)))
        last = memory.writes[-1] if memory.writes else None
        if last is not None and last.value is value and _are_same(last.path, path):
            return  # `y[1:] += z` assigns the sum to the part once more
        memory.writes.append(_Write(node, path, value, _added(node)))

    def _value(self, node: fx.Node) -> fx.Node:
        """The new value of what a node changes. Most ops are understood as those that change
        nothing."""
        import torch

        aten, word, old = torch.ops.aten, _word(node), node.args[0]
        if word == "copy_":
            return self._fitted(node.args[1], node)  # type: ignore[arg-type]
        if word not in ("fill_", "zero_"):
            return node
        value = 0 if word == "zero_" else node.args[1]
        made: Tensor = node.meta["val"]
        if not isinstance(value, int | float):
            return self._fitted(value, node)  # type: ignore[arg-type]
        if not _is_closed(made):
            return self._make(node, aten.full_like.default, old, value)
        return self._make(node, aten.full.default, list(made.shape), value, dtype=made.dtype)

    def _fitted(self, value: fx.Node, node: fx.Node) -> fx.Node:
        """A value with the type and shape of what a node changes."""
        import torch

        aten, made, old = torch.ops.aten, node.meta["val"], value.meta["val"]
        if old.dtype != made.dtype:
            value = self._make(node, aten.to.dtype, value, made.dtype)
        if _has_shape(old, made):
            return value
        if not _is_closed(made):
            return self._make(node, aten.expand_as.default, value, node.args[0])
        return self._make(node, aten.expand.default, value, list(made.shape))

    # --- new values ---------------------------------------------------------------------------

    def _whole(self, memory: _Memory) -> fx.Node:
        """A tensor after all changes of its parts."""
        for write in memory.writes[memory.done :]:
            total = self._sum(memory.whole, write) if write.added is not None else None
            memory.whole = total or self._written(memory.whole, write.path, write)
        memory.done = len(memory.writes)
        return memory.whole

    def _written(self, whole: fx.Node, path: Path, write: _Write) -> fx.Node:
        """A tensor after a change of the part at the end of a path."""
        if not path:
            return write.value
        view, *rest = path
        part = self._view(whole, (view,)) if rest else whole
        return self._put(whole, view, self._written(part, tuple(rest), write), write)

    def _sum(self, whole: fx.Node, write: _Write) -> fx.Node | None:
        """``whole + pad(added)``, for a change that adds to a part; None if there is no such."""
        import torch

        sides = _sides(whole, write.path)
        if sides is None:
            return None
        aten = torch.ops.aten
        op = aten.add.Tensor if _word(write.node) == "add_" else aten.sub.Tensor
        padded = self._add(write.node, whole.meta["val"], aten.pad.default, write.added, sides)
        return self._add(write.node, whole.meta["val"], op, whole, padded)

    def _put(self, whole: fx.Node, view: fx.Node, part: fx.Node, write: _Write) -> fx.Node:
        """A tensor of which one view has a new value."""
        import torch

        aten, word, args = torch.ops.aten, _word(view), view.args[1:]
        rank = whole.meta["val"].dim()
        if word in ("slice", "select"):
            return self._joined(whole, view, part, write)
        if view.target is operator.getitem:
            return self._among(whole, view, part, write)
        if word == "unsqueeze":
            return self._make(view, aten.squeeze.dim, part, *args)
        if str(view.target) == "aten.squeeze.dim":
            return self._make(view, aten.unsqueeze.default, part, *args)
        if word == "transpose":
            return self._make(view, aten.transpose.int, part, *args)
        if word == "permute":
            order = [int(axis) % rank for axis in args[0]]  # type: ignore[union-attr, arg-type]
            back = [order.index(i) for i in range(rank)]
            return self._make(view, aten.permute.default, part, back)
        open_ = [size for size in whole.meta["val"].shape if not isinstance(size, int)]
        if word in ("view", "reshape", "flatten", "unflatten") and len(open_) <= 1:
            shape = [d if isinstance(d, int) else -1 for d in whole.meta["val"].shape]
            return self._make(view, aten.reshape.default, part, shape)
        raise CannotReplace(write.node, f"it changes a part of a tensor that {word} makes")

    def _joined(self, whole: fx.Node, view: fx.Node, value: fx.Node, write: _Write) -> fx.Node:
        """A tensor of which places along an axis have a new value: its parts, joined."""
        places = _places(whole, view)
        if places is None or places.step != 1:
            raise CannotReplace(write.node, "it changes places that are not in a row of known ones")
        axis = places.axis
        base, parts = self._parts.get((whole, axis), (whole, [_Part(0, places.size)]))
        new = _Part(places.start, places.stop, value, _word(view) == "select")
        before = [p for part in parts for p in self._cut(part, axis, part.start, new.start)]
        after = [p for part in parts for p in self._cut(part, axis, new.stop, part.stop)]
        parts = [*before, new, *after]
        joined = self._join(base, axis, parts, write)
        self._parts[joined, axis] = base, parts
        return joined

    def _among(self, whole: fx.Node, view: fx.Node, part: fx.Node, write: _Write) -> fx.Node:
        """A tensor that was split into several, one of which has a new value."""
        import torch

        aten, split = torch.ops.aten, view.args[0]
        assert isinstance(split, torch.fx.Node)
        word, chosen = _word(split), view.args[1]
        if word not in ("chunk", "split", "split_with_sizes", "unbind"):
            raise CannotReplace(write.node, f"it changes a part of a tensor that {word} makes")
        made = self._make(split, split.target, whole, *split.args[1:], **split.kwargs)
        parts = [
            part if at == chosen else self._make(view, operator.getitem, made, at)
            for at in range(len(split.meta["val"]))
        ]
        axis = _argument(split, "dim")
        op = aten.stack.default if word == "unbind" else aten.cat.default
        return self._make(write.node, op, parts, axis)

    def _cut(self, part: _Part, axis: int, start: int, stop: int) -> Iterator[_Part]:
        """The places of a part from start to stop; nothing if it has none of these."""
        import torch

        start, stop = max(start, part.start), min(stop, part.stop)
        if start >= stop:
            return
        value = part.value
        if value is not None and (start, stop) != (part.start, part.stop):
            ends = axis, start - part.start, stop - part.start
            value = self._make(value, torch.ops.aten.slice.Tensor, value, *ends)
        yield part._replace(start=start, stop=stop, value=value)

    def _join(self, base: fx.Node, axis: int, parts: Sequence[_Part], write: _Write) -> fx.Node:
        import torch

        aten, node = torch.ops.aten, write.node
        if all(part.single for part in parts):
            return self._make(node, aten.stack.default, [part.value for part in parts], axis)
        values = []
        for part in parts:
            value = part.value
            if value is None:
                stop = END if part is parts[-1] else part.stop
                value = self._make(node, aten.slice.Tensor, base, axis, part.start, stop)
            elif part.single:
                value = self._make(node, aten.unsqueeze.default, value, axis)
            values.append(value)
        if len(values) == 1:
            return values[0]
        return self._make(node, aten.cat.default, values, axis)

    def _view(self, whole: fx.Node, path: Path) -> fx.Node:
        """A part of a tensor, by the views that lead to it."""
        for view in path:
            if (whole, view) not in self._views:
                self._views[whole, view] = self._viewed(whole, view)
            whole = self._views[whole, view]
        return whole

    def _viewed(self, whole: fx.Node, view: fx.Node) -> fx.Node:
        if view.target is not operator.getitem:
            return self._make(view, view.target, whole, *view.args[1:], **view.kwargs)
        parts: Any = view.args[0]
        made = self._make(parts, parts.target, whole, *parts.args[1:], **parts.kwargs)
        return self._make(view, operator.getitem, made, *view.args[1:])

    def _make(self, origin: fx.Node, target: Any, *args: Any, **kwargs: Any) -> fx.Node:
        """A new node, with the value that export would have noted for it."""
        values = _mapped((args, kwargs), lambda node: node.meta["val"])
        with self._fake_mode:
            value = target(*values[0], **values[1])
        return self._add(origin, value, target, *args, **kwargs)

    def _add(self, origin: fx.Node, like: Any, target: Any, *args: Any, **kwargs: Any) -> fx.Node:
        """A new node, whose value is like another."""
        with self.graph.inserting_before(self._next):
            node = self.graph.call_function(target, args, kwargs)
        node.meta["val"] = like
        self._removable.add(node)
        self.made(node, origin)
        return node


# --- nodes ------------------------------------------------------------------------------------


def _mapped(argument: Any, change: Callable[[fx.Node], Any]) -> Any:
    from torch.fx import map_arg

    return map_arg(argument, change)


def _word(node: fx.Node) -> str:
    """``add_`` for ``aten.add_.Tensor``."""
    return str(node.target).removeprefix("aten.").partition(".")[0]


def _is_change(node: fx.Node) -> bool:
    """Whether an op changes its first argument."""
    import torch

    if not isinstance(node.target, torch._ops.OpOverload):
        return False
    word = _word(node)
    if not word.endswith("_") or word.endswith("__") or word == "detach_":
        return False
    alias = node.target._schema.arguments[0].alias_info
    return alias is not None and alias.is_write


def _parent(node: fx.Node) -> fx.Node | None:
    """The tensor that has the memory of a node's result, if that is a part of it."""
    if node.op != "call_function" or not node.args:
        return None
    source: Any = node.args[0]
    if node.target is operator.getitem:
        source = source.args[0]
    if not _gives_parts(node.args[0] if node.target is operator.getitem else node):
        return None
    if not _is_tensor(source) or not _is_tensor(node):
        return None
    return source if _memory_of(source) == _memory_of(node) else None


def _is_tensor(node: Any) -> bool:
    import torch

    return isinstance(getattr(node, "meta", {}).get("val"), torch.Tensor)


def _memory_of(node: fx.Node) -> int:
    """A number for the memory that a tensor is in; 0 if it is no tensor."""
    return int(node.meta["val"].untyped_storage()._cdata) if _is_tensor(node) else 0


def _gives_parts(node: Any) -> bool:
    """Whether an op may give parts of its first argument."""
    import torch

    if not isinstance(node.target, torch._ops.OpOverload) or _is_change(node):
        return False
    return node.target._schema.returns[0].alias_info is not None


def _is_all_of(node: fx.Node, parent: fx.Node) -> bool:
    """Whether a view is the tensor itself."""
    a, b = node.meta["val"], parent.meta["val"]
    layouts = [(t.shape, t.stride(), t.storage_offset(), t.dtype) for t in (a, b)]
    return str(layouts[0]) == str(layouts[1])


def _root(node: fx.Node) -> fx.Node:
    """The tensor of which a node is a view, of a view."""
    while (parent := _parent(node)) is not None:
        node = parent
    return node


def _argument(node: fx.Node, name: str) -> Any:
    """An argument of an op by its name, or its default."""
    import torch

    assert isinstance(node.target, torch._ops.OpOverload)
    for at, argument in enumerate(node.target._schema.arguments):
        if argument.name == name:
            given = node.args[at] if at < len(node.args) else node.kwargs.get(name)
            return argument.default_value if given is None else given
    raise LookupError(name)


def _is_closed(tensor: Tensor) -> bool:
    """Whether all sizes of a tensor are known."""
    return all(isinstance(d, int) for d in tensor.shape)


def _has_shape(tensor: Tensor, other: Tensor) -> bool:
    """Whether two tensors are known to have one shape. (To compare open sizes as numbers would
    close them.)"""
    return str(tensor.shape) == str(other.shape)


def _added(node: fx.Node) -> fx.Node | None:
    """The tensor that an op adds to a part, or takes from it."""
    if _word(node) not in ("add_", "sub_") or node.kwargs or len(node.args) > 2:
        return None
    added: Any = node.args[1]
    made = node.meta["val"]
    if not _is_tensor(added) or added.meta["val"].dtype != made.dtype:
        return None
    return added if _has_shape(added.meta["val"], made) else None


# --- parts ------------------------------------------------------------------------------------


def _are_same(a: Path, b: Path) -> bool:
    return len(a) == len(b) and all(_key(x) == _key(y) for x, y in zip(a, b, strict=True))


def _are_apart(a: Path, b: Path) -> bool:
    """Whether two parts of a tensor have no place in common, as far as that is plain."""
    for x, y in zip(a, b, strict=False):
        if _key(x) != _key(y):
            return _are_different(x, y)
    return False


def _are_different(a: fx.Node, b: fx.Node) -> bool:
    """Whether two views of one tensor are different members of it."""
    if a.target != b.target:
        return False
    (*others, at), (*others_too, at_too) = _key(a)[1:], _key(b)[1:]
    if _word(a) != "select" and a.target is not operator.getitem:
        return False
    alike = isinstance(at, int) and isinstance(at_too, int) and (at < 0) == (at_too < 0)
    return alike and others == others_too and at != at_too


def _key(view: fx.Node) -> tuple[Any, ...]:
    """Equal for equal views of one tensor."""
    if view.target is operator.getitem:
        split: Any = view.args[0]
        return view.target, split.target, str(split.args[1:]), str(split.kwargs), view.args[1]
    return view.target, str(view.kwargs), *map(str, view.args[1:-1]), view.args[-1]


class _Places(NamedTuple):
    """The places that a view takes of an axis of so many."""

    axis: int
    start: int
    stop: int
    step: int
    size: int


def _places(whole: fx.Node, view: fx.Node) -> _Places | None:
    """The places that a slice or an index takes. An open axis has END places. None if they are not
    known."""
    shape = whole.meta["val"].shape
    axis = _argument(view, "dim") % len(shape)
    size = shape[axis] if isinstance(shape[axis], int) else END
    if _word(view) == "select":
        start, step = _argument(view, "index"), 1
        stop = start + 1 or END
    else:
        start, stop, step = (_argument(view, name) for name in ("start", "end", "step"))
        start, stop = start or 0, END if stop is None else stop
    if not all(isinstance(value, int) for value in (start, stop, step)):
        return None
    if size == END and (start < 0 or stop < 0):
        return None
    ends = [value if value >= 0 else size + value for value in (start, stop)]
    first, last = (max(0, min(end, size)) for end in ends)
    return _Places(axis, first, max(first, last), step, size)


def _sides(whole: fx.Node, path: Path) -> list[int] | None:
    """The padding that makes a tensor out of a part; None if padding does not make it."""
    pairs = [(0, 0)] * whole.meta["val"].dim()
    for view in path:
        places = _places(whole, view) if _word(view) == "slice" else None
        if places is None or places.step != 1 or pairs[places.axis] != (0, 0):
            return None
        pairs[places.axis] = places.start, places.size - places.stop
    while pairs and pairs[0] == (0, 0):
        pairs.pop(0)
    return [n for pair in reversed(pairs) for n in pair]
