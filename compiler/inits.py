"""Initialisers (torch.nn.init): their settings, and the weights that they can initialise."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final, Literal, TypeAlias

from .dims import Dim
from .layer import Init

Mode: TypeAlias = Literal["fan_in", "fan_out"]
Nonlinearity: TypeAlias = Literal[
    "linear",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "selu",
]

_KAIMING: Final[dict[str, Any]] = {"a": float, "mode": Mode, "nonlinearity": Nonlinearity}

INIT_SETTINGS: Final[Mapping[str, dict[str, Any]]] = {
    "uniform": {"a": float, "b": float},
    "normal": {"mean": float, "std": float},
    "constant": {"val": float},
    "ones": {},
    "zeros": {},
    "eye": {},
    "dirac": {"groups": int},
    "xavier_uniform": {"gain": float},
    "xavier_normal": {"gain": float},
    "kaiming_uniform": _KAIMING,
    "kaiming_normal": _KAIMING,
    "orthogonal": {"gain": float},
    "sparse": {"sparsity": float, "std": float},
    "trunc_normal": {"mean": float, "std": float, "a": float, "b": float},
}
"""The types of the settings, in PyTorch's order. The first two can be given by position."""

INITS: Final = tuple(INIT_SETTINGS)
REQUIRED: Final = {"constant": "val", "sparse": "sparsity"}
RANGES: Final[dict[str, tuple[float, float]]] = {"uniform": (0, 1), "trunc_normal": (-2, 2)}
RANKS: Final = {
    "eye": (2, 2),
    "sparse": (2, 2),
    "dirac": (3, 5),
    "orthogonal": (2, None),
    "xavier_uniform": (2, None),
    "xavier_normal": (2, None),
    "kaiming_uniform": (2, None),
    "kaiming_normal": (2, None),
}
"""The least and the most axes of a weight for these initialisers; the others take any weight."""


def wrong_value(name: str, given: Mapping[str, Any]) -> tuple[str, str] | None:
    """A setting out of its range, and what is wrong with it; None if all are fine."""
    numbers = {k: v for k, v in given.items() if isinstance(v, int | float)}
    for setting, value in numbers.items():
        if not isfinite(value):
            return setting, f"is {value}, which is not a finite number"
    if numbers.get("std", 0) < 0:
        return "std", f"is {numbers['std']}, and a deviation cannot be negative"
    if name == "trunc_normal" and numbers.get("std", 1) == 0:
        return "std", "is 0, and then there is nothing to cut off"
    if name.startswith("xavier") and numbers.get("gain", 0) < 0:
        return "gain", f"is {numbers['gain']}, and a deviation cannot be negative"
    if not 0 <= numbers.get("sparsity", 0) <= 1:
        return "sparsity", f"is {numbers['sparsity']}, and it must be between 0 and 1"
    if numbers.get("groups", 1) < 1:
        return "groups", f"is {numbers['groups']}, and it must be at least 1"
    if name in RANGES:
        low, high = RANGES[name]
        low, high = numbers.get("a", low), numbers.get("b", high)
        if low > high:
            return ("b" if "b" in numbers else "a"), f"makes the range {low} to {high} empty"
    return None


def unsuited(init: Init, shape: tuple[Dim, ...]) -> str:
    """Why a weight of this shape cannot be initialised like this; "" if it can."""
    given = dict(init.settings)
    required = REQUIRED.get(init.name)
    if required is not None and required not in given:
        return f"`{init.name}` needs `{required}`"
    least, most = RANKS.get(init.name, (0, None))
    if not least <= len(shape) or (most is not None and len(shape) > most):
        axes = f"{least} axes" if least == most else f"{least} axes or more"
        axes = f"{least} to {most} axes" if most not in (None, least) else axes
        shown = ", ".join(map(str, shape))
        return f"`{init.name}` is for weights of {axes}, and this one is [{shown}]"
    groups = given.get("groups", 1)
    filters = shape[0] if init.name == "dirac" else 0
    if isinstance(groups, int) and isinstance(filters, int) and filters % groups:
        return f"the {groups} groups of `dirac` do not divide {filters} filters"
    return ""
