"""What an expression can be worth while a spec is elaborated.

Numbers, strings, bools, None and lists are Python's own; a size is a ``dims.Size``. Here are the
rest: tensors, networks (functions from tensors to tensors, not yet applied), and ``UNKNOWN``, the
value after an error, which silences echoes.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeGuard

from ..grammar import syntax
from ..grammar.record import Entity, Record, field
from ..grammar.source import Span
from .dims import Size
from .layer import Init, Layer
from .types import TensorType

if TYPE_CHECKING:
    from .builder import Builder, Draft
    from .environment import Environment


class Unknown:
    """The value of what failed."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


class Tensor(Entity):
    """A tensor while its graph is being built: result ``index`` of ``draft``.

    ``type`` is None while the rank of the net's input is still unknown. ``side`` are the side
    results that an assignment takes too. ``within`` are the calls that lead to a tensor reached
    from outside (``backbone.layer4``), outermost first. ``holder`` is its label where that also
    leads to modules: ``layer`` of ``layer.0``.
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


class Network(Entity):
    """A function from tensors to tensors, not yet applied."""


class LayerNetwork(Network):
    """A layer with its settings. ``tensors`` are the tensors of its tensor settings;
    ``spans`` the places of the settings, for blame."""

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


class LayerWord(Network):
    """A layer's bare word, with the defaults in force where it stands; settings may follow."""

    layer: type[Layer]
    word: str
    environment: Environment
    span: Span


class Template(Network):
    """A block or net and the names that its text sees; ``span`` is where it is named."""

    block: syntax.Block
    environment: Environment
    span: Span | None = None

    @property
    def name(self) -> str:
        return self.block.name


class BlockNetwork(Network):
    """A block with its arguments, in the order of its parameters."""

    template: Template
    arguments: Mapping[str, Any]
    word: str
    span: Span


class Shared(Network):
    """One instance, wherever it is used: ``share enc = ...``. It lives in ``builder``."""

    name: str
    network: Network
    builder: Builder
    span: Span
    first: Draft | None = None
    form: Any = None
    """What its first use does, once that is asked for."""


class Renamed(Network):
    """A network argument under its parameter's name: ``unit`` is called ``unit1``."""

    network: Network
    word: str


class Identity(Network):
    span: Span


class Chain(Network):
    members: tuple[Network, ...]
    span: Span


class Combined(Network):
    """``f + g``, ``f * 0.5``: every network member gets the input; tensors and numbers stay."""

    operator: str
    left: Any
    right: Any
    span: Span


class Fan(Network):
    """``[f, g]`` in a pipe: every branch gets the input, a bundle flows on."""

    members: tuple[Any, ...]


class Repeat(Network):
    network: Network
    count: int
    span: Span


class Loop(Network):
    """``for`` as a network: one body piped after another."""

    syntax: syntax.For
    items: tuple[Any, ...]
    environment: Environment


class Sliced(Network):
    """``f[:, -1]``."""

    network: Network
    items: tuple[Any, ...]
    span: Span


class Scan(Network):
    """``scan(cell)``: a cell stepped over axis 1; ``init`` are the first states, if given."""

    cell: Network
    init: tuple[Tensor, ...] | None
    reverse: bool
    span: Span
    init_span: Span | None = None


class Labelled(Network):
    """``f as stem``; ``numbered``: the label is on a group, whose members are numbered. ``held`` is
    that group, where something of it stands already: a source, a pipe from a tensor."""

    network: Network
    label: Label
    numbered: bool
    held: Builder | None = None


class Label(Record):
    """``path`` is the module path (``layer.0``); ``name`` the word that means the tensor."""

    path: str
    name: str | None
    span: Span

    @property
    def here(self) -> bool:
        """``as _``: named by where it stands."""
        return self.path == "_"


class Namespace(Entity):
    """An imported file: ``resnet.bottleneck``."""

    name: str
    environment: Environment


class Container(Entity):
    """A module path that is no module itself: ``backbone.layer`` of ``layer.0``. It starts in
    ``scope``, to which the calls in ``within`` lead."""

    scope: Builder
    within: tuple[Draft, ...]
    path: str


class Builtin(Entity):
    """A function on numbers and lists: ``len``, ``range``. ``abs`` and its like are layers too,
    where a network is wanted."""

    name: str
    environment: Environment
    span: Span


Plain: TypeAlias = (
    "bool | int | float | str | Size | slice[Any, Any, Any] | EllipsisType | Init | Layer | None"
)
"""What settings and their like are worth: numbers, texts, sizes, indices, and layers in layers."""
Data: TypeAlias = "Plain | list[Any] | Tensor | Network | Namespace | Container | Builtin | Unknown"
"""What an expression is worth; a list is one of these."""


def is_number(value: object) -> TypeGuard[int | float | Size]:
    return isinstance(value, int | float | Size) and not isinstance(value, bool)


def tensors_in(value: object) -> bool:
    """Whether a value is a tensor, or a bundle: a list with tensors in it."""
    if isinstance(value, list):
        return any(map(tensors_in, value))
    return isinstance(value, Tensor)


def flows(value: object) -> bool:
    """Whether a value is a tensor or a bundle of nothing else, what failed included."""
    if isinstance(value, list):
        return all(map(flows, value))
    return isinstance(value, Tensor) or value is UNKNOWN


def networks_in(value: object) -> bool:
    if isinstance(value, list):
        return any(map(networks_in, value))
    return isinstance(value, Network)


def unknown_in(value: object) -> bool:
    if isinstance(value, list):
        return any(map(unknown_in, value))
    return value is UNKNOWN


def as_text(value: object) -> str | None:
    """How a text writes a value; None for what has no such form: tensors, networks, ...."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    if isinstance(value, list):
        items = [as_text(item) for item in value]
        return None if None in items else f"[{', '.join(item or '' for item in items)}]"
    return str(value) if isinstance(value, int | float | str | Size) else None


def describe(value: object) -> str:
    """A value's kind in words, for messages: ``a tensor``, ``the number 3``."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    if isinstance(value, int | float):
        return f"the number {value}"
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
    if isinstance(value, Network):
        return "a network"
    if isinstance(value, Namespace):
        return f"the imported file {value.name}"
    if isinstance(value, Builtin):
        return f"the function {value.name}"
    return "this"
