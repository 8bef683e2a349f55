"""Keys that are equal for equal calls of a block."""

from __future__ import annotations

from itertools import chain
from types import NoneType
from typing import Any, Final

from ...grammar.record import typed
from ..builder import origin
from ..dims import Size, symbols
from ..environment import Environment
from ..formulas import Formula, symbols_of
from ..layer import Init
from ..types import TensorType
from ..values import (
    BlockNetwork,
    Chain,
    Combined,
    Data,
    Fan,
    LabelledNetwork,
    LayerNetwork,
    LayerWord,
    LoopNetwork,
    NetworkValue,
    Renamed,
    RepeatNetwork,
    Scan,
    Shared,
    Sliced,
    Template,
    Tensor,
)

_PLAIN: Final = frozenset({int, float, bool, str, NoneType, Init})


class Keys:
    """Makes a hashable key of the structure of arguments, with tensors and sizes kept apart.

    ``fixed`` are the symbols around a nested block, which keep their names in it. ``seen`` are the
    tensors around it: an argument may be one of them. ``kept`` holds the objects that the key knows
    by ``id``, so that no other object gets the same number; without any, the key is the same in
    all nets of a file.
    """

    def __init__(self, piped: list[Tensor]) -> None:
        self.tensors = piped
        self.sizes: list[Size] = []
        self.fixed: set[str] = set()
        self.seen: set[tuple[int, int]] = set()
        self.kept: list[object] = []

    def symbols(self) -> tuple[str, ...]:
        types = [t.type for t in self.tensors]
        return symbols(*self.sizes, *(d for t in types if t for d in t.shape))

    def pattern(self, brought: list[Tensor]) -> tuple[object, ...]:
        """Says which of the tensors are the same, and which are also seen from inside."""
        first: dict[tuple[int, int], int] = {}
        origins = [origin(t) for t in brought]
        return tuple(
            o if o in self.seen else first.setdefault(t.identity, i)
            for i, (t, o) in enumerate(zip(brought, origins, strict=True))
        )

    def identity(self, value: object) -> int:
        self.kept.append(value)
        return id(value)

    def environment(self, environment: Environment) -> object:
        """The key of the names around a block or loop."""
        if environment.is_top:
            return self.defaults(environment)
        if environment.seen is None:
            environment.seen = Sight(environment)
        self.fixed |= environment.seen.symbols
        self.seen |= environment.seen.tensors
        return self.identity(environment)

    def defaults(self, environment: Environment) -> object:
        """The key of the ``default`` statements that hold in an environment."""
        file = environment.file
        at = next((i for i, d in enumerate(file.defaults) if d is environment.defaults), None)
        return self.identity(environment.defaults) if at is None else (id(file.declared), at)

    def of(self, value: Any) -> object:
        match value:
            case bool() | int() | float():
                return typed(value)
            case NetworkValue():
                return self._of_network(value)
            case Tensor():
                self.tensors.append(value)
                weight = value.draft.weight
                if weight is None:
                    return "tensor"
                return ("weight", self.identity(weight[0][-1]), weight[1])
            case Size():
                self.sizes.append(value)
                return "size"
            case Formula():
                return ("formula", value.operation, *map(self.of, value.operands))
            case list() | tuple():
                return (type(value).__name__, *map(self.of, value))
            case TensorType():
                self.sizes += [d for d in value.shape if isinstance(d, Size)]
                shape = tuple(d if isinstance(d, int) else "size" for d in value.shape)
                return ("type", shape, value.dtype)
            case slice():
                return ("slice", *map(self.of, (value.start, value.stop, value.step)))
            case _:
                return ("value", value if value.__hash__ else self.identity(value))

    def _of_network(self, value: NetworkValue) -> object:
        match value:
            case LayerNetwork():
                settings = value.layer.setting_values().values()
                if _PLAIN.issuperset(map(type, settings)):  # no sizes or tensors to keep apart
                    return ("layer", value.word, value.layer)
                layer = tuple(map(self.of, settings))
                tensors = tuple((n, self.of(t)) for n, t in value.tensors.items())
                return ("layer", type(value.layer), value.word, layer, tensors)
            case BlockNetwork():
                given = {**value.arguments, **value.passed}
                arguments = tuple((n, self.of(v)) for n, v in given.items())
                return ("block", self.of(value.template), value.word, arguments)
            case Template():
                return ("template", id(value.block), self.environment(value.environment))
            case LayerWord():
                return ("word", value.layer, value.word, self.defaults(value.environment))
            case Shared():
                return ("share", self.identity(value))
            case Renamed():
                return ("renamed", value.word, self.of(value.network))
            case Chain() | Fan():
                return (type(value).__name__, *map(self.of, value.members))
            case Combined():
                return ("combined", value.operator, self.of(value.left), self.of(value.right))
            case RepeatNetwork():
                return ("repeat", value.count, self.of(value.network))
            case Scan():
                init = tuple(map(self.of, value.init)) if value.init is not None else None
                return ("scan", self.of(value.cell), init, value.reverse)
            case Sliced():
                return ("sliced", self.of(value.network), self.of(value.items))
            case LabelledNetwork():
                label = value.label
                return ("labelled", label.path, label.name, value.numbered, self.of(value.network))
            case LoopNetwork():
                return ("loop", id(value.syntax), self.environment(value.environment))
            case _:
                return ("network", self.identity(value))


class Sight:
    """The tensors and symbols in an environment."""

    def __init__(self, environment: Environment) -> None:
        self.symbols: set[str] = set()
        self.tensors: set[tuple[int, int]] = set()
        for scope in environment.chain():
            for value in chain(scope.names.values(), scope.labels.values(), scope.paths.values()):
                self._see(value)

    def _see(self, value: Data) -> None:
        if isinstance(value, list):
            for item in value:
                self._see(item)
        elif isinstance(value, Size | Formula):
            self.symbols.update(symbols_of(value))
        elif isinstance(value, Tensor):
            self.tensors.add(origin(value))
            self.symbols.update(value.type.symbols() if value.type else ())
