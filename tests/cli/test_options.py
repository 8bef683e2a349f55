"""Values on the command line, and the choice among a file's nets."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from netwright.cli._parser import Misuse, Parser, add_spec, parse_value, request


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("64", 64),
        ("-1", -1),
        ("1e-5", 1e-5),
        (".5", 0.5),
        ("true", True),
        ("false", False),
        ("none", None),
        ("3x3", [3, 3]),
        ("3x224x224", [3, 224, 224]),
        ("[]", []),
        ("[2, 2,6 ,2]", [2, 2, 6, 2]),
        ("[[1,2],[3x3,true]]", [[1, 2], [[3, 3], True]]),
        ("bottleneck", "bottleneck"),
        ("resnet.bottleneck", "resnet.bottleneck"),
        ('"b t -> t b"', "b t -> t b"),
        ('["a,b",c]', ["a,b", "c"]),
    ],
)
def test_values(text: str, value: object) -> None:
    parsed = parse_value(text)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize("text", ["??", "a b", "1x", "[1,??]", "import os", "f(x)"])
def test_what_is_no_value(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        parse_value(text)


def parse(*arguments: str) -> Any:
    parser = Parser("netwright x", "")
    add_spec(parser)
    return request(parser.parse_args(["a.net", *arguments]))


def test_inputs() -> None:
    assert parse().inputs is None
    assert parse("--input", "3x32x32").inputs == "3x32x32"
    assert parse("--input", "a=3", "--input", "b=4 int").inputs == {"a": "3", "b": "4 int"}
    with pytest.raises(Misuse, match="twice"):
        parse("--input", "3", "--input", "4")


def test_parameters() -> None:
    given = parse("-p", "depths=[3,4]", "-p", "unit = bottleneck", "-p", "depths=[1]")
    assert given.parameters == {"depths": [1], "unit": "bottleneck"}


@pytest.mark.parametrize("text", ["classes", "=3", "9a=3", "a="])
def test_what_is_no_parameter(text: str) -> None:
    with pytest.raises(Misuse, match="NAME=VALUE"):
        parse("-p", text)


def test_options_are_never_abbreviated() -> None:
    with pytest.raises(Misuse, match="unrecognized"):
        parse("--inp", "3")
