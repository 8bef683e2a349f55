"""Values that depend on no input and no parameter: computed once, as constants of the spec.

Masks, positions and index tables are often made in ``forward``, step by step and in place. What
they become depends on sizes alone, so the importer runs these ops and keeps the results that are
known formulas or few numbers. For other results the ops are kept.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ...compiler.lifting import CannotLift
from ...compiler.types import TensorType
from .constants import is_short
from .lift import lift_op
from .types import CannotImport, type_of

if TYPE_CHECKING:
    from torch import Tensor, fx

ONLY_TYPES: Final = ("aten.new_", "aten.zeros_like", "aten.ones_like", "aten.full_like")
"""Ops that take of their first tensor nothing but its type or its shape."""


def folded(nodes: Sequence[fx.Node], known: Mapping[str, Tensor]) -> dict[str, Any]:
    """The constants among the nodes, which depend on ``known`` ones and on sizes alone."""
    values: dict[str, Any] = {name: tensor.clone() for name, tensor in known.items()}
    for node in nodes:
        if node.op == "call_function" and _is_constant(node, values):
            values[node.name] = _computed(node, values)
    kept = _kept_ops(nodes, values)
    return {name: value for name, value in values.items() if name not in known and name not in kept}


def _computed(node: fx.Node, values: Mapping[str, Any]) -> Any:
    args = _filled(node.args, values)
    kwargs = {name: _filled(value, values) for name, value in node.kwargs.items()}
    if getattr(node.target, "_schema", None) is not None and node.target._schema.is_mutable:  # type: ignore[union-attr]
        args = (args[0].clone(), *args[1:])
    return node.target(*args, **kwargs)  # type: ignore[operator]


def _kept_ops(nodes: Sequence[fx.Node], values: Mapping[str, Any]) -> set[str]:
    """The ops that make constants for which there is nothing shorter."""
    kept: set[str] = set()
    used: set[str] = set()
    for node in reversed(nodes):
        if node.op == "call_function" and node.name in values:
            if node.name not in used or not _is_better_as_op(node, values):
                continue
            kept.add(node.name)
        used |= {n.name for n in node.all_input_nodes}
    return kept


def _is_better_as_op(node: fx.Node, values: Mapping[str, Any]) -> bool:
    """Whether the op that makes a constant, or one of several, says more than its numbers."""
    if node.target is operator.getitem:
        return _is_better_as_op(node.all_input_nodes[0], values)
    value = values[node.name]
    made = value if isinstance(value, list | tuple) else [value]
    return not all(map(is_short, made)) and _has_layer(node)


def _has_layer(node: fx.Node) -> bool:
    schema = node.target._schema  # type: ignore[union-attr]
    try:
        return lift_op(str(node.target), schema, node.args, node.kwargs, _type) is not None
    except (CannotLift, CannotImport):
        return False


def _type(argument: Any) -> TensorType | None:
    import torch

    value = getattr(argument, "meta", {}).get("val")
    return type_of(value, {}) if isinstance(value, torch.Tensor) else None


def _is_constant(node: fx.Node, values: Mapping[str, Any]) -> bool:
    import torch

    if node.target is operator.getitem:
        return str(node.args[0]) in values
    target = node.target
    if not isinstance(target, torch._ops.OpOverload):
        return False
    if torch.Tag.nondeterministic_seeded in target.tags or _is_open(node.meta.get("val")):
        return False
    only_type = str(target).startswith(ONLY_TYPES)
    needed = node.all_input_nodes[1:] if only_type else node.all_input_nodes
    return all(n.name in values for n in needed)


def _is_open(value: object) -> bool:
    """Whether a value is no tensor, or has a size that is not known."""
    import torch

    if isinstance(value, list | tuple):
        return any(map(_is_open, value))
    return not isinstance(value, torch.Tensor) or not all(isinstance(d, int) for d in value.shape)


def _filled(argument: Any, values: Mapping[str, Any]) -> Any:
    """An argument with tensors in the place of nodes."""
    import torch
    from torch import fx

    if isinstance(argument, list | tuple):
        return type(argument)(_filled(item, values) for item in argument)
    if isinstance(argument, fx.Node):
        if argument.name in values:
            return values[argument.name]
        made = argument.meta["val"]
        shape = [d if isinstance(d, int) else 1 for d in made.shape]
        return torch.empty(shape, dtype=made.dtype)
    return argument
