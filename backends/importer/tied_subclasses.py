"""Subclasses of torch.nn's layers that compute more, with weights that other modules have too.

``class Scaled(nn.Embedding)`` with another ``forward`` is a block with a parameter of its own, and
that cannot be tied. So if its weight is tied, its ops become those of the module around it: there
they are a layer with the label of the module, and what is done with its result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Set as AbstractSet

from ...compiler.advice.foreign import native
from ...compiler.layers import layers
from .trace import Op, Run, Trace
from .writer import is_layer, is_sequence


def dissolve_tied_subclasses(trace: Trace) -> None:
    """Gives the ops of such runs to the runs around them, with the module's path as their owner."""
    times = Counter(trace.first_path.values())
    tied = {path for path, first in trace.first_path.items() if times[first] > 1}
    for around in [trace.root, *trace.root.runs()]:
        if is_sequence(around) or is_layer(around):
            continue
        steps: list[Op | Run] = []
        for step in around.steps:
            steps += _ops(step, tied) or [step]
        around.steps = steps


def _ops(step: Op | Run, tied: AbstractSet[str]) -> list[Op]:
    """The ops of a run with a tied weight of its own; none if a step is no such run."""
    if not isinstance(step, Run) or is_layer(step) or not _extends_layer(type(step.module)):
        return []
    own = [f"{step.path}.{name}" for name, _ in step.module.named_parameters(recurse=False)]
    ops = [op for op in step.steps if isinstance(op, Op)]
    if len(ops) < len(step.steps) or tied.isdisjoint(own):
        return []
    for op in ops:
        op.owner = step.path
    return ops


def _extends_layer(kind: type) -> bool:
    of_torch = (c for c in kind.__mro__ if c.__module__.startswith("torch.nn.modules."))
    return native(next(of_torch, kind).__name__, layers()) is not None
