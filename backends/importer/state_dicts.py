"""Compares the state dicts of a model and of the module made from its spec, and gives the module
the model's tensors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from ..pytorch.live import instance
from ..weights.fitting import folded
from ..weights.module_tensors import has_more_than_state

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

SEED: Final = 0


def differences(model: nn.Module, draft: nn.Module) -> list[str]:
    """Why the state dicts of a model and of a draft of our module do not load into each other, and
    which tensors are one in one of the two only."""
    theirs, ours = model.state_dict(keep_vars=True), draft.state_dict(keep_vars=True)
    no_tensors = [name for name, value in theirs.items() if not _is_tensor(value)]
    lacking = [name for name in theirs if name not in ours and name not in no_tensors]
    added = [name for name in ours if name not in theirs]
    both = [name for name in theirs if name in ours and name not in no_tensors]
    return [
        *(f"{name} is not a tensor, and is in the state dict of the model" for name in no_tensors),
        *(f"{name} is in the model and not in the spec" for name in folded(lacking)),
        *(f"{name} is in the spec and not in the model" for name in folded(added)),
        *(reason for name in both if (reason := _unlike(name, theirs[name], ours[name]))),
        *_ties({name: theirs[name] for name in both}, {name: ours[name] for name in both}),
    ]


def _is_tensor(value: object) -> bool:
    from torch import Tensor

    return isinstance(value, Tensor)


def _unlike(name: str, theirs: Tensor, ours: Tensor) -> str:
    """How a tensor of the model differs from that of the spec; empty if it does not."""
    if theirs.shape != ours.shape:
        return f"{name} is {_shape(theirs)} in the model and {_shape(ours)} in the spec"
    if theirs.is_floating_point() != ours.is_floating_point():
        return f"{name} is {_dtype(theirs)} in the model and {_dtype(ours)} in the spec"
    if theirs.requires_grad and not ours.requires_grad:
        return f"{name} is a parameter in the model and is not trained in the spec"
    if _is_parameter(ours) and not _is_parameter(theirs):
        return f"{name} is a buffer in the model and a parameter in the spec"
    return ""


def _is_parameter(tensor: Tensor) -> bool:
    from torch.nn import Parameter

    return isinstance(tensor, Parameter)


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "a number"


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _ties(theirs: Mapping[str, Tensor], ours: Mapping[str, Tensor]) -> Iterator[str]:
    """The tensors with several names that are one tensor in the model or in the spec only."""
    model, spec = _groups(theirs), _groups(ours)
    for group in _ordered(model - spec, theirs):
        if not any(set(group) < set(other) for other in spec):
            yield f"{' and '.join(group)} are one tensor in the model and several in the spec"
    for group in _ordered(spec - model, ours):
        if not any(set(group) <= set(other) for other in model):
            yield f"{' and '.join(group)} are one tensor in the spec and several in the model"


def _ordered(groups: set[tuple[str, ...]], tensors: Mapping[str, Tensor]) -> list[tuple[str, ...]]:
    places = {name: place for place, name in enumerate(tensors)}
    return sorted(groups, key=lambda group: places[group[0]])


def _groups(tensors: Mapping[str, Tensor]) -> set[tuple[str, ...]]:
    names: dict[int, list[str]] = {}
    for name, tensor in tensors.items():
        names.setdefault(id(tensor), []).append(name)
    return {tuple(group) for group in names.values() if len(group) > 1}


def loaded(draft: nn.Module, model: nn.Module) -> nn.Module:
    """Our module with the model's own tensors: nothing is copied. ``draft`` is used itself, unless
    it is on the device ``meta`` and has tensors that are not in the state dict."""
    made = draft
    if has_more_than_state(draft) and any(t.is_meta for t in draft.buffers()):
        with _parameters_on_meta():
            made = instance(type(draft), device_of(model))
    give(made, model)
    return made


@contextmanager
def _parameters_on_meta() -> Iterator[None]:
    """Modules that are made inside have no memory for parameters; their buffers have values."""
    from torch.nn import Parameter
    from torch.nn.modules.module import register_module_parameter_registration_hook

    def moved(_module: nn.Module, _name: str, parameter: Any) -> Any:
        if parameter is None or parameter.is_meta:
            return parameter
        return Parameter(parameter.to("meta"), requires_grad=parameter.requires_grad)

    handle = register_module_parameter_registration_hook(moved)
    try:
        yield
    finally:
        handle.remove()


def give(made: nn.Module, model: nn.Module) -> None:
    """Make the model's tensors those of our module; one that has several names there has them here,
    and what is frozen is so here. Raises RuntimeError if they do not fit."""
    from torch.nn import Parameter

    ours = made.state_dict(keep_vars=True)
    theirs = model.state_dict(keep_vars=True)
    shared: dict[int, Tensor] = {}
    given: dict[str, Tensor] = {}
    for name, tensor in theirs.items():
        given[name] = tensor.detach()
        if name in ours and _is_parameter(ours[name]):
            own = Parameter(given[name], requires_grad=ours[name].requires_grad)
            given[name] = shared.setdefault(id(tensor), own)
    made.load_state_dict(given, strict=True, assign=True)
    for name, tensor in made.state_dict(keep_vars=True).items():
        tensor.requires_grad_(theirs[name].requires_grad)


def release(made: nn.Module) -> None:
    """Let go of the tensors that a module has from a model, until it is given some again."""
    for tensor in made.state_dict(keep_vars=True).values():
        tensor.data = tensor.new_zeros(()).expand(tensor.shape)


def device_of(model: nn.Module) -> torch.device:
    """Where the first tensor of a model is."""
    import torch

    tensors = model.state_dict().values()
    first = next((t for t in tensors if _is_tensor(t)), None)
    return torch.device("cpu") if first is None else first.device


# --- what is changed for the time of a proof --------------------------------------------------


@contextmanager
def same_modes(model: nn.Module) -> Iterator[None]:
    """Afterwards each module is in the mode, training or evaluation, in which it was before."""
    modes = [(module, module.training) for module in model.modules()]
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


@contextmanager
def without_constants(model: nn.Module) -> Iterator[None]:
    """Constant tensors of the state dict have random values inside. A positive one stays positive,
    since it may be a variance."""
    import torch

    random = torch.Generator().manual_seed(SEED)
    saved: list[tuple[Tensor, Any]] = []
    try:
        for tensor in _constants(model):
            value = tensor.flatten()[0].item()
            saved.append((tensor, value))
            low, high = (-0.5, 0.5) if value == 0 else (0.5, 1.5)
            drawn = torch.rand(tensor.shape, generator=random) * (high - low) + low
            tensor.copy_(-drawn if value < 0 else drawn)
        yield
    finally:
        for tensor, value in saved:
            tensor.fill_(value)


def _constants(model: nn.Module) -> list[Tensor]:
    """The floating tensors of the state dict whose elements are all equal, each once."""
    from torch import Tensor

    state = model.state_dict().values()
    floats = {t.data_ptr(): t for t in state if isinstance(t, Tensor) and t.is_floating_point()}
    return [t for t in floats.values() if t.numel() and not t.is_meta and _is_constant(t)]


def _is_constant(tensor: Tensor) -> bool:
    """Whether all elements are equal. Most tensors are told by two of them."""
    from torch import isfinite

    elements = tensor.flatten()
    first = elements[0]
    if bool(first != elements[-1]) or not bool(isfinite(first)):
        return False
    return bool((elements == first).all())


@contextmanager
def unchanged_buffers(model: nn.Module) -> Iterator[None]:
    """What is done inside changes no buffer for good."""
    saved = buffers(model)
    try:
        yield
    finally:
        restore(model, saved)


def buffers(model: nn.Module) -> dict[str, Tensor]:
    """Copies of a model's buffers."""
    return {name: buffer.clone() for name, buffer in model.named_buffers()}


def restore(model: nn.Module, saved: Mapping[str, Tensor]) -> None:
    """Give the buffers of a model these values."""
    for name, buffer in model.named_buffers():
        if name in saved and saved[name].shape == buffer.shape:
            buffer.copy_(saved[name])


@contextmanager
def in_double(model: nn.Module) -> Iterator[None]:
    """The model's floating tensors are double inside. Their values stay the same."""
    from itertools import chain

    tensors = list(chain(model.parameters(), model.buffers()))
    dtypes = [tensor.dtype for tensor in tensors]
    try:
        for tensor in tensors:
            if tensor.is_floating_point():
                tensor.data = tensor.data.double()
        yield
    finally:
        for tensor, dtype in zip(tensors, dtypes, strict=True):
            tensor.data = tensor.data.to(dtype)
