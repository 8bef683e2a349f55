"""A net without a result has an error."""

from __future__ import annotations

from pathlib import Path

import pytest

import netwright as nw
from netwright.compiler.pipeline import check_source
from netwright.grammar.source import Source


@pytest.mark.parametrize("cell", ["128", "(128)", '"a"', "none", "x", "[relu]", "true"])
def test_a_cell_that_is_no_block_is_an_error(cell: str) -> None:
    text = f"net n: x[5, 8] {{ x > scan({cell}) }}"
    codes = [d.code for d in check_source(Source("n.net", text)).diagnostics]
    assert len(codes) == 1
    assert codes[0].startswith("E")
    with pytest.raises(nw.CompileError):
        nw.loads(text)


@pytest.mark.parametrize("text", ["bn > weight_norm", "batchnorm > median", "gn(4) > foo"])
def test_what_failed_before_a_shape_was_known_is_drawn(text: str, tmp_path: Path) -> None:
    with pytest.raises(nw.CompileError) as raised:
        nw.loads(text)
    partial = raised.value.partial
    assert partial is not None
    partial.render(tmp_path / "n.svg", view="debug")
    assert "svg" in (tmp_path / "n.svg").read_text()


@pytest.mark.parametrize("pipe", ["[step, relu] > concat", "step + relu", "(step > relu) as q"])
def test_a_block_that_lacks_an_argument_is_told_where_it_is_named(pipe: str) -> None:
    (found,) = nw.check(f"block step(d): x {{ x > linear(d) }}\nnet n: x[8] {{ x > {pipe} }}")
    assert found.span is not None
    assert (found.code, found.span.text) == ("E203", "step")


@pytest.mark.parametrize("value", ['"a"', "[2, 4]", "true", "relu", "1.5"])
def test_the_size_of_a_named_axis_is_a_size(value: str) -> None:
    text = f'net n: x[8, 8] {{ x > rearrange("b (h w) c -> b h w c", h={value}) }}'
    (error,) = nw.check(text)
    assert error.code == "E204"
    assert error.message.startswith("`h` of `rearrange` takes a size, got")
    assert error.span is not None
    assert error.span.text == value
