"""Questions about a tensor: its type, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping

from ..builder import Draft, WeightSource
from ..layer import Made
from ..types import TensorType
from ..values import Tensor
from .elaborator import Elaborator
from .knowledge import Learnt


def known_type(el: Elaborator, tensor: Tensor, axes: tuple[str, ...] = ("N", "D")) -> TensorType:
    if tensor.type is None:
        knowledge = el.knowledge.with_input(input_behind(tensor), axes, "float")
        raise Learnt(knowledge)
    return tensor.type


def input_behind(tensor: Tensor) -> str:
    """The net's input that a tensor of unknown rank comes from."""
    draft = tensor.draft
    while True:
        if draft.child is not None:
            draft = draft.results[0].draft
        elif draft.inputs:
            draft = draft.inputs[0].draft
        elif draft.builder.parent is None:
            return draft.port
        else:
            outers = draft.builder.captured.values()
            draft = next(outer.draft for inner, outer in outers if inner is draft)


def weight_chain(tensor: Tensor) -> WeightSource | None:
    """If a tensor is a parameter of some layer: the drafts that lead to it, and its name."""
    draft = tensor.draft
    while draft.weight is None:
        pairs = draft.builder.captured.values()
        outer = next((o for inner, o in pairs if inner is draft), None)
        if outer is None:
            return None
        draft = outer.draft
    layer, takes = draft.weight[0][-1].layer, draft.weight[0][-1].takes
    assert layer is not None
    weight = layer.weights(*takes[: len(takes) - len(layer.tensors())])[draft.weight[1]]
    return None if weight.buffer else draft.weight


def given_to(call: Draft) -> dict[int, Tensor]:
    """The tensors that a call gives to its graph, by the drafts of the graph's ports. (The graph
    itself knows those of its first call.)"""
    assert call.child is not None
    return {id(port): t for port, t in zip(call.child.inputs, call.inputs, strict=True)}


def made_by(tensor: Tensor, inputs: Mapping[int, Tensor] | None = None) -> Made | None:
    """How a tensor was made, through groups and blocks; None if that is not known, if it was made
    with other sizes than here, or by copies. ``inputs`` are the tensors that blocks get at later
    calls, by the drafts of their ports."""
    draft, index = tensor.draft, tensor.index
    outer = (inputs or {}).get(id(draft)) or draft.builder.outer(tensor)
    if outer is not None:
        return made_by(outer, inputs)
    if draft.scan is not None or draft.sizes or draft.count > 1:
        return None
    if draft.child is not None:
        return made_by(draft.results[index], {**(inputs or {}), **given_to(draft)})
    if draft.layer is None:
        return None
    ints = bool(draft.takes) and draft.takes[0].dtype == "int"
    source = made_by(draft.inputs[0], inputs) if ints and draft.inputs else None
    return Made(draft.layer, draft.takes, index, source)
