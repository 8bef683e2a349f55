"""The gradients of a module's parameters, and the way on which they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from torch import Tensor, nn

SMALL: Final = 1e-2
"""A gradient that is smaller, relative to the largest of all, may be rounding alone."""


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


def of(module: nn.Module, outputs: Callable[[], Sequence[Tensor]]) -> dict[str, Tensor]:
    """The gradients of the trained parameters of a module by their paths, as a few numbers each:
    then they need not all be kept. ``outputs`` runs the module."""
    import torch

    with _collected(module) as gradients, torch.enable_grad():
        trained = [tensor for tensor in outputs() if tensor.requires_grad]
        reals = [torch.view_as_real(t) if t.is_complex() else t for t in trained]
        torch.autograd.backward(reals, [_weights(t).reshape(t.shape).to(t) for t in reals])
    return gradients


@contextmanager
def _collected(module: nn.Module) -> Iterator[dict[str, Tensor]]:
    """The gradients that trained parameters get inside, afterwards in the order of the parameters.
    These are left as they were."""
    parameters = {p: path for p, path in _names(module).items() if p.requires_grad}
    saved = {parameter: parameter.grad for parameter in parameters}
    gradients: dict[str, Tensor] = {}

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


def _digest(gradient: Tensor) -> Tensor:
    """The size of a gradient, and its shares in two directions."""
    import torch

    flat = gradient.detach().flatten().double()
    weights = _weights(flat).to(flat)
    shares = [flat @ weights / weights.norm(), flat.sum() / flat.numel() ** 0.5]
    return torch.stack([flat.norm(), *shares])


def _weights(like: Tensor) -> Tensor:
    """A number for each element of a tensor."""
    import torch

    return torch.linspace(-1.0, 1.5, like.numel())


def differences(
    theirs: Mapping[str, Tensor], ours: Mapping[str, Tensor], most: float
) -> dict[str, float]:
    """How gradients differ, relative to their size, where it is by more than ``most``."""
    import torch

    nothing = torch.zeros(3, dtype=torch.double)
    largest = max((float(gradient[0]) for gradient in theirs.values()), default=0.0)
    found: dict[str, float] = {}
    for path in {**theirs, **ours}:
        a, b = theirs.get(path, nothing), ours.get(path, nothing)
        size = max(float(a[0]), float(b[0]), SMALL * largest)
        apart = float((a - b).abs().max())
        if apart > most * size:
            found[path] = apart / size
    return found
