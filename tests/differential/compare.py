"""One program through the compiler and through the evaluator: what differs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor, nn

import netwright as nw
from netwright.backends.layer_table import text as summary_text
from netwright.backends.pytorch import to_source
from netwright.compiler.dims import substitute
from netwright.compiler.ir import Graph
from netwright.grammar import syntax
from netwright.grammar.parser import parse
from netwright.grammar.source import Source

from .evaluator import Outcome, evaluate
from .layers import DTYPES
from .scopes import Beyond
from .weights import Weights

Shape: TypeAlias = tuple[int | str, ...]
Kind: TypeAlias = Literal["agrees", "refused", "stricter", "looser", "differs"]


@dataclass(frozen=True)
class Input:
    """A net's input: sizes without the batch, symbols by their names."""

    name: str
    shape: Shape
    dtype: str = "float"


@dataclass(frozen=True)
class Program:
    """A spec, its net, and the sizes at which it is run."""

    text: str
    net: str
    inputs: tuple[Input, ...]
    runs: tuple[Mapping[str, int], ...]
    opened: bool = False
    """Whether its sizes have defaults and are left open from outside."""

    @property
    def shapes(self) -> dict[str, str] | None:
        """The shapes of the inputs that leave their sizes open."""
        if not self.opened:
            return None
        return {i.name: f"{','.join(map(str, i.shape))} {i.dtype}" for i in self.inputs if i.shape}


@dataclass(frozen=True)
class Verdict:
    """``refused`` by both, ``stricter``: by the compiler alone, ``looser``: by the evaluator alone;
    ``differs``: both take it and do not agree. ``what`` is a code or the aspect, in a word."""

    kind: Kind
    what: str = ""
    detail: str = ""


AGREES = Verdict("agrees")
SEARCH = (Path(__file__).parent,)
"""Where the files lie that programs import."""
SEEDS = 2
"""Further inputs on which values must differ."""


@cache
def library(name: str) -> syntax.File:
    """A file that programs import."""
    tree, errors = parse(Source(name, (SEARCH[0] / f"{name}.net").read_text("utf-8")))
    assert not errors
    return tree


class Differs(Exception):
    """The two do not agree; the aspect, and how."""

    def __init__(self, aspect: str, detail: object = "") -> None:
        super().__init__(aspect, detail)
        self.aspect, self.detail = aspect, str(detail)


Change = Callable[[Graph], Graph]


@dataclass
class Trial:
    """A program on its way through both. ``change`` spoils the compiled graph, for the test that
    a wrong compiler is found out."""

    program: Program
    change: Change = field(default=lambda graph: graph)
    seed: int = 0

    def verdict(self) -> Verdict:
        """What becomes of it. Values that differ must do so on other inputs too: a rounding may
        turn a comparison round."""
        verdict = self._verdict()
        if verdict.what == "values" and self.seed < SEEDS:
            return replace(self, seed=self.seed + 1).verdict()
        return verdict

    def _verdict(self) -> Verdict:
        tree, errors = parse(Source("<program>", self.program.text))
        if errors:
            return Verdict("refused", "syntax", errors[0].message)
        expected = self._expected(tree)
        try:
            network = nw.loads(
                self.program.text,
                net=self.program.net or None,
                inputs=self.program.shapes,
                search=SEARCH,
            )
        except nw.CompileError as error:
            code = error.diagnostics[0].code
            kind: Kind = "stricter" if isinstance(expected, list) else "refused"
            return Verdict(kind, code, error.diagnostics[0].message)
        except Exception as error:
            return Verdict("differs", "crash", repr(error))
        if not isinstance(expected, list):
            return self._run_alone(network, expected)
        try:
            self._compare(network, expected)
        except Differs as found:
            return Verdict("differs", found.aspect, found.detail)
        except Exception as error:
            return Verdict("differs", "crash", repr(error))
        return AGREES

    # --- the two sides ------------------------------------------------------------------------

    @cached_property
    def tensors(self) -> list[dict[str, Tensor]]:
        generator = torch.Generator().manual_seed(self.seed)
        return [
            {i.name: _random(i, sizes, generator) for i in self.program.inputs}
            for sizes in self.program.runs
        ]

    def _expected(self, tree: syntax.File) -> list[Outcome] | Exception:
        weights = Weights()
        try:
            return [evaluate(tree, self.program.net, g, weights, library) for g in self.tensors]
        except Beyond:
            raise
        except Exception as error:
            return error

    def _run_alone(self, network: nw.Network, refusal: Exception) -> Verdict:
        """The evaluator cannot run it and the compiler takes it: does the module run?"""
        try:
            module = _module(to_source(network.ir))
            for given in self.tensors:
                module(*given.values())
        except Exception as error:
            return Verdict("differs", "module raises", f"{error!r:.200} / {refusal!r:.200}")
        return Verdict("looser", type(refusal).__name__, str(refusal)[:200])

    # --- what is compared ---------------------------------------------------------------------

    def _compare(self, network: nw.Network, expected: list[Outcome]) -> None:
        graph = self.change(network.ir)
        found = nw.check(self.program.text, net=self.program.net or None, search=SEARCH)
        if any(d.severity == "error" for d in found):
            raise Differs("check", "it finds errors and load does not")
        try:
            source = to_source(graph)
            module = _module(source)
        except Exception as error:
            raise Differs("source", repr(error)) from error
        self._state(graph, module, expected[0])
        for sizes, given, outcome in zip(self.program.runs, self.tensors, expected, strict=True):
            self._sizes(graph, sizes, outcome)
            self._values(module, given, outcome)
        self._texts(network, graph, expected[0])

    def _state(self, graph: Graph, module: nn.Module, outcome: Outcome) -> None:
        ours = {name: tuple(t.shape) for name, t in module.state_dict().items()}
        theirs = {name: tuple(t.shape) for name, t in outcome.state.items()}
        if ours != theirs:
            pairs = set(ours.items()) ^ set(theirs.items())
            raise Differs("state", f"{sorted(pairs)[:6]}; expected {sorted(theirs)[:12]}")
        learned = {name for name, _ in module.named_parameters(remove_duplicate=False)}
        if learned != set(theirs) - outcome.buffers:
            raise Differs("parameters", sorted(learned ^ (set(theirs) - outcome.buffers)))
        if graph.params != outcome.params:
            raise Differs("params", f"{graph.params}, expected {outcome.params}")
        module.load_state_dict(outcome.state)

    def _sizes(self, graph: Graph, sizes: Mapping[str, int], outcome: Outcome) -> None:
        if len(graph.outputs) != len(outcome.outputs):
            raise Differs("outputs", f"{len(graph.outputs)}, expected {len(outcome.outputs)}")
        for port, tensor in zip(graph.outputs, outcome.outputs, strict=True):
            shape = tuple(substitute(d, sizes) for d in port.type.shape)
            if shape != tuple(tensor.shape) or DTYPES[port.type.dtype] != tensor.dtype:
                found = f"{port.type} at {dict(sizes)}"
                raise Differs("declared shape", f"{found}, expected {tuple(tensor.shape)}")
        macs = substitute(graph.macs, sizes)
        if not isinstance(macs, int) or not outcome.macs <= macs <= outcome.all_macs:
            raise Differs("macs", f"{macs} at {dict(sizes)}, expected {outcome.macs}")

    def _values(self, module: nn.Module, given: dict[str, Tensor], outcome: Outcome) -> None:
        try:
            first, second = _run(module, given), _run(module, given)
        except Exception as error:
            raise Differs("module raises", f"{error!r:.300}") from error
        for i, (made, again, wanted) in enumerate(zip(first, second, outcome.outputs, strict=True)):
            if made.shape != wanted.shape or made.dtype != wanted.dtype:
                raise Differs("shape", f"output {i}: {tuple(made.shape)}, {tuple(wanted.shape)}")
            if not _close(made, wanted):
                raise Differs("values", f"output {i}: {_apart(made, wanted)}")
            if not torch.equal(made.nan_to_num(), again.nan_to_num()):
                raise Differs("determinism", f"output {i}")

    def _texts(self, network: nw.Network, graph: Graph, outcome: Outcome) -> None:
        if graph is not network.ir:
            return
        summary = summary_text(graph, network.name)
        said = re.search(r"^total +([\d,]+)?", summary, re.MULTILINE)
        if said is None or int((said[1] or "0").replace(",", "")) != outcome.params:
            raise Differs("summary", said)


# --- tensors and modules ----------------------------------------------------------------------


def _random(port: Input, sizes: Mapping[str, int], generator: torch.Generator) -> Tensor:
    shape = [sizes["N"], *(sizes[d] if isinstance(d, str) else d for d in port.shape)]
    if port.dtype == "float":
        return torch.randn(shape, generator=generator)
    high = 5 if port.dtype == "int" else 2
    return torch.randint(0, high, shape, generator=generator).to(DTYPES[port.dtype])


def _module(source: str) -> nn.Module:
    """The generated text run, as a user would run it."""
    space: dict[str, Any] = {"__name__": "generated"}
    exec(compile(source, "<generated>", "exec"), space)
    name = re.findall(r"^class (\w+)", source, re.MULTILINE)[-1]
    made: nn.Module = space[name]().eval()
    return made


def _run(module: nn.Module, given: Mapping[str, Tensor]) -> list[Tensor]:
    with torch.no_grad():
        made = module(*given.values())
    return list(made) if isinstance(made, tuple | list) else [made]


def _close(made: Tensor, wanted: Tensor) -> bool:
    if not made.is_floating_point():
        return torch.equal(made, wanted)
    if not torch.equal(made.isfinite(), wanted.isfinite()):
        return False
    apart = (made.nan_to_num(0, 0, 0) - wanted.nan_to_num(0, 0, 0)).abs()
    size = wanted.nan_to_num(0, 0, 0).abs()
    return not made.numel() or bool(apart.max() <= 1e-4 + 1e-4 * size.max())


def _apart(made: Tensor, wanted: Tensor) -> str:
    return f"{made.flatten()[:3].tolist()}, expected {wanted.flatten()[:3].tolist()}"
