"""The gradients of a module's parameters, and the way on which they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import inf, isfinite, isnan, sqrt
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor, nn

SMALL: Final = 1e-2
"""A gradient that is smaller, relative to the largest of all, may be rounding alone."""
PIECE: Final = 2**18
"""The elements of a gradient that are in memory in double precision at once."""


class Digest(NamedTuple):
    """What is kept of a gradient: its size, and its shares in two directions."""

    size: float
    slanted: float
    even: float


NOTHING: Final = Digest(0.0, 0.0, 0.0)


def way(outputs: Sequence[Tensor], module: nn.Module) -> int:
    """A number for the operations through which gradients go back from the outputs to the module's
    parameters. It is equal for modules with the same operations in the same order."""
    leaves = {id(parameter): path for parameter, path in _names(module).items()}
    known: dict[Any, int] = {}
    waiting: list[Any] = [tensor.grad_fn for tensor in outputs if tensor.grad_fn is not None]
    while waiting:
        node = waiting[-1]
        sources = [source for source, _ in node.next_functions if source is not None]
        later = [source for source in sources if source not in known]
        if later and node not in known:
            waiting += later
            continue
        waiting.pop()
        leaf = leaves.get(id(getattr(node, "variable", None)), "")
        numbers = tuple((known.get(source, 0), at) for source, at in node.next_functions)
        known[node] = hash((node.name(), leaf, numbers))
    return hash(tuple((known.get(t.grad_fn, 0), t.output_nr) for t in outputs))


def of(module: nn.Module, outputs: Callable[[], Sequence[Tensor]]) -> dict[str, Digest]:
    """The gradients of the trained parameters of a module by their paths, as a few numbers each:
    then they need not all be kept. ``outputs`` runs the module."""
    import torch

    with _collected(module) as gradients, torch.enable_grad():
        trained = [tensor for tensor in outputs() if tensor.requires_grad]
        reals = [torch.view_as_real(t) if t.is_complex() else t for t in trained]
        torch.autograd.backward(reals, [_weights(t).reshape(t.shape).to(t) for t in reals])
    return gradients


@contextmanager
def _collected(module: nn.Module) -> Iterator[dict[str, Digest]]:
    """The gradients that trained parameters get inside, afterwards in the order of the parameters.
    These are left as they were."""
    parameters = {p: path for p, path in _names(module).items() if p.requires_grad}
    saved = {parameter: parameter.grad for parameter in parameters}
    gradients: dict[str, Digest] = {}

    def take(parameter: Any) -> None:
        gradients[parameters[parameter]] = _digest(parameter.grad)
        parameter.grad = None

    handles: list[Any] = []
    try:
        for parameter in parameters:
            parameter.grad = None
            handles.append(parameter.register_post_accumulate_grad_hook(take))
        yield gradients
        ordered = {path: gradients[path] for path in parameters.values() if path in gradients}
        gradients.clear()
        gradients.update(ordered)
    finally:
        for handle in handles:
            handle.remove()
        for parameter, gradient in saved.items():
            parameter.grad = gradient


def _names(module: nn.Module) -> dict[Any, str]:
    """The path of each parameter; of several the first one of the alphabet, since modules that tie
    the same parameters may have them in another order."""
    names: dict[Any, str] = {}
    for path, parameter in module.named_parameters(remove_duplicate=False):
        names[parameter] = min(path, names.get(parameter, path))
    return names


def _digest(gradient: Tensor) -> Digest:
    """A gradient as numbers of Python: small tensors would lie in the holes that gradients leave in
    memory. It is read in pieces, since the largest in double precision may be larger than a
    model."""
    flat = gradient.detach().flatten()
    if not len(flat):
        return NOTHING
    squares = along = weights = total = 0.0
    for start in range(0, flat.numel(), PIECE):
        piece = flat[start : start + PIECE].double()
        weight = _weights(flat, start, len(piece)).to(piece)
        squares += float(piece @ piece)
        along += float(piece @ weight)
        weights += float(weight @ weight)
        total += float(piece.sum())
    return Digest(sqrt(squares), along / sqrt(weights), total / sqrt(flat.numel()))


def _weights(like: Tensor, start: int = 0, count: int | None = None) -> Tensor:
    """A number for each element of a tensor, from -1 to 1.5; or for so many of them."""
    import torch

    number = like.numel()
    places = torch.arange(start, start + (number if count is None else count), dtype=torch.double)
    return places * (2.5 / max(1, number - 1)) - 1


def differences(
    theirs: Mapping[str, Digest], ours: Mapping[str, Digest], most: float
) -> dict[str, float]:
    """How gradients differ, relative to their size, where it is by more than ``most``."""
    largest = _largest(digest.size for digest in theirs.values())
    found: dict[str, float] = {}
    for path in {**theirs, **ours}:
        a, b = theirs.get(path, NOTHING), ours.get(path, NOTHING)
        size = _largest((a.size, b.size, SMALL * largest))
        apart = max(map(_gap, a, b))
        if apart > most * size:
            found[path] = apart / size if size else inf
    return found


def _largest(sizes: Iterable[float]) -> float:
    return max(filter(isfinite, sizes), default=0.0)


def _gap(a: float, b: float) -> float:
    """How far two numbers are apart; those that are not finite are equal or infinitely far."""
    if a == b or (isnan(a) and isnan(b)):
        return 0.0
    return abs(a - b) if isfinite(a - b) else inf
