"""The table of layers against PyTorch: the module is built and run, and hooks count what it does.

The printed table is read line by line. Each module with weights stands in it once, repeats folded,
shared ones once; shapes, parameters and how often a layer runs are those of the module.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import pytest
import torch

from netwright.backends import layer_table
from netwright.backends.pytorch import to_module
from netwright.compiler.dims import substitute, symbols
from netwright.compiler.ir import Graph
from tests.backends.diagram.families import FAMILIES
from tests.backends.diagram.nets import NETS, graph
from tests.backends.diagram.nets import shipped as spec
from tests.backends.diagram.random_nets import net

SIZE: Final = 32
"""Of what is open; batches of 2."""
SHIPPED: Final = (
    "lenet",
    "resnet:resnet18",
    "densenet:densenet121",
    "gpt2:gpt2",
    "bert:bert_base",
    "unet",
)
RANGE: Final = re.compile(r"(\d+)…(\d+)")
NAMED: Final = re.compile(r"(?P<path>\S*?)(?:  x(?P<copies>\d+))?(?P<notes>(?:  \([^)]*\))*)$")
HEAD: Final = ("path", "layer", "output", "params", "MACs")


@dataclass
class Done:
    """What hooks saw of a module."""

    runs: int = 0
    shape: tuple[int, ...] = ()


@dataclass(frozen=True)
class Line:
    paths: tuple[str, ...]
    copies: int
    notes: str
    output: str
    params: int


def table(net: Graph) -> tuple[list[Line], str]:
    """The lines of the layers, and what is said in all."""
    printed = layer_table.text(net).splitlines()
    head = next(line for line in printed if line.startswith("path "))
    starts = [head.index(word) for word in HEAD[:3]]
    rules = [i for i, line in enumerate(printed) if line.startswith("─")]
    lines = []
    for line in printed[rules[0] + 1 + len(net.inputs) : rules[1]]:
        named = NAMED.match(line[: starts[1]].rstrip())
        assert named, line
        output, *numbers = re.split(r"\s{2,}", line[starts[2] :].strip())
        ends = line.rstrip()
        params = len(ends) > head.index("params") and numbers
        has = params and line[head.index("params") - 8 : head.index("params") + 6].strip()
        count = int(numbers[0].replace(",", "")) if has and numbers else 0
        paths = tuple(_paths(named["path"]))
        lines.append(Line(paths, int(named["copies"] or 1), named["notes"] or "", output, count))
    return lines, printed[rules[1] + 1]


def _paths(said: str) -> Iterator[str]:
    """``layer.0…2.fc`` as three."""
    pieces = RANGE.split(said)
    texts = pieces[::3]
    numbers = [range(int(a), int(b) + 1) for a, b in zip(pieces[1::3], pieces[2::3], strict=True)]
    for chosen in product(*numbers):
        yield texts[0] + "".join(f"{n}{t}" for n, t in zip(chosen, texts[1:], strict=True))


def measured(net: Graph) -> tuple[torch.nn.Module, dict[str, Done]]:
    module = to_module(net).eval()
    seen: dict[str, Done] = {}

    def watch(path: str, part: torch.nn.Module) -> None:
        def hook(_: torch.nn.Module, __: Any, out: Any) -> None:
            done = seen.setdefault(path, Done())
            done.runs += 1
            first = out[0] if isinstance(out, tuple | list) else out
            done.shape = done.shape or tuple(first.shape)

        part.register_forward_hook(hook)

    for path, part in module.named_modules():
        watch(path, part)
    with torch.no_grad():
        module(*(_given(port.type) for port in net.inputs))
    return module, seen


def _given(type: Any) -> torch.Tensor:
    shape = [_sized(d) for d in type.shape]
    if type.dtype == "int":
        return torch.ones(shape, dtype=torch.long)
    return torch.ones(shape, dtype=torch.bool) if type.dtype == "bool" else torch.rand(shape)


def _sized(dim: Any) -> int:
    known = {name: 2 if name == "N" else SIZE for name in symbols(dim)}
    found = substitute(dim, known)
    assert isinstance(found, int)
    return found


def wrong(net: Graph) -> list[str]:
    return [*_wrong(net)]


def _wrong(net: Graph) -> Iterator[str]:
    lines, total = table(net)
    module, seen = measured(net)
    modules = dict(module.named_modules(remove_duplicate=False))
    weights = dict(module.named_parameters())
    counted: set[int] = set()

    def fresh(held: Iterable[torch.nn.Parameter]) -> int:
        """How many numbers there are that no line before has: what is tied counts once."""
        new = {id(p): p for p in held if id(p) not in counted}
        counted.update(new)
        return sum(p.numel() for p in new.values())

    for line in lines:
        if line.paths == ("",):
            continue
        if len(line.paths) != line.copies:
            yield f"{line.paths} are said to be {line.copies}"
        if all(path in weights for path in line.paths):
            held = fresh(weights[path] for path in line.paths)
        elif not any(path in modules for path in line.paths):
            held = 0  # a function
        else:
            parts = [modules[path] for path in line.paths if path in modules]
            held = fresh(p for part in parts for p in part.parameters(recurse=_whole(part)))
            yield from (f"there is no {path}" for path in line.paths if path not in modules)
            yield from _runs(line, seen)
        if held != line.params:
            yield f"{line.paths}: {line.params} parameters, and PyTorch has {held}"
    told = Counter(path for line in lines for path in line.paths if path)
    yield from (f"{path} stands there twice" for path, n in told.items() if n > 1)
    firsts = {id(m): path for path, m in reversed(modules.items())}
    for path, part in module.named_modules():
        children = [
            f"{path}.{name}".lstrip(".") for name, _ in part.named_parameters(recurse=False)
        ]
        names = path.split(".")
        around = {".".join(names[:n]) for n in range(1, len(names) + 1)}
        known = around & told.keys() or all(child in told for child in children)
        if children and not known and firsts[id(part)] == path:
            yield f"{path} is not in the table"
    everything = sum(p.numel() for p in module.parameters())
    if f"{everything:,}" not in re.split(r"\s+", total):
        yield f"{everything} parameters in all, and {total!r}"


def _whole(part: torch.nn.Module) -> bool:
    """Whether a module is a layer with all that it holds."""
    return type(part).__module__.startswith("torch.nn.modules") and not isinstance(
        part, torch.nn.Sequential | torch.nn.ModuleList | torch.nn.ModuleDict
    )


def _runs(line: Line, seen: dict[str, Done]) -> Iterator[str]:
    runs = sum(seen[path].runs for path in line.paths if path in seen)
    if "steps)" in line.notes:
        return
    shared = re.search(r"runs (\d+) times", line.notes)
    wanted = int(shared[1]) if shared else 0 if "(idle)" in line.notes else line.copies
    if runs != wanted:
        yield f"{line.paths} run {wanted} times, and PyTorch runs them {runs} times"
    for path in line.paths:
        if path in seen and not line.output.endswith("…"):
            sizes = [_size(s) for s in line.output.split("]")[0].strip("[ ").split(", ")]
            if tuple(sizes) != seen[path].shape:
                yield f"{path} gives {seen[path].shape}, and told is {line.output}"


def _size(said: str) -> int:
    """``2*T+1``."""
    known = {name: 2 if name == "N" else SIZE for name in re.findall(r"[^\W\d]\w*", said)}
    return int(eval(said.replace("·", "*").replace("^", "**"), {"__builtins__": {}}, known))


@pytest.mark.parametrize("name", [*(name for name in NETS if name != "loop"), *FAMILIES])
def test_nets_of_every_kind(name: str) -> None:
    assert not wrong(graph((NETS | FAMILIES)[name]))


@pytest.mark.parametrize("name", SHIPPED[:2])
def test_shipped_specs(name: str) -> None:
    assert not wrong(spec(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED[2:])
def test_more_shipped_specs(name: str) -> None:
    assert not wrong(spec(name))


def test_random_nets() -> None:
    for seed in range(15):
        assert not wrong(graph(net(seed))), net(seed)


@pytest.mark.slow
def test_many_random_nets() -> None:
    for seed in range(15, 200):
        assert not wrong(graph(net(seed))), net(seed)


# --- the reader itself ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "old, new",
    [
        (r"layer1\.1…2\.conv1 .*\n", ""),
        ("9,408", "9,409"),
        (r"\[N, 64, 32, 32\]", "[N, 64, 32, 31]"),
        ("…2", "…3"),
        ("fc ", "cf "),
        ("  x2", "  x3"),
    ],
)
def test_a_false_table_is_found_out(old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    net = graph(NETS["residual"])
    printed = layer_table.text(net)
    spoilt = re.sub(old, new, printed, count=1)
    assert spoilt != printed, printed
    monkeypatch.setattr(layer_table, "text", lambda _: spoilt)
    assert wrong(net)
