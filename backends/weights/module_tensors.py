"""The tensors that a module wants, and giving them to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ...grammar.record import Record
from .problems import WeightsError
from .stored import Stored, stored

if TYPE_CHECKING:
    import torch


class Wanted(Record):
    """The tensors of a module's state dict. ``twins`` are further names of one tensor, each with
    its first name. ``buffers`` are those that are not parameters."""

    tensors: Mapping[str, Stored]
    twins: Mapping[str, str]
    buffers: frozenset[str] = frozenset()

    def first(self, name: str) -> str:
        """The first name of the tensor."""
        return self.twins.get(name, name)

    def optional(self, name: str) -> bool:
        """Whether a checkpoint may lack the tensor: a buffer of whole numbers is not trained. It is
        a table of positions, or counts the batches that a norm has seen."""
        return name in self.buffers and self.tensors[name].kind in ("int", "bool")


def wanted(module: torch.nn.Module) -> Wanted:
    """The tensors of a module, which may be on the device ``meta``. Raises WeightsError if its
    state has more than tensors with sizes."""
    state = module.state_dict(keep_vars=True)
    _check_state(state)
    firsts: dict[int, str] = {}
    twins: dict[str, str] = {}
    for name, tensor in state.items():
        first = firsts.setdefault(id(tensor), name)
        if first != name:
            twins[name] = first
    tensors = {name: stored(tensor) for name, tensor in state.items()}
    return Wanted(tensors, twins, frozenset(name for name, _ in module.named_buffers()))


def _check_state(state: Mapping[str, Any]) -> None:
    from torch import Tensor
    from torch.nn.parameter import is_lazy

    for name, value in state.items():
        if not isinstance(value, Tensor) or is_lazy(value):
            reason = "has no size until the module runs" if is_lazy(value) else "is not a tensor"
            raise WeightsError(
                f"`{name}` of the net {reason}, so `weights` cannot load it",
                "make the net without `weights`, and use the module's `load_state_dict`",
            )


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
    """Copy these tensors into those of a module. A class that is not generated may load them in
    its own way. Raises WeightsError if a tensor of the module cannot have values."""
    state = module.state_dict()
    for name, tensor in state.items():
        if tensor.is_meta:
            raise WeightsError(
                f"`{name}` of the net is on the device `meta`, where nothing can be loaded",
                "make it on another device in the class of the extern",
            )
    state.update(tensors)
    module.load_state_dict(state)


def _places(module: torch.nn.Module) -> dict[str, list[tuple[torch.nn.Module, str]]]:
    """For each tensor of the state dict all places where it is: module and attribute."""
    places: dict[int, list[tuple[torch.nn.Module, str]]] = {}
    for owner in module.modules():
        for attribute, tensor in (*owner._parameters.items(), *owner._buffers.items()):
            if tensor is not None:
                places.setdefault(id(tensor), []).append((owner, attribute))
    return {name: places[id(t)] for name, t in module.state_dict(keep_vars=True).items()}
