"""Example inputs for a model: from shapes as texts, from a Python file, or guessed where they are
sure. All have a batch of two examples."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ...compiler.dims import substitute, symbols
from ...compiler.elaborate.arguments import parse_input
from ...compiler.types import TensorType
from ...grammar.nearby import closest
from ...grammar.record import Record
from ...grammar.wording import listing
from .factories import FactoryError, attribute, current_folder_first, failed

if TYPE_CHECKING:
    from torch import Tensor, nn

Inputs: TypeAlias = "tuple[Tensor, ...] | dict[str, Tensor]"
"""In the order of ``forward``, or by the names of its parameters."""

BATCH: Final = 2
SEED: Final = 0
IMAGE: Final = {"H": 64, "W": 96}
LENGTHS: Final = (16, 12, 20, 24, 28)
"""Sizes for names of axes. They differ, so that no size is taken for another one."""
MOST: Final = 100
"""Integers are below this number, and below the number of rows of the smallest embedding."""


class ExampleError(FactoryError):
    """There are no example inputs for a model. ``hint`` says what may help."""


class Example(Record):
    """Example inputs. ``notes`` say what was assumed."""

    inputs: Inputs
    notes: tuple[str, ...] = ()


def example_inputs(
    model: nn.Module, shapes: Mapping[str, str] | str | None = None, name: str = ""
) -> Example:
    """Random inputs of these shapes, which leave out the batch: ``"3x224x224"``, or ``"T int"`` by
    the name of a parameter of ``forward``.

    Without shapes they are guessed from what the model says of itself; ``name`` is that of its
    factory. Raises ExampleError.
    """
    notes: list[str] = []
    if not shapes:
        shapes, reason = _guess(model, name)
        notes.append(f"the input is taken to be {_spelled(shapes)}, {reason}")
    texts = {"": shapes} if isinstance(shapes, str) else shapes
    types = {name: _type(text) for name, text in texts.items()}
    named = _by_parameter(model, types)
    sizes = _sizes(types.values())
    notes += [f"{name} is {size} in the example" for name, size in sizes.items() if name != "N"]
    tensors = random_tensors(model, named, sizes)
    return Example(positional(model, tensors), tuple(notes))


def _spelled(shapes: Mapping[str, str] | str) -> str:
    if isinstance(shapes, str):
        return shapes
    return ", ".join(f"{name}={shape}" for name, shape in shapes.items())


def _type(text: str) -> TensorType:
    type_ = parse_input(text)
    if type_ is None:
        raise ExampleError(f"`{text}` is not a shape", "write it like 3x32x32 or 128 int")
    return type_


def _sizes(types: Iterator[TensorType] | Any) -> dict[str, int]:
    """A size for each name of an axis."""
    names = symbols(*chain.from_iterable(type_.shape for type_ in types))
    lengths = iter((*LENGTHS, *range(30, 30 + len(names))))
    return {n: BATCH if n == "N" else IMAGE.get(n) or next(lengths) for n in names}


# --- the parameters of forward ---------------------------------------------------------------


def parameters(model: nn.Module) -> list[inspect.Parameter]:
    """The parameters of ``forward`` that tensors can be given to."""
    own = inspect.signature(model.forward).parameters.values()
    return [p for p in own if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]


def _required(model: nn.Module) -> list[str]:
    own = (p for p in parameters(model) if p.default is p.empty)
    return [p.name for p in own]


def _takes_more(model: nn.Module) -> bool:
    """Whether ``forward`` takes inputs without names of their own (``*args``, ``**kwargs``)."""
    return len(parameters(model)) < len(inspect.signature(model.forward).parameters)


def _by_parameter(model: nn.Module, types: Mapping[str, TensorType]) -> dict[str, TensorType]:
    """The types by the names of parameters. Raises ExampleError if ``forward`` does not take
    them, or needs more."""
    names = [p.name for p in parameters(model)]
    if not names and not _takes_more(model):
        raise ExampleError("the model's forward takes no inputs")
    named = {name or (names[0] if names else "x"): type_ for name, type_ in types.items()}
    for name in named:
        if name not in names and not _takes_more(model):
            near = closest(name, names)
            hint = f"did you mean {near}?" if near else f"it takes {listing(names)}"
            raise ExampleError(f"the model's forward has no parameter {name}", hint)
    missing = [name for name in _required(model) if name not in named]
    if missing:
        hint = f"give a shape for each: {' '.join(f'--input {n}=SHAPE' for n in _required(model))}"
        raise ExampleError(f"the model's forward needs {listing(missing)} too", hint)
    return named


def positional(model: nn.Module, tensors: dict[str, Tensor]) -> Inputs:
    """The tensors in order, if they are the first parameters; else by name."""
    own = parameters(model)
    names = [p.name for p in own[: len(tensors)] if p.kind is not p.KEYWORD_ONLY]
    if len(names) == len(tensors) and set(names) == set(tensors):
        return tuple(tensors[name] for name in names)
    return tensors if own else tuple(tensors.values())


# --- tensors ---------------------------------------------------------------------------------


def random_tensors(
    model: nn.Module, types: Mapping[str, TensorType], sizes: Mapping[str, int]
) -> dict[str, Tensor]:
    """Tensors of these types, by their names, which a model can take."""
    import torch

    random = torch.Generator().manual_seed(SEED)
    shapes = {name: _numbers(type_, sizes) for name, type_ in types.items()}
    first = next((p for p in model.parameters() if p.is_floating_point()), None)
    dtype = torch.float32 if first is None else first.dtype
    device = torch.device("cpu") if first is None else first.device

    def tensor(shape: list[int], kind: str) -> Tensor:
        if kind == "int":
            return torch.randint(_rows(model), shape, generator=random)
        if kind == "bool":
            return torch.rand(shape, generator=random) < 0.7
        if kind == "complex":
            return torch.randn(shape, generator=random, dtype=torch.cfloat)
        return torch.randn(shape, generator=random).to(dtype)

    return {n: tensor(shape, types[n].dtype).to(device) for n, shape in shapes.items()}


def _numbers(type_: TensorType, sizes: Mapping[str, int]) -> list[int]:
    numbers = (substitute(dim, sizes) for dim in type_.shape)
    return [number for number in numbers if isinstance(number, int)]


def _rows(model: nn.Module) -> int:
    """A bound for integers: each must be a row of every embedding."""
    from torch.nn import Embedding

    rows = [m.num_embeddings for m in model.modules() if isinstance(m, Embedding)]
    return max(1, min([*rows, MOST]))


# --- guesses ---------------------------------------------------------------------------------


def _guess(model: nn.Module, name: str) -> tuple[dict[str, str] | str, str]:
    """The shapes that a model says itself, and where. Raises ExampleError."""
    required = _required(model)
    first: tuple[dict[str, str] | str, str] | None = (
        _of_configuration(model)
        or _of_timm(model)
        or _of_torchvision(model, name)
        or _of_convolution(model)
    )
    if first is not None and len(required) <= 1:
        return first
    names = [*required, *[p.name for p in parameters(model)][:1]]
    several = " ".join(f"--input {name}=SHAPE" for name in required)
    hint = several if len(required) > 1 else "--input 3x224x224, or '128 int' for whole numbers"
    raise ExampleError(
        f"the shape of {listing(names[:1] or ['x'])} is not known", f"give it: {hint}"
    )


def _of_timm(model: nn.Module) -> tuple[str, str] | None:
    config = getattr(model, "pretrained_cfg", None) or getattr(model, "default_cfg", None)
    size = config.get("input_size") if isinstance(config, Mapping) else None
    return (_joined(size), "as the model's default_cfg says") if _are_sizes(size) else None


def _of_torchvision(model: nn.Module, name: str) -> tuple[str, str] | None:
    """The size of images for which the published weights are."""
    if not type(model).__module__.startswith("torchvision.models."):
        return None
    models: Any = sys.modules["torchvision.models"]
    try:
        transforms = models.get_model_weights(name).DEFAULT.transforms
        size = transforms.keywords["crop_size"]
    except (ValueError, AttributeError, KeyError):
        return None
    sizes = (3, size, size)
    return (_joined(sizes), "as torchvision's weights need it") if _are_sizes(sizes) else None


def _of_configuration(model: nn.Module) -> tuple[dict[str, str], str] | None:
    """From the configuration of a model of transformers."""
    config, main = getattr(model, "config", None), getattr(model, "main_input_name", None)
    if main == "input_ids" and not getattr(config, "is_encoder_decoder", False):
        return {"input_ids": "16 int"}, "as main_input_name says"
    size = getattr(config, "image_size", None)
    sizes = (getattr(config, "num_channels", 3), size, size)
    if main == "pixel_values" and _are_sizes(sizes):
        return {"pixel_values": _joined(sizes)}, "as the model's config says"
    return None


def _of_convolution(model: nn.Module) -> tuple[str, str] | None:
    """An image, if the model begins with a convolution of images."""
    from torch.nn import Conv2d

    leaf = next((m for m in model.modules() if not any(m.children())), None)
    if not isinstance(leaf, Conv2d) or leaf.in_channels != 3:
        return None
    return "3x224x224", "since the first layer is a convolution of three channels"


def _are_sizes(sizes: Any) -> bool:
    whole = isinstance(sizes, Sequence) and all(isinstance(n, int) and n > 0 for n in sizes)
    return bool(whole and sizes)


def _joined(sizes: Any) -> str:
    return "x".join(map(str, sizes))


# --- from a file -----------------------------------------------------------------------------


def example_from_file(target: str, model: nn.Module) -> Example:
    """The inputs that ``FILE.py:NAME`` holds: a tensor, several of them, a dict of them by name, or
    a function that returns these. This runs the file. Raises ExampleError."""
    file, _, name = target.rpartition(":")
    if not file.endswith(".py") or not all(part.isidentifier() for part in name.split(".")):
        raise ExampleError(f"{target} is not FILE.py:NAME", "write it as in inputs.py:example")
    with current_folder_first(), redirect_stdout(sys.stderr):
        value = attribute(_executed(Path(file)), name)
        if callable(value) and not hasattr(value, "shape"):
            try:
                value = value()
            except Exception as error:
                raise failed(f"calling {target}", error) from error
    inputs = _checked(value, target)
    return Example(positional(model, inputs) if isinstance(inputs, dict) else inputs)


def _executed(file: Path) -> Any:
    """The module of a Python file, which is run."""
    from importlib.util import module_from_spec, spec_from_file_location

    if not file.is_file():
        raise ExampleError(f"there is no file {file}")
    spec = spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise failed(f"running {file}", error) from error
    return module


def _checked(value: Any, target: str) -> Inputs:
    """The tensors, each an object of its own. Raises ExampleError if they are not tensors with the
    same batch, of at least two examples."""
    from torch import Tensor

    named = value if isinstance(value, dict) else None
    several = tuple(value) if isinstance(value, list | tuple) else (value,)
    tensors = tuple(named.values()) if named is not None else several
    if not tensors or not all(isinstance(t, Tensor) for t in tensors):
        hint = "it is a tensor, a tuple of tensors, or a dict of tensors by the names of parameters"
        raise ExampleError(f"{target} does not hold tensors", hint)
    batches = {t.shape[0] if t.ndim else 0 for t in tensors}
    if len(batches) > 1 or min(batches) < BATCH:
        message = f"the tensors of {target} need one batch, of at least two examples"
        shapes = ", ".join(str([*t.shape]) for t in tensors)
        raise ExampleError(message, f"their shapes are {shapes}")
    if named is not None:
        return {str(name): tensor.clone() for name, tensor in named.items()}
    return tuple(t.clone() for t in several)
