"""What the backend knows of PyTorch without importing it, compared with PyTorch."""

from __future__ import annotations

import inspect
import re
from types import FunctionType

import pytest
import torch
from torch import nn

import netwright as nw
from netwright.backends.pytorch.modules import DICT_METHODS, LIST_METHODS
from netwright.backends.pytorch.signatures import _SIGNATURES, defaults, positional
from netwright.compiler.reserved import MODULE_ATTRIBUTES, PRIVATE_ATTRIBUTES, reserved

FUNCTIONS = [
    f"{name.removesuffix('_')}{rank}d" if name.endswith("_") else name
    for name in _SIGNATURES
    for rank in ((1, 2, 3) if name.endswith("_") else (0,))
    if name.startswith("nn.")
]


@pytest.mark.parametrize(
    "form",
    [
        "x > linear(8) as {}",
        "x > (relu > linear(8)) as {}",
        'x > linear(8) as "a.{}"',
        "share {} = linear(8)\n x > {}",
    ],
)
def test_a_name_passes_the_check_exactly_where_it_can_be_built(form: str) -> None:
    """Every name that some module has, and what a container has besides."""
    names = {*dir(nn.Module()), *dir(nn.Sequential()), *dir(nn.ModuleList()), "fc", "weight"}
    for name in sorted(names):
        text = f"net n: x[8] {{ {form.replace('{}', name)} }}"
        found = [d.code for d in nw.check(text)]
        if reserved(name):
            assert found == ["E221"], text
        else:
            assert not found, text
            compile(nw.loads(text).to_source(), "made", "exec")


def test_a_guard_stands_where_a_graph_comes_from_elsewhere() -> None:
    assert all(map(reserved, filter(is_of_torch, dir(nn.Module()))))


def is_of_torch(name: str) -> bool:
    """Whether PyTorch gives modules this attribute: transformers adds functions of its own."""
    value = getattr(nn.Module, name, None)
    return not isinstance(value, FunctionType) or value.__module__.startswith("torch")


def attributes(of: object) -> set[str]:
    return {n for n in dir(of) if not n.startswith("__") and is_of_torch(n)}


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
