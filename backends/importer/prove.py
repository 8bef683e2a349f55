"""Proves that a spec computes what a model computes: the same state dict, outputs, parameters and
multiply-accumulates.

The compiled spec takes the model's own tensors, so that the weights are in memory once. Weights and
statistics that are constant, as many are before training, get random values for the time of the
proof: a norm that changes nothing would hide what is wrong with it. The model is left as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from ...compiler.dims import solved, substitute
from ...compiler.pipeline import load_source
from ...grammar.diagnostics import CompileError
from ...grammar.record import Record
from ...grammar.source import Source
from ...grammar.wording import counted
from ..pytorch import to_class
from ..weights import loading
from . import agreement, other_sizes, state_dicts
from .agreement import Agreement

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ...compiler.dims import Dim
    from ...compiler.ir import Graph
    from .example_inputs import Inputs


class Proof(Record):
    """What a comparison has shown. ``reasons`` say why the spec is not equal to the model,
    ``notes`` what was not compared and what is equal only up to rounding."""

    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    params: int = 0
    """The model's parameters, each tensor once."""
    macs: int = 0
    """The multiply-accumulates for one example that PyTorch counts in the model."""
    difference: float = 0.0
    """The largest difference of the outputs, relative to the largest value of the output."""

    @property
    def equal(self) -> bool:
        return not self.reasons


def prove(
    text: str,
    model: nn.Module,
    inputs: Inputs,
    *,
    net: str | None = None,
    training: bool = True,
) -> Proof:
    """Compares the spec with the model, also in ``training`` if it can train. ``inputs`` include
    the batch; they are in the order of the net's inputs, or have their names.

    The classes of the spec's externs are imported. Raises nothing for a spec that is wrong: that is
    a reason.
    """
    compilation = load_source(Source("<spec>", text), net=net)
    if compilation.graph is None:
        findings = [d for d in compilation.diagnostics if d.severity == "error"]
        return Proof(tuple(f"the spec does not compile: {_with_place(d)}" for d in findings))
    try:
        cls = to_class(compilation.graph, {}, import_externs=True)
    except CompileError as error:
        return Proof(tuple(f"the spec has no module: {d.message}" for d in error.diagnostics))
    if state_dicts.device_of(model).type == "meta":
        return Proof(("the model is on the device meta: it has no values that can be compared",))
    with _prepared(model):
        proof = _compare(compilation.graph, cls, model, inputs, training=training)
        if not proof.equal:
            return proof
        others = other_sizes.evaluation(text, net, model, inputs)
        return proof.replace(reasons=others.reasons, notes=(*proof.notes, *others.notes))


def _with_place(diagnostic: Any) -> str:
    place = f"line {diagnostic.span.line}: " if diagnostic.span else ""
    return f"{place}{diagnostic.message}"


@contextmanager
def _prepared(model: nn.Module) -> Iterator[None]:
    """Nothing that is done inside changes the model, the random numbers or the settings.

    Attention is computed step by step: PyTorch's fast forms round in another way, and their
    multiply-accumulates are not counted.
    """
    import torch
    from torch.nn.attention import SDPBackend, sdpa_kernel

    fast: Any = torch.backends.mha
    was_fast = fast.get_fastpath_enabled()
    try:
        fast.set_fastpath_enabled(False)
        with ExitStack() as stack:
            stack.enter_context(state_dicts.same_modes(model))
            stack.enter_context(torch.random.fork_rng(devices=[]))
            stack.enter_context(sdpa_kernel(SDPBackend.MATH))
            stack.enter_context(torch.no_grad())
            stack.enter_context(state_dicts.without_constants(model))
            stack.enter_context(state_dicts.unchanged_buffers(model))
            yield
    finally:
        fast.set_fastpath_enabled(was_fast)


def _compare(
    graph: Graph, cls: type[nn.Module], model: nn.Module, inputs: Inputs, *, training: bool
) -> Proof:
    model_params = sum(p.numel() for p in model.parameters())  # each tensor once
    proof = Proof(params=model_params)
    draft = loading.draft(cls, state_dicts.device_of(model))
    reasons = [*state_dicts.differences(model, draft), *_unlike_inputs(graph, inputs)]
    if reasons:
        return proof.replace(reasons=tuple(reasons))
    made = state_dicts.loaded(draft, model)
    outside = agreement.evaluation(model, made, inputs)
    trained = agreement.training if training else _no_training
    inside = Agreement() if outside.reasons else trained(model, made, inputs)
    figures = _figures(graph, model, outside, inputs)
    parts = (outside, figures, inside)
    return proof.replace(
        reasons=tuple(reason for part in parts for reason in part.reasons),
        notes=tuple(note for part in parts for note in part.notes),
        macs=outside.macs[0] // max(1, _batch(inputs)),
        difference=outside.difference,
    )


def _no_training(*_: object) -> Agreement:
    return Agreement(notes=("training was not compared: the model has one mode",))


def _unlike_inputs(graph: Graph, inputs: Inputs) -> Iterator[str]:
    """Why the net does not take the example inputs."""
    if len(graph.inputs) != len(inputs):
        yield f"the spec has {counted(len(graph.inputs), 'input')}, the example {len(inputs)}"
        return
    names = inputs if isinstance(inputs, dict) else {port.name for port in graph.inputs}
    absent = [port.name for port in graph.inputs if port.name not in names]
    if absent:
        yield f"the example has no input {absent[0]}"
        return
    for port, tensor in zip(graph.inputs, _in_order(graph, inputs), strict=True):
        if solved(port.type.shape, tensor.shape) is None:
            yield f"the input {port.name} is {port.type}, and the example is {[*tensor.shape]}"


def _figures(graph: Graph, model: nn.Module, outside: Agreement, inputs: Inputs) -> Agreement:
    """Whether the numbers of parameters and of multiply-accumulates are equal."""
    reasons, notes = [], []
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    declared = _at(graph, graph.params, inputs)
    if declared is not None and not trained <= declared <= sum(
        p.numel() for p in model.parameters()
    ):
        reasons.append(f"the model has {trained:,} parameters, and the spec {declared:,}")
    theirs, ours = outside.macs
    if theirs != ours and not outside.reasons:
        reasons.append(f"PyTorch counts {theirs:,} MACs in the model and {ours:,} in the spec")
    macs = _at(graph, graph.macs, inputs)
    if macs is not None and macs != ours and theirs == ours:
        notes.append(f"PyTorch counts {theirs:,} MACs in both, and the spec says {macs:,}")
    return Agreement(tuple(reasons), tuple(notes))


def _at(graph: Graph, size: Dim, inputs: Inputs) -> int | None:
    """A size at the sizes of the inputs; None if it is not known, as in the class of an extern."""
    shapes = [axis for port in graph.inputs for axis in port.type.shape]
    sizes = solved(shapes, [axis for tensor in _in_order(graph, inputs) for axis in tensor.shape])
    number = substitute(size, sizes or {})
    return number if isinstance(number, int) else None


def _in_order(graph: Graph, inputs: Inputs) -> list[Tensor]:
    """The tensors in the order of the net's inputs."""
    if isinstance(inputs, dict):
        return [inputs[port.name] for port in graph.inputs]
    return list(inputs)


def _batch(inputs: Inputs) -> int:
    tensors = inputs.values() if isinstance(inputs, dict) else inputs
    return next((tensor.shape[0] for tensor in tensors if tensor.ndim), 1)
