"""What a layer is: one declaration in one place.

A layer is a subclass of ``Layer`` in ``compiler/layers/<family>.py``. Its class attributes are its
settings; an instance is a layer with its settings bound, immutable, equal by value. Everything
the compiler knows of it (shape rule, weights, MACs, PyTorch form, look, examples) are methods, so
adding a layer touches that file and its test alone::

    class Linear(Weighted):
        \"\"\"Fully connected: ``y = x W^T + b`` over the last axis.

        https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html
        \"\"\"

        word = "linear"
        aliases = ("fc",)
        category = "linear"
        examples = (Example("linear(10)", "784"),)

        out: Dim
        bias: bool = True

        def infer(self, x: TensorType) -> TensorType: ...
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from functools import cache, lru_cache
from math import inf, isinf
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Final,
    Literal,
    TypeAlias,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
)

from ..grammar.record import Exact, Record, alike, field, typed
from ..grammar.wording import counted
from .dims import Dim, Size, equal, less, product
from .formulas import Formula, in_sizes
from .lifting import Lift
from .lowering import Attr, CallCode, Code, Helper, Input, Lowering, Self
from .types import Dtype, TensorType

Sizes: TypeAlias = int | Size | tuple[Dim, ...]
"""One size for all axes (``3``) or one for each (``3x3``, a tuple of the rank's length)."""


class Range(Record):
    """The numbers that a setting takes, why, and what kind of number it is, if that has a name."""

    least: float = -inf
    most: float = inf
    why: str = ""
    kind: str = ""
    infinite: bool = False
    """Whether it includes the infinities."""

    def holds(self, number: float) -> bool:
        return self.least <= number <= self.most or (self.infinite and isinf(number))


INT32: Final = 2**31 - 1
FLOAT32: Final = 3.4028234663852886e38
_COUNTED: Final = "PyTorch counts it in 32 bits"
_FLOATS: Final = "PyTorch's floats have 32 bits"

FLOATS: Final = Range(-FLOAT32, FLOAT32, _FLOATS, infinite=True)
"""The range of every float that declares no other."""

# The kinds of settings: a setting gets its range from its kind.
Window: TypeAlias = Annotated[Sizes, Range(1, INT32, _COUNTED)]
"""A kernel, a stride, a dilation."""
Border: TypeAlias = Annotated[Sizes, Range(0, INT32, _COUNTED)]
"""The size of the padding around the input."""
Target: TypeAlias = Annotated[Sizes, Range(1)]
"""The sizes of a result."""
Positive: TypeAlias = Annotated[Dim, Range(1)]
"""A size or a count that is not 0."""
Count: TypeAlias = Annotated[int, Range(1)]
Few: TypeAlias = Annotated[int, Range(1, 1000, "they are made or done one by one")]
Nonnegative: TypeAlias = Annotated[float, Range(0, FLOAT32, _FLOATS)]
Epsilon: TypeAlias = Annotated[float, Range(1e-45, FLOAT32, _FLOATS)]
"""A number that keeps a divisor from being 0."""
Probability: TypeAlias = Annotated[float, Range(0, 1, kind="a probability between 0 and 1")]

Tensor: TypeAlias = TensorType
"""A setting that takes a tensor; in the bound layer it is the tensor's type. It becomes an input
after the piped ones, in field order (only those that are given)."""

Reach: TypeAlias = tuple[Dim, Dim]
"""The least and the largest number."""

Category: TypeAlias = Literal[
    "io",
    "conv",
    "norm",
    "activation",
    "pool",
    "linear",
    "attention",
    "embedding",
    "recurrent",
    "shape",
    "math",
    "source",
    "extern",
    "other",
]

Role: TypeAlias = Literal[
    "",
    "linear",
    "conv",
    "sum",
    "join",
    "stack",
    "product",
    "attend",
    "drop",
    "softmax",
    "zeros",
    "cell",
    "turn",
    "reshape",
    "rearrange",
    "flatten",
    "index",
    "one_hot",
    "rotary",
    "gap",
]
"""``turn``: another order of axes; ``zeros``: the start of states."""

Effect: TypeAlias = Literal["random", "training", "state"]
"""``random``: it draws random numbers; ``training``: it computes something else in training;
``state``: a call changes a buffer or weight, such as running averages."""

REQUIRED: Final = object()


class Refused(Exception):
    """A layer's refusal of its inputs or settings; the elaborator adds the places.

    ``setting`` names the setting to blame (its text gets the caret), ``input`` the input whose
    producer is labelled; by default the layer's word gets the caret and all inputs are labelled.
    ``fix`` gives the settings' texts as they should be.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "E301",
        detail: str = "",
        setting: str | None = None,
        input: int | None = None,
        notes: Sequence[str] = (),
        help: str | Sequence[str] = (),
        fix: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fix = dict(fix or {})
        self.code = code
        self.detail = detail
        self.setting = setting
        self.input = input
        self.notes = tuple(notes)
        self.help = (help,) if isinstance(help, str) else tuple(help)


class Init(Exact):
    """An initialiser of ``torch.nn.init``, without the trailing underscore."""

    name: str
    settings: tuple[tuple[str, float | str], ...] = ()


class Weight(Record):
    """A parameter, or a buffer (``running_mean``), of a layer."""

    shape: tuple[Dim, ...]
    buffer: bool = False
    dtype: Dtype = "float"


class Example(Record):
    """A use that must work: the text, and the shapes of its inputs without the batch axis,
    ``"3x32x32"`` or ``"12 int"`` (``""`` is one number per example).

    Tensor settings are written as names ``a``, ``b``... and given in ``tensors``.
    """

    text: str
    inputs: tuple[str, ...] = ()
    tensors: tuple[tuple[str, str], ...] = ()

    def __init__(self, text: str, *inputs: str, **tensors: str) -> None:
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "tensors", tuple(tensors.items()))


class Foreign(Record):
    """The names of a layer elsewhere: in torch.nn, Keras and Caffe, or among people.

    ``names`` are separated by spaces; ``#`` is each of 1, 2 and 3. ``positions`` are the settings
    that arguments without names mean there, if these differ from here. ``added`` are settings that
    the layer has there by default, ``renamed`` settings that have other names there. ``word`` is
    its word here, if that is one of its aliases."""

    names: str
    positions: str | None = None
    added: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    word: str = ""

    def spelled(self) -> Iterator[str]:
        for name in self.names.split():
            yield from [name.replace("#", n) for n in "123"] if "#" in name else [name]


class Made(Record):
    """How a tensor was made: by which layer, from which inputs, and as which of its results.
    ``source`` says how the first input was made, if it has ints and that is known. ``sure`` asks
    for ints that occur; without it ints count that only some inputs give, as from ``argmax``."""

    layer: Layer
    inputs: tuple[TensorType, ...]
    index: int
    source: Made | None = None
    sure: bool = True

    def reach(self, made: TensorType) -> Reach | None:
        """The least and the largest int in the tensor, or None if they are not known."""
        return self.layer.reach(made, self)

    def possible(self) -> Made:
        """The same, for the ints that may occur."""
        source = self.source.possible() if self.source is not None else None
        return self.replace(source=source, sure=False)

    @property
    def taken(self) -> Reach | None:
        """The reach of the layer's first input."""
        return self.source.reach(self.inputs[0]) if self.source is not None else None


class SettingField(Record):
    name: str
    default: Any

    @property
    def required(self) -> bool:
        return self.default is REQUIRED


def setting(default: Any = REQUIRED) -> Any:
    """A field without the limits of a plain default (``setting()`` is required)."""
    return default


@dataclass_transform(field_specifiers=(setting,), frozen_default=True, kw_only_default=True)
class Layer:
    """Base of all layers. It is not a dataclass: hundreds of those would take 0.1 s at start-up."""

    word: ClassVar[str] = ""
    """The word in a spec; a class without a word is an abstract base."""
    aliases: ClassVar[tuple[str, ...]] = ()
    foreign: ClassVar[tuple[Foreign, ...]] = ()
    """Its names elsewhere."""
    lifts: ClassVar[tuple[Lift, ...]] = ()
    """The ops of PyTorch that it computes: the inverse of ``lower``."""
    title: ClassVar[str] = ""
    """Its name in papers, ``BatchNorm``; "" if that is the word."""
    abbreviation: ClassVar[str] = ""
    """The name for places with little room: ``BN``."""
    category: ClassVar[Category] = "other"
    role: ClassVar[Role] = ""
    """The part that it plays in a graph: warnings and pictures ask for roles, not for words."""
    examples: ClassVar[tuple[Example, ...]] = ()
    positional: ClassVar[int] = 2
    """How many settings may be given by position (the first fields in order)."""
    variadic: ClassVar[bool] = False
    """All positional arguments fill the first field as a tuple: ``permute(0, 2, 1)``."""
    open_settings: ClassVar[bool] = False
    """Settings of other names are sizes, collected in the field ``axes``: ``rearrange("...", h=8)``
    has ``axes=(("h", 8),)``."""
    arity: ClassVar[tuple[int, int | None]] = (1, 1)
    """Least and most piped inputs (None: any number; 0: a source)."""
    results: ClassVar[Literal["one", "bundle", "side"]] = "one"
    """``bundle``: all results flow on (``chunk``); ``side``: the first does, the others are side
    results that assignment takes (``lstm``)."""
    elementwise: ClassVar[bool] = False
    """Keeps the shape of its one input, whatever its rank (so that rank may stay unknown)."""
    keeps_axes: ClassVar[bool | None] = None
    """Whether each axis of the result is the input's axis in the same place, if they have one rank.
    None is True for layers that are ``elementwise``, and for the categories ``activation`` and
    ``math``. A layer that reorders axes overrides ``axis_order`` instead."""
    keeps_elements: ClassVar[bool] = False
    """Whether the result consists of the elements of the one input: each is there at least once,
    and nothing else is (``reshape``, ``permute``, ``tile``)."""
    mixes_along_dim: ClassVar[bool] = False
    """Whether it keeps the axis ``dim`` and joins elements along it: ``softmax``, ``cumsum``."""
    channel_axis: ClassVar[Literal["second", "last"] | None] = None
    """The axis on which it takes the channels or features of its input, if it matters."""
    complexes: ClassVar[bool] = False
    """Whether it takes complex numbers; all other layers refuse them."""
    assumed: ClassVar[tuple[str, ...]] = ("N", "D")
    """Axis names of an input of unknown rank (a one-liner without ``input``)."""
    assumed_dtype: ClassVar[Dtype] = "float"

    python_class: ClassVar[str] = ""
    """The class of an extern, ``module:Class``."""

    settings: ClassVar[dict[str, SettingField]] = {}

    def __init_subclass__(cls) -> None:
        # A plain default stays in the class as an attribute, where `self.stride` finds it.
        # Required settings come first, then a layer's own: settings of a base have no position.
        own = {
            name: SettingField(name, cls.__dict__.get(name, REQUIRED))
            for name, annotation in cls.__annotations__.items()
            if not annotation.startswith("ClassVar")
        }
        merged = dict(own)
        for base in cls.__bases__:
            inherited = base.settings if issubclass(base, Layer) else {}
            merged |= {k: v for k, v in inherited.items() if k not in merged}
        cls.settings = dict(sorted(merged.items(), key=lambda item: not item[1].required))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        names = iter(self.settings)
        values = {**dict(zip(names, args, strict=False)), **kwargs}
        missing = [s.name for s in self.settings.values() if s.required and s.name not in values]
        if missing or not values.keys() <= self.settings.keys():
            raise TypeError(f"{type(self).__name__}: {missing or set(values) - set(self.settings)}")
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"layers are immutable: {name}")

    def compared(self) -> tuple[Any, ...]:
        """What is equal for equal layers."""
        return (type(self), *map(typed, self.setting_values().values()))

    def _key(self) -> tuple[tuple[Any, ...], int]:
        result: tuple[tuple[Any, ...], int] | None = self.__dict__.get("_compared")
        if result is None:
            compared = self.compared()
            result = self.__dict__["_compared"] = (compared, hash(compared))
        return result

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Layer) and self._key() == other._key())

    def __hash__(self) -> int:
        return self._key()[1]

    def __repr__(self) -> str:
        given = (f"{k}={v!r}" for k, v in self.given().items())
        return f"{self.word}({', '.join(given)})"

    def setting_values(self) -> dict[str, Any]:
        """The values of all settings."""
        return {name: getattr(self, name) for name in self.settings}

    def given(self) -> dict[str, Any]:
        """The settings that differ from their defaults."""
        values = self.setting_values().items()
        return {k: v for k, v in values if not alike(v, self.settings[k].default)}

    def tensors(self) -> tuple[str, ...]:
        """The settings that hold tensors: inputs after the piped ones, in this order."""
        if TensorType not in map(type, vars(self).values()):
            return ()
        return tuple([n for n in self.settings if isinstance(vars(self).get(n), TensorType)])

    def replace(self, **changes: Any) -> Layer:
        return type(self)(**(self.setting_values() | changes))

    def in_sizes(self, sizes: Mapping[str, Dim]) -> Layer:
        """The layer with other symbols for its sizes."""
        given = self.given().items()
        return self.replace(**{name: _inside(value, sizes) for name, value in given})

    # --- what a layer says about itself -----------------------------------------------------
    # `inputs` are the piped ones; a tensor setting is an attribute that holds the tensor's type.
    # (With `Any` twice, mypy lets an override name its inputs: `infer(self, x)`.)

    def infer(self, *inputs: Any, **_: Any) -> TensorType | tuple[TensorType, ...]:
        """The type or types of the results. Raises Refused if PyTorch would refuse."""
        raise NotImplementedError(self.word)

    def suit(self, made: Sequence[Made | None], *inputs: Any, **_: Any) -> None:
        """Raises Refused if the layers that made the piped inputs and the tensor settings show that
        PyTorch would refuse these, or would return something else than this layer says. An
        element of ``made`` is None if that is not known."""

    def reach(self, made: TensorType, how: Made) -> Reach | None:
        """The least and the largest int of a result; None if they are not known."""
        return how.taken if self.keeps_elements else None

    def weights(self, *inputs: Any, **_: Any) -> dict[str, Weight]:
        """Parameters and buffers under PyTorch's names, in PyTorch's order."""
        return {}

    def weight_of(self, setting: str) -> str:
        """The name of the weight that a tensor setting gives."""
        return setting

    def has_weights(self, *inputs: Any) -> bool:
        """Whether it has parameters or buffers."""
        return bool(self.weights(*inputs))

    def parameter_count(self, inputs: Sequence[TensorType], tied: Sequence[str] = ()) -> Dim:
        """The number of its learnable parameters, without those of tied weights."""
        total: Dim = 0
        for name, weight in self.weights(*inputs).items():
            if not weight.buffer and name not in tied:
                total = total + numel(weight.shape)
        return total

    def macs(self, inputs: Sequence[TensorType], outputs: Sequence[TensorType]) -> Dim:
        """Multiply-accumulates, as torch.utils.flop_counter counts them (halved)."""
        return 0

    def lower(self, *inputs: Any, **_: Any) -> Lowering:
        """The PyTorch form."""
        raise NotImplementedError(self.word)

    def effects(self) -> frozenset[Effect]:
        """What it does beside computing the same result from the same inputs and weights."""
        return NO_EFFECTS

    def idle(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Settings that are given and have no effect, each with helps that say what to do
        instead."""
        return ()

    def axis_order(self, rank: int) -> tuple[int, ...] | None:
        """For each axis of a result of the input's rank, the axis of the input that it is; None if
        the axes are new ones."""
        keeps = self.keeps_axes
        if keeps is None:
            keeps = self.elementwise or self.category in ("activation", "math")
        return tuple(range(rank)) if keeps else None

    def states(self, *steps: TensorType) -> tuple[TensorType, ...]:
        """The types of a single-step cell's states, for ``scan``."""
        return ()

    def inits(self) -> dict[str, Init]:
        """Initialisers by weight name."""
        return {}

    def about(self) -> tuple[str, ...]:
        """What else there is to know about a layer of the user's own, in lines."""
        return ()

    def caption(self) -> tuple[str, str]:
        """The two lines on its box in a diagram: ``("conv 3×3, 64", "stride 2")``."""
        return self.shown, ""

    @property
    def shown(self) -> str:
        return self.title or self.word


def _inside(value: Any, sizes: Mapping[str, Dim]) -> Any:
    """A setting's value with other symbols."""
    if isinstance(value, TensorType):
        return value.substitute(sizes)
    if isinstance(value, tuple):
        return tuple(_inside(v, sizes) for v in value)
    return in_sizes(value, sizes) if isinstance(value, Size | Formula) else value


class Weighted(Layer):
    """A layer whose weight can be initialised: ``rmsnorm(init=ones)``."""

    init: Init | None = None

    def initialised(self) -> tuple[str, ...]:
        """The weights that initialisers are for. Some inputs may have only a part of them."""
        return ("weight",)

    def inits(self) -> dict[str, Init]:
        made = {name: self.init_of(name) for name in self.initialised()}
        return {name: init for name, init in made.items() if init is not None}

    def init_of(self, weight: str) -> Init | None:
        return self.init


class Biased(Weighted):
    """A layer whose bias can be initialised too: ``conv(3x3, 64, bias_init=zeros)``."""

    init: Init | None = None
    bias_init: Init | None = None

    def initialised(self) -> tuple[str, ...]:
        # `default conv(bias_init=zeros)` does not change convolutions without a bias.
        return ("weight", "bias") if getattr(self, "bias", True) is not False else ("weight",)

    def init_of(self, weight: str) -> Init | None:
        return self.bias_init if "bias" in weight else self.init


class Computable(Layer):
    """A layer whose weights may be tensors: ``conv(3x3, 64, weight=w)``. A weight that is given
    as a tensor is an input of the layer, which has no weight of that name of its own."""

    def all_weights(self, *inputs: Any, **_: Any) -> dict[str, Weight]:
        """All weights that it computes with: its own, and those that are given as tensors."""
        raise NotImplementedError(self.word)

    def weights(self, *inputs: Any, **_: Any) -> dict[str, Weight]:
        computed = self.computed
        every = self.all_weights(*inputs)
        return {n: w for n, w in every.items() if n not in computed} if computed else every

    @property
    def computed(self) -> tuple[str, ...]:
        """The weights that are given as tensors."""
        return tuple([n for n in self.tensors() if n in ("weight", "bias")])

    def weight_axes(self) -> str:
        """The names of the weight's axes, for an error: ``[out, in]``."""
        return ""

    def misfit_help(self, weight: TensorType, *inputs: Any, **_: Any) -> tuple[str, ...]:
        """What to do about a ``weight`` of another size."""
        return ()

    def weight_codes(self, *inputs: TensorType) -> tuple[Code, ...]:
        """The codes of weight and bias: of a tensor, of the module, or None if there is none. A
        bias that is None is left out."""
        places = {n: Input(len(inputs) + i) for i, n in enumerate(self.tensors())}
        own = self.weights(*inputs)
        weight, bias = (
            places.get(n, Attr(Self(), n) if n in own else None) for n in ("weight", "bias")
        )
        return (weight,) if bias is None else (weight, bias)


def computes(forward: Code, module: CallCode | None, without: Sequence[str] = ()) -> Lowering:
    """The form of a layer with a computed weight: a function of tensors and of the weights of its
    module, if it has one. ``without`` are the weights that are taken off the module."""
    if module is None or not without:
        return Lowering(module, forward)
    return Lowering(CallCode(WITHOUT.name, (module, *without)), forward, helpers=(WITHOUT,))


WITHOUT: Final = Helper(
    "without",
    '''
def without(module: nn.Module, *names: str) -> Any:
    """The module without some of its weights, which are computed instead."""
    for name in names:
        module.register_parameter(name, None)
    return module
''',
)


def check_weight(layer: Layer, name: str, given: TensorType, *inputs: TensorType) -> None:
    """Refuses a tensor that is given for a weight and has another shape or dtype."""
    assert isinstance(layer, Computable)
    wanted = TensorType(layer.all_weights(*inputs)[layer.weight_of(name)].shape)
    if given.dtype != "float":
        raise Refused(
            f"the {name} of {layer.word} needs floats, got {given}",
            code="E303",
            setting=name,
            help="`cast(float)` makes it floats",
        )
    if "N" in given.symbols() and "N" not in wanted.symbols():
        raise Refused(
            f"the {name} of {layer.word} has a batch axis: {given}",
            setting=name,
            detail=f"{layer.word} needs {wanted}",
            notes=(f"one {name} serves all examples of the batch",),
            help=_batch_help(name),
        )
    if given.rank != wanted.rank or not all(map(same, given.shape, wanted.shape)):
        axes = layer.weight_axes() if name == "weight" and given.rank == wanted.rank else ""
        raise Refused(
            f"the {name} is {given}, {layer.word} needs {wanted}",
            setting=name,
            notes=(f"a weight is {axes}",) if axes else (),
            help=layer.misfit_help(given, *inputs) if name == "weight" else (),
        )


def _batch_help(name: str) -> tuple[str, ...]:
    if name == "bias":
        return ("`bias=false`, and add the tensor to the result",)
    return (
        "if this is the output of a layer, its weight is `label.weight`",
        "a weight for each example: `@` or `einsum`, or a convolution with `groups=N` of "
        "[1, N*channels, ...]",
    )


NO_EFFECTS: Final[frozenset[Effect]] = frozenset()
DROPS: Final[frozenset[Effect]] = frozenset({"random", "training"})
"""The effects of dropout."""


def dropping(p: float) -> frozenset[Effect]:
    """The effects of dropout with this probability: 1 is not random."""
    return DROPS if 0 < p < 1 else DROPS - {"random"} if p else NO_EFFECTS


# --- conditions that symbols leave open ------------------------------------------------------


class Open:
    """Conditions that depend on symbols: the elaborator decides them, or warns about them.

    ``with Open() as noted`` collects those that ``same``, ``short`` and ``divides`` note inside."""

    def __init__(self) -> None:
        self.equal: list[tuple[Dim, Dim]] = []
        """The two must be equal."""
        self.least: list[tuple[Dim, Dim]] = []
        """The first must be at least the second."""

    def __bool__(self) -> bool:
        return bool(self.equal or self.least)

    def __enter__(self) -> Open:
        self._token = _open.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _open.reset(self._token)


_open: ContextVar[Open | None] = ContextVar("_open", default=None)


def same(a: Dim, b: Dim) -> bool:
    """Whether two sizes are equal; if symbols leave that open, True, and the condition is noted."""
    if a is b or a == b:
        return True
    answer = equal(a, b)
    if answer is None and (noted := _open.get()) is not None:
        noted.equal.append((a, b))
    return answer is not False


def short(size: Dim, least: Dim) -> bool:
    """Whether a size is less than it must be; if symbols leave that open, False, and the condition
    is noted."""
    answer = less(size, least)
    if answer is None and (noted := _open.get()) is not None:
        noted.least.append((size, least))
    return answer is True


def divides(divisor: Dim, size: Dim) -> bool:
    """Whether a size is a multiple; if symbols leave that open, True, and the condition is
    noted."""
    return same(size // divisor * divisor, size)


def broadcast(*shapes: tuple[Dim, ...]) -> tuple[Dim, ...] | None:
    """The common shape by PyTorch's rules, aligned from the right; None if there is none."""
    rank = max(map(len, shapes))
    result: list[Dim] = [1] * rank
    for shape in shapes:
        for i, dim in enumerate(shape, rank - len(shape)):
            if result[i] == 1:
                result[i] = dim
            elif dim != 1 and not same(result[i], dim):
                return None
            elif isinstance(dim, int) and dim != 1:
                result[i] = dim
    return tuple(result)


# --- results ------------------------------------------------------------------------


def inferred(layer: Layer, *inputs: TensorType) -> tuple[TensorType, ...]:
    """The types of a layer's results. Raises Refused, also for a setting outside of its range."""
    given = vars(layer)
    for name, range_ in ranges(type(layer)).items():
        if name in given:
            _within(range_, name, given[name])
    if not layer.complexes:
        _refuse_complex(layer, inputs)
    types = layer.infer(*inputs)
    for name in layer.computed if isinstance(layer, Computable) else ():
        check_weight(layer, name, getattr(layer, name), *inputs)
    return (types,) if isinstance(types, TensorType) else tuple(types)


class Facts(Record):
    """What a layer makes of inputs of some types. The pairs of sizes in ``equal`` must be equal; in
    ``least``, the first must be at least the second."""

    outputs: tuple[TensorType, ...]
    weights: dict[str, Weight]
    equal: tuple[tuple[Dim, Dim], ...]
    least: tuple[tuple[Dim, Dim], ...]


@lru_cache(maxsize=4096)
def facts_of(layer: Layer, *inputs: TensorType) -> Facts:
    """The types of a layer's results, and its weights. Raises Refused. The nets of a file have many
    layers in common."""
    with Open() as noted:
        outputs = inferred(layer, *inputs)
        weights = layer.weights(*inputs)
    return Facts(outputs, weights, tuple(noted.equal), tuple(noted.least))


def _refuse_complex(layer: Layer, inputs: Sequence[TensorType]) -> None:
    given = [*inputs, *[getattr(layer, name) for name in layer.tensors()]]
    if "complex" in [t.dtype for t in given]:
        raise Refused(
            f"{layer.word} does not take complex numbers",
            code="E303",
            help="`abs` and `angle`, or `real` and `imag`, make floats of them; `view_as_real` "
            "makes pairs",
        )


def _within(range_: Range, name: str, value: Any) -> None:
    """Refuses a number outside of a range. (Texts, none and tensors are not numbers.) The least
    value of an open size is noted."""
    for number in value if isinstance(value, tuple) else (value,):
        if isinstance(number, Size):
            outside = range_.least >= 0 and short(number, int(range_.least))
        else:
            outside = isinstance(number, int | float) and not range_.holds(number)
        if outside:
            raise _outside(range_, name, number)


def _outside(range_: Range, name: str, number: Dim | float) -> Refused:
    if isinstance(number, Size) or number < range_.least:
        wanted = f"must be at least {range_.least}"
    else:
        wanted = f"must be at most {range_.most}"
    wanted = f"is {range_.kind}" if range_.kind else wanted
    notes = (range_.why,) if range_.why else ()
    return Refused(f"{name} {wanted}, got {number}", setting=name, notes=notes)


# --- hints -----------------------------------------------------------------------------------


_trying: ContextVar[bool] = ContextVar("_trying", default=False)


def tried(layer: Layer, *inputs: TensorType, **changes: Any) -> tuple[TensorType, ...] | None:
    """The types of the results with other settings; None if the layer refuses. Every setting that a
    hint names was tried like this. Inside a trial no further hints are tried, since nobody would
    see them."""
    if _trying.get():
        return None
    token = _trying.set(True)
    try:
        return inferred(layer.replace(**changes), *inputs)
    except Refused:
        return None
    finally:
        _trying.reset(token)


# --- settings that serve several layers ------------------------------------------------------


def expand(value: Sizes, rank: int, setting: str) -> tuple[Dim, ...]:
    """One size for each of ``rank`` axes."""
    if not isinstance(value, tuple):
        return (value,) * rank
    if len(value) != rank:
        raise Refused(
            f"{setting} has {counted(len(value), 'size')}, the input has {rank} "
            f"spatial {'axis' if rank == 1 else 'axes'}",
            setting=setting,
            notes=("the first axis is the batch, the second the channels",),
            help=_ANOTHER_RANK.get(rank - len(value), ""),
        )
    return value


_ANOTHER_RANK: Final = {
    1: "is the batch in the input's shape? It is never written: `image[3, 224, 224]`",
    -1: "are the channels missing? An image in grey has one: `image[1, 28, 28]`",
}
"""By the number of axes that the input has beyond the sizes."""


def collapse(sizes: tuple[Dim, ...]) -> Dim | tuple[Dim, ...]:
    """``(3, 3)`` as ``3``, as people write PyTorch code."""
    return sizes[0] if sizes and all(s == sizes[0] for s in sizes) else sizes


def axis(dim: int, rank: int, *, setting: str = "dim") -> int:
    """A non-negative axis number. Raises Refused outside [-rank, rank)."""
    if not -rank <= dim < rank:
        raise Refused(
            f"{setting}={dim} is outside the input's {rank} axes",
            setting=setting,
            detail=f"the axes are 0 to {rank - 1}, or -{rank} to -1",
        )
    return dim % rank


def numel(shape: Sequence[Dim]) -> Dim:
    return product(shape)


# --- the types of settings -------------------------------------------------------------------


_hints: dict[type[Layer], dict[str, Any]] = {}
_ranges: dict[type[Layer], dict[str, Range]] = {}


def hints(layer: type[Layer]) -> dict[str, Any]:
    """The settings' types. They are resolved when a layer is first used, not at start-up."""
    if layer not in _hints:
        _resolve(layer)
    return _hints[layer]


def ranges(layer: type[Layer]) -> dict[str, Range]:
    """The ranges of a layer's settings, for those that have one."""
    if layer not in _ranges:
        _resolve(layer)
    return _ranges[layer]


def _resolve(layer: type[Layer]) -> None:
    bases = [base for base in layer.__mro__ if issubclass(base, Layer)]
    homes = {n: base for base in reversed(bases) for n in base.__annotations__}
    written = {name: _hint(homes[name], name) for name in layer.settings}
    all_ranges = {name: _range(hint) for name, hint in written.items()}
    _ranges[layer] = {name: range_ for name, range_ in all_ranges.items() if range_ is not None}
    _hints[layer] = {name: _bare(hint) for name, hint in written.items()}


@cache
def _range(hint: Any) -> Range | None:
    """The range of a type such as ``Window`` or ``Window | None``; None if it has none."""
    if get_origin(hint) is Annotated:
        own: Range = hint.__metadata__[0]
        return own
    inside = map(_range, get_args(hint)) if get_origin(hint) in (Union, UnionType) else ()
    inner = next((range_ for range_ in inside if range_ is not None), None)
    return FLOATS if hint is float else inner


@cache
def _bare(hint: Any) -> Any:
    """A type without its range."""
    if get_origin(hint) is Annotated:
        return hint.__origin__
    if get_origin(hint) in (Union, UnionType):
        return Union[tuple(map(_bare, get_args(hint)))]  # noqa: UP007
    return hint


def _hint(home: type[Layer], name: str) -> Any:
    """The type of one setting. (``typing.get_type_hints`` would resolve everything inherited.)"""
    return _resolved(home.__annotations__[name], home.__module__)


@cache
def _resolved(annotation: str, module: str) -> Any:
    return eval(annotation, vars(sys.modules[module]))


def conforms(value: object, hint: Any) -> bool:
    """Whether a value has the type of a setting. An int is also a float; a bool is not an int."""
    if type(value) in _kinds(hint) or hint is Any:
        return True
    if isinstance(hint, str):
        raise TypeError(hint)
    if hint is NoneType or hint is None:
        return value is None
    origin, items = _parts(hint)
    if origin in (Union, UnionType):
        return any(conforms(value, option) for option in items)
    if origin is Literal:
        return any(value == o and type(value) is type(o) for o in items)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        if items[-1] is ...:
            return all(conforms(v, items[0]) for v in value)
        return len(value) == len(items) and all(map(conforms, value, items))
    if isinstance(value, bool):
        return hint is bool
    if hint is float:
        return isinstance(value, int | float)
    return isinstance(value, hint)


@cache
def _parts(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    return get_origin(hint), get_args(hint)


@cache
def _kinds(hint: Any) -> frozenset[type]:
    """The classes whose direct instances all have the type: int for ``int | tuple[int, ...]``."""
    if get_origin(hint) in (Union, UnionType):
        return frozenset().union(*map(_kinds, get_args(hint)))
    if get_origin(hint) is not None or not isinstance(hint, type):
        return frozenset()
    return frozenset({hint, int} if hint is float else {hint})


@cache
def options(hint: Any) -> tuple[str, ...]:
    """The bare names that a setting takes: ``pad=same``, ``mode=bilinear``."""
    if get_origin(hint) is Literal:
        return tuple(o for o in get_args(hint) if isinstance(o, str))
    if get_origin(hint) in (Union, UnionType):
        return tuple(o for option in get_args(hint) for o in options(option))
    return ()


@cache
def takes(hint: Any, kind: type) -> bool:
    """Whether a setting's type includes a class: ``takes(hint, TensorType)``."""
    if get_origin(hint) in (Union, UnionType):
        return any(takes(option, kind) for option in get_args(hint))
    return hint is kind
