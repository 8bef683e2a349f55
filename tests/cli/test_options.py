"""What the options mean to the compiler."""

from __future__ import annotations

from typing import Any

import pytest

from netwright.cli._parser import Misuse, Parser, add_spec, request


def parse(*arguments: str) -> Any:
    parser = Parser("netwright x", "")
    add_spec(parser)
    return request(parser.parse_args(["a.net", *arguments]))


def test_inputs() -> None:
    assert parse()["inputs"] is None
    assert parse("--input", "3x32x32")["inputs"] == "3x32x32"
    assert parse("--input", "a=3", "--input", "b=4 int")["inputs"] == {"a": "3", "b": "4 int"}
    with pytest.raises(Misuse, match="twice"):
        parse("--input", "3", "--input", "4")


def test_parameters() -> None:
    given = parse("-p", "depths=[3,4]", "-p", "unit = bottleneck", "-p", "depths=[1]")
    assert given["parameters"] == {"depths": "[1]", "unit": "bottleneck"}


@pytest.mark.parametrize("text", ["classes", "=3", "9a=3", "a="])
def test_what_is_no_parameter(text: str) -> None:
    with pytest.raises(Misuse, match="NAME=VALUE"):
        parse("-p", text)


def test_options_are_never_abbreviated() -> None:
    with pytest.raises(Misuse, match="unrecognized"):
        parse("--inp", "3")
