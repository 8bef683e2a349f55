"""Layers for modules of PyTorch. A layer is checked: what it makes is such a module."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ...compiler.advice.foreign import INFERRED, LEFT_OUT, SETTINGS, foreign_names, native
from ...compiler.layer import Layer, Refused, collapse, hints, options, takes
from ...compiler.layers import layers
from ...compiler.layers.dropout import StochasticDepth
from ...compiler.layers.reparametrization import SpectralNorm, WeightNorm
from ...compiler.lifting import CannotLift
from ...compiler.types import TensorType
from ..python.printing import print_code
from .lift import is_default

if TYPE_CHECKING:
    from torch import nn

_ATTRIBUTES: Final = {"p": "norm", "nonlinearity": "mode"}
"""Where modules keep arguments for which they have no attribute of the same name."""
_BATCH_SECOND: Final = "{} has the batch second, and the language has it first"


def plain_kind(kind: type) -> type:
    """The class of torch.nn whose ``forward`` a class has: itself, or one that it only sets up."""
    if kind.__module__.startswith("torch.nn.utils."):
        return kind
    of_torch = (c for c in kind.__mro__ if c.__module__.startswith("torch.nn.modules."))
    base: type[nn.Module] | None = next(of_torch, None)
    inherits = base is not None and getattr(kind, "forward", None) is base.forward
    return base if base is not None and inherits else kind


def lift_module(module: nn.Module, *inputs: TensorType) -> Layer | None:
    """The layer that makes a module of torch.nn; None if there is none. ``inputs`` are the types of
    what it takes. Raises CannotLift if the module has a setting without a counterpart."""
    _refuse_old_norms(module)
    drops = _stochastic_depth(module)
    if drops is not None:
        return drops
    if type(module).__module__ == "torch.nn.utils.parametrize":
        return _parametrized(module, inputs)
    kind = plain_kind(type(module))
    if not kind.__module__.startswith("torch.nn.modules."):
        return None
    return _checked(_layer_of(module, kind, inputs), module, inputs)


def _layer_of(module: nn.Module, kind: type, inputs: Sequence[TensorType]) -> Layer | None:
    """The layer with the settings that a module of a class has."""
    word = native(kind.__name__, layers())
    if word is None:
        return None
    layer = layers()[word]
    settings = dict(_settings(module, kind, layer, inputs))
    missing = [
        s.name for s in layer.settings.values() if s.required and settings.get(s.name) is None
    ]
    if missing:
        raise CannotLift(f"{kind.__name__} does not say its {missing[0]}")
    return layer(**{n: v for n, v in settings.items() if not is_default(layer, n, v)})


def _settings(
    module: Any, kind: type, layer: type[Layer], inputs: Sequence[TensorType]
) -> Iterator[tuple[str, Any]]:
    """The settings, from the arguments of the constructor and the attributes of the instance."""
    foreign = foreign_names().get(kind.__name__)
    renamed = {**SETTINGS, **(foreign.renamed if foreign is not None else {})}
    for name, text in (foreign.added if foreign is not None else {}).items():
        yield name, {"true": True, "false": False}.get(text, text)
    more = [*(foreign.positions or "").split(), *foreign.renamed] if foreign is not None else []
    for name in dict.fromkeys([*_arguments(kind), *more]):
        if name == "batch_first" and not module.batch_first:
            raise CannotLift(_BATCH_SECOND.format(kind.__name__))
        if name == "normalized_shape":
            yield "dim", _last_axes(module.normalized_shape, inputs)
        setting = name if name in layer.settings else renamed.get(name, name)
        attribute = name if hasattr(module, name) else _ATTRIBUTES.get(name, name)
        known = setting in layer.settings and hasattr(module, attribute)
        if known and name not in INFERRED and name not in LEFT_OUT:
            yield setting, _value(layer, setting, getattr(module, attribute))


def _arguments(kind: type) -> Iterator[str]:
    """The names of the constructor's arguments; a class that passes all on has those of its
    base."""
    for base in kind.__mro__:
        signature = inspect.signature(base.__init__)  # type: ignore[misc]
        named = [
            p
            for p in signature.parameters.values()
            if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
        ]
        yield from (p.name for p in named if p.name != "self")
        if len(named) == len(signature.parameters):
            return


def _last_axes(shape: Sequence[int], inputs: Sequence[TensorType]) -> Any:
    rank = inputs[0].rank
    return -1 if len(shape) == 1 else tuple(range(rank - len(shape), rank))


def _value(layer: type[Layer], setting: str, value: Any) -> Any:
    """An attribute as a spec has it."""
    hint = hints(layer)[setting]
    if setting == "bias" and takes(hint, bool):
        return value is not False and value is not None
    if setting == "activation":
        return str(value).removeprefix("RNN_").lower()
    if isinstance(value, str):
        plain = value.replace("-", "_")
        return None if plain == "none" and plain not in options(hint) else plain
    if isinstance(value, list | tuple):
        items = tuple(_value(layer, setting, item) for item in value)
        return items[0] if len(items) == 1 and takes(hint, int) else items
    whole = setting == "scale" and isinstance(value, float) and value.is_integer()
    return int(value) if whole else value


# --- the check --------------------------------------------------------------------------------


def _checked(layer: Layer | None, module: nn.Module, inputs: Sequence[TensorType]) -> Layer | None:
    """The layer in its simplest form. Raises CannotLift if it makes another module."""
    if layer is None:
        return None
    wanted = _description(module)
    made = _description(_module_of(layer, inputs))
    if made != wanted:
        raise CannotLift(f"{type(module).__name__}: {_difference(made, wanted)}")
    return _simplest(layer, lambda form: _is_made(form, wanted, inputs))


def _simplest(layer: Layer, fits: Callable[[Layer], bool]) -> Layer:
    """The layer with the simplest settings that fit."""
    for name, value in layer.given().items():
        forms = (layer.replace(**{name: simpler}) for simpler in _simpler(layer, name, value))
        layer = next((form for form in forms if fits(form)), layer)
    return layer


def _simpler(layer: Layer, name: str, value: Any) -> Iterator[Any]:
    """Simpler values of a setting: none, and one size for all axes. The kernels of convolutions
    show how many axes there are: ``3x3``."""
    if not layer.settings[name].required:
        yield layer.settings[name].default
    if isinstance(value, tuple) and (layer.category, name) != ("conv", "kernel"):
        yield collapse(value)


def _is_made(layer: Layer, wanted: Mapping[str, Any], inputs: Sequence[TensorType]) -> bool:
    try:
        return _description(_module_of(layer, inputs)) == wanted
    except CannotLift:
        return False


def _module_of(layer: Layer, inputs: Sequence[TensorType]) -> nn.Module:
    """The module that a layer makes, without memory for its weights."""
    import torch
    from torch import nn

    try:
        lowering = layer.lower(*inputs)
    except Refused as refused:
        raise CannotLift(f"{layer.word}: {refused.message}") from refused
    if lowering.module is None or str(lowering.module.function).startswith("nn.Lazy"):
        raise CannotLift(f"{layer.word} makes no module of {', '.join(map(str, inputs))}")
    try:
        with torch.device("meta"):
            made: nn.Module = eval(print_code(lowering.module, [], ""), {"nn": nn, "torch": torch})
    except (ValueError, TypeError, AssertionError) as refused:
        raise CannotLift(f"PyTorch does not make it: {refused}") from refused
    return made


_UNSEEN: Final = frozenset(["training", "inplace", "name"])


def _description(module: nn.Module) -> dict[str, Any]:
    """How a module computes: its class, its settings and the shapes of its tensors."""
    settings = {
        f"{path}.{name}".lstrip("."): _plain(value)
        for path, part in module.named_modules()
        for name, value in vars(part).items()
        if not name.startswith("_") and name not in _UNSEEN
    }
    shapes = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    padded = re.findall(r"Pad(\d)d$", plain_kind(type(module)).__name__)  # of one forward
    return {**settings, **shapes, "forward": type(module).forward, "axes": padded}


def _plain(value: Any) -> Any:
    return collapse(tuple(value)) if isinstance(value, list | tuple) else value


def _difference(made: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    if made["forward"] != wanted["forward"]:
        return "it computes something else than the layer of that name"
    for name in {**wanted, **made}:
        if made.get(name) != wanted.get(name):
            theirs, ours = _short(wanted.get(name)), _short(made.get(name))
            return f"its `{name}` is {theirs}, and the layer has {ours}"
    return ""


def _short(value: Any) -> str:
    """A value for a message: a tensor has too many numbers."""
    import torch

    if isinstance(value, torch.Tensor):
        return f"a tensor {list(value.shape)} that is no parameter"
    return str(value)


# --- modules around others, and modules that are not PyTorch's ---------------------------------


def _refuse_old_norms(module: nn.Module) -> None:
    for hook in module._forward_pre_hooks.values():
        name = type(hook).__module__
        if name in ("torch.nn.utils.weight_norm", "torch.nn.utils.spectral_norm"):
            newer = name.replace("utils.", "utils.parametrizations.")
            raise CannotLift(f"a hook of {name} computes its weight; {newer} has a counterpart")


def _parametrized(module: Any, inputs: Sequence[TensorType]) -> Layer | None:
    """A layer whose weight is computed by one of PyTorch's parametrizations."""
    kind = type(module).__mro__[1]
    inner = _layer_of(module, kind, inputs)
    computed = dict(module.parametrizations.items())
    if inner is None or len(computed) != 1:
        return None
    ((name, steps),) = computed.items()
    if len(steps) != 1:
        raise CannotLift(f"{name} of {kind.__name__} is computed in {len(steps)} steps")
    outer, settings = _parametrization(steps[0])
    wanted = _description(module)
    inner = _simplest(
        inner,
        lambda form: _is_made(outer(layer=form, name=name, **settings), wanted, inputs),
    )
    return _checked(outer(layer=inner, name=name, **settings), module, inputs)


def _parametrization(step: Any) -> tuple[type[Layer], dict[str, Any]]:
    """The layer around another, and its settings."""
    if type(step).__name__ == "_WeightNorm":
        return WeightNorm, {"dim": None if step.dim == -1 else step.dim}
    if type(step).__name__ == "_SpectralNorm":
        names = ("n_power_iterations", "eps", "dim")
        return SpectralNorm, {name: getattr(step, name) for name in names}
    raise CannotLift(f"{type(step).__name__} has no counterpart")


def _stochastic_depth(module: Any) -> Layer | None:
    """Stochastic depth as torchvision, timm and transformers have it."""
    home, _, name = f"{type(module).__module__}.{type(module).__qualname__}".partition(".")
    if home == "torchvision" and name.endswith(".StochasticDepth"):
        return StochasticDepth(p=module.p, mode=module.mode)
    if home not in ("timm", "transformers") or not name.endswith("DropPath"):
        return None
    if getattr(module, "scale_by_keep", True) is not True:
        raise CannotLift("DropPath without scaling has no counterpart")
    return StochasticDepth(p=float(module.drop_prob or 0.0))
