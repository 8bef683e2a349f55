"""Runs a model and the module made from its spec on the same inputs, and compares the results."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from math import inf
from typing import TYPE_CHECKING, Any, Final

from ...grammar.record import Record, field
from ...grammar.wording import counted, first_line, listing
from . import gradients, state_dicts

if TYPE_CHECKING:
    from torch import Tensor, nn

    from .example_inputs import Inputs

SEED: Final = 1
DOUBLE: Final = 1e-9
"""In double precision, results of the same computation differ by less, relative to the largest."""
SINGLE: Final = 1e-5
"""The same where a model computes in single precision whatever its weights are."""
STEP: Final = 1e-3
"""The same for statistics of a batch: the variance of few values is far more sensitive."""


class Agreement(Record):
    """What a comparison of two runs has shown; see ``prove.Proof``."""

    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    difference: float = 0.0
    macs: tuple[int, int] = (0, 0)
    """The multiply-accumulates that PyTorch counts in the model and in our module."""


class Output(Record):
    """A run: its tensors and the multiply-accumulates that PyTorch counts, or why it failed."""

    tensors: tuple[Tensor, ...] = ()
    macs: int = 0
    error: str = ""
    random: bool = False
    """Whether it drew random numbers."""
    way_back: int = 0
    """The way of gradients; see ``gradients.way``."""
    others: tuple[str, ...] = ()
    """The classes of what it returned besides tensors."""


class Gap(Record):
    """How an output of the model differs from that of the spec."""

    text: str
    relative: float = field(default=inf)


# --- running ---------------------------------------------------------------------------------


def run(
    module: nn.Module,
    inputs: Sequence[Tensor] | Mapping[str, Tensor],
    *,
    counting: bool = False,
    learning: bool = False,
) -> Output:
    """The result for these inputs. The random numbers are the same for each run. If it is counted,
    which takes time, the output has multiply-accumulates; if it learns, the way of gradients."""
    import torch

    counter = _counter()
    torch.manual_seed(SEED)
    before = torch.get_rng_state()
    try:
        with counter if counting else nullcontext(), torch.set_grad_enabled(learning):
            returned = _call(module, inputs)
    except Exception as error:  # a model's own code may raise anything
        return Output(error=class_and_line(error) + _in_spec(error))
    outputs = tuple(tensors(returned))
    macs = int(counter.get_total_flops()) // 2 if counting else 0
    random = not torch.equal(before, torch.get_rng_state())
    way_back = gradients.way(outputs, module) if learning else 0
    results = tuple(tensor.detach() for tensor in outputs)
    others = tuple(_others(returned))
    return Output(results, macs, random=random, way_back=way_back, others=others)


def failure(module: nn.Module, inputs: Sequence[Tensor] | Mapping[str, Tensor]) -> Exception | None:
    """The exception that a module raises for these inputs; None if it raises none. Nothing that it
    changes stays."""
    import torch

    with torch.random.fork_rng(devices=[]), torch.no_grad(), state_dicts.unchanged_buffers(module):
        try:
            _call(module, inputs)
        except Exception as error:  # a model's own code may raise anything
            return error
    return None


def _counter() -> Any:
    """Counts multiply-accumulates of the whole run. By module, PyTorch cannot count without
    gradients if a module takes a parameter."""
    from torch.utils.flop_counter import FlopCounterMode

    counter: Any = FlopCounterMode(display=False)
    counter.mod_tracker = _Whole()
    return counter


class _Whole(nullcontext[None]):
    """Stands for the modules that are running, of which the counter sees none."""

    parents = ("Global",)


def _call(module: nn.Module, inputs: Sequence[Tensor] | Mapping[str, Tensor]) -> Any:
    """What a module returns for copies of the inputs, which it may change."""
    if isinstance(inputs, Mapping):
        return module(**{name: tensor.clone() for name, tensor in inputs.items()})
    return module(*(tensor.clone() for tensor in inputs))


def class_and_line(error: Exception) -> str:
    """``RuntimeError: the first line``."""
    name = type(error).__name__
    return f"{name}: {first_line(error)}" if str(error).strip() else name


def _in_spec(error: Exception) -> str:
    """The last line of our module that ran, which names the line of the spec."""
    from traceback import extract_tb

    frames = [f for f in extract_tb(error.__traceback__) if f.filename.startswith("<netwright")]
    return f", in `{frames[-1].line}`" if frames else ""


def tensors(result: Any) -> Iterator[Tensor]:
    """The tensors in what a model returns, in order."""
    from torch import Tensor

    return (leaf for leaf in _leaves(result) if isinstance(leaf, Tensor))


def _others(result: Any) -> Iterator[str]:
    """The classes of what a model returns that is no tensor. None stands for nothing."""
    from torch import Tensor

    others = (leaf for leaf in _leaves(result) if not isinstance(leaf, Tensor))
    return (type(leaf).__name__ for leaf in others if leaf is not None)


def _leaves(result: Any) -> Iterator[Any]:
    if isinstance(result, Mapping):
        parts: Iterable[Any] = result.values()
    elif isinstance(result, list | tuple):
        parts = result
    elif dataclasses.is_dataclass(result):
        parts = [getattr(result, entry.name) for entry in dataclasses.fields(result)]
    else:
        yield result
        return
    for part in parts:
        yield from _leaves(part)


# --- comparing -------------------------------------------------------------------------------


def gaps(theirs: Sequence[Tensor], ours: Sequence[Tensor]) -> list[Gap]:
    """How the outputs differ; empty if all bits are equal."""
    if len(theirs) != len(ours):
        returned = counted(len(theirs), "tensor")
        return [Gap(f"the model returns {returned}, and the spec {len(ours)}")]
    pairs = enumerate(zip(theirs, ours, strict=True), 1)
    found = [(k, gap) for k, (a, b) in pairs if (gap := _gap(a, b))]
    places = {k: _place(theirs[k - 1], ours) for k, _ in found} if len(ours) > 1 else {}
    return [Gap(_named(k, gap, places), gap.relative) for k, gap in found]


def _named(number: int, gap: Gap, places: Mapping[int, int]) -> str:
    moved = places.get(number, 0)
    hint = f"; it is equal to output {moved} of the spec" if moved else ""
    return f"output {number} {gap.text}{hint}"


def _place(tensor: Tensor, ours: Sequence[Tensor]) -> int:
    """The number of our output that is equal to this one; 0 if there is none."""
    return next((k for k, other in enumerate(ours, 1) if not _gap(tensor, other)), 0)


def _gap(theirs: Tensor, ours: Tensor) -> Gap | None:
    import torch

    if theirs.shape != ours.shape:
        return Gap(f"has shape {_shape(theirs)} in the model and {_shape(ours)} in the spec")
    if theirs.dtype != ours.dtype:
        return Gap(f"is {theirs.dtype} in the model and {ours.dtype} in the spec")
    if torch.equal(theirs, ours):
        return None
    a, b = (t.to(torch.cdouble if t.is_complex() else torch.double) for t in (theirs, ours))
    same = (a == b) | (a.isnan() & b.isnan())
    if bool(same.all()):
        return None
    apart = (a - b).abs()[~same]
    if not bool(apart.isfinite().all()):
        return Gap("is not a finite number where the other one is")
    most, scale = float(apart.max()), float(a[a.isfinite()].abs().max())
    relative = most / scale if scale else inf
    return Gap(f"differs by {most:.2g}, which is {relative:.2g} of its largest value", relative)


def _shape(tensor: Tensor) -> str:
    return f"[{', '.join(map(str, tensor.shape))}]"


def largest(differences: Sequence[Gap]) -> float:
    return max((gap.relative for gap in differences), default=0.0)


# --- evaluation ------------------------------------------------------------------------------


def evaluation(model: nn.Module, made: nn.Module, inputs: Inputs) -> Agreement:
    """What both compute outside of training. ``made`` has the model's tensors."""
    theirs, ours, changes = _both(model.eval(), made.eval(), inputs, counting=True)
    if theirs.error:
        return Agreement((f"the model fails for the example inputs: {theirs.error}",))
    if ours.error:
        return Agreement((f"the module of the spec fails: {ours.error}",))
    macs = (theirs.macs, ours.macs)
    found = gaps(theirs.tensors, ours.tensors)
    if changes:
        return Agreement(tuple(f"in evaluation {gap.text}" for gap in changes), macs=macs)
    if not found:
        return Agreement(_tells_nothing(theirs.tensors), _left_out(theirs), macs=macs)
    if largest(found) <= SINGLE and (cause := _rounding(model, made, inputs)):
        notes = tuple(f"{gap.text}: {cause}" for gap in found)
        return Agreement((), (*_left_out(theirs), *notes), largest(found), macs)
    reasons = (*(gap.text for gap in found), *_where(model, made, inputs))
    return Agreement(reasons, difference=largest(found), macs=macs)


def _both(
    model: nn.Module,
    made: nn.Module,
    inputs: Inputs,
    *,
    counting: bool = False,
    learning: bool = False,
) -> tuple[Output, Output, list[Gap]]:
    """The results of both, and how the buffers differ afterwards. They have the same values before
    each run; the two may share them."""
    start = state_dicts.buffers(model)
    theirs = run(model, inputs, counting=counting, learning=learning)
    changed = state_dicts.buffers(model)
    state_dicts.restore(model, start)
    ours = run(made, inputs, counting=counting, learning=learning)
    own = dict(made.named_buffers())
    pairs = ((n, _gap(buffer, own[n])) for n, buffer in changed.items() if n in own)
    found = [Gap(f"{n} {gap.text}", gap.relative) for n, gap in pairs if gap]
    state_dicts.restore(model, start)
    return theirs, ours, [gap for gap in found if gap.relative > STEP]


def _left_out(theirs: Output) -> tuple[str, ...]:
    """A note if the model returns what no net can."""
    if not theirs.others:
        return ()
    kinds = listing(sorted(set(theirs.others)))
    return (f"the spec returns the tensors alone: the model returns {kinds} too",)


def _tells_nothing(outputs: Sequence[Tensor]) -> tuple[str, ...]:
    """A reason if the outputs would be equal whatever the spec computes."""
    if not outputs:
        return ("the model returns no tensor",)
    if not any(bool(tensor.isfinite().any()) for tensor in outputs):
        return ("the model returns no finite number for the example inputs",)
    return ()


def _rounding(model: nn.Module, made: nn.Module, inputs: Inputs) -> str:
    """What makes a small difference rounding; empty if it does not vanish in double precision."""
    doubles = _doubled(inputs)
    state_dicts.release(made)
    with state_dicts.in_double(model):
        state_dicts.give(made, model)
        with state_dicts.in_double(made), _single_precision() as singles:
            theirs, ours = run(model, doubles), run(made, doubles)
        state_dicts.release(made)
    state_dicts.give(made, model)
    if theirs.error or ours.error:
        return "it is taken for rounding, since the model does not run in double precision"
    left = largest(gaps(theirs.tensors, ours.tensors))
    if left > (SINGLE if singles else DOUBLE):
        return ""
    return f"this is rounding, in double precision it is {left:.2g}"


def _doubled(inputs: Inputs) -> Inputs:
    def doubled(tensor: Tensor) -> Tensor:
        return tensor.double() if tensor.is_floating_point() else tensor

    if isinstance(inputs, dict):
        return {name: doubled(tensor) for name, tensor in inputs.items()}
    return tuple(map(doubled, inputs))


@contextmanager
def _single_precision() -> Iterator[list[str]]:
    """Collects the ops that compute in single precision, whatever the weights are."""
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    singles: list[str] = []

    class Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
        def __torch_dispatch__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            result = func(*args, **(kwargs or {}))
            if any(t.dtype == torch.float32 for t in tensors(result)):
                singles.append(str(func))
            return result

    with Watch():  # type: ignore[no-untyped-call]
        yield singles


# --- where a difference begins ----------------------------------------------------------------


class _Call(Record):
    """A run of a module that has no others: what it got and what it returned."""

    path: str
    got: tuple[Tensor, ...]
    returned: tuple[Tensor, ...]


def _where(model: nn.Module, made: nn.Module, inputs: Inputs) -> list[str]:
    """Which module is the first whose result differs."""
    theirs, ours = _calls(model, inputs), _calls(made, inputs)
    left: dict[str, list[_Call]] = {}
    for call in ours:
        left.setdefault(call.path, []).append(call)
    for call in theirs:
        if not left.get(call.path):
            continue
        own = left[call.path].pop(0)
        if largest(gaps(call.got, own.got)) > SINGLE / 10:
            return [f"it begins before {call.path}, which gets something else"]
        if largest(gaps(call.returned, own.returned)) > SINGLE / 10:
            return [f"it begins in {call.path}, which returns something else"]
    return []


def _calls(module: nn.Module, inputs: Inputs) -> list[_Call]:
    """The calls of the modules that have no others, in the order in which they ran."""
    calls: list[_Call] = []

    def note(path: str) -> Any:
        def hook(_: Any, arguments: Any, keywords: Any, result: Any) -> None:
            got = tuple(t.clone() for t in tensors([arguments, keywords]))
            calls.append(_Call(path, got, tuple(t.clone() for t in tensors(result))))

        return hook

    leaves = [(p, m) for p, m in module.named_modules() if p and not any(m.children())]
    handles = [m.register_forward_hook(note(p), with_kwargs=True) for p, m in leaves]
    try:
        run(module, inputs)
    finally:
        for handle in handles:
            handle.remove()
    return calls


# --- training --------------------------------------------------------------------------------


def training(model: nn.Module, made: nn.Module, inputs: Inputs) -> Agreement:
    """What both compute in training, the buffers that they change, and the gradients of parameters,
    for equal random numbers."""
    theirs, ours, changes = _both(model.train(), made.train(), inputs, learning=True)
    if theirs.error:
        return Agreement(notes=(f"training was not compared: {theirs.error}",))
    if ours.error:
        return Agreement((f"in training the module of the spec fails: {ours.error}",))
    if theirs.random != ours.random:
        drawing, other = ("model", "spec") if theirs.random else ("spec", "model")
        return Agreement((f"in training the {drawing} draws random numbers, the {other} does not",))
    if len(theirs.tensors) != len(ours.tensors):
        note = "training was not compared: the model returns {} then, and the spec {}"
        return Agreement(notes=(note.format(*map(_tensors, (theirs, ours))),))
    found = [*_in_training(theirs, ours), *changes]
    if not found:
        return _learned(model, made, inputs, theirs, ours)
    if not theirs.random:
        return _training_reasons(found)
    with _nothing_dropped():
        theirs, ours, changes = _both(model, made, inputs, learning=True)
        found = [*_in_training(theirs, ours), *changes]
        learned = Agreement() if found else _learned(model, made, inputs, theirs, ours)
    if found:
        return _training_reasons(found)
    order = "in training random numbers are drawn in another order"
    return learned.replace(notes=(order, *learned.notes))


def _training_reasons(found: Sequence[Gap]) -> Agreement:
    return Agreement(tuple(f"in training {gap.text}" for gap in found))


def _in_training(theirs: Output, ours: Output) -> list[Gap]:
    return [gap for gap in gaps(theirs.tensors, ours.tensors) if gap.relative > STEP]


def _learned(
    model: nn.Module, made: nn.Module, inputs: Inputs, theirs: Output, ours: Output
) -> Agreement:
    """Whether the gradients are equal. They are if they go the same way through both."""
    if theirs.way_back == ours.way_back:
        return Agreement()
    start = state_dicts.buffers(model)
    try:
        first = gradients.of(model, lambda: _seeded(model, inputs))
    except RuntimeError as error:
        return Agreement(notes=(f"gradients were not compared: {class_and_line(error)}",))
    state_dicts.restore(model, start)
    second = gradients.of(made, lambda: _seeded(made, inputs))
    state_dicts.restore(model, start)
    apart = gradients.differences(first, second, STEP)
    return Agreement(tuple(_gradients(apart)))


def _seeded(module: nn.Module, inputs: Inputs) -> tuple[Tensor, ...]:
    import torch

    torch.manual_seed(SEED)
    return tuple(tensors(_call(module, inputs)))


def _gradients(apart: Mapping[str, float]) -> Iterator[str]:
    """A reason for gradients that differ: the first of them, and how many others."""
    for path, relative in [*apart.items()][:1]:
        others = f" and of {counted(len(apart) - 1, 'other')}" if len(apart) > 1 else ""
        yield f"in training the gradient of {path}{others} differs by {relative:.2g} of its size"


@contextmanager
def _nothing_dropped() -> Iterator[None]:
    """Dropout and stochastic depth keep everything, and still scale by their probability. Some
    compare it with evenly distributed numbers, or round these, and keep what is large."""
    from torch import ops
    from torch.utils._python_dispatch import TorchDispatchMode

    class Keep(TorchDispatchMode):  # type: ignore[no-untyped-call]
        def __torch_dispatch__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            if func.overloadpacket is ops.aten.bernoulli_:
                return args[0].fill_(1)
            if func.overloadpacket is ops.aten.bernoulli:
                return args[0].new_ones(args[0].shape)
            if func.overloadpacket in (ops.aten.rand, ops.aten.rand_like):
                return func(*args, **(kwargs or {})).fill_(1 - 2**-20)
            return func(*args, **(kwargs or {}))

    with Keep():  # type: ignore[no-untyped-call]
        yield


def _tensors(output: Output) -> str:
    return counted(len(output.tensors), "tensor")
