"""Settings lie in the range of their kind: what lies outside is refused before PyTorch fails."""

from __future__ import annotations

import pytest

import netwright as nw
from netwright.compiler.layer import hints, ranges

from .harness import all_layers

OUTSIDE = [
    ("conv(3, 8, stride=2**40)", "stride must be at most 2147483647, got 1099511627776"),
    ("maxpool(2, stride=2**31)", "stride must be at most 2147483647, got 2147483648"),
    ("avgpool(3, pad=-1)", "pad must be at least 0, got -1"),
    ("conv_transpose(3, 8, dilation=0)", "dilation must be at least 1, got 0"),
    ("adaptive_avgpool(0)", "size must be at least 1, got 0"),
    ("dropout(1.5)", "p is a probability between 0 and 1, got 1.5"),
    ("sdpa(dropout=-0.5)", "dropout is a probability between 0 and 1, got -0.5"),
    ("lstm(3, layers=2**31)", "layers must be at most 1000, got 2147483648"),
    ("positions(2**62)", "length must be at most 16777216, got 4611686018427387904"),
    ("leaky_relu(1e300)", "negative_slope must be at most 3.4028234663852886e+38, got 1e+300"),
    ("clamp(-1e300, 1)", "min must be at least -3.4028234663852886e+38, got -1e+300"),
    (
        "spectral_norm(conv(3, 8, dilation=2**40))",
        "dilation must be at most 2147483647, got 1099511627776",
    ),
]
TOO_LARGE = ["conv(2**31 - 1, 2**31)", "gru(2**31)", "linear(2**58)", "new_zeros([2**60])"]


@pytest.mark.parametrize(("call", "message"), OUTSIDE)
def test_messages(call: str, message: str) -> None:
    piped = "[x, x, x]" if call.startswith("sdpa") else "x"
    (found,) = nw.check(f"net n: x[8, 8] {{ {piped} > {call} }}")
    assert (found.code, found.message) == ("E301", message)


@pytest.mark.parametrize("call", TOO_LARGE)
def test_tensors_and_weights_that_cannot_be(call: str) -> None:
    (found,) = nw.check(f"net n: x[8, 2**31 - 1] {{ x > {call} }}")
    assert (found.code, found.message) == (
        "E214",
        "a tensor has more than 2**59 elements: PyTorch's numbers have 64 bits",
    )


def test_one_layer_has_no_place_for_dropout() -> None:
    (found,) = nw.check("net n: x[8, 8] { x > lstm(4, dropout=0.5) }")
    assert (found.code, found.message) == ("W516", "`dropout` has no effect here")
    assert "dropout" not in nw.loads("net n: x[8, 8] { x > lstm(4, dropout=0.5) }").to_source()


def test_every_number_has_a_range() -> None:
    floats = [(w, n) for w in all_layers() for n, hint in hints(w).items() if hint is float]
    assert floats
    assert all(name in ranges(layer) for layer, name in floats)
