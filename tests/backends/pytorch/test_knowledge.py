"""What the backend knows of PyTorch without importing it, compared with PyTorch."""

from __future__ import annotations

import inspect
import re

import pytest
import torch
from torch import nn

from netwright.backends.pytorch.names import (
    DICT_METHODS,
    LIST_METHODS,
    MODULE_ATTRIBUTES,
    PRIVATE_ATTRIBUTES,
)
from netwright.backends.pytorch.signatures import _SIGNATURES, defaults, positional

FUNCTIONS = [
    f"{name.removesuffix('_')}{rank}d" if name.endswith("_") else name
    for name in _SIGNATURES
    for rank in ((1, 2, 3) if name.endswith("_") else (0,))
    if name.startswith("nn.")
]


def attributes(of: object) -> set[str]:
    return {n for n in dir(of) if not n.startswith("__")}


def test_attributes_of_modules() -> None:
    module = nn.Module()
    public = {n for n in attributes(module) if not n.startswith("_")}
    assert public <= MODULE_ATTRIBUTES
    assert attributes(module) - public <= PRIVATE_ATTRIBUTES


def test_attributes_of_containers() -> None:
    for container in (nn.Sequential(), nn.ModuleList()):
        more = {n for n in attributes(container) - attributes(nn.Module()) if n[0] != "_"}
        assert more <= LIST_METHODS
    more = {n for n in attributes(nn.ModuleDict()) - attributes(nn.Module()) if n[0] != "_"}
    assert more <= DICT_METHODS


@pytest.mark.parametrize("function", FUNCTIONS)
def test_signatures(function: str) -> None:
    made = getattr(nn, function.removeprefix("nn."))
    parameters = dict(inspect.signature(made.__init__).parameters)
    if re.match(r"nn\.(LSTM|GRU|RNN)$", function):
        parameters = dict(inspect.signature(nn.RNNBase.__init__).parameters)
        known = set(defaults(function)) - {"nonlinearity"}
        assert known <= set(parameters)
        assert {k: parameters[k].default for k in known} == {
            k: defaults(function)[k] for k in known
        }
        return
    names = [n for n in parameters if n != "self"]
    assert names[: len(positional(function))] == list(positional(function))
    found = {k: parameters[k].default for k in defaults(function)}
    assert found == defaults(function)


def test_versions() -> None:
    assert torch.__version__ >= "2.4"
