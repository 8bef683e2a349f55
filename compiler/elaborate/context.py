"""What every part of the elaborator shares: findings, the scope being built, bounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic, Fix, Label, Severity
from ...grammar.nearby import closest
from ...grammar.record import Record
from ...grammar.source import Span
from ..builder import Builder, Draft, bring
from ..dims import Dim
from ..environment import Environment
from ..ir import FailedOp
from ..layer import Layer, Made
from ..limits import NETS_TOGETHER, how_to_raise, limits
from ..reserved import refusal
from ..types import TensorType
from ..values import UNKNOWN, Data, LayerNetwork, Network, Shared, Tensor, Unknown
from .knowledge import NOTHING, Knowledge

if TYPE_CHECKING:
    from ..declared import Declared

LAYER_STEPS: Final = 10
BLOCK_STEPS: Final = 80
MAX_FINDINGS: Final = 100
MAX_SUGGESTIONS: Final = 30


class TooMuch(Exception):
    """A bound is exceeded, and said, or enough is said."""


class Naming(Record):
    """How the next module is called: by a label, or by a word that its scope numbers. ``number`` is
    that in which the label ends, where it counts copies or branches."""

    label: str | None = None
    word: str | None = None
    span: Span | None = None
    share: Shared | None = None
    number: int | None = None

    @property
    def given(self) -> bool:
        """Whether the text names the module, or its place does: no number is looked for."""
        return self.label is not None or self.share is not None

    def member(self, number: int) -> Naming:
        """For a copy or branch of what is named so."""
        return self if self.label is None else self.inside(str(number)).replace(number=number)

    def inside(self, name: str) -> Naming:
        """For a labelled branch of what is named so; ``""`` is the scope itself."""
        return Naming(f"{self.label}.{name}" if self.label else name, span=self.span)


UNNAMED: Final = Naming()
MEMBERS: Final = Naming("")
"""For what is the whole of a scope: its copies or branches are ``0``, ``1``..."""


class Meanwhile:
    """``with`` it, an attribute of the elaborator has another value. (What `contextmanager` makes
    would be a twentieth of a check.)"""

    __slots__ = ("context", "name", "outer", "value")

    def __init__(self, context: Context, name: str, value: object) -> None:
        self.context = context
        self.name = name
        self.value = value

    def __enter__(self) -> None:
        self.outer = getattr(self.context, self.name)
        setattr(self.context, self.name, self.value)

    def __exit__(self, *_: object) -> None:
        setattr(self.context, self.name, self.outer)


class Context:
    """State of one elaboration. The parts of the elaborator are mixed into one class over it."""

    def __init__(self, knowledge: Knowledge = NOTHING, steps: int = 0, most_steps: int = 0) -> None:
        self.knowledge = knowledge
        self.root = Builder("net", "net")
        self.builder = self.root
        self.frame: Environment | None = None
        self.diagnostics: list[Diagnostic] = []
        self.unplaced: list[Diagnostic] = []
        """Errors for which no node stands yet in the graph of what was made."""
        self.reported: set[tuple[str, Span | None]] = set()
        self.suggestions = 0
        self.calls: list[tuple[str, Span]] = []
        self.limits = limits()
        self.steps = steps
        self.most_steps = most_steps or self.limits.steps
        self.at: Span | None = None
        self.assumptions: list[tuple[Dim, Dim, Span]] = []
        """Sizes that are taken to be equal."""
        self.least: list[tuple[Dim, Dim, Span]] = []
        """Sizes that are taken to be no less than the second."""
        self.borrowed: list[tuple[Tensor, Made | None]] = []
        """Ints that come through ports, and what made them: a layer was asked whether they suit."""
        self.promises: list[tuple[str, Declared]] = []
        """What ``require`` says of the inputs' sizes."""
        self.required: list[syntax.Expr] = []
        """The conditions of the ``require`` that is decided now."""
        self.sequences: dict[tuple[int, int], Draft] = {}
        """Tensors of which `.t` is asked: they are taken for [N, T, D]."""
        self.inferred: dict[tuple[Any, ...], tuple[TensorType, ...]] = {}
        self.instances: dict[tuple[Any, ...], Any] = {}
        self.repeats: list[str | None] = []
        """The repeats around: a loop's counting variable, None for ``*``."""
        self.wants_network = False
        self.held: list[Builder] = []
        """Labelled groups in which something stands, and whose network is not applied yet."""
        self.net_block: syntax.Block | None = None
        """The net whose body is elaborated; a bare pipeline has none."""
        self.layers_made: dict[tuple[Any, ...], Layer] = {}
        self.literal_calls: dict[tuple[Any, ...], LayerNetwork] = {}

    @property
    def declared(self) -> dict[str, Declared]:
        """Which values the inputs' sizes have, by what ``require`` says."""
        if not self.promises:
            return {}
        from ..declared import ANY

        found: dict[str, Declared] = {}
        for name, said in self.promises:
            found[name] = found.get(name, ANY).joined(said)
        return found

    # --- the parts call one another ---------------------------------------------------------

    def evaluate(self, expr: syntax.Expr, env: Environment) -> Data:
        raise NotImplementedError

    def apply(
        self, network: Network, inputs: list[Tensor], span: Span, naming: Naming = UNNAMED
    ) -> Data:
        raise NotImplementedError

    def dissolve(
        self, group: Builder, into: Builder, prefix: str = "", *, fan: bool = False
    ) -> None:
        raise NotImplementedError

    # --- findings ---------------------------------------------------------------------------

    def report(
        self, code: str, message: str, span: Span | None, *, detail: str = "",
        labels: Sequence[Label] = (), notes: Sequence[str] = (), help: str | Sequence[str] = (),
        fix: Fix | None = None, severity: Severity = "error",
    ) -> Unknown:  # fmt: skip
        """Record a finding with the block calls that led here; its value is UNKNOWN."""
        helps = (help,) if isinstance(help, str) else help
        ways = [Label(at, f"in this call of `{name}`") for name, at in self.calls[-4:]]
        found = Diagnostic(
            code, message, span, detail, (*labels, *(w for w in ways if w.span != span)),
            tuple(notes), tuple(h for h in helps if h), fix, severity,
        )  # fmt: skip
        if (code, span) not in self.reported:
            self.reported.add((code, span))
            self.found([found])
            if severity == "error":
                self.unplaced.append(found)
        return UNKNOWN

    def found(self, findings: Sequence[Diagnostic]) -> None:
        """Add to the findings; where they are enough, no further step is taken."""
        self.diagnostics += findings
        if len(self.diagnostics) >= MAX_FINDINGS:
            self.most_steps = 0

    def amend(self, **changes: Any) -> None:
        """Say the last finding better."""
        better = self.diagnostics[-1].replace(**changes)
        if self.unplaced and self.unplaced[-1] is self.diagnostics[-1]:
            self.unplaced[-1] = better
        self.diagnostics[-1] = better

    def fail(self, text: str, inputs: Sequence[Tensor], span: Span) -> Unknown:
        """A node for what could not be made of these inputs, with the findings that are at no
        node yet. ``text`` is its piece of the spec; empty, that of the first finding."""
        if self.unplaced:
            text = text or _text(self.unplaced[0])
            self._place(self.builder, FailedOp(text, tuple(self.unplaced)), inputs, span)
            self.unplaced.clear()
        return UNKNOWN

    def fail_alone(self) -> None:
        """Nodes for the findings of something into which no tensor was piped."""
        for found in self.unplaced:
            self._place(self.builder, FailedOp(_text(found), (found,)), (), found.span)
        self.unplaced.clear()

    def fail_inside(self, child: Builder, naming: Naming, word: str, span: Span) -> Unknown:
        """A call of a graph that could not be completed."""
        if not child.drafts:
            return UNKNOWN
        outer = {id(draft): tensor for draft, tensor in child.captured.values()}
        inputs = [outer[id(i)] for i in child.inputs]
        made = self._place(child.parent or self.root, None, inputs, span)
        made.child, made.label, made.word = child, naming.label or "", naming.word or word
        made.first = naming.number
        return UNKNOWN

    def _place(
        self, builder: Builder, op: FailedOp | None, inputs: Sequence[Tensor], span: Span | None
    ) -> Draft:
        with self.building(builder):
            here = [self.bring(whole(t)) for t in inputs]
        return builder.add(Draft(builder, inputs=here, span=span, failed=op))

    def near(self, word: str, known: Iterable[str]) -> str | None:
        """The known word that is likely meant, a bounded number of times."""
        self.suggestions += 1
        return closest(word, known) if self.suggestions <= MAX_SUGGESTIONS else None

    # --- bounds -----------------------------------------------------------------------------

    def step(self, span: Span, count: int = 1) -> None:
        self.steps += count
        self.at = span
        if self.steps > self.most_steps:
            self._too_many_steps(span)

    def _too_many_steps(self, span: Span) -> None:
        if len(self.diagnostics) >= MAX_FINDINGS:
            raise TooMuch
        most, whole = self.most_steps, self.limits.steps
        if most == whole:
            self.too_much(f"elaborating this net takes more than {most:,} steps", span, "steps")
        message = f"the nets of this file take more than {NETS_TOGETHER * whole:,} steps together"
        self.too_much(message, span, "steps", "check them one by one, with `--net NAME`")

    def snapshot(self, env: Environment, span: Span) -> Environment:
        """An environment as it is now; that takes its time where there are many names."""
        self.step(span, env.extent // 2)
        return env.snapshot()

    def too_much(self, message: str, span: Span | None, bound: str, *help: str) -> None:
        self.report("E214", message, span, help=[*help, how_to_raise(bound)])
        raise TooMuch

    # --- the scope being built ---------------------------------------------------------------

    def building(self, builder: Builder) -> Meanwhile:
        """What is made meanwhile stands in this scope."""
        return Meanwhile(self, "builder", builder)

    def wanting_network(self, wanted: bool) -> Meanwhile:
        """Whether a word that is a function on lists and a layer means the layer."""
        return Meanwhile(self, "wants_network", wanted)

    def framed(self, env: Environment) -> Meanwhile:
        """Labels made meanwhile belong to this environment."""
        return Meanwhile(self, "frame", env)

    def repeating(self, variable: str | None) -> Meanwhile:
        """Inside a repeated body; ``variable`` counts."""
        return Meanwhile(self, "repeats", [*self.repeats, variable])

    def bring(self, tensor: Tensor) -> Tensor:
        if self.held:
            self._let_out(tensor)
        return bring(tensor, self.builder)

    def outside(self, tensor: Tensor, graph: Builder) -> Tensor:
        """A tensor as seen from where a graph is called."""
        assert graph.parent is not None
        with self.building(graph.parent):
            return self.bring(tensor)

    def _let_out(self, tensor: Tensor) -> None:
        """A tensor of a group that is not applied yet, and is needed outside of it."""
        for group in [g for g in self.held if is_inside(tensor.builder, g)]:
            if not is_inside(self.builder, group):
                assert group.parent is not None
                self.dissolve(group, group.parent, f"{group.path}.")

    def draft(
        self, inputs: list[Tensor], types: Sequence[TensorType | None], span: Span, **fields: Any
    ) -> Draft:
        """A new node in the current scope."""
        here = [self.bring(t) for t in inputs]
        takes = tuple(t.type for t in here if t.type is not None)
        made = Draft(self.builder, inputs=here, takes=takes, types=list(types), span=span, **fields)
        self.step(span, LAYER_STEPS)
        self.grow(self.builder, made.size, span)
        return self.builder.add(made)

    def grow(self, builder: Builder, size: int, span: Span | None) -> None:
        """Count the layers of a scope, where a graph that is called counts at each call."""
        builder.size += size
        if builder.size > self.limits.layers:
            most = f"the network has more than {self.limits.layers:,} layers"
            self.too_much(most, span, "layers")

    def name(self, draft: Draft, naming: Naming, word: str) -> None:
        """Give a module its path: a label, the next position of a numbered scope, or a word."""
        builder = draft.builder
        if naming.share is not None:
            draft.share = naming.share
        elif naming.label:
            self.take_label(builder, naming.label, naming.span or draft.span)
            draft.label, draft.first = naming.label, naming.number
            builder.position += builder.numbered
        elif builder.numbered:
            draft.label, draft.first = str(builder.position), builder.position
            draft.word = naming.word or word
            self.take_label(builder, draft.label, draft.span)
            builder.position += 1
        else:
            draft.word = naming.word or word

    def take_label(self, builder: Builder, path: str, span: Span | None) -> None:
        """A module path is there once, and leads either to a module or on."""
        first = builder.clash(path)
        if first is None:
            builder.take(path, span)
            return
        other, at = first
        message = f"two modules are called `{path}` here"
        if other != path:
            outer, inner = sorted((path, other), key=len)
            message = f"`{outer}` is a module already, and `{inner}` would be inside it"
        self.report(
            "E208", message, span, detail="the second one",
            labels=[Label(at, "the first one")] if at is not None and at != span else [],
            help=self._another_label(path),
        )  # fmt: skip

    def is_reserved(self, name: str, span: Span) -> Unknown:
        message, help = refusal(name)
        return self.report("E221", message, span, help=help)

    def _another_label(self, path: str) -> list[str]:
        if not self.repeats:
            return ["give one of them another label"]
        variable = self.repeats[-1]
        if variable is None:
            return [
                "label the repeat, and its copies are scopes: `(...) * 3 as layer`",
                f'or number the label: `for i in range(3) {{ ... as "{path}{{i}}" }}`',
            ]
        return [f'in a repeated body number it: `as "{path}{{{variable}}}"`']


def is_inside(builder: Builder, scope: Builder) -> bool:
    return any(b is scope for b in builder.ancestors())


def _text(found: Diagnostic) -> str:
    return found.span.text if found.span else ""


def whole(tensor: Tensor) -> Tensor:
    """The sequence, of one step of it."""
    return tensor.draft.step_of or tensor
