"""An extern as a layer: a class of Python's own, known by its declaration alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..grammar.record import Record, field, typed
from ..grammar.source import Span
from .dims import Dim, substitute, unknown
from .layer import REQUIRED, Layer, SettingField
from .lowering import CallCode, Imported, Lowering
from .types import TensorType


class Declaration(Record):
    """What the layer's caller has declared. ``params`` and ``macs`` are None if they are left
    out."""

    name: str
    target: str
    arguments: tuple[tuple[str, Any], ...]
    takes: tuple[TensorType, ...]
    types: tuple[TensorType, ...]
    params: Dim | None
    macs: Dim | None
    required: frozenset[str] = frozenset()
    """The parameters without a default."""
    documentation: str = ""
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def results(self) -> str:
        """``[N, 64, H, W], params=1728, macs=1728*H*W``: what is declared for these inputs."""
        counts = (("params", self.params), ("macs", self.macs))
        declared = (f"{name}={count}" for name, count in counts if count is not None)
        return ", ".join([*map(str, self.types), *declared])

    @property
    def text(self) -> str:
        """``deform(64, 3) on [N, 3, H, W]``: the same for equal uses."""
        values = ", ".join(repr(value) for _, value in self.arguments)
        return f"{self.name}({values}) on {', '.join(map(str, self.takes))}"


class Extern(Layer):
    """A class of Python's own. The elaborator gives it the types of its results, which it knows
    from the declaration; ``settings`` are the parameters of the declaration."""

    category = "extern"
    arity = (1, None)

    def __init__(self, declaration: Declaration) -> None:
        names, required = dict(declaration.arguments), declaration.required
        self.__dict__.update(
            _declaration=declaration,
            word=declaration.name,
            python_class=declaration.target,
            results="bundle" if len(declaration.types) > 1 else "one",
            positional=len(names),
            settings={n: SettingField(n, REQUIRED if n in required else None) for n in names},
        )

    @property
    def declaration(self) -> Declaration:
        declaration: Declaration = self.__dict__["_declaration"]
        return declaration

    def compared(self) -> tuple[Any, ...]:
        d = self.declaration
        return (d.name, d.target, typed(d.arguments), d.takes, d.types, d.params, d.macs)

    def setting_values(self) -> dict[str, Any]:
        return dict(self.declaration.arguments)

    def given(self) -> dict[str, Any]:
        return self.setting_values()

    def replace(self, **changes: Any) -> Layer:
        """The layer with other arguments, for captions: its types stay as they are."""
        return type(self)(
            self.declaration.replace(arguments=tuple((self.setting_values() | changes).items()))
        )

    def in_sizes(self, sizes: Mapping[str, Dim]) -> Layer:
        d = self.declaration
        return type(self)(
            d.replace(
                takes=tuple(t.substitute(sizes) for t in d.takes),
                types=tuple(t.substitute(sizes) for t in d.types),
                params=None if d.params is None else substitute(d.params, sizes),
                macs=None if d.macs is None else substitute(d.macs, sizes),
            )
        )

    def infer(self, *inputs: Any, **_: Any) -> tuple[TensorType, ...]:
        return self.declaration.types

    def has_weights(self, *inputs: Any) -> bool:
        return self.declaration.params != 0

    def parameter_count(self, inputs: Sequence[TensorType], tied: Sequence[str] = ()) -> Dim:
        d = self.declaration
        return unknown(f"params of {d.text}") if d.params is None else d.params

    def macs(self, inputs: Sequence[TensorType], outputs: Sequence[TensorType]) -> Dim:
        d = self.declaration
        if d.macs is None:
            return unknown(f"macs of {d.text}")
        return d.macs * d.takes[0].shape[0]

    def lower(self, *inputs: Any, **_: Any) -> Lowering:
        arguments = tuple((name, _code(v)) for name, v in self.declaration.arguments)
        return Lowering(CallCode(Imported(self.declaration.target), (), arguments))

    def about(self) -> tuple[str, ...]:
        first = self.declaration.documentation.strip().partition("\n")[0]
        return (self.declaration.target, first) if first else (self.declaration.target,)

    def caption(self) -> tuple[str, str]:
        from .spelling import spell_value

        values = (f"{name} {spell_value(v)}" for name, v in self.declaration.arguments)
        return self.word, ", ".join(values)


def _code(value: Any) -> Any:
    """A value of the language in Python: a list is a list."""
    return [_code(v) for v in value] if isinstance(value, tuple) else value
