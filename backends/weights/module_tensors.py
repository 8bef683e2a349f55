"""The tensors that a module wants, and giving them to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ...grammar.record import Record
from .stored import Stored

if TYPE_CHECKING:
    import torch


class Wanted(Record):
    """The tensors of a module's state dict. ``twins`` are further names of one tensor, each with
    its first name. ``buffers`` are those that are not parameters."""

    tensors: Mapping[str, Stored]
    twins: Mapping[str, str]
    buffers: frozenset[str] = frozenset()

    def optional(self, name: str) -> bool:
        """Whether a checkpoint may lack the tensor: a buffer of whole numbers is not trained. It is
        a table of positions, or counts the batches that a norm has seen."""
        return name in self.buffers and self.tensors[name].kind in ("int", "bool")


def wanted(module: torch.nn.Module) -> Wanted:
    """The tensors of a module, which may be on the device ``meta``."""
    state = module.state_dict(keep_vars=True)
    firsts: dict[int, str] = {}
    twins: dict[str, str] = {}
    for name, tensor in state.items():
        first = firsts.setdefault(id(tensor), name)
        if first != name:
            twins[name] = first
    tensors = {
        name: Stored(tuple(t.shape), str(t.dtype).removeprefix("torch."))
        for name, t in state.items()
    }
    return Wanted(tensors, twins, frozenset(name for name, _ in module.named_buffers()))


def has_more_than_state(module: torch.nn.Module) -> bool:
    """Whether a module has tensors that are not in its state dict, which only its constructor
    makes."""
    state = {id(t) for t in module.state_dict(keep_vars=True).values()}
    return any(id(buffer) not in state for buffer in module.buffers())


def assign(
    module: torch.nn.Module, tensors: Iterable[tuple[str, torch.Tensor]], device: Any
) -> None:
    """Replace the tensors of a module on the device ``meta`` by copies of these, on ``device``. A
    tensor with two names stays one."""
    import torch

    places = _places(module)
    olds = module.state_dict(keep_vars=True)
    target = torch.get_default_device() if device is None else device
    for name, tensor in tensors:
        old = olds[name]
        new: Any = tensor.detach().to(target, old.dtype, copy=True).contiguous()
        if isinstance(old, torch.nn.Parameter):
            new = torch.nn.Parameter(new, requires_grad=old.requires_grad)
        for owner, attribute in places[name]:
            setattr(owner, attribute, new)


def copy(module: torch.nn.Module, tensors: Iterable[tuple[str, torch.Tensor]]) -> None:
    """Copy these tensors into those of a module."""
    import torch

    state = module.state_dict(keep_vars=True)
    with torch.no_grad():
        for name, tensor in tensors:
            state[name].copy_(tensor)


def _places(module: torch.nn.Module) -> dict[str, list[tuple[torch.nn.Module, str]]]:
    """For each tensor of the state dict all places where it is: module and attribute."""
    places: dict[int, list[tuple[torch.nn.Module, str]]] = {}
    for owner in module.modules():
        for attribute, tensor in (*owner._parameters.items(), *owner._buffers.items()):
            if tensor is not None:
                places.setdefault(id(tensor), []).append((owner, attribute))
    return {name: places[id(t)] for name, t in module.state_dict(keep_vars=True).items()}
