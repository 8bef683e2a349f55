"""Sizes with defaults: ``image[3, H=224, W=224]``."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import netwright as nw

SPEC = """
size = 20
net plain(c=4): image[3, H=32, W=24] -> [c, H, W] { image > conv(3x3, c, pad=1) }
net square: image[3, S=16, S] { image > flatten > linear(3) }
net tiles: image[3, S=16, S] { image > relu }
net as_high: image[3, H=16, W=H] { image > flatten > linear(3) }
net of_a_parameter(side=12): image[3, H=side, W=2 * side] { image > relu }
net of_the_file: image[3, H=size, W=8] { image > relu }
net halves: a[3, H=16, W=8], b[3, 2 * H, W] { a + (b > maxpool([2, 1])) }
net later: a[3, H, W], b[3, H=16, W=8] { a + b }
net twice_the_same: a[3, H=16, W=8], b[3, H=16, W=8] { a + b }
net alias = plain(c=8)
net after = plain > relu
net around: image[3, 10, 12] { image > plain }
net open: image[3, A, B] { image > plain }
"""


def shapes(
    net: str | None, inputs: object = None, text: str = SPEC, **parameters: object
) -> list[str]:
    loaded = nw.loads(text, net=net, inputs=inputs, **parameters)  # type: ignore[arg-type]
    return [str(kind) for kind in (*loaded.inputs.values(), *loaded.outputs.values())]


DEFAULTS = {
    "plain": ["[N, 3, 32, 24]", "[N, 4, 32, 24]"],
    "square": ["[N, 3, 16, 16]", "[N, 3]"],
    "as_high": ["[N, 3, 16, 16]", "[N, 3]"],
    "of_a_parameter": ["[N, 3, 12, 24]", "[N, 3, 12, 24]"],
    "of_the_file": ["[N, 3, 20, 8]", "[N, 3, 20, 8]"],
    "halves": ["[N, 3, 16, 8]", "[N, 3, 32, 8]", "[N, 3, 16, 8]"],
    "later": ["[N, 3, 16, 8]", "[N, 3, 16, 8]", "[N, 3, 16, 8]"],
    "twice_the_same": ["[N, 3, 16, 8]", "[N, 3, 16, 8]", "[N, 3, 16, 8]"],
    "alias": ["[N, 3, 32, 24]", "[N, 8, 32, 24]"],
    "after": ["[N, 3, 32, 24]", "[N, 4, 32, 24]"],
    "around": ["[N, 3, 10, 12]", "[N, 4, 10, 12]"],
    "open": ["[N, 3, A, B]", "[N, 4, A, B]"],
}


@pytest.mark.parametrize("net", DEFAULTS)
def test_the_net_that_is_compiled_has_its_defaults(net: str) -> None:
    assert shapes(net) == DEFAULTS[net]


def test_a_check_uses_them() -> None:
    assert not nw.check(SPEC)


GIVEN = [
    ("plain", "3x64x60", ["[N, 3, 64, 60]", "[N, 4, 64, 60]"]),
    ("plain", "3xHxW", ["[N, 3, H, W]", "[N, 4, H, W]"]),
    ("plain", "3xHx60", ["[N, 3, H, 60]", "[N, 4, H, 60]"]),
    ("plain", "3xAxA", ["[N, 3, A, A]", "[N, 4, A, A]"]),
    ("plain", {"image": "3x64x60"}, ["[N, 3, 64, 60]", "[N, 4, 64, 60]"]),
    ("alias", "3x64x60", ["[N, 3, 64, 60]", "[N, 8, 64, 60]"]),
    ("after", "3x64x60", ["[N, 3, 64, 60]", "[N, 4, 64, 60]"]),
    ("after", "3xHxW", ["[N, 3, H, W]", "[N, 4, H, W]"]),
    ("square", "3x9x9", ["[N, 3, 9, 9]", "[N, 3]"]),
    ("tiles", "3xHxH", ["[N, 3, H, H]"] * 2),
    ("as_high", "3x9x7", ["[N, 3, 9, 7]", "[N, 3]"]),
    ("halves", {"b": "3x10x6"}, ["[N, 3, 5, 6]", "[N, 3, 10, 6]", "[N, 3, 5, 6]"]),
    ("halves", {"a": "3x5x6"}, ["[N, 3, 5, 6]", "[N, 3, 10, 6]", "[N, 3, 5, 6]"]),
    ("later", {"a": "3x5xW"}, ["[N, 3, 5, W]"] * 3),
    ("later", {"b": "3xHxW"}, ["[N, 3, H, W]"] * 3),
    ("later", {"a": "3x5x6", "b": "3x5x6"}, ["[N, 3, 5, 6]"] * 3),
]


@pytest.mark.parametrize(("net", "inputs", "types"), GIVEN)
def test_a_size_that_is_given_counts_everywhere(net: str, inputs: object, types: list[str]) -> None:
    assert shapes(net, inputs) == types


def test_a_parameter_gives_the_default() -> None:
    assert shapes("of_a_parameter", side=5)[0] == "[N, 3, 5, 10]"
    assert shapes("of_a_parameter", "3x6x7", side=5)[0] == "[N, 3, 6, 7]"


REFUSED = [
    ("plain", "4x64x64", "[N, 3, H, W]"),
    ("plain", "3x64", "[N, 3, H, W]"),
    ("square", "3x8x9", "[N, 3, S, S]"),
    ("tiles", "3xHxW", "[N, 3, S, S]"),
    ("tiles", "3x9xW", "[N, 3, S, S]"),
    ("tiles", "3xWx9", "[N, 3, S, S]"),
    ("halves", {"a": "3x5x6", "b": "3x11x6"}, "[N, 3, 10, 6]"),
]


@pytest.mark.parametrize(("net", "inputs", "declared"), REFUSED)
def test_numbers_are_checked(net: str, inputs: object, declared: str) -> None:
    """One error: sizes that got no value are not a second one."""
    (finding,) = nw.check(SPEC, net=net, inputs=inputs)  # type: ignore[arg-type]
    assert finding.code == "E305"
    assert declared in finding.message


def test_an_error_at_another_size_is_found() -> None:
    text = "net n: x[3, H=32, W=32] { x > conv(5x5, 8) > flatten > linear(4) }"
    assert not nw.check(text)
    (finding,) = nw.check(text, inputs="3x4x32")
    assert (finding.code, finding.message) == (
        "E301",
        "the kernel is larger than the input: 5 against 4",
    )
    assert [finding.code for finding in nw.check(text, inputs="3xHxW")] == ["E312"]


def test_require_speaks_of_the_default_and_of_what_is_given() -> None:
    text = """
    net n: x[3, H=32, 32] {
      require H % 4 == 0
      (x > maxpool(4) > upsample(4)) + x
    }
    """
    assert not nw.check(text)
    assert not nw.check(text, inputs="3x8x32")
    assert not nw.check(text, inputs="3xHx32")
    (finding,) = nw.check(text, inputs="3x6x32")
    assert "H % 4" in finding.message


def test_open_sizes_warn_as_all_do() -> None:
    text = "net n: x[3, H=32, W=32] { x > conv(5x5, 8) }"
    assert not nw.check(text)
    messages = [finding.message for finding in nw.check(text, inputs="3xHxW")]
    assert messages == ["this runs only if H is at least 5", "this runs only if W is at least 5"]


def test_the_module_has_these_sizes() -> None:
    for inputs, size in ((None, 32), ("3x8x8", 8)):
        text = "net n: x[3, S=32, S] { x > conv(3x3, 4) > flatten > linear(5) }"
        net = nw.loads(text, inputs=inputs)
        module = net.to_torch()
        assert module(torch.rand(2, 3, size, size)).shape == (2, 5)
        assert net.params == sum(p.numel() for p in module.parameters())


PIPELINE = "input(3, H=32, W=H) > conv(3x3, 4, pad=1)"
TWO_INPUTS = "[input(8, T=6), input(8, T)] > concat"
OF_PIPELINES = [
    (PIPELINE, None, ["[N, 3, 32, 32]", "[N, 4, 32, 32]"]),
    (PIPELINE, "3x8x9", ["[N, 3, 8, 9]", "[N, 4, 8, 9]"]),
    (PIPELINE, "3xHxW", ["[N, 3, H, W]", "[N, 4, H, W]"]),
    (TWO_INPUTS, None, ["[N, 8, 6]", "[N, 8, 6]", "[N, 16, 6]"]),
    (TWO_INPUTS, {"x2": "8x5"}, ["[N, 8, 5]", "[N, 8, 5]", "[N, 16, 5]"]),
    (TWO_INPUTS, {"x2": "8xT"}, ["[N, 8, T]", "[N, 8, T]", "[N, 16, T]"]),
]


@pytest.mark.parametrize(("text", "inputs", "types"), OF_PIPELINES)
def test_a_pipeline_has_them_too(text: str, inputs: object, types: list[str]) -> None:
    assert shapes(None, inputs, text) == types


def test_a_net_of_another_file_takes_what_is_piped_in(tmp_path: Path) -> None:
    (tmp_path / "lib.net").write_text(SPEC)
    text = "import lib\nnet n: x[3, 5, 7] { x > lib.plain }\nnet m = lib.plain > relu"
    (type_,) = nw.loads(text, net="n", search=[tmp_path]).outputs.values()
    assert str(type_) == "[N, 4, 5, 7]"
    (type_,) = nw.loads(text, net="m", search=[tmp_path]).outputs.values()
    assert str(type_) == "[N, 4, 32, 24]"


@pytest.mark.parametrize("net", ["plain", "alias", "after"])
def test_two_versions_are_compared_at_them(net: str) -> None:
    old = nw.loads(SPEC, net=net)
    assert not old.diff(nw.loads(SPEC, net=net, inputs="3x32x24"))


def test_a_failed_net_is_drawn_with_them() -> None:
    with pytest.raises(nw.CompileError) as caught:
        nw.loads("net n: x[3, H=32, W=32] { x > conv(3x3, 4) > conv(99x99, 4) }")
    assert "[N, 3, 32, 32]" in str(caught.value.partial.to_dot())
