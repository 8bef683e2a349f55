"""Nets with weights from a file, for ``to_torch(weights=...)`` and ``netwright weights``."""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection
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
    old: type[torch.nn.Module] | None,
    *,
    partial: bool,
    entry: str,
) -> torch.nn.Module:
    """The net with the weights of a checkpoint; ``old`` is the class of the layout, if that is a
    network. Raises WeightsError."""
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
    rules, names = rules_of(net, wants, layout, old)
    checkpoint = read(weights, entry).without_wrapper(names)
    notes: tuple[str, ...] = ()
    if layout == "auto":
        rules, notes = completed(rules, wants, checkpoint)
    plan = loading.plan(checkpoint, wants, rules, notes)
    lines = loading.check_whole(plan, wants, mapped=layout is not None, partial=partial)
    if lines:
        warnings.warn(WeightsWarning("\n".join([checkpoint.path, *lines])), stacklevel=3)
    return loading.module_with(made, plan, wants, device)


def _is_meta(device: Any) -> bool:
    """Whether tensors that are made now on ``device`` have no values."""
    import torch

    return torch.empty(0, device=device).is_meta


def tensors_of(cls: type[torch.nn.Module]) -> Wanted:
    """The tensors of a net's class. No random numbers are used up."""
    import torch

    with torch.random.fork_rng(devices=[]):
        return module_tensors.wanted(loading.draft(cls))


def rules_of(
    net: Network, wants: Wanted, layout: Layout | Mapping, old: type[torch.nn.Module] | None = None
) -> tuple[Mapping | None, Collection[str]]:
    """The rules that a layout states, and names that a checkpoint in this layout may have. If it is
    a network, ``old`` is its class."""
    if layout is None or layout == "auto":
        return None, wants.tensors
    if isinstance(layout, Network):
        olds = tensors_of(old or layout._class)
        between = version_mapping.mapping_between(layout.ir, net.ir, olds, wants)
        return between, olds.tensors
    rules = _written(layout)
    return rules, [*wants.tensors, *(p.texts[0] for rule in rules.rules for p in rule.old)]


def _written(layout: Table[str, str] | str | os.PathLike[str] | Mapping) -> Mapping:
    if isinstance(layout, Mapping):
        return layout
    if isinstance(layout, Table):
        return Mapping(tuple(rules_file.pair(old, new) for old, new in layout.items()))
    if isinstance(layout, str | os.PathLike) and Path(layout).suffix == ".toml":
        return rules_file.read_rules(layout)
    raise WeightsError(f"{layout!r} is not a mapping", _LAYOUTS)


def completed(
    rules: Mapping | None, wants: Wanted, checkpoint: Checkpoint
) -> tuple[Mapping, tuple[str, ...]]:
    """The rules, and those that are found for what they leave. With notes."""
    stated = rules.rules if rules else ()
    moves = mappings.bind(Mapping(stated), list(checkpoint.tensors))
    ruled = [move for move in moves if move.rule in stated]
    olds = {name for move in ruled for name in move.old}
    news = {name for move in ruled for name in move.new}
    match = matching.match(
        {n: t for n, t in checkpoint.tensors.items() if n not in olds},
        {n: t for n, t in wants.tensors.items() if n not in news},
    )
    return Mapping((*stated, *match.mapping.rules)), match.notes


_LAYOUTS = 'it is "auto", a file of rules (.toml), a dict of names, or a network'
