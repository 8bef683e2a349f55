"""What the tests of all layers share: text to layer, lowering to running PyTorch, the comparison.

A layer says what its result is; PyTorch, running the layer's lowering, says what it really is.
PyTorch is asked twice: on the CPU in training mode, which checks everything that a user would
meet, and on the meta device, where the flop counter is exact. Layers and families add what is
particular to them as data, in ``data_*.py`` beside this file:

``SETTINGS``   word -> setting -> strategy, where the setting's type says too little; ``*`` is a
               function from a number of spatial axes to a strategy of several settings at once
``INTS``       word -> what its integer inputs are filled with, if not 0
``INPUTS``     word -> strategy of the input types, or a function from a layer to one
``EXCEPTIONS`` word -> ((reason, when), ...): cases that are left out of the comparison
``REFUSED``    word -> ((reason, when), ...): what netwright refuses on purpose, unlike PyTorch
``OPEN``       word -> ((reason, when), ...): where symbols are taken to fit, unlike some numbers
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin

import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from netwright.backends.python.printing import print_code
from netwright.compiler import lowering as low
from netwright.compiler.dims import Size
from netwright.compiler.formulas import Formula
from netwright.compiler.layer import (
    Computable,
    Example,
    Init,
    Layer,
    Refused,
    Tensor,
    Weight,
    hints,
    inferred,
    takes,
)
from netwright.compiler.layers import layers
from netwright.compiler.types import Dtype, TensorType

torch.set_num_threads(1)

Case: TypeAlias = tuple[Layer, tuple[TensorType, ...]]
BATCH = 2
TORCH_DTYPES: dict[Dtype, torch.dtype] = {
    "float": torch.float32,
    "int": torch.int64,
    "bool": torch.bool,
    "complex": torch.complex64,
}
DTYPES = {v: k for k, v in TORCH_DTYPES.items()}


def all_layers() -> list[type[Layer]]:
    """Every layer once, by word."""
    return [layer for word, layer in sorted(layers().items()) if word == layer.word]


# --- examples: text to layer -------------------------------------------------------------------


def parse(text: str, tensors: Mapping[str, TensorType] | None = None) -> Layer:
    """The layer that a call such as ``conv(3x3, 64, pad=same)`` means (a small stand-in for the
    real parser, so that layers can be tested alone)."""
    text = re.sub(r"(?<![\w.])\d+(?:x\d+)+\b", lambda m: f"({m[0].replace('x', ', ')})", text)
    value = _value(ast.parse(text, mode="eval").body, tensors or {})
    if isinstance(value, str):
        value = layers()[value]()
    assert isinstance(value, Layer)
    return value


def _value(node: ast.expr, tensors: Mapping[str, TensorType]) -> Any:
    match node:
        case ast.Name(id=name):
            names: dict[str, Any] = {"true": True, "false": False, "none": None, **tensors}
            return names.get(name, name)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return tuple(_value(i, tensors) for i in items)
        case ast.Call(func=ast.Name(id=word), args=args, keywords=keywords):
            given = [_value(a, tensors) for a in args]
            named = {str(k.arg): _value(k.value, tensors) for k in keywords}
            return _call(word, given, named)
    return ast.literal_eval(node)


def _call(word: str, args: list[Any], named: dict[str, Any]) -> Layer | Init:
    if word not in layers():
        return Init(word, tuple(named.items()))
    layer = layers()[word]
    if layer.variadic and args:
        args = [tuple(args)]
    assert layer.variadic or len(args) <= layer.positional, f"{word}: too many positionals"
    values = dict(zip(layer.settings, args, strict=False)) | named
    for name, value in values.items():
        if isinstance(value, str) and takes(hints(layer)[name], Init):
            values[name] = Init(value)
    return layer(**values)


def tensor_type(text: str, batch: int = BATCH) -> TensorType:
    """``"3x32x32"``, ``"12 int"``, ``""``: shapes as examples write them, without the batch."""
    sizes, _, dtype = text.partition(" ")
    if sizes in ("int", "bool", "float", "complex"):
        sizes, dtype = "", sizes
    shape = tuple(int(s) for s in sizes.split("x")) if sizes else ()
    return TensorType((batch, *shape), dtype or "float")  # type: ignore[arg-type]


def example_case(example: Example) -> Case:
    tensors = {name: tensor_type(text) for name, text in example.tensors}
    return parse(example.text, tensors), tuple(map(tensor_type, example.inputs))


# --- lowerings: data to running PyTorch ----------------------------------------------------------


def sizes_inside(code: low.Code) -> Iterator[Size]:
    """The symbolic sizes that an expression mentions."""
    if isinstance(code, Size):
        yield code
    elif isinstance(code, low.CallCode):
        parts = (*code.args, *(v for _, v in code.kwargs))
        yield from (s for p in parts for s in sizes_inside(p))
    elif isinstance(code, tuple | list):
        yield from (s for p in code for s in sizes_inside(p))


@dataclass
class Program:
    """A lowering as text, ready to run."""

    source: str
    namespace: dict[str, Any]
    module: str | None
    forward: str
    inputs: list[str]

    def build(self) -> nn.Module | None:
        return eval(self.module, self.namespace) if self.module else None

    def run(self, module: nn.Module | None, tensors: Sequence[torch.Tensor]) -> Any:
        scope = {
            "module": module,
            "self": nn.Module(),
            **dict(zip(self.inputs, tensors, strict=True)),
        }
        return eval(self.forward, self.namespace, scope)


def program(lowering: low.Lowering, count: int, values: Mapping[str, int] | None = None) -> Program:
    inputs = [f"x{i}" for i in range(count)]
    namespace: dict[str, Any] = {
        "math": math,
        "torch": torch,
        "Tensor": torch.Tensor,
        "nn": nn,
        "F": F,
    }
    for helper in lowering.helpers:
        exec(helper.source, namespace)
        assert helper.name in namespace, f"{helper.name} is not what its source defines"
    sizes = {name: str(value) for name, value in (values or {}).items()}
    module = print_code(lowering.module, inputs, "module") if lowering.module else None
    if lowering.forward is None:
        forward = f"module({', '.join(inputs)})"
    else:
        forward = print_code(lowering.forward, inputs, "module", sizes)
    return Program(f"{module}; {forward}", namespace, module, forward, inputs)


# --- the two sides -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What a layer gives: result types, weights in order, multiply-accumulates."""

    types: tuple[str, ...]
    weights: tuple[tuple[str, Weight], ...]
    macs: object

    def empty(self) -> bool:
        """Whether a result or weight has no elements: netwright has no sizes below 1."""
        weights = (dim for _, weight in self.weights for dim in weight.shape)
        return 0 in weights or any(re.search(r"\b0\b", t) for t in self.types)


def results(layer: Layer, inputs: Sequence[TensorType]) -> tuple[TensorType, ...]:
    return inferred(layer, *inputs)


def ours(layer: Layer, inputs: Sequence[TensorType]) -> Outcome | Refused:
    try:
        types = results(layer, inputs)
        weights = tuple(layer.weights(*inputs).items())
    except Refused as refusal:
        return refusal
    assert layer.results != "one" or len(types) == 1, f"{layer.word}: results says one"
    return Outcome(tuple(map(str, types)), weights, layer.macs(inputs, types))


def torchs(
    layer: Layer, inputs: Sequence[TensorType], device: str, *, macs: bool = False
) -> Outcome | Exception:
    """What PyTorch gives on the layer's lowering, or its refusal."""
    given = (*inputs, *(getattr(layer, n) for n in layer.tensors()))
    with quiet():
        code = program(layer.lower(*inputs), len(given))
        try:
            with torch.device(device):
                module = code.build()
                return run_program(code, module, given, macs=macs, fill=fill_of(layer))
        except (NameError, SyntaxError):
            raise
        except Exception as refusal:
            return refusal


def run_program(
    code: Program,
    module: nn.Module | None,
    given: Sequence[TensorType],
    *,
    macs: bool = False,
    fill: int = 0,
) -> Outcome:
    """One forward pass on the current default device."""
    tensors = [make(t, fill) for t in given]
    total: int | None = None
    with torch.no_grad():
        if macs:
            if isinstance(module, nn.Module):
                module.eval()
            with FlopCounterMode(display=False) as counter:
                made = code.run(module, tensors)
            total = counter.get_total_flops() // 2
        else:
            made = code.run(module, tensors)
    types = tuple(str(type_of(t)) for t in flat(made))
    return Outcome(types, tuple(weights_of(module)), total)


def flat(made: Any) -> Iterator[torch.Tensor]:
    """The tensors of a result: ``y, (h, c)`` is three."""
    if isinstance(made, tuple | list):
        for item in made:
            yield from flat(item)
    else:
        yield made


def make(t: TensorType, fill: int = 0) -> torch.Tensor:
    """A tensor of a type. Integers are zeros, if not said otherwise: valid as indices."""
    shape = tuple(int(d) for d in t.shape)  # type: ignore[arg-type]
    if t.dtype in ("float", "complex"):
        return torch.rand(shape, dtype=TORCH_DTYPES[t.dtype])
    return torch.full(shape, fill, dtype=TORCH_DTYPES[t.dtype])


def type_of(tensor: torch.Tensor) -> str:
    dtype = DTYPES.get(tensor.dtype, str(tensor.dtype))
    return str(TensorType(tuple(tensor.shape), dtype))  # type: ignore[arg-type]


def weights_of(module: nn.Module | torch.Tensor | None) -> Iterator[tuple[str, Weight]]:
    if module is None:
        return
    if isinstance(module, torch.Tensor):  # a parameter or buffer of its own
        if getattr(module, "persistent", True):
            buffer = not isinstance(module, nn.Parameter)
            yield "", Weight(tuple(module.shape), buffer, DTYPES[module.dtype])
        return
    buffers = dict(module.named_buffers())
    for name, tensor in module.state_dict().items():
        dtype = DTYPES.get(tensor.dtype, str(tensor.dtype))
        yield name, Weight(tuple(tensor.shape), name in buffers, dtype)  # type: ignore[arg-type]


@contextmanager
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


# --- the comparison ------------------------------------------------------------------------------


class DisagreementError(AssertionError):
    pass


def compare(layer: Layer, inputs: Sequence[TensorType]) -> bool | None:
    """Whether both accept; None where the case is a documented exception.

    Raises DisagreementError where the two sides differ.
    """
    if excused("EXCEPTIONS", layer, inputs):
        return None
    mine = ours(layer, inputs)
    if isinstance(mine, Refused):
        return _compare_refusal(layer, inputs, mine)
    real = torchs(layer, inputs, "cpu")
    if isinstance(real, Exception):
        raise DisagreementError(f"{_show(layer, inputs)}: accepted, but PyTorch says: {real}")
    meta = torchs(layer, inputs, "meta", macs=True)
    macs = meta.macs if isinstance(meta, Outcome) else mine.macs  # few kernels lack meta
    theirs = Outcome(real.types, real.weights, macs)
    if mine != theirs:
        raise DisagreementError(
            f"{_show(layer, inputs)}:\n  netwright {mine}\n  PyTorch   {theirs}"
        )
    return True


def _compare_refusal(layer: Layer, inputs: Sequence[TensorType], mine: Refused) -> bool | None:
    if excused("REFUSED", layer, inputs) or _has_other_weights(layer, inputs):
        return None
    try:
        real = torchs(layer, inputs, "cpu")
    except Exception:
        return False  # no PyTorch form of it: nothing to compare with
    if isinstance(real, Outcome) and not real.empty():
        raise DisagreementError(
            f"{_show(layer, inputs)}: refused ({mine.message}), but PyTorch gives {real.types}"
        )
    return False


def _has_other_weights(layer: Layer, inputs: Sequence[TensorType]) -> bool:
    """Whether a computed weight has another shape than the settings say: ``F.conv2d`` takes a
    weight of any kernel."""
    if not isinstance(layer, Computable):
        return False
    try:
        wanted = layer.all_weights(*inputs)
    except Exception:
        return bool(layer.computed)
    shapes = {n: TensorType(wanted[layer.weight_of(n)].shape) for n in layer.computed}
    return any(getattr(layer, n) != shape for n, shape in shapes.items())


def _show(layer: Layer, inputs: Sequence[TensorType]) -> str:
    try:
        code = program(layer.lower(*inputs), len(inputs) + len(layer.tensors())).source
    except Exception as error:
        code = f"no lowering: {error!r}"
    return f"{layer!r} on {', '.join(map(str, inputs))}\n  {code}"


# --- data of the families ------------------------------------------------------------------------

When: TypeAlias = Callable[..., bool]


@cache
def _data(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for file in sorted(Path(__file__).parent.glob("data_*.py")):
        module = import_module(f".{file.stem}", __package__)
        found |= getattr(module, kind, {})
    return found


def fill_of(layer: Layer) -> int:
    return fill_of_word(layer.word)


def fill_of_word(word: str) -> int:
    fill: int = _data("INTS").get(word, 0)
    return fill


def excused(kind: str, layer: Layer, inputs: Sequence[TensorType]) -> bool:
    inner = getattr(layer, "layer", None)
    if isinstance(inner, Layer) and excused(kind, inner, inputs):
        return True
    return any(when(layer, *inputs) for _, when in _data(kind).get(layer.word, ()))


# --- random settings and inputs ------------------------------------------------------------------

SMALL = st.sampled_from([1, 2, 3] * 6 + [4, 5, 4, 5, 0, -1])
FLOATS = st.sampled_from([0.0, 0.1, 0.5, 1.0, 2.0, 1e-5, -0.5])
SIZES = st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, 9, 12])
RANKS = st.sampled_from([2, 1, 3])
MOSTLY_FLOAT: tuple[Dtype, ...] = ("float",) * 18 + ("int", "bool")


@cache
def values(hint: Any, rank: int = 2) -> st.SearchStrategy[Any]:
    """Random values of a setting's type; tuples of any length have ``rank`` items, mostly."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return st.one_of([values(a, rank) for a in args if a not in (Size, Formula)])
    if origin is Literal:
        return st.sampled_from(args)
    if origin is tuple and args[-1] is ...:
        lengths = st.sampled_from([rank] * 12 + [1, 2, 3])
        return lengths.flatmap(lambda n: st.tuples(*[values(args[0])] * n))
    if origin is tuple:
        return st.tuples(*[values(a, rank) for a in args])
    if hint is Tensor:
        return tensor_types()
    if hint is Init:
        return st.sampled_from([Init("zeros"), Init("normal", (("std", 0.02),))])
    simple: dict[Any, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: SMALL,
        float: FLOATS,
        NoneType: st.none(),
    }
    return simple[hint]


def _values(layer: type[Layer], name: str, rank: int) -> st.SearchStrategy[Any]:
    hint = hints(layer)[name]
    if not (issubclass(layer, Computable) and name in ("weight", "bias")):
        return values(hint, rank)
    plain = st.booleans() if takes(hint, bool) else st.none()
    return st.one_of([*[plain] * 9, values(hint, rank)])  # random tensors do not fit


@st.composite
def settings_of(draw: st.DrawFn, layer: type[Layer]) -> Layer:
    """The layer with random settings; each keeps its default half of the time."""
    special = _data("SETTINGS").get(layer.word, {})
    rank = draw(RANKS)
    given: dict[str, Any] = {}
    for name, setting in layer.settings.items():
        if setting.required or draw(st.booleans()):
            given[name] = draw(special[name] if name in special else _values(layer, name, rank))
    if "*" in special:
        given |= draw(special["*"](rank))
    return layer(**given)


@cache
def tensor_types(
    ranks: tuple[int, ...] = (1, 2, 3, 4, 5),
    sizes: st.SearchStrategy[int] = SIZES,
    dtypes: tuple[Dtype, ...] = MOSTLY_FLOAT,
) -> st.SearchStrategy[TensorType]:
    return st.builds(
        TensorType,
        st.sampled_from(ranks).flatmap({r: st.tuples(*[sizes] * r) for r in ranks}.__getitem__),
        st.sampled_from(dtypes),
    )


def likely_ranks(layer: Layer) -> tuple[int, ...]:
    """Ranks to try: mostly what the layer assumes, where it depends on the settings."""
    if layer.elementwise:
        return (1, 2, 3, 4, 5)
    likely = (len(layer.assumed),) if layer.assumed else (3, 4, 5)
    return likely * (12 // len(likely)) + (1, 2, 3, 4, 5)


def inputs_of(layer: Layer) -> st.SearchStrategy[tuple[TensorType, ...]]:
    special = _data("INPUTS").get(layer.word)
    if special is not None:
        found = special(layer) if callable(special) else special
        assert isinstance(found, st.SearchStrategy)
        return found
    least, most = layer.arity
    dtypes = MOSTLY_FLOAT if layer.assumed_dtype == "float" else (layer.assumed_dtype,) * 9
    one = tensor_types(likely_ranks(layer), dtypes=(*dtypes, "float", "int", "bool"))
    return st.lists(one, min_size=least, max_size=3 if most is None else most).map(tuple)


@st.composite
def cases(draw: st.DrawFn, layer: type[Layer]) -> Case:
    bound = draw(settings_of(layer))
    inputs = draw(inputs_of(bound))
    return draw(with_computed_weights(bound, inputs)), inputs


@st.composite
def with_computed_weights(draw: st.DrawFn, layer: Layer, inputs: tuple[TensorType, ...]) -> Layer:
    """The layer, sometimes with tensors that fit in the place of its weights."""
    if not isinstance(layer, Computable) or draw(st.booleans()):
        return layer
    try:
        weights = layer.all_weights(*inputs)
    except Exception:
        return layer
    names = [n for n in ("weight", "bias") if n in layer.settings and n in weights]
    chosen = {n: TensorType(weights[n].shape) for n in names if draw(st.booleans())}
    return layer.replace(**chosen)
