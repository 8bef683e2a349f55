"""Models from MODULE:FACTORY, and the arguments of their constructors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from torch import nn

from netwright.backends.importer.factories import (
    FactoryError,
    FactoryFailed,
    literals,
    load_factory,
    record_arguments,
)
from tests.specs.reference import torchvision_models

MODULE = """\
import torch
from torch import nn

print("imported")
number = 3
made = nn.ReLU()


class Net(nn.Module):
    def __init__(self, width, *, depth=1, **rest):
        super().__init__()
        self.layers = nn.Sequential(*[nn.Linear(width, width) for _ in range(depth)])

    @classmethod
    def build(cls, depth=2):
        print("built")
        return cls(4, depth=depth, scale=2)


class Deep(Net):
    def __init__(self, *sizes):
        self.sizes = sizes
        super().__init__(sizes[0], depth=len(sizes))


def nothing():
    pass


def fails():
    return [][0]


def leaves():
    raise SystemExit("good bye")
"""
Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a module that no other test has imported; returns its name."""
    monkeypatch.chdir(tmp_path)

    def write(text: str = MODULE) -> str:
        name = f"models_{os.urandom(4).hex()}"
        (tmp_path / f"{name}.py").write_text(text)
        return name

    return write


def refusal(target: str, args: str = "") -> FactoryError:
    with pytest.raises(FactoryError) as caught:
        load_factory(target, args)
    return caught.value


def test_a_factory_of_the_current_folder(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    name = write()
    path = list(sys.path)
    made = load_factory(f"{name}:Net.build", "depth=3")
    assert made.name == "build"
    assert len(made.model.layers) == 3  # type: ignore[arg-type]
    assert sys.path == path
    out, err = capsys.readouterr()
    assert (out, err) == ("", "imported\nbuilt\n")


def test_the_current_folder_is_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    name = f"models_{os.urandom(4).hex()}"
    (elsewhere / f"{name}.py").write_text("def build(): raise ValueError\n")
    (tmp_path / f"{name}.py").write_text("from torch.nn import ReLU as build\n")
    monkeypatch.syspath_prepend(str(elsewhere))
    monkeypatch.chdir(tmp_path)
    assert isinstance(load_factory(f"{name}:build").model, nn.ReLU)


def test_installed_packages() -> None:
    made = load_factory("torch.nn:Linear", "3, 4, bias=False")
    weight: Any = made.model.weight
    assert (made.name, tuple(weight.shape)) == ("Linear", (4, 3))


# --- arguments -------------------------------------------------------------------------------


def test_literals() -> None:
    assert literals("") == ([], {})
    assert literals("18, 'a', depth=-4, sizes=[1, (2,)]") == (
        [18, "a"],
        {"depth": -4, "sizes": [1, (2,)]},
    )


@pytest.mark.parametrize(
    "args",
    [
        "depth",
        "depth=open('x')",
        "*[1]",
        "**{'a': 1}",
        "1) or (2",
        "a=1 b=2",
        "a=1, a=2",
        "1).g(2",
        "(" * 999,
    ],
)
def test_what_is_not_a_literal(args: str) -> None:
    with pytest.raises(FactoryError, match=r"literals of Python|or a name twice"):
        literals(args)


def test_missing_and_unknown_arguments_show_the_signature(write: Write) -> None:
    name = write()
    error = refusal(f"{name}:Net")
    assert error.message == (
        f"{name}:Net does not take these arguments: missing a required argument: 'width'"
    )
    assert error.hint == "its signature is Net(width, *, depth=1, **rest)"
    error = refusal(f"{name}:Net.build", "deep=3")
    assert "unexpected keyword argument 'deep'" in error.message
    assert error.hint == "its signature is Net.build(depth=2)"


# --- what cannot be found or made ------------------------------------------------------------


def test_the_form_of_a_target() -> None:
    for target in ("torch.nn", "torch.nn:", ":f", "a b:f", "torch.nn:Linear(3, 4)"):
        assert "is not MODULE:FACTORY" in refusal(target).message
    error = refusal("./pkg/model.py:build")
    assert (error.message, error.hint) == (
        "./pkg/model.py is a file, and not a module",
        "write pkg.model:build",
    )


def test_an_unknown_module_has_near_names(write: Write) -> None:
    name = write()
    error = refusal(f"{name[:-1]}:Net")
    assert error.message == f"there is no module {name[:-1]}"
    assert name in error.hint
    error = refusal("torch.nnn:Linear")
    assert (error.message, error.hint) == ("there is no module torch.nnn", "did you mean torch.nn?")
    assert refusal("torch.nn.functionl:relu").hint == "did you mean torch.nn.functional?"
    assert "installed" in refusal("qqqqqqqqq:f").hint


def test_an_unknown_name_has_near_names(write: Write) -> None:
    name = write()
    assert refusal(f"{name}:Nett").hint == "did you mean Net?"
    error = refusal(f"{name}:Net.biuld")
    assert (error.message, error.hint) == (f"{name}.Net has no biuld", "did you mean build?")
    assert "it has Deep, Net, fails" in refusal(f"{name}:q").hint


def test_what_makes_no_model(write: Write) -> None:
    name = write()
    messages = {
        "number": f"{name}:number is an int, and not a function or class",
        "made": f"{name}:made is a model, and not a function or class that makes one",
        "nothing": f"{name}:nothing returned None, and not an nn.Module",
    }
    assert {word: refusal(f"{name}:{word}").message for word in messages} == messages


def test_exceptions_of_the_models_code(write: Write) -> None:
    name = write()
    error = refusal(f"{name}:fails")
    assert isinstance(error, FactoryFailed)
    assert error.message == f"calling {name}:fails raised IndexError: list index out of range"
    assert error.hint.endswith("line 31: return [][0]")
    assert refusal(f"{name}:leaves").message == f"calling {name}:leaves ended Python: good bye"
    error = refusal(f"{write('import nowhere_at_all')}:f")
    assert "raised ModuleNotFoundError: No module named 'nowhere_at_all'" in error.message
    assert error.hint.endswith("line 1: import nowhere_at_all")
    error = refusal(f"{write('def f(:')}:f")
    assert "raised SyntaxError" in error.message
    assert error.hint.endswith("line 1: def f(:")


# --- the arguments of constructors -----------------------------------------------------------


def test_arguments_of_constructors(write: Write) -> None:
    name = write()
    made = load_factory(f"{name}:Net.build")
    layers: Any = made.model.layers
    assert made.arguments[id(made.model)] == {"width": 4, "depth": 2, "scale": 2}
    assert made.arguments[id(layers[1])]["in_features"] == 4
    assert made.arguments[id(layers)] == {"args": tuple(layers)}
    deep = load_factory(f"{name}:Deep", "8, 16")
    assert deep.arguments[id(deep.model)] == {"sizes": (8, 16)}


def test_all_modules_of_a_model_have_arguments() -> None:
    models = torchvision_models()
    original = nn.Module.__init__
    with record_arguments() as arguments:
        model = models.resnet50()
    assert nn.Module.__init__ is original
    assert [m for m in model.modules() if id(m) not in arguments] == []
    assert arguments[id(model)]["layers"] == [3, 4, 6, 3]
    block = arguments[id(model.layer2[0])]
    assert (block["inplanes"], block["planes"], block["stride"]) == (256, 128, 2)


def test_modules_that_are_dropped_keep_their_ids() -> None:
    with record_arguments() as arguments:
        for width in range(1, 50):
            nn.Linear(width, 1)
    assert sorted(a["in_features"] for a in arguments.values()) == list(range(1, 50))
