"""Modules that a model holds under several paths, and runs under more than one of them.

``self.cpe`` of each block may be one module, which the model around them made. It becomes a
``share`` of the innermost block around all its runs, and the blocks between take it as a network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from . import tree
from .blocks import is_block
from .trace import Run, Shared, Trace
from .writer import inside_of, is_layer

if TYPE_CHECKING:
    from torch import nn


def with_shared_modules(trace: Trace, model: nn.Module) -> Trace:
    """The trace in which such modules, and all in them, have one path each. Layers stay as they
    are, since they can be tied; so do modules that run for several sizes, which no share can."""
    paths: dict[nn.Module, list[str]] = {}
    for path, module in model.named_modules(remove_duplicate=False):
        paths.setdefault(module, []).append(path)
    shared: dict[str, Shared] = {}
    moves: dict[str, str] = {}
    uses_of: dict[nn.Module, list[Run]] = {}
    for run in trace.root.runs():  # the outer ones first
        uses_of.setdefault(run.module, []).append(run)
    for module, uses in uses_of.items():
        olds = {run.path for run in uses}
        if len(olds) > 1 and (found := _home(trace, uses, paths.get(module, ()))):
            home, around = found
            shared[home] = Shared(around, uses)
            moves |= dict.fromkeys(olds - {home}, home)
            for run in uses:
                _move(run, moves)
    if not shared:
        return trace
    tensors = {name: (_moved(path, moves), t) for name, (path, t) in trace.tensors.items()}
    first = {path: _moved(other, moves) for path, other in trace.first_path.items()}
    return replace(trace, tensors=tensors, first_path=first, shared=shared)


def _home(trace: Trace, uses: Sequence[Run], paths: Sequence[str]) -> tuple[str, str] | None:
    """The path of a module in the innermost block around all its runs that holds it under a name,
    and that of the block; None if there is none, or if a share cannot be the module."""
    shapes = {tuple(map(trace.shape, run.inputs)) for run in uses}
    if len(shapes) > 1 or is_layer(uses[0]) or not uses[0].module.state_dict():
        return None
    for block in _blocks_around(uses):
        for path in paths:
            if tree.share_name(inside_of(block, path)):
                return path, block.path
    return None


def _blocks_around(uses: Sequence[Run]) -> Iterator[Run]:
    """The blocks around all of some runs, and the model, the innermost first."""
    paths = [{run.path for run in _around(use)} for use in uses]
    for run in _around(uses[0]):
        if all(run.path in others for others in paths) and (run.parent is None or is_block(run)):
            yield run


def _around(run: Run) -> Iterator[Run]:
    while run.parent is not None:
        run = run.parent
        yield run


def _move(run: Run, moves: Mapping[str, str]) -> None:
    """Gives a run its new path, and the runs inside it too."""
    run.path = moves.get(run.path, run.path)
    for inner in run.runs():
        inner.path = _moved(inner.path, moves)


def _moved(path: str, moves: Mapping[str, str]) -> str:
    """A path by the new paths of modules around it."""
    for at, letter in enumerate(path):
        if letter == "." and path[:at] in moves:
            return _moved(moves[path[:at]] + path[at:], moves)
    return path
