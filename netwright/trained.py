"""Nets with weights from a file, for ``to_torch(weights=...)`` and ``netwright weights``."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping as Table
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .backends.weights import (
    loading,
    mappings,
    matching,
    module_tensors,
    rules_file,
    version_mapping,
)
from .backends.weights.checkpoints import Checkpoint, read
from .backends.weights.mappings import Mapping
from .backends.weights.module_tensors import Wanted
from .backends.weights.problems import WeightsError, WeightsWarning
from .network import Layout, Network

if TYPE_CHECKING:
    import torch


def module_with_weights(
    net: Network,
    cls: type[torch.nn.Module],
    weights: str | os.PathLike[str],
    device: Any,
    layout: Layout,
    *,
    partial: bool,
) -> torch.nn.Module:
    """The net with the weights of a checkpoint. Raises WeightsError."""
    if not isinstance(weights, str | os.PathLike):
        kind = type(weights).__name__
        raise TypeError(
            f"`weights` is the name of a file, not {kind}; a module takes other weights "
            "with `load_state_dict`"
        )
    if _is_meta(device):
        raise ValueError("weights have no values on the device `meta`")
    made = loading.draft(cls, device)
    wants = module_tensors.wanted(made)
    checkpoint = read(weights).without_wrapper(wants.tensors)
    mapping, notes = mapping_to(net, wants, checkpoint, layout)
    plan = loading.plan(checkpoint, wants, mapping, notes)
    lines = loading.check_whole(plan, partial=partial)
    if lines:
        warnings.warn(WeightsWarning("\n".join([checkpoint.path, *lines])), stacklevel=3)
    return loading.module_with(made, plan, wants, device)


def _is_meta(device: Any) -> bool:
    """Whether tensors that are made now on ``device`` have no values."""
    import torch

    return torch.empty(0, device=device).is_meta


def tensors_of(cls: type[torch.nn.Module]) -> Wanted:
    """The tensors of a net's class."""
    return module_tensors.wanted(loading.draft(cls))


def mapping_to(
    net: Network, wants: Wanted, checkpoint: Checkpoint, layout: Layout
) -> tuple[Mapping | None, tuple[str, ...]]:
    """The mapping that a layout means, and notes on what is not certain in it."""
    if layout is None:
        return None, ()
    if isinstance(layout, Network):
        return version_mapping.mapping_between(
            layout.ir, net.ir, tensors_of(layout._class), wants
        ), ()
    if isinstance(layout, Table):
        rules = [rules_file.pair(old, new) for old, new in layout.items()]
        return Mapping(tuple(rules)), ()
    if layout == "auto":
        return mapping_of(wants, checkpoint, None, automatic=True)
    if isinstance(layout, str | os.PathLike) and Path(layout).suffix == ".toml":
        return mapping_of(wants, checkpoint, layout, automatic=False)
    raise WeightsError(f"{layout!r} is not a mapping", _LAYOUTS)


def mapping_of(
    wants: Wanted,
    checkpoint: Checkpoint,
    file: str | os.PathLike[str] | None,
    *,
    automatic: bool,
) -> tuple[Mapping | None, tuple[str, ...]]:
    """The rules of a file, then those that are found for what they leave. With notes."""
    rules = rules_file.read_rules(file) if file is not None else None
    if not automatic:
        return rules, ()
    moves = mappings.bind(rules or Mapping(()), list(checkpoint.tensors))
    ruled = [move for move in moves if rules is not None and move.rule in rules.rules]
    olds = {name for move in ruled for name in move.old}
    news = {name for move in ruled for name in move.new}
    match = matching.match(
        {n: t for n, t in checkpoint.tensors.items() if n not in olds},
        {n: t for n, t in wants.tensors.items() if n not in news},
    )
    return Mapping((*(rules.rules if rules else ()), *match.mapping.rules)), match.notes


_LAYOUTS = 'it is "auto", a file of rules (.toml), a dict of names, or a network'
