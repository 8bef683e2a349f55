"""Sizes that are not known yet: what a layer says of symbols is what it says of their values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

from netwright.compiler.dims import Dim, Size, substitute, symbol, symbols
from netwright.compiler.layer import Layer, Open, Refused, Weight, hints, takes
from netwright.compiler.types import TensorType

from .harness import (
    Case,
    Outcome,
    all_layers,
    cases,
    excused,
    fill_of,
    ours,
    program,
    quiet,
    results,
    run_program,
    sizes_inside,
)

COMMON = settings(database=None, suppress_health_check=list(HealthCheck))


FORMS = st.sampled_from(["s", "s", "s", "2*s", "s//2", "s+1"])


class Symbols:
    """Replaces numbers by symbols, and remembers their values."""

    def __init__(self, draw: Any, least: int) -> None:
        self.draw = draw
        self.least = least
        self.values: dict[str, int] = {}

    def hide(self, size: Dim, chance: int) -> Dim:
        """The size, or a symbol, or an expression over a symbol: all with its value."""
        if not isinstance(size, int) or size < self.least or self.draw(st.integers(0, 9)) >= chance:
            return size
        known = [name for name, value in self.values.items() if value == size]
        if known and self.draw(st.booleans()):
            return symbol(known[0])
        name = f"s{len(self.values)}"
        form = self.draw(FORMS)
        if form == "2*s" and size % 2 == 0:
            self.values[name] = size // 2
            return symbol(name) * 2
        if form == "s//2":
            self.values[name] = size * 2 + 1
            return symbol(name) // 2
        if form == "s+1" and size > 1:
            self.values[name] = size - 1
            return symbol(name) + 1
        self.values[name] = size
        return symbol(name)

    def type(self, t: TensorType) -> TensorType:
        return t.with_shape(*(self.hide(d, 6) for d in t.shape))

    def layer(self, layer: Layer) -> Layer:
        """Settings that take sizes may be symbolic too: ``groups=x.c``."""
        self.least = 2  # 1 is what most settings are by default, and often means something else
        changes: dict[str, Any] = {}
        for name in layer.settings:
            value = getattr(layer, name)
            hint = hints(type(layer))[name]
            if isinstance(value, TensorType):
                changes[name] = self.type(value)
            elif takes(hint, Size) and type(value) is int:
                changes[name] = self.hide(value, 1)
            elif isinstance(value, tuple) and "Size" in str(hint):
                changes[name] = tuple(self.hide(v, 1) if type(v) is int else v for v in value)
        return layer.replace(**changes)


@st.composite
def symbolic_cases(draw: st.DrawFn, layer: type[Layer]) -> tuple[Case, Case, dict[str, int]]:
    """A case, the same with symbols in it, and what they stand for."""
    bound, inputs = draw(cases(layer))
    # Symbols broadcast by being equal, never by being 1: then 1 stays a number.
    hidden = Symbols(draw, least=2 if len(inputs) + len(bound.tensors()) > 1 else 1)
    types = tuple(hidden.type(t) for t in inputs)
    return (bound, inputs), (hidden.layer(bound), types), hidden.values


def put(outcome: Outcome, values: Mapping[str, int]) -> Outcome:
    """The outcome with the symbols' values put in."""

    def size(dim: Any) -> Any:
        return substitute(dim, values) if isinstance(dim, Size) else dim

    weights = tuple(
        (name, Weight(tuple(map(size, w.shape)), w.buffer, w.dtype)) for name, w in outcome.weights
    )
    return Outcome(outcome.types, weights, size(outcome.macs))


def check(layer: type[Layer], how: settings) -> None:
    @how
    @given(symbolic_cases(layer))
    def run(drawn: tuple[Case, Case, dict[str, int]]) -> None:
        (bound, inputs), (open_bound, open_inputs), values = drawn
        numeric = ours(bound, inputs)
        with Open() as noted:
            symbolic = ours(open_bound, open_inputs)
        if isinstance(numeric, Refused) or numeric.empty():
            return  # symbols may leave open what numbers settle
        if excused("EXCEPTIONS", bound, inputs) or excused("OPEN", open_bound, open_inputs):
            return
        if isinstance(symbolic, Refused) and symbolic.code == "E311":
            return  # a size that has to be a number
        assert not isinstance(symbolic, Refused), f"refused only with symbols: {symbolic}"
        for a, b in noted.equal:
            assert substitute(a, values) == substitute(b, values), "an equality that need not be"
        types = results(open_bound, open_inputs)
        shown = tuple(str(t.substitute(values)) for t in types)
        assert put(Outcome(shown, symbolic.weights, symbolic.macs), values) == numeric
        assert not symbols(*(d for t in types for d in t.shape)) or values
        run_lowering(open_bound, open_inputs, inputs, values, numeric)

    run()


def run_lowering(
    layer: Layer,
    symbolic: tuple[TensorType, ...],
    inputs: tuple[TensorType, ...],
    values: dict[str, int],
    expected: Outcome,
) -> None:
    """The lowering made without the sizes gives the same when it runs with them."""
    try:
        lowering = layer.lower(*symbolic)
    except Refused as refusal:
        assert refusal.code.startswith("E4"), refusal
        return
    assert not list(sizes_inside(lowering.module)), "a constructor cannot know a symbolic size"
    tensors = (getattr(layer, n) for n in layer.tensors())
    given = [*inputs, *(t.substitute(values) for t in tensors)]
    code = program(lowering, len(given), values)
    with quiet():
        module = code.build()
        if isinstance(module, nn.Module):
            module.eval()  # a lazy module that has run knows its weights; order is compared too
        made = run_program(code, module, given, fill=fill_of(layer))
    made = Outcome(made.types, made.weights, expected.macs)
    assert made == expected, code.source


# Which weights attention has depends on whether an open width equals another: it refuses to lower.
SYMBOLIC = [layer for layer in all_layers() if layer.word != "attention"]


@pytest.mark.parametrize("layer", SYMBOLIC, ids=lambda layer: layer.word)
def test_symbols(layer: type[Layer]) -> None:
    check(layer, settings(COMMON, max_examples=20, derandomize=True))


@pytest.mark.slow
@pytest.mark.parametrize("layer", SYMBOLIC, ids=lambda layer: layer.word)
def test_symbols_long(layer: type[Layer]) -> None:
    check(layer, settings(COMMON, max_examples=1000))
