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
from functools import cache
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

from ..grammar.record import Record, field
from ..grammar.wording import counted
from .dims import Dim, Size, equal, less, product
from .lowering import Lowering
from .types import Dtype, TensorType

Sizes: TypeAlias = int | Size | tuple[Dim, ...]
"""One size for all axes (``3``) or one for each (``3x3``, a tuple of the rank's length)."""


class Range(Record):
    """Where the numbers of a setting lie, and why they do; what they are, if that has a name."""

    least: float = -inf
    most: float = inf
    why: str = ""
    kind: str = ""
    infinite: bool = False
    """Whether the infinities belong to it."""

    def holds(self, number: float) -> bool:
        return self.least <= number <= self.most or (self.infinite and isinf(number))


INT32: Final = 2**31 - 1
FLOAT32: Final = 3.4028234663852886e38
_COUNTED: Final = "PyTorch counts it in 32 bits"
_HELD: Final = "PyTorch's floats have 32 bits"

FLOATS: Final = Range(-FLOAT32, FLOAT32, _HELD, infinite=True)
"""Of every float without another range."""

# The kinds of settings: what has a range has it by its kind.
Window: TypeAlias = Annotated[Sizes, Range(1, INT32, _COUNTED)]
"""A kernel, a stride, a dilation."""
Border: TypeAlias = Annotated[Sizes, Range(0, INT32, _COUNTED)]
"""What is put around the input."""
Target: TypeAlias = Annotated[Sizes, Range(1)]
"""The sizes of a result."""
Positive: TypeAlias = Annotated[Dim, Range(1)]
"""A size or a count that is not 0."""
Count: TypeAlias = Annotated[int, Range(1)]
Few: TypeAlias = Annotated[int, Range(1, 1000, "each is made, or done, one by one")]
Nonnegative: TypeAlias = Annotated[float, Range(0, FLOAT32, _HELD)]
Epsilon: TypeAlias = Annotated[float, Range(1e-45, FLOAT32, _HELD)]
"""What keeps a divisor from being 0."""
Probability: TypeAlias = Annotated[float, Range(0, 1, kind="a probability between 0 and 1")]

Tensor: TypeAlias = TensorType
"""A setting that takes a tensor; in the bound layer it is the tensor's type. It becomes an input
after the piped ones, in field order (only those that are given)."""

Reach: TypeAlias = tuple[Dim, Dim]
"""The least and the largest."""

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
"""``turn``: another order of axes; ``zeros``: what states start from."""

Effect: TypeAlias = Literal["random", "training", "state"]
"""``random``: it draws random numbers; ``training``: it does something else in training;
``state``: a call changes what it keeps, as running averages are."""

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


class Init(Record):
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
    """What a layer is called elsewhere: in torch.nn, Keras and Caffe, or by people.

    ``names`` are separated by spaces; ``#`` is each of 1, 2 and 3. ``positions`` says what
    arguments without names mean there, where that is not what they mean here. ``added`` are
    settings that the layer has there by itself, ``renamed`` settings with names of their own.
    ``word`` is what it is called here, where that is one of its other words.
    """

    names: str
    positions: str | None = None
    added: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    word: str = ""

    def spelled(self) -> Iterator[str]:
        for name in self.names.split():
            yield from [name.replace("#", n) for n in "123"] if "#" in name else [name]


class Made(Record):
    """What made a tensor: a layer, of what, as which of its results. ``source`` made its first
    input, if these are ints and that is known."""

    layer: Layer
    inputs: tuple[TensorType, ...]
    index: int
    source: Made | None = None

    def reach(self, made: TensorType) -> Reach | None:
        """The least and the largest of the ints in it, where they are known."""
        return self.layer.reach(made, self)

    @property
    def taken(self) -> Reach | None:
        """Those of its first input."""
        return self.source.reach(self.inputs[0]) if self.source is not None else None


class Setting(Record):
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
    """Base of all layers. Not a dataclass: hundreds of them would cost 0.1 s at start-up."""

    word: ClassVar[str] = ""
    """As written in a spec; a class without a word is an abstract base."""
    aliases: ClassVar[tuple[str, ...]] = ()
    foreign: ClassVar[tuple[Foreign, ...]] = ()
    """What it is called elsewhere."""
    title: ClassVar[str] = ""
    """Its name as papers write it, ``BatchNorm``; empty where that is the word."""
    abbreviation: ClassVar[str] = ""
    """The name where there is little room: ``BN``."""
    category: ClassVar[Category] = "other"
    role: ClassVar[Role] = ""
    """What it is to those who read a graph: warnings and pictures ask for roles, not for words."""
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
    """Whether it keeps the axis ``dim``, and each of its elements depends on the others along that
    axis (``softmax``, ``cumsum``)."""
    channel_axis: ClassVar[Literal["second", "last"] | None] = None
    """Where it takes the channels or features of its input to be, if that matters."""
    assumed: ClassVar[tuple[str, ...]] = ("N", "D")
    """Axis names of an input of unknown rank (a one-liner without ``input``)."""
    assumed_dtype: ClassVar[Dtype] = "float"

    settings: ClassVar[dict[str, Setting]] = {}

    def __init_subclass__(cls) -> None:
        # A plain default stays in the class as an attribute: `self.stride` finds it there.
        # Required settings come first, then a layer's own: those of a base take no position.
        own = {
            name: Setting(name, cls.__dict__.get(name, REQUIRED))
            for name, annotation in cls.__annotations__.items()
            if not str(annotation).startswith("ClassVar")
        }
        merged = own | {k: v for k, v in cls.settings.items() if k not in own}
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

    def _key(self) -> tuple[Any, ...]:
        return (type(self), *(getattr(self, name) for name in self.settings))

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Layer) and self._key() == other._key())

    def __hash__(self) -> int:
        known: int | None = self.__dict__.get("_hash")
        if known is None:
            known = self.__dict__["_hash"] = hash(self._key())
        return known

    def __repr__(self) -> str:
        given = (f"{k}={v!r}" for k, v in self.given().items())
        return f"{self.word}({', '.join(given)})"

    def given(self) -> dict[str, Any]:
        """The settings that differ from their defaults."""
        values = {name: getattr(self, name) for name in self.settings}
        return {k: v for k, v in values.items() if v != self.settings[k].default}

    def tensors(self) -> tuple[str, ...]:
        """The settings that hold tensors: inputs after the piped ones, in this order."""
        return tuple(n for n in self.settings if isinstance(getattr(self, n), TensorType))

    def replace(self, **changes: Any) -> Layer:
        return type(self)(**({n: getattr(self, n) for n in self.settings} | changes))

    # --- what a layer says of itself -------------------------------------------------------
    # `inputs` are the piped ones; tensor settings are at hand as attributes holding their types.
    # (`Any` twice is how a signature says that overrides name their inputs: `infer(self, x)`.)

    def infer(self, *inputs: Any, **_: Any) -> TensorType | tuple[TensorType, ...]:
        """The type, or types, of the results. Raises Refused where PyTorch would refuse."""
        raise NotImplementedError(self.word)

    def suit(self, made: Sequence[Made | None], *inputs: Any, **_: Any) -> None:
        """Raises Refused where what made the piped inputs, and after them the tensor settings, as
        far as that is known, tells that PyTorch would refuse, or give something else than it
        says."""

    def reach(self, made: TensorType, how: Made) -> Reach | None:
        """The least and the largest of the ints that it gives; None where that is not known."""
        return how.taken if self.keeps_elements else None

    def weights(self, *inputs: Any, **_: Any) -> dict[str, Weight]:
        """Parameters and buffers under PyTorch's names, in PyTorch's order."""
        return {}

    def macs(self, inputs: Sequence[TensorType], outputs: Sequence[TensorType]) -> Dim:
        """Multiply-accumulates, as torch.utils.flop_counter counts them (halved)."""
        return 0

    def lower(self, *inputs: Any, **_: Any) -> Lowering:
        """The PyTorch form."""
        raise NotImplementedError(self.word)

    def effects(self) -> frozenset[Effect]:
        """What it does beside computing the same from the same inputs and weights."""
        return NO_EFFECTS

    def idle(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Settings that are given and change nothing, each with helps: what to do instead."""
        return ()

    def axis_order(self, rank: int) -> tuple[int, ...] | None:
        """For each axis of a result of the input's rank, the axis of the input that it is; None if
        the axes are new ones."""
        keeps = self.keeps_axes
        if keeps is None:
            keeps = self.elementwise or self.category in ("activation", "math")
        return tuple(range(rank)) if keeps else None

    def states(self, *steps: TensorType) -> tuple[TensorType, ...]:
        """Of a single-step cell: the types of its states, for ``scan``."""
        return ()

    def inits(self) -> dict[str, Init]:
        """Initialisers by weight name."""
        return {}

    def caption(self) -> tuple[str, str]:
        """The two lines on its box in a diagram: ``("conv 3×3, 64", "stride 2")``."""
        return self.shown, ""

    @property
    def shown(self) -> str:
        return self.title or self.word


class Weighted(Layer):
    """A layer whose weight can be initialised: ``rmsnorm(init=ones)``."""

    init: Init | None = None

    def inits(self) -> dict[str, Init]:
        return {} if self.init is None else {"weight": self.init}


class Biased(Weighted):
    """A layer with a bias too, where it is wanted: ``conv(3x3, 64, bias_init=zeros)``."""

    init: Init | None = None
    bias_init: Init | None = None

    def inits(self) -> dict[str, Init]:
        # `default conv(bias_init=zeros)` leaves those without a bias alone.
        bias = self.bias_init if getattr(self, "bias", True) else None
        return super().inits() | ({} if bias is None else {"bias": bias})


NO_EFFECTS: Final[frozenset[Effect]] = frozenset()
DROPS: Final[frozenset[Effect]] = frozenset({"random", "training"})
"""What dropout does."""


def dropping(p: float) -> frozenset[Effect]:
    """The effects of dropout: with probability 1 nothing is left to chance."""
    return DROPS if 0 < p < 1 else DROPS - {"random"} if p else NO_EFFECTS


# --- conditions that symbols leave open ------------------------------------------------------


class Open:
    """What layers found to depend on symbols, for the elaborator, which settles it or says so.

    ``with Open() as noted``: what ``same``, ``short`` and ``divides`` note meanwhile."""

    def __init__(self) -> None:
        self.equal: list[tuple[Dim, Dim]] = []
        """The two must be equal."""
        self.least: list[tuple[Dim, Dim]] = []
        """The first must be no less than the second."""

    def __bool__(self) -> bool:
        return bool(self.equal or self.least)

    def __enter__(self) -> Open:
        self._token = _open.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _open.reset(self._token)


_open: ContextVar[Open | None] = ContextVar("_open", default=None)


def same(a: Dim, b: Dim) -> bool:
    """Whether two sizes are equal; where symbols leave that open, True, and it is noted."""
    if a is b or a == b:
        return True
    answer = equal(a, b)
    if answer is None and (noted := _open.get()) is not None:
        noted.equal.append((a, b))
    return answer is not False


def short(size: Dim, least: Dim) -> bool:
    """Whether a size is less than it must be; where symbols leave that open, False, and it is
    noted."""
    answer = less(size, least)
    if answer is None and (noted := _open.get()) is not None:
        noted.least.append((size, least))
    return answer is True


def divides(divisor: Dim, size: Dim) -> bool:
    """Whether a size is a multiple; where symbols leave that open, True, and it is noted."""
    return same(size // divisor * divisor, size)


def broadcast(*shapes: tuple[Dim, ...]) -> tuple[Dim, ...] | None:
    """The common shape by PyTorch's rules, aligned from the right; None where there is none."""
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


# --- what a layer gives ------------------------------------------------------------------------


def inferred(layer: Layer, *inputs: TensorType) -> tuple[TensorType, ...]:
    """The types of its results. Raises Refused, for a setting outside of its range too."""
    for name, range_ in ranges(type(layer)).items():
        _within(range_, name, getattr(layer, name))
    found = layer.infer(*inputs)
    return (found,) if isinstance(found, TensorType) else tuple(found)


def _within(range_: Range, name: str, value: Any) -> None:
    """Refuses a number that is outside. Texts, none and tensors are no numbers;
    what open sizes are at least is noted."""
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
    """What a layer with other settings gives; None where it refuses. No hint names a setting that
    was not tried. The hints of a refusal met here are of no use, so they are not tried."""
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
"""By how many axes the input has more than there are sizes."""


def collapse(sizes: tuple[Dim, ...]) -> Dim | tuple[Dim, ...]:
    """``(3, 3)`` as ``3``, the way PyTorch code is written."""
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
    """The settings' types; resolved when a layer is first used, not at start-up."""
    if layer not in _hints:
        _resolve(layer)
    return _hints[layer]


def ranges(layer: type[Layer]) -> dict[str, Range]:
    """Where the numbers of its settings lie, of those that have a range."""
    if layer not in _ranges:
        _resolve(layer)
    return _ranges[layer]


def _resolve(layer: type[Layer]) -> None:
    bases = [base for base in layer.__mro__ if issubclass(base, Layer)]
    homes = {n: base for base in reversed(bases) for n in base.__annotations__}
    written = {name: _hint(homes[name], name) for name in layer.settings}
    found = {name: _range(hint) for name, hint in written.items()}
    _ranges[layer] = {name: range_ for name, range_ in found.items() if range_ is not None}
    _hints[layer] = {name: _bare(hint) for name, hint in written.items()}


def _range(hint: Any) -> Range | None:
    """The range of a type: of ``Window``, of ``Window | None``."""
    if get_origin(hint) is Annotated:
        found: Range = hint.__metadata__[0]
        return found
    inside = map(_range, get_args(hint)) if get_origin(hint) in (Union, UnionType) else ()
    known = next((range_ for range_ in inside if range_ is not None), None)
    return FLOATS if hint is float else known


def _bare(hint: Any) -> Any:
    """A type without its range."""
    if get_origin(hint) is Annotated:
        return hint.__origin__
    if get_origin(hint) in (Union, UnionType):
        return Union[tuple(map(_bare, get_args(hint)))]  # noqa: UP007
    return hint


def _hint(home: type[Layer], name: str) -> Any:
    """As ``typing.get_type_hints`` finds it, which goes through all that a layer inherits."""
    return eval(home.__annotations__[name], vars(sys.modules[home.__module__]))


def conforms(value: object, hint: Any) -> bool:
    """Whether a value has the type of a setting. An int is a float, a bool is no int."""
    if type(value) in _kinds(hint) or hint is Any:
        return True
    if isinstance(hint, str):
        raise TypeError(hint)
    if hint is NoneType or hint is None:
        return value is None
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return any(conforms(value, option) for option in get_args(hint))
    if origin is Literal:
        return any(value == o and type(value) is type(o) for o in get_args(hint))
    if origin is tuple:
        items = get_args(hint)
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
def _kinds(hint: Any) -> frozenset[type]:
    """The classes all of whose own instances have the type: int of ``int | tuple[int, ...]``."""
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
