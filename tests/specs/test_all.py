"""What holds for every shipped spec: no findings, documented, compiles, runs without netwright."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from typing import Any

import pytest
import torch

import netwright as nw
from netwright.files import shipped

from ..conftest import GOLDEN, Golden

SPECS = shipped()
TEXTS = {spec: path.read_text("utf-8") for spec, path in SPECS.items()}
NETS = [
    (spec, net)
    for spec, text in TEXTS.items()
    for net in re.findall(r"^net ([a-z]\w*)", text, re.M)
]
"""All but the templates, whose names are capitalized."""

SHOWN = {
    "densenet": ("densenet121",),
    "googlenet": ("googlenet", "googlenet_training"),
    "resnet": ("resnet18", "resnet50"),
    "vgg": ("vgg11", "vgg11_bn"),
}
"""Whose source stands for that of the others in its spec."""

PRINTED = [(spec, net) for spec, net in NETS if net in SHOWN.get(spec, (net,))]

RUN = """
import sys
sys.modules["netwright"] = None
import importlib.util, torch
from pathlib import Path
for name in sys.argv[1:]:
    spec = importlib.util.spec_from_file_location("generated", name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    *_, net = (c for c in vars(module).values() if getattr(c, "__module__", "") == "generated")
    with torch.device("meta"):
        shape = eval(net.forward.__doc__.split("[N, ")[1].split("]")[0])
        sizes = shape if isinstance(shape, tuple) else (shape,)
        found = net()(torch.empty(2, *sizes))
    outputs = found if isinstance(found, tuple) else (found,)
    print(Path(name).stem, *(tuple(o.shape) for o in outputs))
"""


@pytest.mark.parametrize("spec", SPECS)
def test_no_findings(spec: str) -> None:
    assert nw.check(TEXTS[spec]) == []


@pytest.mark.parametrize("spec", SPECS)
def test_said_of_itself(spec: str) -> None:
    """A title in the first line; every block and template and what it is for."""
    lines = TEXTS[spec].splitlines()
    assert re.match(r"# \w+", lines[0])
    for before, line in pairwise(lines):
        alias = re.match(r"net \w+ = ", line)
        if re.match(r"(block|net) ", line) and not alias:
            assert before.startswith("## "), line
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize(("spec", "name"), NETS)
def test_compiles_and_runs(spec: str, name: str) -> None:
    net = nw.load(spec, net=name)
    assert net.warnings == ()
    assert net.name == name
    assert net.ir.documentation
    module = net.to_torch(device="meta")
    assert sum(p.numel() for p in module.parameters()) == net.params
    inputs = [torch.empty(2, *sizes(t), device="meta") for t in net.inputs.values()]
    found = module(*inputs)
    outputs = found if isinstance(found, tuple) else (found,)
    assert [tuple(o.shape[1:]) for o in outputs] == [sizes(t) for t in net.outputs.values()]


@pytest.mark.parametrize(("spec", "name"), PRINTED)
def test_source(spec: str, name: str, golden: Golden) -> None:
    golden(f"pytorch/specs/{name}.py", nw.load(spec, net=name).to_source())


def test_sources_stand_alone() -> None:
    files = [str(GOLDEN / f"pytorch/specs/{name}.py") for _, name in PRINTED]
    done = subprocess.run([sys.executable, "-c", RUN, *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    expected = [line(name, nw.load(spec, net=name)) for spec, name in PRINTED]
    assert done.stdout.splitlines() == expected


def test_no_source_is_left_over() -> None:
    folder = GOLDEN / "pytorch/specs"
    assert {p.stem for p in folder.glob("*.py")} == {name for _, name in PRINTED}


def line(name: str, net: nw.Network) -> str:
    return " ".join([name, *(str((2, *sizes(t))) for t in net.outputs.values())])


def sizes(of: Any) -> tuple[int, ...]:
    return tuple(of.shape[1:])
