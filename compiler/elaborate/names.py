"""Names: what a word means where it stands, and what a dot reaches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...grammar import syntax
from ...grammar.diagnostics import Edit, Fix, Label
from ...grammar.source import Span
from ...grammar.wording import listing
from ..builder import Builder, Draft
from ..dims import symbol
from ..environment import ALL, NAMELESS, Environment, FileNames
from ..inits import INITS
from ..layers import layers
from ..types import TensorType
from ..values import (
    UNKNOWN,
    Builtin,
    Container,
    Data,
    Identity,
    LayerWord,
    Namespace,
    Network,
    Renamed,
    Shared,
    Template,
    Tensor,
    describe,
)
from .context import Context
from .functions import FUNCTIONS
from .knowledge import Learnt

OWN_WORDS: Final = frozenset({"id", "input", "scan"})


class Names(Context):
    """Lookup of names and attributes."""

    def _name(self, expr: syntax.Name, env: Environment) -> Data:
        value = self.lookup(expr.id, env, expr.span)
        if value is not None:
            return _named_at(value.value, expr.span)
        return self.unknown_name(expr.id, expr.span, env)

    def lookup(self, name: str, env: Environment, span: Span) -> Found | None:
        """In the language's order: the body, the file, a layer, a label."""
        scope: Environment | None = env
        while scope is not None:
            if name in scope.names:
                return Found(_called(scope.names[name], name))
            scope = scope.parent
        if name in env.file.names:
            return Found(_called(self.file_name(env.file, name), name))
        if name == "id":
            return Found(Identity(span))
        if name in FUNCTIONS:
            return Found(Builtin(name, env, span))
        if name in layers():
            return Found(LayerWord(layers()[name], name, env, span))
        labelled = (scope.labels[name] for scope in env.chain() if name in scope.labels)
        tensor = next(labelled, None)
        if tensor is not None:
            return Found(tensor)
        if name == "N":
            return Found(symbol("N"))
        return None

    def file_name(self, file: FileNames, name: str) -> Data:
        """A name of a file, made at its first use."""
        if name in file.made:
            return file.made[name]
        if name in file.making:
            return self.report(
                "E201", f"`{name}` is defined by itself", file.spans.get(name),
                help="its value needs this name again: break the circle",
            )  # fmt: skip
        file.making.add(name)
        try:
            file.made[name] = file.names[name]()
        finally:
            file.making.discard(name)
        return file.made[name]

    def unknown_name(
        self, name: str, span: Span, env: Environment, choices: Sequence[str] = ()
    ) -> Data:
        """``choices`` are what the name may be here, if that is not any name."""
        if name in env.file.lost or ALL in env.file.lost:
            return UNKNOWN
        message, help, replacement = None, "", None
        if choices:
            replacement = self.near(name, choices)
            help = "" if replacement else f"it is one of {listing(choices)}"
        else:
            from .advice import setting_with
            from .foreign import explain_name

            known = env.known_names() | set(layers()) | set(FUNCTIONS) | OWN_WORDS
            message, help, replacement = explain_name(name, known)
            known -= env.file.making
            if message is None and (setting := setting_with(name)):
                return self._is_option(name, setting, span)
            replacement = replacement or (None if message else self.near(name, known))
            if NAMELESS in env.file.lost and not (message or replacement):
                return UNKNOWN
            line = None if message else self.importable(name, env)
            if line is not None:
                return self._not_imported(name, line, span, env)
        if replacement and not message:
            help = f"did you mean `{replacement}`?"
        fix = Fix(f"write `{replacement}`", (Edit(span, replacement),)) if replacement else None
        return self.report(
            "E201", message or f"`{name}` is not known here", span, help=help, fix=fix
        )

    def _is_option(self, name: str, setting: str, span: Span) -> Data:
        """``net f(pad=same)``: a setting alone knows its options without quotes."""
        if name in INITS:
            return self.report(
                "E201", f"`{name}` is an initialiser, and known in `init=` alone", span,
                help=f"write it there, `conv(3x3, 64, init={name})`, or once for all: "
                f"`default conv(init={name})`",
            )  # fmt: skip
        text = f'"{name}"'
        help = f"elsewhere it is a text: `{text}`"
        return self.report(
            "E201", f"`{name}` is known in a setting alone, as in `{setting}={name}`", span,
            help=help, fix=Fix(help, (Edit(span, text),)),
        )  # fmt: skip

    def _not_imported(self, name: str, line: str, span: Span, env: Environment) -> Data:
        help = f"begin the file with `{line}`"
        edit = Edit(Span(env.file.source, 0, 0), f"{line}\n")
        return self.report(
            "E201", f"`{name}` is not known here", span, help=help, fix=Fix(help, (edit,))
        )

    def importable(self, name: str, env: Environment) -> str | None:
        """The import that would make a name known."""
        raise NotImplementedError

    # --- attributes -----------------------------------------------------------------------------

    def _attribute(self, expr: syntax.Attribute, env: Environment) -> Data:
        foreign = _dotted(expr)
        root = foreign.split(".")[0]
        if (
            root in ("nn", "torch", "F", "tf", "keras", "jnp")
            and self.lookup(root, env, expr.span) is None
        ):
            return self.unknown_name(foreign, expr.span, env)
        if foreign in env.file.modules and self.lookup(root, env, expr.span) is None:
            return self.file_name(env.file, env.file.modules[foreign])
        value = self.evaluate(expr.value, env)
        return self.attribute(value, expr.name, expr.span)

    def attribute(self, value: Data, name: str, span: Span) -> Data:
        if value is UNKNOWN:
            return UNKNOWN
        if isinstance(value, Namespace):
            return self._member(value, name, span)
        if isinstance(value, Container):
            return self._reach(value.scope, value.within, f"{value.path}.{name}", span)
        if isinstance(value, Tensor):
            return self._tensor_attribute(value, name, span)
        if isinstance(value, Shared):
            return self._share_attribute(value, name, span)
        return self.report("E201", f"{describe(value)} has no `.{name}`", span)

    def _share_attribute(self, share: Shared, name: str, span: Span) -> Data:
        """``words.weight``, after ``share words = embed(vocab, d)``."""
        if share.first is None:
            return self.report(
                "E201", f"`{share.name}` has no `.{name}` before its first use", span,
                labels=[Label(share.span, "declared here")],
                help="sizes follow from what is piped in: use it first",
            )  # fmt: skip
        found = self._inside(share.first.tensors()[0], name, labels_only=False)
        if found is not None:
            return found
        return self.report("E201", f"there is no `{name}` inside `{share.name}`", span)

    def _member(self, space: Namespace, name: str, span: Span) -> Data:
        file = space.environment.file
        if name in file.names:
            return self.file_name(file, name)
        if name in file.lost:
            return UNKNOWN
        close = self.near(name, file.names)
        return self.report(
            "E201", f"`{space.name}` has no `{name}`", span,
            help=f"did you mean `{close}`?" if close else f"it has {listing(sorted(file.names))}",
            fix=Fix(f"write `{close}`", (Edit(_last_word(span, name), close),)) if close else None,
        )  # fmt: skip

    def _tensor_attribute(self, tensor: Tensor, name: str, span: Span) -> Data:
        own = name in ("shape", "dtype", "d", "c", "h", "w", "t")
        found = self._inside(tensor, name, labels_only=own)
        if found is not None:
            return found
        if own:
            return self._axis(tensor, name, span)
        if name in layers():
            return self.report(
                "E206", f"`.{name}` is a layer: pipe the tensor into it", span,
                help=f"`{_holder(span)} > {name}`, with its settings in parentheses",
            )  # fmt: skip
        if name in ("T", "mT", "H", "mH"):
            fixed = f"({_holder(span)} > transpose(-2, -1))"
            return self.report(
                "E206", f"tensors have no `.{name}`: `transpose` is a layer", span,
                help=f"`{_holder(span)} > transpose(-2, -1)` swaps the last two axes",
                fix=Fix(f"write `{fixed}`", (Edit(span, fixed),)),
            )  # fmt: skip
        inside = self._names_inside(tensor)
        close = self.near(name, inside)
        return self.report(
            "E201", f"there is no `{name}` in `{_holder(span)}`", span,
            help=f"did you mean `{close}`?" if close else
            f"it has {listing([f'.{n}' for n in sorted(inside)])}" if inside else
            "a tensor has .shape .dtype .d .c .h .w .t, and what its block labels",
            fix=Fix(f"write `{close}`", (Edit(_last_word(span, name), close),)) if close else None,
        )  # fmt: skip

    def _names_inside(self, tensor: Tensor) -> set[str]:
        """The labels of the block that made a tensor, or the weights of the layer."""
        draft = (tensor.within or (tensor.draft,))[-1]
        if draft.child is not None:
            return {path.split(".")[0] for path in draft.child.labels}
        if draft.layer is None or not draft.takes:
            return set()
        piped = draft.takes[: len(draft.takes) - len(draft.layer.tensors())]
        return set(draft.layer.weights(*piped))

    def _inside(self, tensor: Tensor, name: str, *, labels_only: bool) -> Data | None:
        """What a name means inside the call that made a tensor, or beside it: ``layer.0``."""
        *calls, last = tensor.within or (tensor.draft,)
        if tensor.holder:
            path = f"{tensor.holder}.{name}"
            scope = calls[-1].child if calls else last.builder
            found = self._reach(scope, tuple(calls), path, None) if scope is not None else None
            if found is not None:
                return found
        last = last.builder.copy(last, last.count - 1)
        if last.child is not None and (not labels_only or name in last.child.labels):
            return self._reach(last.child, (*calls, last), name, None)
        return None if labels_only else self._weight((*calls, last), name)

    def _axis(self, tensor: Tensor, name: str, span: Span) -> Data:
        kind = self.known_type(tensor, _RANK_NAMES.get(name, ("N", "D")))
        if name == "shape":
            return list(kind.shape)
        if name == "dtype":
            return kind.dtype
        if name == "d" and kind.rank >= 2:
            return kind.shape[-1]
        if name == "c" and kind.rank >= 3:
            return kind.shape[1]
        position = {("h", 4): 2, ("w", 4): 3, ("t", 3): 1}.get((name, kind.rank))
        if position is not None:
            if name == "t":
                self.sequences[tensor.identity] = tensor.draft
            return kind.shape[position]
        return self.report(
            "E301", f"`.{name}` of a tensor {kind} is not defined", span,
            help="`.d` is the last axis, `.c` axis 1 from rank 3, `.h .w` of rank 4, `.t` of "
            "rank 3; `x.shape[i]` always works",
        )  # fmt: skip

    def known_type(self, tensor: Tensor, axes: tuple[str, ...] = ("N", "D")) -> TensorType:
        if tensor.type is None:
            known = self.knowledge.with_input(self.origin(tensor), axes, "float")
            raise Learnt(known)
        return tensor.type

    def origin(self, tensor: Tensor) -> str:
        """The net's input that a tensor of unknown rank comes from."""
        draft = tensor.draft
        while True:
            if draft.child is not None:
                draft = draft.results[0].draft
            elif draft.inputs:
                draft = draft.inputs[0].draft
            elif draft.builder.parent is None:
                return draft.port
            else:
                outers = draft.builder.captured.values()
                draft = next(outer.draft for inner, outer in outers if inner is draft)

    def _reach(
        self, scope: Builder, within: tuple[Draft, ...], path: str, span: Span | None
    ) -> Data | None:
        """What stands at a module path of a scope: a tensor, a container; None if nothing does."""
        labelled = scope.labels.get(path)
        draft = labelled.draft if labelled is not None else scope.find(path)
        if draft is None:
            if scope.holds(path):
                return Container(scope, within, path)
            return self.report("E201", f"there is no `{path}` inside", span) if span else None
        inner = labelled if labelled is not None else Tensor(draft, 0, draft.types[0])
        chain = (*within, *(inner.within or (inner.draft,)))
        tensor = inner
        for call in reversed(within):
            tensor = call.export(tensor)
        outer = self.bring(tensor)
        return Tensor(outer.draft, outer.index, outer.type, within=chain, holder=inner.holder)

    def _weight(self, within: tuple[Draft, ...], name: str) -> Tensor | None:
        draft = within[-1]
        if draft.layer is None:
            return None
        for tensor in draft.inputs:
            self.known_type(tensor)
        weights = draft.layer.weights(*draft.takes[: len(draft.takes) - len(draft.layer.tensors())])
        if name not in weights:
            return None
        weight = weights[name]
        root = within[0].builder
        made = Draft(root, types=[TensorType(weight.shape, weight.dtype)], weight=(within, name))
        root.add(made)
        return Tensor(made, 0, made.types[0])

    def weight_chain(self, tensor: Tensor) -> tuple[tuple[Draft, ...], str] | None:
        """If a tensor is some layer's weight: the drafts that lead to it, and its name."""
        draft = tensor.draft
        while draft.weight is None:
            pairs = draft.builder.captured.values()
            outer = next((o for inner, o in pairs if inner is draft), None)
            if outer is None:
                return None
            draft = outer.draft
        return draft.weight


class Found:
    """A looked-up value (which may itself be none)."""

    __slots__ = ("value",)

    def __init__(self, value: Data) -> None:
        self.value = value


_RANK_NAMES: Final = {
    "c": ("N", "C", "H", "W"), "h": ("N", "C", "H", "W"), "w": ("N", "C", "H", "W"),
    "t": ("N", "T", "D"),
}  # fmt: skip


def _last_word(span: Span, name: str) -> Span:
    """The place of a name at the end of a text: ``fc`` of ``backbone.fc``."""
    return Span(span.source, span.end - len(name), span.end)


def _holder(span: Span) -> str:
    """What stands before the last dot."""
    return span.text.rpartition(".")[0]


def _named_at(value: Data, span: Span) -> Data:
    """A block knows where it is named: what it lacks is told there."""
    if isinstance(value, Template):
        return value.replace(span=span)
    if isinstance(value, Renamed):
        return value.replace(network=_named_at(value.network, span))
    return value


def _called(value: Data, name: str) -> Data:
    """A network in a variable is called under the variable's word."""
    if not isinstance(value, Network) or isinstance(value, Shared | Identity):
        return value
    if isinstance(value, Renamed):
        return Renamed(value.network, name)
    if isinstance(value, LayerWord):
        return LayerWord(value.layer, name, value.environment, value.span)
    if isinstance(value, Template):
        return value if value.name == name else Renamed(value, name)
    return Renamed(value, name)


def _dotted(expr: syntax.Expr) -> str:
    parts: list[str] = []
    while isinstance(expr, syntax.Attribute):
        parts.append(expr.name)
        expr = expr.value
    parts.append(expr.id if isinstance(expr, syntax.Name) else "")
    return ".".join(reversed(parts))
