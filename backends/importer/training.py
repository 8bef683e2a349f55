"""The probabilities of dropping that a model gives to functions in training alone.

``F.scaled_dot_product_attention(q, k, v, dropout_p=self.p if self.training else 0.0)`` drops
nothing when torch.export runs the model in evaluation. So the model runs once more, in training,
and each call of such a function is found again among the ops of the trace.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from . import agreement, state_dicts
from .trace import Op, Run
from .writer import is_layer

if TYPE_CHECKING:
    from torch import Tensor, nn

    Inputs = Sequence[Tensor] | Mapping[str, Tensor]

PROBABILITY: Final = {
    "scaled_dot_product_attention": "dropout_p",
    "dropout": "p",
    "feature_dropout": "p",
}
"""The ops that drop with a probability, and the argument that has it."""


class Place(NamedTuple):
    """A call of an op: by a module, in which of its runs, and the number of the call among those of
    the op in that run."""

    module: nn.Module
    run: int
    op: str
    call: int


def note_training(root: Run, model: nn.Module, inputs: Inputs) -> None:
    """Notes with the ops that drop nothing in evaluation what they drop in training."""
    idle = {place: op for place, op in _dropping(root) if not _probability(op)}
    if not idle:
        return
    for place, probability in _probabilities(model, inputs).items():
        if place in idle and probability:
            idle[place].training[PROBABILITY[place.op]] = probability


def _dropping(root: Run) -> Iterator[tuple[Place, Op]]:
    """The ops that drop, with their places. Modules that are layers have settings for it."""
    places = _Places()
    for run in (root, *root.runs()):
        places.enter(run.module)
        for step in run.steps:
            word = step.name.partition(".")[0] if isinstance(step, Op) else ""
            if isinstance(step, Op) and word in PROBABILITY and not is_layer(run):
                yield places.next(word), step
        places.leave()


def _probability(op: Op) -> Any:
    """The probability with which an op drops in evaluation."""
    wanted = PROBABILITY[op.name.partition(".")[0]]
    schema: Any = getattr(op.node.target, "_schema")  # noqa: B009
    number = [argument.name for argument in schema.arguments].index(wanted)
    return op.node.args[number] if number < len(op.node.args) else op.node.kwargs.get(wanted, 0.0)


class _Places:
    """Counts the runs of modules, and the calls of ops in them."""

    def __init__(self) -> None:
        self._runs: Counter[nn.Module] = Counter()
        self._open: list[tuple[nn.Module, int, Counter[str]]] = []

    def enter(self, module: nn.Module) -> None:
        self._open.append((module, self._runs[module], Counter()))
        self._runs[module] += 1

    def leave(self) -> None:
        self._open.pop()

    def next(self, op: str) -> Place:
        """The place of a call of an op in the run that is open."""
        module, run, calls = self._open[-1]
        calls[op] += 1
        return Place(module, run, op, calls[op] - 1)


# --- the run in training ----------------------------------------------------------------------


def _probabilities(model: nn.Module, inputs: Inputs) -> Mapping[Place, float]:
    """The probabilities in a run in training; none if the model fails then."""
    import torch

    with (
        state_dicts.same_modes(model),
        state_dicts.unchanged_buffers(model),
        torch.random.fork_rng(devices=[]),
        torch.no_grad(),
        _watched(model) as found,
    ):
        failed = agreement.run(model.train(), inputs).error
    return {} if failed else found


@contextmanager
def _watched(model: nn.Module) -> Iterator[dict[Place, float]]:
    """Collects the probabilities with which functions drop."""
    from torch.overrides import TorchFunctionMode

    places = _Places()
    found: dict[Place, float] = {}
    functions = _functions()

    class Watch(TorchFunctionMode):
        def __torch_function__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            if func in functions:
                op, names = functions[func]
                given = dict(zip(names.split(), args, strict=False)) | (kwargs or {})
                dropping = given.get("training", True)
                found[places.next(op)] = given.get(PROBABILITY[op], 0.0) if dropping else 0.0
            return func(*args, **(kwargs or {}))

    handles = []
    for module in model.modules():
        handles.append(module.register_forward_pre_hook(lambda module, _: places.enter(module)))
        handles.append(module.register_forward_hook(lambda *_: places.leave()))
    try:
        with Watch():
            yield found
    finally:
        for handle in handles:
            handle.remove()


def _functions() -> Mapping[Any, tuple[str, str]]:
    """The functions that become these ops, with the names of their arguments."""
    from torch.nn import functional as f

    attention = "query key value attn_mask dropout_p"
    features = (f.dropout1d, f.dropout2d, f.dropout3d)
    return {
        f.scaled_dot_product_attention: ("scaled_dot_product_attention", attention),
        f.dropout: ("dropout", "input p training"),
        **dict.fromkeys(features, ("feature_dropout", "input p training")),
    }
