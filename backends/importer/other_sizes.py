"""Compares a spec with its model at other sizes than those of the example, if the spec leaves sizes
open: ``x[3, H=224, W=224]``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ...compiler.pipeline import load_source
from ...grammar import syntax as s
from ...grammar.parser import parse
from ...grammar.record import Record
from ...grammar.source import Source
from ..pytorch import to_class
from ..weights import loading
from . import agreement, state_dicts
from .agreement import Agreement

if TYPE_CHECKING:
    from torch import Tensor, nn

    from .example_inputs import Inputs

QUARTERS: Final = ((2, 3, 1), (2, 3, 0), (2, 4, 0), (8, 12, 0))
"""Sizes to try, until the model runs: for the first, third ... open size and for the others, so
many quarters of it, and one more. Odd sizes tell formulas apart. Some models need even ones, or
multiples of the example's."""
SEQUENCE: Final = 2
"""The most axes of an input that has a length, which may be one, and no height."""


def evaluation(text: str, net: str | None, model: nn.Module, inputs: Inputs) -> Agreement:
    """What both compute outside of training at other sizes; nothing if no size is open."""
    defaults = default_sizes(text, net)
    if not defaults:
        return Agreement()
    ports = _ports(text, net)
    trial = _Trial(text, net, model, inputs, ports)
    found = next(filter(None, (trial.at(sizes) for sizes in _others(defaults))), None)
    if found is None:
        return Agreement(("the model runs at no other size that was tried",))
    if found.reasons or any(len(port.shape or ()) > SEQUENCE for port in ports):
        return found
    return trial.at(dict.fromkeys(defaults, 1)) or found


def default_sizes(text: str, net: str | None) -> dict[str, int]:
    """The sizes that the inputs of a net leave open, with their defaults."""
    return {p.name: _number(p.value) for port in _ports(text, net) for p in port.defaults}


def _others(defaults: Mapping[str, int]) -> Iterator[dict[str, int]]:
    for first, second, more in QUARTERS:
        quarters = (first, second) * len(defaults)
        pairs = zip(defaults.items(), quarters, strict=False)
        yield {name: size * part // 4 + more for (name, size), part in pairs}


class _Trial(Record):
    text: str
    net: str | None
    model: nn.Module
    inputs: Inputs
    ports: Sequence[s.DeclaredPort]

    def at(self, sizes: Mapping[str, int]) -> Agreement | None:
        """What both compute at these sizes; None if the model fails there."""
        inputs = self._resized(sizes)
        if agreement.run(self.model.eval(), inputs).error:
            return None
        where = ", ".join(f"{name}={size}" for name, size in sizes.items())
        shapes = {port.name: _shape(port, sizes) for port in self.ports if port.defaults}
        compilation = load_source(Source("<spec>", self.text), net=self.net, inputs=shapes)
        if compilation.graph is None:
            error = next(d for d in compilation.diagnostics if d.severity == "error")
            return Agreement((f"at {where} the spec does not compile: {error.message}",))
        draft = loading.draft(
            to_class(compilation.graph, {}, import_externs=True), state_dicts.device_of(self.model)
        )
        made = state_dicts.loaded(draft, self.model)
        found = agreement.evaluation(self.model, made, inputs)
        return found.replace(reasons=tuple(f"at {where} {reason}" for reason in found.reasons))

    def _resized(self, sizes: Mapping[str, int]) -> Inputs:
        """The inputs of the example at other sizes: parts of them, or copies side by side."""
        if isinstance(self.inputs, dict):
            by_name = {port.name: port for port in self.ports}
            return {name: _cut(t, by_name[name], sizes) for name, t in self.inputs.items()}
        pairs = zip(self.inputs, self.ports, strict=True)
        return tuple(_cut(tensor, port, sizes) for tensor, port in pairs)


def _ports(text: str, net: str | None) -> list[s.DeclaredPort]:
    """The inputs of the net."""
    file, _ = parse(Source("<spec>", text))
    nets = [x for x in file.statements if isinstance(x, s.Block) and x.kind == "net"]
    chosen = [x for x in nets if x.name == net] or nets[:1]
    return [port for block in chosen for port in block.inputs or ()]


def _number(value: s.Expr) -> int:
    assert isinstance(value, s.Number)
    return int(value.value)


def _shape(port: s.DeclaredPort, sizes: Mapping[str, int]) -> str:
    axes = (sizes[d.id] if isinstance(d, s.Name) else _number(d) for d in port.shape or ())
    return "x".join(map(str, axes)) + (f" {port.dtype}" if port.dtype else "")


def _cut(tensor: Tensor, port: s.DeclaredPort, sizes: Mapping[str, int]) -> Tensor:
    import torch

    for axis, size in enumerate(port.shape or (), 1):
        if isinstance(size, s.Name):
            wanted = sizes[size.id]
            copies = [tensor] * -(-wanted // tensor.shape[axis])
            tensor = torch.cat(copies, axis).narrow(axis, 0, wanted)
    return tensor.contiguous()
