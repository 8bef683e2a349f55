"""The facts about shipped nets, ``specs/facts.json``, and the table that is made of them.

Each net has its parameters, its MACs and a digest of the keys and shapes of its state dict, as the
compiler knows them; and what the bench found when it was compared with its original. If a net
changes, its comparison is dropped.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any, Final, TypeAlias

import netwright as nw
from netwright.compiler.dims import Dim, substitute, symbols
from netwright.compiler.flat import flat
from netwright.grammar.wording import counted
from netwright.spec_files import TYPICAL, shipped

from .lines import of_spec

Fact: TypeAlias = dict[str, Any]
Facts: TypeAlias = dict[str, dict[str, Fact]]
"""By spec and net."""

ROOT: Final = Path(__file__).parents[2]
FILE: Final = ROOT / "specs" / "facts.json"
PAGE: Final = ROOT / "docs" / "zoo.md"


def load() -> Facts:
    facts: Facts = json.loads(FILE.read_text("utf-8"))
    return facts


def write(facts: Facts) -> None:
    """A line for each net, so that changes can be read and merged."""
    specs = []
    for spec, nets in sorted(facts.items()):
        lines = (f"{json.dumps(net)}: {json.dumps(fact)}" for net, fact in nets.items())
        specs.append(f"{json.dumps(spec)}: {{\n" + ",\n".join(lines) + "\n}")
    FILE.write_text("{\n" + ",\n".join(specs) + "\n}\n", "utf-8")
    PAGE.write_text(page(facts), "utf-8")


# --- figures -------------------------------------------------------------------------------------


def nets(spec: str) -> list[str]:
    """The nets of a shipped spec. Those that need arguments have names with a capital letter."""
    return re.findall(r"^net ([a-z]\w*)", shipped()[spec].read_text("utf-8"), re.M)


def figures(net: nw.Network) -> Fact:
    """What the compiler knows of a net."""
    macs = {"macs": net.macs}
    if not isinstance(net.macs, int):
        macs["typical"] = at(net.ir.macs, {})
    return {"params": net.params, **macs, "keys": digest(state(net))}


def at(size: Dim, sizes: Mapping[str, int]) -> int:
    """A size in which every symbol has a value."""
    values = {name: {"N": 1, **sizes}.get(name, TYPICAL) for name in symbols(size)}
    number = substitute(size, values)
    assert isinstance(number, int)
    return number


def state(net: nw.Network) -> dict[str, tuple[Any, ...]]:
    """The shapes of the state dict by its keys."""
    weights = (item for run in flat(net.ir).runs for item in run.weights.items())
    return {key: tuple(weight.shape) for key, weight in weights}


def digest(shapes: Mapping[str, Iterable[Any]]) -> str:
    """A short digest of the keys of a state dict and the shapes of its tensors."""
    lines = sorted(f"{key} {'x'.join(map(str, shape))}" for key, shape in shapes.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def updated(facts: Facts) -> Facts:
    """The facts with figures and lines of the specs as they are now."""
    current: Facts = {}
    for spec in shipped():
        for net in nets(spec):
            now, before = figures(nw.load(spec, net=net)), facts.get(spec, {}).get(net, {})
            same = {key: before.get(key) for key in now} == now
            fact = {**before, **now} if same else now
            if "lines" in fact:
                fact["lines"] = [of_spec(spec), fact["lines"][1]]
            current.setdefault(spec, {})[net] = fact
    return current


# --- the table -----------------------------------------------------------------------------------

HEAD: Final = """\
# The zoo

The shipped nets beside their originals. `make zoo` compares them and writes this page.

Each net has the parameters and multiply-accumulates (MACs) of its original, as PyTorch's
`FlopCounterMode` counts them, and loads its state dict strictly. *Outputs*, *gradients* and
*training* compare results on random inputs with random weights: `=` means that all bits are
equal, a number is the largest difference, relative to the largest value. Gradients are those of
all parameters in evaluation. *Training* compares outputs, gradients and running statistics in
training with one seed, so dropout and stochastic depth too. If a net has open sizes, its MACs are
for {typical} of each.

*Lines* are the lines of code of the spec, with the specs that it imports, and those of the
original: of all classes of the modules that its models have, and of the functions and classes of
its package that these and the model functions use. Comments, docstrings, empty lines, decorators,
and code that only registers, configures or downloads models are not counted.

If no package has the network of a paper, it is compared with one that was written for this in plain
PyTorch, `tests/zoo/papers.py`.
"""

TITLES: Final = {"tests": "Networks of papers"}
"""Titles of parts of the page that are not names of packages."""
COLUMNS: Final = (
    "| model | parameters | MACs | outputs | gradients | training | lines |\n"
    "| --- | ---: | ---: | :---: | :---: | :---: | ---: |\n"
)


def page(facts: Facts) -> str:
    """The page with the table."""
    compared = {spec: rows for spec, nets in sorted(facts.items()) if (rows := _compared(nets))}
    packages = sorted({_package(rows) for rows in compared.values()})
    parts = [HEAD.format(typical=TYPICAL)]
    for package in packages:
        specs = {spec: rows for spec, rows in compared.items() if _package(rows) == package}
        lines = (line for spec, rows in specs.items() for line in _rows(spec, rows))
        parts.append(
            f"## {TITLES.get(package, package)}\n\n{_summary(specs)}\n{COLUMNS}"
            + "\n".join(lines)
            + "\n"
        )
    parts += _reasons(compared)
    return "\n".join(parts)


def _compared(nets: Mapping[str, Fact]) -> dict[str, Fact]:
    return {net: fact for net, fact in nets.items() if "original" in fact}


def _package(rows: Mapping[str, Fact]) -> str:
    original: str = next(iter(rows.values()))["original"]
    return re.split(r"[.:]", original)[0]


def _summary(specs: Facts) -> str:
    rows = [fact for nets in specs.values() for fact in nets.values()]
    lines = [next(iter(nets.values()))["lines"] for nets in specs.values()]
    share = median(ours / theirs for ours, theirs in lines)
    equal = sum(not (fact["outputs"] or fact["gradients"] or fact["training"]) for fact in rows)
    return (
        f"{counted(len(rows), 'model')} of {counted(len(specs), 'spec')}; in {equal} of the models"
        f" all results are equal bit for bit. A spec has {share:.0%} of the lines of its original"
        " at the median.\n"
    )


def _rows(spec: str, nets: Mapping[str, Fact]) -> Iterator[str]:
    """The rows of one spec. The first one has the numbers of lines."""
    for i, (net, fact) in enumerate(nets.items()):
        ours, theirs = fact["lines"]
        cells = (
            f"`{net}`" + (f"[^{spec}]" if fact["known"] else ""),
            f"{fact['params']:,}",
            f"{fact.get('typical', fact['macs']):,}",
            *(_cell(fact[result]) for result in ("outputs", "gradients", "training")),
            f"{ours} / {theirs} ({ours / theirs:.0%})" if i == 0 else "",
        )
        yield f"| {' | '.join(cells)} |"


def _cell(difference: float | None) -> str:
    if difference is None:
        return ""
    return f"{difference:.1g}" if difference else "="


def _reasons(compared: Facts) -> Iterator[str]:
    """Why results differ, as notes below the tables: each reason once, with its results."""
    for spec, nets in compared.items():
        results: dict[str, set[str]] = {}
        for key, why in (known for fact in nets.values() for known in fact["known"].items()):
            results.setdefault(why, set()).add(key)
        if results:
            texts = sorted(f"{', '.join(sorted(keys))}: {why}" for why, keys in results.items())
            yield f"[^{spec}]: {'; '.join(texts)}.\n"
