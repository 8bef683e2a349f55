"""Whether two tensors are drawn from one distribution."""

from __future__ import annotations

import math

import torch

MOST = 100_000
"""So many values of a tensor are looked at."""
UNLIKELY = 1e-8


def unlike(mine: torch.Tensor, yours: torch.Tensor) -> str:
    """How the distributions differ; "" if they may be the same.

    A constant must be the same constant; a single value that is neither 0 nor 1 may be drawn from
    any distribution. Other values are compared by the two-sample test of Kolmogorov and Smirnov,
    which sees the kind, the mean and the deviation together.
    """
    a, b = (_sample(tensor) for tensor in (mine, yours))
    if len(a) == 1 and not {float(a), float(b)} & {0.0, 1.0}:
        return ""
    if a[0] == a[-1] or b[0] == b[-1]:
        return "" if torch.equal(a, b) else f"{described(a)}, not {described(b)}"
    limit = math.sqrt(-math.log(UNLIKELY / 2) / len(a))
    return f"{described(a)}, not {described(b)}" if _gap(a, b) > limit else ""


def _sample(tensor: torch.Tensor) -> torch.Tensor:
    values = tensor.detach().flatten()
    return values[:: max(1, len(values) // MOST)][:MOST].sort().values


def _gap(a: torch.Tensor, b: torch.Tensor) -> float:
    """The largest distance of the two cumulative distributions."""
    points = torch.cat([a, b])
    shares = [torch.searchsorted(t, points, right=True) / len(t) for t in (a, b)]
    return float((shares[0] - shares[1]).abs().max())


def described(values: torch.Tensor) -> str:
    """The kind of a distribution, its mean and its deviation."""
    if values[0] == values[-1]:
        return f"{float(values[0]):g} everywhere"
    mean, std = float(values.mean()), float(values.std())
    uniform = float(values.abs().max()) < 1.8 * std + abs(mean)
    kind = "uniform" if uniform else "normal"
    return f"{kind} with mean {mean:.3g} and deviation {std:.3g}"
