"""The texts of a sweep: uses of a layer that differ from an example by a setting or the inputs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import Final, TypeAlias, get_args

from netwright.compiler.inits import INITS
from netwright.compiler.layer import Example, Init, Layer, hints, options, takes
from netwright.compiler.types import Dtype, TensorType
from netwright.grammar import syntax
from netwright.grammar.parser import parse_expression
from netwright.grammar.source import Source

from ..compiler.layers.harness import example_case

VALUES: Final = (
    '"a"',
    '""',
    "relu",
    "linear(3)",
    "foo",
    "A",
    "B",
    "-A",
    "A + 1",
    "A // 2",
    "A * 2**40",
    "-1",
    "-2",
    "-7",
    "0",
    "1",
    "2",
    "3",
    "5",
    "2**31 - 1",
    "2**31",
    "2**40",
    "2**62",
    "-2**40",
    "0.5",
    "1.5",
    "-0.5",
    "2.0",
    "1e-30",
    "1e30",
    "1e300",
    "-1e300",
    "none",
    "true",
    "false",
    "[1]",
    "[2, 2]",
    "[1, 2, 3]",
    "[1] * 5",
    "[]",
    "3x2",
    "[2, A]",
    "[2**40, 1]",
    "[-1, 2]",
    "[0, 1]",
    "[0.5, 0.5]",
    "[none]",
    "[none, 2]",
    "[true]",
    "[[1]]",
    "x",
    "[x]",
    "same",
    "tanh",
    "sum",
    "nearest",
    "zeros",
    "normal(std=0.02)",
    "kaiming_normal",
)
"""Of every kind that the language can write; `x` is the input, `A` and `B` may be sizes of it."""

NAMES: Final = "ABCDEFGH"
DTYPES: Final = get_args(Dtype)
Shape: TypeAlias = tuple[int | str, ...]


@dataclass(frozen=True)
class Port:
    """An input of the net: sizes without the batch, symbols by their names."""

    name: str
    shape: Shape
    dtype: str = "float"

    def __str__(self) -> str:
        dtype = "" if self.dtype == "float" else f" {self.dtype}"
        return f"{self.name}[{', '.join(map(str, self.shape))}]{dtype}"


@dataclass(frozen=True)
class Use:
    """A layer in a net of its own. ``piped`` of the ports go through it, the others are settings;
    ``given`` is the setting that it tries."""

    layer: type[Layer]
    positional: tuple[str, ...]
    named: tuple[tuple[str, str], ...]
    ports: tuple[Port, ...]
    piped: int
    given: str = ""
    results: int = 1
    label: bool = False

    @property
    def call(self) -> str:
        settings = [*self.positional, *(f"{k}={v}" for k, v in self.named)]
        return f"{self.layer.word}({', '.join(settings)})" if settings else self.layer.word

    @property
    def text(self) -> str:
        """The net: its results are the layer's, then the ports that nothing else uses."""
        names = [p.name for p in self.ports[: self.piped]]
        rest = [p.name for p in self.ports[self.piped :] if not self._mentions(p.name)]
        piped = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
        called = f"({self.call}) as l" if self.label else self.call
        made = f"{piped} > {called}" if names else called
        if self.results > 1 or rest:
            results = ", ".join(f"r{i}" for i in range(self.results))
            made = f"{results} = {made}\n[{', '.join([results, *rest])}]"
        return f"net n: {', '.join(map(str, self.ports))} {{ {made} }}"

    def _mentions(self, name: str) -> bool:
        return re.search(rf"\b{name}\b", self.call) is not None

    def setting(self, name: str, value: str) -> Use:
        """With a setting of another value."""
        order = list(hints(self.layer))
        at = order.index(name)
        if self.layer.variadic and at == 0:
            return replace(self, positional=(value,), given=name)
        if at < len(self.positional):
            items = list(self.positional)
            items[at] = value
            return replace(self, positional=tuple(items), given=name)
        return replace(
            self, named=(*((k, v) for k, v in self.named if k != name), (name, value)), given=name
        )

    def without(self, name: str) -> Use | None:
        """Without a setting, if it can be left out."""
        if self.layer.settings[name].required or list(hints(self.layer)).index(name) < len(
            self.positional
        ):
            return None
        return replace(self, named=tuple((k, v) for k, v in self.named if k != name), given="")

    def shaped(self, change: Callable[[Shape], Shape], *, first: bool = False) -> Use:
        """With other shapes of all its inputs, or of the first."""
        ports = [replace(p, shape=change(p.shape)) for p in self.ports]
        return replace(self, ports=(ports[0], *self.ports[1:]) if first else tuple(ports))

    def typed(self, at: int, dtype: str) -> Use:
        ports = [*self.ports]
        ports[at] = replace(ports[at], dtype=dtype)
        return replace(self, ports=tuple(ports))


def examples(layer: type[Layer]) -> list[Use]:
    return [_use(layer, example) for example in layer.examples]


def computed(layer: type[Layer]) -> list[Use]:
    """The examples with a weight that is a tensor. It has no batch axis, so a source makes it."""
    return [use for example in layer.examples for use in _computed(layer, example)]


def _computed(layer: type[Layer], example: Example) -> Iterator[Use]:
    bound, inputs = example_case(example)
    for name, weight in bound.weights(*inputs).items():
        if name in ("weight", "bias") and takes(hints(layer).get(name), TensorType):
            shape = ", ".join(map(str, weight.shape))
            yield replace(_use(layer, example).setting(name, f"ones([{shape}])"), given="")


def _use(layer: type[Layer], example: Example) -> Use:
    expression, _ = parse_expression(Source("<example>", example.text))
    positional: tuple[str, ...] = ()
    named: tuple[tuple[str, str], ...] = ()
    if isinstance(expression, syntax.Call):
        positional = tuple(a.span.text for a in expression.arguments)
        named = tuple((s.name, s.value.span.text) for s in expression.settings)
    piped = [_port("xyzuvw"[i], text) for i, text in enumerate(example.inputs)]
    others = [_port(name, text) for name, text in example.tensors]
    ports = (*piped, *others) or (Port("x", (4, 6)),)
    return Use(layer, positional, named, ports, len(piped), label=layer.category == "source")


def _port(name: str, text: str) -> Port:
    sizes, _, dtype = text.partition(" ")
    if sizes in DTYPES:
        sizes, dtype = "", sizes
    return Port(name, tuple(map(int, sizes.split("x"))) if sizes else (), dtype or "float")


# --- settings ------------------------------------------------------------------------------------


def values(layer: type[Layer], name: str) -> list[str]:
    """What a setting is tried with: of every kind, and each of its options."""
    hint = hints(layer)[name]
    special = list(options(hint))
    if takes(hint, TensorType):
        special += ["y", "a", "x[:, :1]"]
    if takes(hint, Layer):
        special += ["conv(3x3, 4)", "bn", "lstm(3)", "linear(3, init=ones)"]
    if takes(hint, Init):
        special += [*INITS, "constant(val=0.5)", "sparse(0.1)"]
    if hint is str:
        special += ['"weight"', '"bias"', '"b c -> c b"', '"i j -> j"', '"b ... -> ..."']
    return list(dict.fromkeys([*special, *VALUES]))


def settings(layer: type[Layer]) -> list[str]:
    """`axes` are those that the pattern names."""
    return [name for name in hints(layer) if name != "axes"]


def arguments(use: Use) -> Iterator[Use]:
    """One argument more than a layer takes."""
    limit = min(use.layer.positional, len(use.layer.settings))
    if not use.layer.variadic:
        for more in ("1", "2", "x", "relu", "[1]"):
            count = limit + 1 - len(use.positional)
            yield replace(use, positional=(*use.positional, *[more] * count))


# --- inputs --------------------------------------------------------------------------------------


def inputs(use: Use) -> Iterator[Use]:
    """Other ranks, sizes of 1, odd and open sizes, other dtypes."""
    yield use
    yield from symbolic(use)
    for rank in range(5):
        yield use.shaped(partial(_longer, rank=rank))
        yield use.shaped(partial(_earlier, rank=rank))
    for at in range(_longest(use)):
        yield use.shaped(partial(_put, at=at, size=1))
        yield use.shaped(partial(_put, at=at, size=7))
        yield use.shaped(partial(_put, at=at, size=1), first=True)
    for size in (1, 7):
        yield use.shaped(partial(_filled, size=size))
    for i, port in enumerate(use.ports):
        for dtype in DTYPES:
            if dtype != port.dtype:
                yield use.typed(i, dtype)


def symbolic(use: Use) -> Iterator[Use]:
    """Open sizes: one axis, all, all one; equal numbers have one name."""
    sizes = list(dict.fromkeys(d for p in use.ports for d in p.shape))
    names = dict(zip(sizes, NAMES, strict=False))
    for size in sizes:
        yield use.shaped(partial(_named, names={size: "A"}))
    yield use.shaped(partial(_filled, size="A"))
    for at in range(_longest(use)):
        yield use.shaped(partial(_named, names=names, start=at))
        every = use.shaped(partial(_put, at=at, size="B"))
        yield use.shaped(partial(_put, at=at, size="A"))
        yield every.shaped(partial(_put, at=at, size="A"), first=True)


def _longest(use: Use) -> int:
    return max((len(p.shape) for p in use.ports), default=0)


def _longer(shape: Shape, rank: int) -> Shape:
    return (*shape, 5, 6, 7, 4)[:rank]


def _earlier(shape: Shape, rank: int) -> Shape:
    """The last sizes stay."""
    return (4, 6, 7, 5, *shape)[-rank:] if rank else ()


def _put(shape: Shape, at: int, size: int | str) -> Shape:
    return (*shape[:at], size, *shape[at + 1 :]) if at < len(shape) else shape


def _filled(shape: Shape, size: int | str) -> Shape:
    return (size,) * len(shape)


def _named(shape: Shape, names: Mapping[int | str, str], start: int = 0) -> Shape:
    return (*shape[:start], *(names.get(d, d) for d in shape[start:]))


# --- random --------------------------------------------------------------------------------------


def random_use(random: Random, layers: Sequence[type[Layer]]) -> Use:
    """Two or three changes at once."""
    layer = random.choice(layers)
    use = random.choice([*examples(layer), *computed(layer)])
    names = settings(layer)
    for name in random.sample(names, min(len(names), random.choice([0, 1, 2, 2, 3]))):
        use = use.setting(name, random.choice(values(layer, name)))
    for _ in range(random.choice([0, 1, 1, 2])):
        use = random.choice(list(inputs(use)))
    return replace(use, label=use.label or random.random() < 0.3)
