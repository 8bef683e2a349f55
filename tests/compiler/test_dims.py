"""Sizes: what algebra says of them is so for every value of the symbols."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.compiler.dims import (
    Dim,
    bounds,
    dim_max,
    dim_min,
    equal,
    floor_div,
    less,
    substitute,
    symbol,
    symbols,
)

T, S, H = symbol("T"), symbol("S"), symbol("H")
DIVISORS: list[Dim] = [T, S, T + 1, T * S, S + H, 2 * H + 1, -1 - T, 2 * S]
"""None is ever zero."""


def _grown(part: st.SearchStrategy[Dim]) -> st.SearchStrategy[Dim]:
    pairs = st.tuples(part, part)
    return st.one_of(
        pairs.map(lambda p: p[0] + p[1]),
        pairs.map(lambda p: p[0] - p[1]),
        pairs.map(lambda p: p[0] * p[1]),
        pairs.map(lambda p: dim_min(*p)),
        pairs.map(lambda p: dim_max(*p)),
        st.tuples(part, st.sampled_from([2, 3, 4, 6, -2])).map(lambda p: floor_div(*p)),
        st.tuples(part, st.sampled_from([2, 3, 5])).map(lambda p: p[0] % p[1]),
        st.tuples(part, st.sampled_from(DIVISORS)).map(lambda p: floor_div(*p)),
        st.tuples(part, st.sampled_from(DIVISORS)).map(lambda p: p[0] - p[1] * (p[0] // p[1])),
    )


LEAVES: list[Dim] = [T, S, H, 0, 1, 2, 3, -1, 7]
SIZES = st.recursive(st.sampled_from(LEAVES), _grown, max_leaves=8)
VALUES = st.fixed_dictionaries({name: st.integers(1, 12) for name in "TSH"})


@given(SIZES, VALUES)
@settings(max_examples=400)
def test_bounds_hold(size: Dim, values: dict[str, int]) -> None:
    low, high = bounds(size)
    number = substitute(size, values)
    assert isinstance(number, int)
    assert low is None or low <= number
    assert high is None or number <= high


@given(SIZES, SIZES, VALUES)
@settings(max_examples=400)
def test_answers_hold(a: Dim, b: Dim, values: dict[str, int]) -> None:
    x, y = substitute(a, values), substitute(b, values)
    assert isinstance(x, int)
    assert isinstance(y, int)
    assert less(a, b) in (None, x < y)
    assert equal(a, b) in (None, x == y)


@given(SIZES, VALUES, VALUES)
def test_substitution_in_steps(size: Dim, first: dict[str, int], rest: dict[str, int]) -> None:
    one = {"T": first["T"]}
    in_steps = substitute(substitute(size, one), {**rest, **one})
    assert in_steps == substitute(size, {**rest, **one})
    assert set(symbols(substitute(size, one))) <= set(symbols(size)) - {"T"}


@given(SIZES, st.sampled_from(DIVISORS), VALUES)
@settings(max_examples=400)
def test_division_is_pythons(a: Dim, b: Dim, values: dict[str, int]) -> None:
    x, y = substitute(a, values), substitute(b, values)
    assert isinstance(x, int)
    assert isinstance(y, int)
    assert substitute(floor_div(a, b), values) == x // y
    assert substitute(floor_div(a * b, b), values) == x
    assert floor_div(a * b, b) == a


DIVIDED = [
    ((S * H * T * T - H * T * T), (S * H * T - H * T), T),
    (T * S + H, S, T + H // S),
    (T * T - S * S, S - T, -S - T),
    (T, T + S, 0),
    (T + S + 1, T + S, 1),
    (-1, T, -1),
    (T * S, T * H, S // H),
    (2 * T, 2 * S, T // S),
    (3 * T, 2 * T + 1, 1),
    (T // S, H, T // (S * H)),
    (T // 2, S, T // (2 * S)),
    ((T * S) % S, 3, 0),
    ((T + 1) * (T + 1), T + 1, T + 1),
    (T * S + T, S + 1, T),
]


@pytest.mark.parametrize(("a", "b", "quotient"), DIVIDED)
def test_divisions(a: Dim, b: Dim, quotient: Dim) -> None:
    assert floor_div(a, b) == quotient


def test_a_division_that_grows_is_left_alone() -> None:
    high: Dim = 1
    for _ in range(40):
        high = high * T
    assert str(high // (T + S)).endswith("//(S + T)")


DECIDED = [
    (T, T + 1, True),
    (T * S, S, False),
    (S, T * S + 1, True),
    (T % 2, 2, True),
    (T % 3, 0, False),
    (T // 2, T, True),
    (2 * (T // 2), T + 1, True),
    (T, 2 * (T // 2), False),
    (T, 0, False),
    (0, T, True),
    (T - 1, 0, False),
    (T, 3, None),
    (T, S, None),
    (T % S, S, True),
    (T % S, 0, False),
    (T, S * (T // S), False),
    (T, dim_min(T, S), False),
    (dim_max(T, S), T, False),
    (dim_min(T, 4), 5, True),
    (dim_min(S, T, H), H + 1, True),
    ((T + 1) // 2, T + 1, True),
    (4 * (T // 4) + 4, T, False),
]


@pytest.mark.parametrize(("a", "b", "answer"), DECIDED)
def test_comparisons(a: Dim, b: Dim, answer: bool | None) -> None:
    assert less(a, b) is answer


def test_extremes_keep_what_counts() -> None:
    assert dim_max(T, 1) == T
    assert dim_min(T, 1) == 1
    assert dim_max(T, T + 1, S) == dim_max(S, T + 1)
    assert str(dim_min(T, S)) == "min(S, T)"
    assert dim_max(T, T) == T
    assert dim_min(dim_min(T, S), H) == dim_min(T, dim_min(H, S))


def test_a_product_of_many_symbols_is_not_expanded() -> None:
    wide: Dim = 1
    for i in range(60):
        wide = wide * symbol(f"a{i}")
    assert less(wide, wide + 1) is True
    assert less(wide, T) is None
