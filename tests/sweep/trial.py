"""One text: is it taken, and if so, does it run, and give what the check says?"""

from __future__ import annotations

import signal
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import prod
from operator import eq, le
from typing import Any, Final, TypeAlias

import torch

import netwright as nw
from netwright.compiler.choice import choose_nets
from netwright.compiler.dims import Dim, substitute
from netwright.compiler.imports import Finder
from netwright.compiler.ir import Graph, LayerOp, Node
from netwright.compiler.pipeline import Request, _elaborate, _task
from netwright.compiler.types import TensorType
from netwright.grammar.parser import parse
from netwright.grammar.source import Source

from ..compiler.layers.harness import TORCH_DTYPES, flat, type_of
from .texts import Use

MOST: Final = 1 << 20
"""Elements that are made; what is larger runs on the meta device."""
SIZES: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 17, 25, 32, 64)
OPEN: Final = {"W502", "W520"}
BATCHES: Final = (2, 3)
SECONDS: Final = 2
HARMLESS: Final = "Using padding='same' with even kernel lengths|LSTM with projections is not"
"""They cost time."""
Values: TypeAlias = Mapping[str, int]
Told: TypeAlias = tuple[list[tuple[Dim, Dim]], list[tuple[Dim, Dim]]]


@dataclass(frozen=True)
class Finding:
    kind: str
    word: str
    text: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind} | {self.word} | {self.text!r} | {self.detail}"


@dataclass
class Trial:
    """``fill`` is what the ints of the inputs are."""

    text: str
    word: str = ""
    fill: int = 0
    state: str = "refused"
    net: nw.Network | None = field(default=None, repr=False)

    def run(self) -> Finding | None:
        try:
            with _within(SECONDS):
                self.net = nw.loads(self.text)
        except nw.CompileError as error:
            first = error.diagnostics[0]
            return self.found("crash", first.message) if first.code == "E901" else None
        except Exception as error:
            return self.found("crash", repr(error))
        self.state = "taken"
        return self.runs(self.net)

    @property
    def told_idle(self) -> bool:
        """Whether the check says that a setting has no effect."""
        return self.net is not None and any(d.code == "W516" for d in self.net.warnings)

    def found(self, kind: str, detail: object) -> Finding:
        return Finding(kind, self.word, self.text, str(detail)[:300])

    def runs(self, net: nw.Network) -> Finding | None:
        open_ = OPEN.intersection(d.code for d in net.warnings)
        told = conditions(self.text) if open_ else ([], [])
        names = sorted({n for p in net.ir.inputs for n in p.type.symbols()} - {"N"})
        try:
            chosen = choices(names, told)
        except ZeroDivisionError:
            return self.found("divides by 0", told)
        for values in chosen:
            try:
                with _within(SECONDS):
                    finding = self.at(net, values)
            except TimeoutError:
                finding = self.found("hangs", values)
            if finding is not None:
                return finding
            self.state = "ran"
        return None

    def at(self, net: nw.Network, values: Values) -> Finding | None:
        """With open sizes of these values, in training and afterwards."""
        expected = [str(o.type.substitute(values)) for o in net.ir.outputs]
        large = any(_count(t, values) > MOST for t in _all_types(net.ir))
        device = "meta" if large else "cpu"
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", HARMLESS)
            try:
                module = net.to_torch(device=device)
                for training in (True, False):
                    made = module.train(training)(*self.tensors(net, values, device))
                    got = [type_of(t) for t in flat(made)]
                    if got != expected:
                        return self.found("differs", f"{values}: {expected} is {got}")
            except Warning as warning:
                return self.found("warning", f"{values}: {warning}")
            except (TimeoutError, NotImplementedError):
                if device == "cpu":
                    raise
            except Exception as error:
                return self.found("raises", f"{values} {device}: {error!r}")
        return None

    def tensors(self, net: nw.Network, values: Values, device: str) -> list[torch.Tensor]:
        made = []
        for port in net.ir.inputs:
            shape = [int(str(d)) for d in port.type.substitute(values).shape]
            dtype = TORCH_DTYPES[port.type.dtype]
            if port.type.dtype in ("float", "complex"):
                made.append(torch.rand(shape, dtype=dtype, device=device))
            else:
                made.append(torch.full(shape, self.fill, dtype=dtype, device=device))
        return made


@dataclass
class UseTrial:
    """A use of a layer; where it has side results, with all of them."""

    use: Use
    fill: int = 0
    state: str = ""
    body: str = ""
    """The module's source, where the use gives a setting that is not the default."""

    def run(self) -> Finding | None:
        trial = self._trial(self.use)
        finding = trial.run()
        node = self._node(trial.net)
        if node is not None and finding is None:
            if len(node.types) > 1 and self.use.layer.results == "side":
                trial = self._trial(replace(self.use, results=len(node.types)))
                finding = trial.run()
            if self._is_changed(node) and trial.net is not None and not trial.told_idle:
                self.body = body_of(trial.net)
        self.state = finding.kind if finding is not None else trial.state
        return finding

    def _trial(self, use: Use) -> Trial:
        return Trial(use.text, use.layer.word, self.fill)

    def _node(self, net: nw.Network | None) -> Any:
        for node in _nodes(net.ir) if net is not None else ():
            if isinstance(node.op, LayerOp) and isinstance(node.op.layer, self.use.layer):
                return node
        return None

    def _is_changed(self, node: Any) -> bool:
        settings, name = self.use.layer.settings, self.use.given
        return not name or getattr(node.op.layer, name) != settings[name].default


def body_of(net: nw.Network) -> str:
    """The generated source without the lines of the spec."""
    return "\n".join(line.split("  #")[0] for line in net.to_source().splitlines())


def _nodes(graph: Graph) -> Iterator[Node]:
    for node in graph.nodes:
        inner = getattr(node.op, "graph", None)
        if inner is not None:
            yield from _nodes(inner)
        else:
            yield node


def _all_types(graph: Graph) -> Iterator[TensorType]:
    """Of all tensors and weights."""
    for node in _nodes(graph):
        yield from node.types
        yield from node.takes
        if isinstance(node.op, LayerOp):
            takes = node.takes[: len(node.takes) - len(node.op.layer.tensors())]
            yield from (TensorType(w.shape) for w in node.op.layer.weights(*takes).values())


def _count(type_: TensorType, values: Values) -> int:
    return prod(d if isinstance(d, int) else 1 for d in type_.substitute(values).shape)


# --- open sizes ----------------------------------------------------------------------------------


def conditions(text: str) -> Told:
    """What the check says of open sizes: pairs that are equal, and pairs of which the first is no
    less."""
    source = Source("<sweep>", text)
    tree, errors = parse(source)
    chosen = choose_nets(source, tree, errors, "n")
    found = _elaborate(_task(source, tree, chosen, "n", Request({}, None, Finder())))
    return [(a, b) for a, b, _ in found.equal], [(a, b) for a, b, _ in found.least]


def choices(names: Sequence[str], told: Told) -> list[dict[str, int]]:
    """Sizes that are allowed: all one, or each another."""
    found: list[dict[str, int]] = []
    for i, size in enumerate(SIZES):
        others = {n: SIZES[(i + 3 * j) % len(SIZES)] for j, n in enumerate(names)}
        for values in (dict.fromkeys(names, size), others):
            values["N"] = BATCHES[i % 2]
            if values not in found and _allowed(values, told):
                found.append(values)
    return [*found[:3], *found[3::4]][:5] if names else found[:1]


def _allowed(values: Values, told: Told) -> bool:
    """Whether all conditions hold. What one of them divides by another says to be at least 1."""
    equal, least = told
    found = [*(_compared(a, b, values, le) for b, a in least)]
    found += [_compared(a, b, values, eq) for a, b in equal]
    if None in found and False not in found:
        raise ZeroDivisionError
    return all(found)


def _compared(a: Dim, b: Dim, values: Values, test: Callable[[Any, Any], bool]) -> bool | None:
    """None where a size divides by 0."""
    try:
        return test(substitute(a, values), substitute(b, values))
    except ZeroDivisionError:
        return None


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raises TimeoutError after so much work of this process."""

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
