"""The values of expressions while a spec is elaborated.

Numbers, strings, bools, None and lists are Python's own; a size is a ``dims.Size``, a float that
depends on one is a ``formulas.Formula``. Here are the others: tensors, networks (functions from
tensors to tensors, not yet applied), and ``UNKNOWN``, the value after an error, which causes no
further errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeGuard

from ..grammar import syntax
from ..grammar.record import Entity, Record, field
from ..grammar.source import Span
from .dims import Size
from .formulas import Formula
from .layer import Init, Layer
from .types import TensorType

if TYPE_CHECKING:
    from .builder import Builder, Draft
    from .environment import Environment


class Unknown:
    """The value of an expression that failed."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


class Tensor(Entity):
    """A tensor while its graph is being built: result ``index`` of ``draft``.

    ``type`` is None while the rank of the net's input is still unknown. ``side`` are the side
    results that an assignment takes too. ``within`` are the calls that lead to a tensor reached
    from outside (``backbone.layer4``), outermost first. ``holder`` is its label if that is also the
    start of module paths: ``layer`` of ``layer.0``.
    """

    draft: Draft
    index: int
    type: TensorType | None
    side: tuple[Tensor, ...] = ()
    within: tuple[Draft, ...] = ()
    holder: str = ""

    @property
    def builder(self) -> Builder:
        return self.draft.builder

    @property
    def identity(self) -> tuple[int, int]:
        return id(self.draft), self.index


class NetworkValue(Entity):
    """A function from tensors to tensors, not yet applied."""


class LayerNetwork(NetworkValue):
    """A layer with its settings. ``tensors`` are the tensors of its tensor settings; ``spans`` are
    the places of the settings, for errors."""

    layer: Layer
    word: str
    span: Span
    tensors: Mapping[str, Tensor] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)

    def moved(self, span: Span) -> LayerNetwork:
        """The same text at another place."""
        here, by = self.span, span.start - self.span.start
        spans = {
            name: Span(span.source, s.start + by, s.end + by)
            if s.source is here.source and here.start <= s.start < here.end
            else s  # of a `default`
            for name, s in self.spans.items()
        }
        return LayerNetwork(self.layer, self.word, span, self.tensors, spans)


class LayerWord(NetworkValue):
    """The word of a layer, with the defaults at its place; settings may follow."""

    layer: type[Layer]
    word: str
    environment: Environment
    span: Span


class Template(NetworkValue):
    """A block or net, and the names that its text sees; ``span`` is the place where it is named."""

    block: syntax.Block
    environment: Environment
    span: Span | None = None

    @property
    def name(self) -> str:
        return self.block.name


class BlockNetwork(NetworkValue):
    """A block with its arguments, in the order of its parameters. ``given`` are the arguments
    without the defaults, and those that a net passes to the net that it is."""

    template: Template
    arguments: Mapping[str, Data]
    word: str
    span: Span
    given: Mapping[str, Data]

    @property
    def passed(self) -> dict[str, Data]:
        """The arguments for the net that this one is: ``net resnet18 = ResNet(...)``."""
        return {name: v for name, v in self.given.items() if name not in self.arguments}


class Shared(NetworkValue):
    """One instance for all its uses: ``share enc = ...``. Its module is in the scope
    ``builder``."""

    name: str
    network: NetworkValue
    builder: Builder
    span: Span
    first: Draft | None = None
    form: Any = None
    """The form of its first use (see ``shares.form``), if it was needed."""


class Family(Entity):
    """Shares with numbers, ``share enc[i] = ...``, in the scope ``builder``."""

    name: str
    builder: Builder
    members: Mapping[int, Shared | Unknown]


class Renamed(NetworkValue):
    """A network argument under its parameter's name: its module is ``unit1`` for ``unit``."""

    network: NetworkValue
    word: str


class IdentityNetwork(NetworkValue):
    span: Span


class Chain(NetworkValue):
    members: tuple[NetworkValue, ...]
    span: Span


class Combined(NetworkValue):
    """``f + g``, ``f * 0.5``: each network in it gets the input; tensors and numbers stay."""

    operator: str
    left: Data
    right: Data
    span: Span


class Fan(NetworkValue):
    """``[f, g]`` in a pipe: every branch gets the input, and the result is a bundle."""

    members: tuple[Data, ...]


class RepeatNetwork(NetworkValue):
    network: NetworkValue
    count: int
    span: Span


class LoopNetwork(NetworkValue):
    """``for`` as a network: one body piped after another."""

    syntax: syntax.For
    items: tuple[Data, ...]
    environment: Environment


class Sliced(NetworkValue):
    """``f[:, -1]``."""

    network: NetworkValue
    items: tuple[Data, ...]
    span: Span


class Scan(NetworkValue):
    """``scan(cell)``: a cell that runs step by step along axis 1; ``init`` are the first states, if
    given."""

    cell: NetworkValue
    init: tuple[Tensor, ...] | None
    reverse: bool
    span: Span
    init_span: Span | None = None


class LabelledNetwork(NetworkValue):
    """``f as stem``; ``numbered``: the label is on a group, whose members are numbered. ``held`` is
    that group, if it has nodes already: a source, a pipe from a tensor."""

    network: NetworkValue
    label: PathLabel
    numbered: bool
    held: Builder | None = None


class PathLabel(Record):
    """``path`` is the module path (``layer.0``); ``name`` the word that means the tensor."""

    path: str
    name: str | None
    span: Span

    @property
    def here(self) -> bool:
        """Whether it is ``as _``, which names a module by its position."""
        return self.path == "_"


class Namespace(Entity):
    """An imported file: ``resnet.bottleneck``."""

    name: str
    environment: Environment


class Container(Entity):
    """A module path that is not a module itself: ``backbone.layer`` of ``layer.0``. It starts in
    ``scope``, which the calls in ``within`` lead to."""

    scope: Builder
    within: tuple[Draft, ...]
    path: str


class LabelPrefix(Entity):
    """The start of labels that are paths: ``model`` after ``as "model.decoder"``."""

    prefix: str
    environment: Environment


class Builtin(Entity):
    """A function on numbers and lists: ``len``, ``range``. ``abs`` and others are also layers, if a
    network is needed."""

    name: str
    environment: Environment
    span: Span


Plain: TypeAlias = (
    "bool | int | float | str | Size | Formula | slice[Any, Any, Any] | EllipsisType | Init | Layer"
    " | None"
)
"""The values of settings and indices: numbers, texts, sizes, slices, and layers in layers."""
Data: TypeAlias = (
    "Plain | list[Data] | Tensor | NetworkValue | Namespace | Container | LabelPrefix | Family"
    " | Builtin | Unknown"
)
"""The value of an expression."""


def is_extern(value: object) -> bool:
    """Whether a value is a block whose body is a class in Python, with or without arguments."""
    template = value.template if isinstance(value, BlockNetwork) else value
    return isinstance(template, Template) and isinstance(template.block, syntax.Extern)


def is_number(value: object) -> TypeGuard[int | float | Size | Formula]:
    return isinstance(value, int | float | Size | Formula) and not isinstance(value, bool)


def tensors_in(value: object) -> bool:
    """Whether a value is a tensor, or a bundle: a list with tensors in it."""
    return _holds(value, Tensor) if isinstance(value, list) else isinstance(value, Tensor)


def _holds(items: list[object], kind: type) -> bool:
    """Whether a list, or a list in it, has a value of this class."""
    kinds = set(map(type, items))
    return kind in kinds or (
        list in kinds and any(_holds(item, kind) for item in items if isinstance(item, list))
    )


def flows(value: object) -> bool:
    """Whether a value is a tensor or a bundle of tensors; failed values count as tensors."""
    if isinstance(value, list):
        return all(map(flows, value))
    return isinstance(value, Tensor) or value is UNKNOWN


def networks_in(value: object) -> bool:
    if isinstance(value, list):
        return any(map(networks_in, value))
    return isinstance(value, NetworkValue)


def unknown_in(value: object) -> bool:
    return _holds(value, Unknown) if isinstance(value, list) else value is UNKNOWN


def as_text(value: object) -> str | None:
    """A value as it is written into a text; None if it cannot be: tensors, networks, ...."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    if isinstance(value, list):
        items = [as_text(item) for item in value]
        return None if None in items else f"[{', '.join(item or '' for item in items)}]"
    return str(value) if isinstance(value, int | float | str | Size) else None


def describe(value: object) -> str:
    """A value in words, for messages: ``a tensor``, ``the number 3``."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, Formula):
        return f"the float {value} of an open size"
    if isinstance(value, Size):
        return f"the size {value}"
    if isinstance(value, str):
        return f'the text "{value}"'
    if isinstance(value, Tensor):
        return f"a tensor {value.type}" if value.type else "a tensor"
    if isinstance(value, list):
        if tensors_in(value):
            return "a bundle of tensors"
        plain = len(value) < 6 and all(is_number(v) for v in value)
        return f"the list {value}" if plain else "a list"
    if isinstance(value, NetworkValue):
        return "a network"
    if isinstance(value, Namespace):
        return f"the imported file {value.name}"
    if isinstance(value, Family):
        return f"the family {value.name} of shares"
    if isinstance(value, Builtin):
        return f"the function {value.name}"
    return "this"
