"""The state of one elaboration, and its two operations: evaluate an expression, and apply a network
to tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NoReturn, TypeAlias

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic, Label
from ...grammar.nearby import closest
from ...grammar.record import Record
from ...grammar.source import Span
from .. import advice
from ..builder import Builder, Draft
from ..environment import Environment
from ..limits import limits
from ..types import TensorType
from ..values import UNKNOWN, Data, NetworkValue, Renamed, Tensor, Unknown
from .functions import extent
from .knowledge import NOTHING, Knowledge
from .naming import UNNAMED, Naming, is_many, is_scope
from .state import DefaultSizes, Demands, Files, Findings, Finds, Memos

MAX_FINDINGS: Final = 100
MAX_SUGGESTIONS: Final = 30


class TooMuch(Exception):
    """An error that ends the elaboration is reported: a limit is exceeded, there are enough errors,
    or the sizes of the inputs are not known."""


Evaluate: TypeAlias = Callable[["Elaborator", Any, Environment], Data]
Apply: TypeAlias = Callable[["Elaborator", Any, list[Tensor], Span, Naming], Data]


class Rules(Record):
    """The functions by kind: for expressions, for calls of some words, for networks. ``group``
    applies a network in a scope of its own."""

    evaluate: Mapping[type[syntax.SyntaxNode], Evaluate]
    words: Mapping[str, Evaluate]
    apply: Mapping[type[NetworkValue], Apply]
    group: Apply


class Meanwhile:
    """Inside its ``with`` an attribute of the elaborator has another value. (`contextmanager` would
    take a twentieth of the time of a check.)"""

    __slots__ = ("el", "name", "outer", "value")

    def __init__(self, el: Elaborator, name: str, value: object) -> None:
        self.el = el
        self.name = name
        self.value = value

    def __enter__(self) -> None:
        self.outer = getattr(self.el, self.name)
        setattr(self.el, self.name, self.value)

    def __exit__(self, *_: object) -> None:
        setattr(self.el, self.name, self.outer)


class Elaborator:
    """One elaboration of one net of a file. The functions on it are in the modules beside this one.
    A module imports only those below it; ``rules`` leads from lower modules to higher ones."""

    def __init__(
        self,
        rules: Rules,
        finder: Finds,
        knowledge: Knowledge = NOTHING,
        steps: int = 0,
        most_steps: int = 0,
        common: dict[object, Any] | None = None,
    ) -> None:
        self.rules = rules
        self.evaluations = rules.evaluate
        self.knowledge = knowledge
        self.given: Mapping[str, TensorType | None] = {}
        """The shapes of inputs that are given from outside."""
        self.findings = Findings()
        self.demands = Demands()
        self.files = Files(finder)
        self.memos = Memos({} if common is None else common)

        self.limits = limits()
        self.steps = steps
        self.most_steps = most_steps or self.limits.steps
        self.at: Span | None = None

        self.root = Builder("net", "net")
        self.net_block: syntax.Block | None = None
        """The net whose body is elaborated; a bare pipeline has none."""
        self.ports: dict[str, int] = {}
        self.default_sizes = DefaultSizes(knowledge.bound)
        self.result: Data = None
        self.sequences: dict[tuple[int, int], Draft] = {}
        """Tensors whose `.t` is used: they are assumed to be [N, T, D]."""

        self.builder = self.root
        self.frame: Environment | None = None
        self.calls: list[tuple[str, Span]] = []
        self.repeats: list[str | None] = []
        """The repeats around this place: the counting variable of a loop, None for ``*``."""
        self.held: list[Builder] = []
        """Labelled groups that have nodes, and whose network is not applied yet."""
        self.wants_network = False
        self.own_input: Tensor | None = None
        """The input of a net that declares none: it may be left unused."""

    def evaluate(self, expr: syntax.Expr, env: Environment) -> Data:
        """The value of an expression in an environment."""
        self.step(expr.span)
        value = self.evaluations[type(expr)](self, expr, env)
        if value.__class__ is list:  # later steps look at all its items
            self.step(expr.span, extent(value) // 8)
        return value

    def apply(
        self, network: NetworkValue, inputs: list[Tensor], span: Span, naming: Naming = UNNAMED
    ) -> Data:
        """The results of a network on tensors."""
        self.step(span)
        if naming.given:
            while isinstance(network, Renamed):
                network = network.network
            if is_scope(network) or (naming.share is not None and is_many(network)):
                return self.rules.group(self, network, inputs, span, naming)
        return self.rules.apply[type(network)](self, network, inputs, span, naming)

    # --- findings ---------------------------------------------------------------------------

    def report(self, diagnostic: Diagnostic) -> Unknown:
        """Records a diagnostic, with the block calls that led here, and returns UNKNOWN."""
        ways = (Label(at, f"in this call of `{name}`", name) for name, at in self.calls[-4:])
        others = tuple(way for way in ways if way.span != diagnostic.span)
        if self.findings.is_new(diagnostic):
            labelled = (
                diagnostic.replace(labels=(*diagnostic.labels, *others)) if others else diagnostic
            )
            self.add_findings([labelled])
            self.findings.unplaced.append(labelled)
        return UNKNOWN

    def add_findings(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Records diagnostics. After enough of them no further step is taken."""
        self.findings.all += diagnostics
        if len(self.findings.all) >= MAX_FINDINGS:
            self.most_steps = 0

    def near(self, word: str, choices: Iterable[str]) -> str | None:
        """The choice that is closest to a word, or None. It looks only a limited number of
        times."""
        self.findings.suggestions += 1
        return closest(word, choices) if self.findings.suggestions <= MAX_SUGGESTIONS else None

    # --- bounds -----------------------------------------------------------------------------

    def step(self, span: Span, count: int = 1) -> None:
        self.steps += count
        self.at = span
        if self.steps > self.most_steps:
            self._too_many_steps(span)

    def _too_many_steps(self, span: Span) -> None:
        if len(self.findings.all) >= MAX_FINDINGS:
            raise TooMuch
        alone = self.most_steps == self.limits.steps
        wording = advice.bounds.too_many_steps if alone else advice.bounds.too_many_steps_together
        self.too_much(wording(self.limits.steps, span))

    def snapshot(self, env: Environment, span: Span) -> Environment:
        """A copy of an environment as it is now. With many names this takes time."""
        self.step(span, env.extent // 2)
        return env.snapshot()

    def too_much(self, diagnostic: Diagnostic) -> NoReturn:
        """Reports that a limit is exceeded, and ends the elaboration."""
        self.report(diagnostic)
        raise TooMuch

    # --- the current place --------------------------------------------------------------------

    def building(self, builder: Builder) -> Meanwhile:
        """Nodes that are made inside the ``with`` are in this scope."""
        return Meanwhile(self, "builder", builder)

    def wanting_network(self, wanted: bool) -> Meanwhile:
        """Says whether a word that is both a function on lists and a layer means the layer."""
        return Meanwhile(self, "wants_network", wanted)

    def framed(self, env: Environment) -> Meanwhile:
        """Labels that are made inside the ``with`` belong to this environment."""
        return Meanwhile(self, "frame", env)

    def calling(self, name: str, span: Span) -> Meanwhile:
        """The ``with`` is inside a call of a block."""
        return Meanwhile(self, "calls", [*self.calls, (name, span)])

    def repeating(self, variable: str | None) -> Meanwhile:
        """The ``with`` is inside a repeated body; ``variable`` counts."""
        return Meanwhile(self, "repeats", [*self.repeats, variable])
