"""Compares a model with its original: figures, keys, outputs, gradients, training, initial weights.

``compare`` returns the facts of the comparison. ``faults`` lists what is not as it should be.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import netwright as nw
from netwright.compiler.types import TensorType

from .facts import at
from .initial import unlike
from .model import Model, Small

BATCH = 2
NOISE = 1e-4
"""Gradients below this part of the largest one have no scale of their own: those of biases of keys
are 0 but for rounding."""
DTYPES = {"float": torch.float32, "int": torch.int64, "bool": torch.bool, "complex": torch.cfloat}


def compare(model: Model) -> dict[str, Any]:
    """All comparisons of a model. Raises if its state dict does not fit."""
    order = published(model)
    outputs, gradients, training = None, None, None
    if model.modes:
        ours, theirs, inputs = pair(model)
    if "evaluation" in model.modes:
        outputs, gradients = difference(model, ours.eval(), theirs.eval(), inputs)
    if "training" in model.modes:
        training = max(difference(model, ours.train(), theirs.train(), inputs))
    return {
        "original": model.original,
        "order": order,
        "outputs": outputs,
        "gradients": gradients,
        "training": training,
        "initial": initial(model) if model.initial else None,
        "known": dict(model.known),
    }


def faults(model: Model, facts: Mapping[str, Any]) -> list[str]:
    """The results that are not as they should be, and the known ones that are no longer so."""
    results = ("outputs", "gradients", "training", "initial")
    wrong = {result for result in results if facts[result]}
    return [
        *(f"{result}: {facts[result]}" for result in sorted(wrong - set(model.known))),
        *(f"{r} is as it should be" for r in sorted(set(model.known) & set(results) - wrong)),
    ]


# --- the published size --------------------------------------------------------------------------


def published(model: Model) -> bool:
    """Compare parameters, MACs, and the keys and shapes of the state dict. Returns whether the keys
    have the original's order."""
    net = nw.load(model.spec, net=model.net, **model.parameters)
    with quiet():
        theirs = model.on_meta()
    theirs.train(model.modes == ("training",))
    for norm in (m for m in theirs.modules() if isinstance(m, nn.BatchNorm2d)):
        norm.eval()  # one example of one pixel has no statistics
    keys = {key: tuple(tensor.shape) for key, tensor in theirs.state_dict().items()}
    with torch.device("meta"):
        ours = net.to_torch(device="meta")
        inputs = [torch.empty(shape, dtype=d) for shape, d in shapes(net, sizes(model), batch=1)]
    mine = {key: tuple(tensor.shape) for key, tensor in ours.state_dict().items()}
    assert mine == keys, f"{model.name}: {set(mine.items()) ^ set(keys.items())}"
    constants = dict(ours.named_buffers())  # weights that the original does not train
    weights = (p for n, p in theirs.named_parameters() if p.requires_grad or n not in constants)
    assert net.params == sum(p.numel() for p in weights), model.name
    if "macs" not in model.known:
        counted, macs = count(model, theirs, inputs), at(net.ir.macs, sizes(model))
        assert macs == counted, f"{model.name}: {macs} MACs, {counted} in the original"
    return list(mine) == list(keys)


def count(model: Model, module: nn.Module, inputs: list[torch.Tensor]) -> int:
    """Multiply-accumulates as PyTorch counts them."""
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        run(model, module, inputs)
    return int(counter.get_total_flops()) // 2


def quiet() -> warnings.catch_warnings[None]:
    return warnings.catch_warnings(action="ignore")


# --- the size that runs --------------------------------------------------------------------------


def pair(model: Model) -> tuple[nn.Module, nn.Module, list[torch.Tensor]]:
    """Our module and the original with the same weights, and inputs."""
    small = model.small or Small()
    torch.manual_seed(0)
    with quiet():
        theirs = model.build(small.settings)
    unsettle(theirs)
    parameters = {**model.parameters, **small.parameters}
    net = at_size(model, small.net or model.net, parameters)
    ours = net.to_torch(device="cpu")
    ours.load_state_dict(theirs.state_dict(), strict=True)
    return ours, theirs, examples(net, model)


def at_size(model: Model, net: str, parameters: Mapping[str, Any]) -> nw.Network:
    """The net for images of the size that runs."""
    shapes = nw.load(model.spec, net=net, **parameters).inputs
    if not model.image:
        return nw.load(model.spec, net=net, **parameters)
    images = {name: tensor for name, tensor in shapes.items() if len(tensor.shape) >= 4}
    inputs = {name: shape(tensor, model.image) for name, tensor in images.items()}
    return nw.load(model.spec, net=net, inputs=inputs, **parameters)


def shape(tensor: TensorType, image: int) -> str:
    """The shape of an input with images of this size, as text."""
    sizes = [*tensor.shape[1:-2], image, image]
    return f"{'x'.join(map(str, sizes))} {tensor.dtype}"


@torch.no_grad()
def unsettle(module: nn.Module) -> None:
    """Draw constant weights and saved statistics at random. Norms that do nothing, a head of zeros
    or a scale of a millionth hide what is wrong elsewhere."""
    for name, tensor in module.state_dict().items():
        if tensor.is_floating_point() and tensor.numel() and bool(tensor.min() == tensor.max()):
            positive = name.endswith(("norm.weight", "running_var")) or bool(tensor.min() == 1)
            low, high = (0.5, 1.5) if positive else (-0.5, 0.5)
            tensor.uniform_(low, high)


def examples(net: nw.Network, model: Model) -> list[torch.Tensor]:
    """Random inputs."""
    torch.manual_seed(1)
    declared = zip(net.inputs, shapes(net, sizes(model), BATCH), strict=True)
    return [example(shape, dtype, words(model, name)) for name, (shape, dtype) in declared]


def words(model: Model, name: str) -> int:
    """How many different values an int input has."""
    return model.words if isinstance(model.words, int) else model.words.get(name, 0)


def example(shape: list[int], dtype: torch.dtype, words: int) -> torch.Tensor:
    if dtype == torch.float32:
        return torch.randn(shape)
    if dtype == torch.bool:
        return torch.rand(shape).argsort(-1) < max(1, shape[-1] * 2 // 3)
    return torch.randint(words, shape)


def shapes(
    net: nw.Network, sizes: Mapping[str, int], batch: int
) -> Iterator[tuple[list[int], torch.dtype]]:
    for tensor in net.inputs.values():
        shape = [at(size, {**sizes, "N": batch}) for size in tensor.shape]
        yield shape, DTYPES[tensor.dtype]


def sizes(model: Model) -> dict[str, int]:
    return {**dict.fromkeys("NSTLHW", 6), "N": 1, **model.sizes}


def run(model: Model, module: nn.Module, inputs: list[torch.Tensor]) -> list[torch.Tensor]:
    """What the original returns: the tensors in order."""
    result = model.call(module, *inputs) if model.call else module(*inputs)
    return list(tensors(result))


def tensors(result: Any) -> Iterator[torch.Tensor]:
    if isinstance(result, torch.Tensor):
        yield result
    elif isinstance(result, Mapping):
        yield from tensors(list(result.values()))
    elif result is not None:
        for part in result:
            yield from tensors(part)


def difference(
    model: Model, ours: nn.Module, theirs: nn.Module, inputs: list[torch.Tensor]
) -> tuple[float, float]:
    """The largest differences of outputs, and of gradients and buffers, after one step."""
    mine = step(ours, inputs, Model(model.spec, model.net, ""))
    yours = step(theirs, inputs, model)
    assert len(mine) == len(yours), f"{model.name}: {len(mine)} outputs, {len(yours)} in theirs"
    outputs = max(map(apart, mine, yours))
    gradients = {name: p.grad for name, p in theirs.named_parameters()}
    largest = max((float(g.abs().max()) for g in gradients.values() if g is not None), default=0)
    found = [apart(p.grad, gradients[name], largest * NOISE) for name, p in ours.named_parameters()]
    if not theirs.training:  # all examples may have been dropped
        assert any(g is not None and g.any() for g in gradients.values()), model.name
    buffers = dict(theirs.named_buffers())
    found += [apart(b, buffers[name]) for name, b in ours.named_buffers() if name in buffers]
    return outputs, max(found, default=0.0)


def step(module: nn.Module, inputs: list[torch.Tensor], model: Model) -> list[torch.Tensor]:
    """Forward, and backward from a random direction of the outputs."""
    module.zero_grad()
    torch.manual_seed(2)
    outputs = [out for out in run(model, module, inputs) if out.is_floating_point()]
    torch.manual_seed(3)
    differentiable = [out for out in outputs if out.requires_grad]
    torch.autograd.backward(differentiable, [torch.randn(o.shape) for o in differentiable])
    return outputs


def apart(mine: torch.Tensor | None, yours: torch.Tensor | None, least: float = 0.0) -> float:
    """The largest difference relative to the largest value, or to ``least`` if that is more; 0 if
    all bits are equal."""
    if mine is None or yours is None:
        either = mine if yours is None else yours
        return 0.0 if either is None or not either.any() else float("inf")
    assert mine.shape == yours.shape, (mine.shape, yours.shape)
    if torch.equal(mine, yours):
        return 0.0
    scale = max(float(yours.detach().abs().max()), least) or 1.0
    return float((mine.detach().double() - yours.detach().double()).abs().max()) / scale


# --- initial weights -----------------------------------------------------------------------------


def initial(model: Model) -> list[str]:
    """The weights that are initialised from another distribution than the original's."""
    small = model.small or Small()
    torch.manual_seed(4)
    with quiet():
        theirs = model.build(small.settings)
    parameters = {**model.parameters, **small.parameters}
    ours = at_size(model, small.net or model.net, parameters).to_torch(device="cpu")
    drawn: Iterable[tuple[str, nn.Parameter]] = theirs.named_parameters()
    mine = ours.state_dict()
    return [f"{key}: {why}" for key, p in drawn if (why := unlike(mine[key], p.data))]
