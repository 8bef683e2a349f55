"""Values that depend on no input and no parameter: computed once, as constants of the spec.

Masks, positions and index tables are often made in ``forward``, step by step and in place. What
they become depends on sizes alone, so the importer runs these ops and keeps the results.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from torch import Tensor, fx

ONLY_TYPES: Final = ("aten.new_", "aten.zeros_like", "aten.ones_like", "aten.full_like")
"""Ops that take of their first tensor nothing but its type or its shape."""


def folded(nodes: Iterable[fx.Node], known: Mapping[str, Tensor]) -> dict[str, Any]:
    """The values of the nodes that depend on ``known`` constants and on sizes alone."""
    values: dict[str, Any] = {name: tensor.clone() for name, tensor in known.items()}
    for node in nodes:
        if node.op == "call_function" and _is_constant(node, values):
            args = _filled(node.args, values)
            kwargs = {name: _filled(value, values) for name, value in node.kwargs.items()}
            values[node.name] = node.target(*args, **kwargs)  # type: ignore[operator]
    return {name: value for name, value in values.items() if name not in known}


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
