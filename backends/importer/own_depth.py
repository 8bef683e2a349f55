"""Stochastic depth that a model has in a class of its own, found by what it does in training.

Such a module gives its input on in evaluation, so it leaves no op in the trace. It runs alone, in
training, for many examples: then each is multiplied by 0 or by one over the part that is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose
from typing import TYPE_CHECKING, Final

from ...compiler.layers.dropout import StochasticDepth
from ...compiler.lifting import CannotLift
from . import agreement, state_dicts

if TYPE_CHECKING:
    from torch import Tensor, nn

EXAMPLES: Final = 2**16
"""So many that some of them are dropped."""
CLOSE: Final = 1e-5
"""How far a probability may be from what the examples show, which is rounded."""


def own_depth(module: nn.Module, rank: int) -> StochasticDepth | None:
    """The layer that a module is for tensors of a rank; None if it drops no whole examples. Raises
    CannotLift if it drops them in another way."""
    factors = _factors(module, rank)
    if factors is None or not bool((factors == 0).any()):
        return None
    kept = factors[factors != 0]
    if not kept.numel() or bool((kept != kept[0]).any()):
        return None
    kind, factor = type(module).__name__, float(kept[0])
    if factor == 1:
        raise CannotLift(f"{kind} drops examples without scaling the others")
    rates = (p for p in _probabilities(module) if isclose(1 / (1 - p), factor, rel_tol=CLOSE))
    rate = next(rates, None)
    if rate is None:
        raise CannotLift(f"{kind} drops examples with a probability that no attribute has")
    return StochasticDepth(p=rate)


def _factors(module: nn.Module, rank: int) -> Tensor | None:
    """What each example is multiplied by in training; None if examples are not multiplied by
    numbers, or if the module has weights or parts."""
    import torch

    if rank < 1 or module.state_dict() or list(module.children()):
        return None
    x = torch.ones(EXAMPLES, *[2] * (rank - 1))
    with (
        state_dicts.same_modes(module),
        torch.random.fork_rng(devices=[]),
        torch.no_grad(),
    ):
        result = agreement.run(module.train(), (x,)).tensors
    if len(result) != 1 or result[0].shape != x.shape:
        return None
    rows = result[0].reshape(EXAMPLES, -1)
    return rows[:, 0] if bool((rows == rows[:, :1]).all()) else None


def _probabilities(module: nn.Module) -> Iterator[float]:
    """The probabilities of dropping that a module's attributes may be."""
    numbers = [v for v in vars(module).values() if isinstance(v, float) and 0 < v < 1]
    yield from numbers
    yield from (1 - number for number in numbers)
