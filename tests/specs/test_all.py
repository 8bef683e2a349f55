"""What holds for every shipped spec: no findings, documented, compiles, runs without netwright."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from typing import Any

import pytest
import torch

import netwright as nw
from netwright.compiler.dims import substitute, symbols
from netwright.spec_files import shipped

from ..backends.pytorch.devices import only_on
from ..conftest import GOLDEN, Golden

SPECS = shipped()
TEXTS = {spec: path.read_text("utf-8") for spec, path in SPECS.items()}
NETS = {spec: re.findall(r"^net ([a-z]\w*)", text, re.M) for spec, text in TEXTS.items()}
"""All but the templates, whose names are capitalized."""

MORE = ("googlenet_training", "mvit_v2_s", "resnet50", "vgg11_bn")
PRINTED = [
    (spec, net) for spec, nets in NETS.items() for net in nets if net == nets[0] or net in MORE
]
"""Whose source is kept: the first of each spec, and what its kin do differently."""

DTYPES = {"float": torch.float32, "int": torch.int64, "bool": torch.bool, "complex": torch.cfloat}

RUN = """
import sys, torch
sys.modules["netwright"] = None
from importlib.util import module_from_spec, spec_from_file_location
from json import load
for path, device, inputs in load(sys.stdin):
    spec = spec_from_file_location("generated", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    *_, net = (c for c in vars(module).values() if getattr(c, "__module__", "") == "generated")
    with torch.device(device):
        found = net()(*[torch.ones(shape, dtype=getattr(torch, t)) for shape, t in inputs])
    outputs = found if isinstance(found, tuple) else (found,)
    print([list(o.shape) for o in outputs])
"""


@cache
def loaded(spec: str, net: str) -> nw.Network:
    return nw.load(spec, net=net)


@pytest.mark.parametrize("spec", SPECS)
def test_no_findings(spec: str) -> None:
    nets = NETS[spec] or [None]
    for net in nets:
        assert nw.check(TEXTS[spec], net=net, search=[SPECS[spec].parent]) == []


@pytest.mark.parametrize("spec", SPECS)
def test_said_of_itself(spec: str) -> None:
    """A title in the first line; what every block and net is for, unless it is another's alias."""
    lines = TEXTS[spec].splitlines()
    assert re.match(r"# \w+", lines[0])
    for number, line in enumerate(lines):
        if re.match(r"(block|net) (?!\w+ = [A-Z])", line):
            assert lines[number - 1].startswith("## "), line
    assert max(map(len, lines)) <= 100


def quick_and_slow() -> list[Any]:
    """Every net; those whose code is like another's only in the long run."""
    nets = [(spec, net) for spec, nets in NETS.items() for net in nets]
    slow = (() if net in PRINTED else (pytest.mark.slow,) for net in nets)
    return [pytest.param(*n, marks=m, id=n[1]) for n, m in zip(nets, slow, strict=True)]


@pytest.mark.parametrize(("spec", "name"), quick_and_slow())
def test_compiles_and_runs(spec: str, name: str) -> None:
    net = loaded(spec, name)
    assert net.warnings == ()
    assert net.name == name
    assert net.ir.documentation
    device = place(net)
    module = net.to_torch(device=device)
    assert sum(p.numel() for p in module.parameters()) == net.params
    inputs = [torch.ones(s, dtype=DTYPES[t], device=device) for s, t in examples(net)]
    with only_on(device):
        found = module(*inputs)
    outputs = found if isinstance(found, tuple) else (found,)
    assert [list(o.shape) for o in outputs] == results(net)


@pytest.mark.parametrize(("spec", "name"), PRINTED)
def test_source(spec: str, name: str, golden: Golden) -> None:
    golden(printed(name), loaded(spec, name).to_source())


def test_sources_stand_alone() -> None:
    nets = {name: loaded(spec, name) for spec, name in PRINTED}
    jobs = [(str(GOLDEN / printed(name)), place(n), _dtyped(n)) for name, n in nets.items()]
    command = [sys.executable, "-c", RUN]
    done = subprocess.run(command, input=json.dumps(jobs), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str(results(net)) for net in nets.values()]


def test_no_source_is_left_over() -> None:
    found = {path.stem for path in (GOLDEN / printed("any")).parent.glob("*.py")}
    assert found == {name for _, name in PRINTED}


# --- a small batch for any net -------------------------------------------------------------------


def place(net: nw.Network) -> str:
    """Large nets run on the meta device: all their code, and none of their arithmetic. Not those
    that look at numbers on the way, as packing by lengths does."""
    small = isinstance(net.params, int) and net.params < 1_000_000
    return "cpu" if small or "lengths" in net.inputs else "meta"


def examples(net: nw.Network) -> list[tuple[list[int], str]]:
    return [(sizes(t), t.dtype) for t in net.inputs.values()]


def _dtyped(net: nw.Network) -> list[tuple[list[int], str]]:
    return [(shape, str(DTYPES[dtype]).removeprefix("torch.")) for shape, dtype in examples(net)]


def results(net: nw.Network) -> list[list[int]]:
    return [sizes(t) for t in net.outputs.values()]


def sizes(of: Any) -> list[int]:
    """Two examples, every open axis of six."""
    open_axes = {name: 6 for dim in of.shape for name in symbols(dim)}
    return [int(substitute(dim, {**open_axes, "N": 2})) for dim in of.shape]


def printed(name: str) -> str:
    return f"pytorch/specs/{name}.py"
