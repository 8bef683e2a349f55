"""The calls of ``nn.MultiheadAttention``: what is piped into the layer, and its masks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from ...grammar.record import Record
from .lift_modules import plain_kind

if TYPE_CHECKING:
    from .trace import Run, Trace

MASKS: Final = {"attn_mask": "mask", "key_padding_mask": "key_mask"}
"""The arguments that are masks, with the settings of the layer. True means drop in the module, and
keep in the layer."""


class Attended(Record):
    """A call: the masks by the settings that they are, and whether positions see only those before
    them."""

    masks: dict[str, str]
    causal: bool = False


def masks_apart(trace: Trace) -> dict[Run, Attended]:
    """Leaves to the calls of attention what is piped, each value as often as it needs to be:
    ``[q, kv]``. Returns their masks."""
    result: dict[Run, Attended] = {}
    for run in trace.root.runs():
        if plain_kind(type(run.module)).__name__ == "MultiheadAttention":
            given = dict(zip(run.words, run.inputs, strict=False))
            masks = {MASKS[word]: given[word] for word in MASKS if word in given}
            causal = "mask" in masks and _is_causal(masks["mask"], trace)
            run.inputs = _piped(value for word, value in given.items() if word not in MASKS)
            kept = {name: value for name, value in masks.items() if name != "mask" or not causal}
            result[run] = Attended(kept, causal)
    return result


def _piped(values: Iterable[str]) -> list[str]:
    query, *others = values
    if len({query, *others}) == 1:
        return [query]
    return [query, others[0]] if len(set(others)) == 1 else [query, *others]


def _is_causal(mask: str, trace: Trace) -> bool:
    """Whether a mask drops what comes later: as a constant, or as the triangle of a size."""
    import torch

    if mask in trace.tensors:
        _, values = trace.tensors[mask]
        later = torch.ones_like(values, dtype=torch.bool).triu(1)
        if values.dtype == torch.bool:
            return torch.equal(values, later)
        return torch.equal(values, torch.zeros_like(values).masked_fill(later, -torch.inf))
    node: Any = trace.nodes.get(mask)
    if node is None or str(node.target) != "aten.triu.default" or node.args[1:] != (1,):
        return False
    source = node.args[0]
    ones = str(source.target) == "aten.ones.default"
    return bool(ones and source.meta["val"].dtype == torch.bool)
