"""Expressions: what a piece of syntax is worth in an environment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from unicodedata import normalize

from ...grammar import syntax
from ...grammar.diagnostics import Edit, Fix
from ...grammar.source import Span
from ..environment import Environment
from ..layer import Layer
from ..limits import how_to_raise
from ..reserved import reserved
from ..values import (
    UNKNOWN,
    Container,
    Data,
    Labelled,
    LayerWord,
    Loop,
    Network,
    Sliced,
    Tensor,
    as_text,
    describe,
    networks_in,
    tensors_in,
    unknown_in,
)
from ..values import Label as PathLabel
from .functions import Bad, bounded, extent
from .operators import Operators
from .trees import given_names, is_network


class Expressions(Operators):
    """Evaluation of expressions."""

    def evaluate(self, expr: syntax.Expr, env: Environment) -> Data:
        self.step(expr.span)
        value = _RULES[type(expr)](self, expr, env)
        if value.__class__ is list:  # whatever looks at it takes its time
            self.step(expr.span, extent(value) // 8)
        return value

    # --- literals -------------------------------------------------------------------------------

    def _constant(self, expr: syntax.Constant, env: Environment) -> Data:
        return expr.value

    def _number(self, expr: syntax.Number, env: Environment) -> Data:
        return self._bounded(expr.value, expr.span)

    def _dims(self, expr: syntax.Dims, env: Environment) -> Data:
        sizes = [self._bounded(v, expr.span) for v in expr.values]
        return UNKNOWN if UNKNOWN in sizes else sizes

    def _bounded(self, value: Data, span: Span) -> Data:
        try:
            return bounded(value)
        except Bad as bad:
            return self.report(bad.code, str(bad), span, help=bad.help)

    def _text(self, expr: syntax.Text, env: Environment) -> Data:
        parts = [p if isinstance(p, str) else self._as_text(p, env) for p in expr.parts]
        if UNKNOWN in parts:
            return UNKNOWN
        return self._bounded("".join(parts), expr.span)

    def _as_text(self, expr: syntax.Expr, env: Environment) -> Data:
        """How a value is written in a text."""
        value = self.evaluate(expr, env)
        if unknown_in(value):
            return UNKNOWN
        text = as_text(value)
        if text is None:
            return self.report(
                "E215", f"{describe(value)} cannot be written into a text", expr.span,
                help="a text takes numbers, texts, true and false, and lists of them",
            )  # fmt: skip
        return text

    def _list(self, expr: syntax.List, env: Environment) -> Data:
        return self._bounded([self.evaluate(item, env) for item in expr.items], expr.span)

    def _comprehension(self, expr: syntax.Comprehension, env: Environment) -> Data:
        items = self.items(expr.iterable, env)
        if items is None:
            return UNKNOWN
        made: list[Data] = []
        for item in items:
            inner = env.inner()
            self.bind_pattern(expr.pattern, item, inner)
            wanted = True if expr.condition is None else self.decide(expr.condition, inner)
            if wanted is None:
                return UNKNOWN
            if wanted:
                made.append(self.evaluate(expr.element, inner))
        return self._bounded(made, expr.span)

    def items(self, expr: syntax.Expr, env: Environment) -> list[Data] | None:
        """What a ``for`` goes through; None after an error."""
        value = self.evaluate(expr, env)
        if isinstance(value, list):
            return value
        if value is not UNKNOWN:
            help = f"`range({expr.span.text})`" if isinstance(value, int) else ""
            self.report("E218", f"`for` goes through a list, this is {describe(value)}", expr.span,
                        help=help)  # fmt: skip
        return None

    def bind_pattern(self, pattern: syntax.Pattern, value: Data, env: Environment) -> None:
        if isinstance(pattern, syntax.Name):
            if isinstance(value, Tensor):
                value.draft.names.setdefault(value.index, pattern.id)
            env.names[pattern.id] = value
            return
        parts: list[Any]
        if isinstance(value, list) and len(value) == len(pattern.items):
            parts = value
        else:
            if not unknown_in(value):
                self.report(
                    "E218", f"{len(pattern.items)} names for {_how_many(value)}", pattern.span,
                    help="as many names as there are values; one name takes the whole bundle"
                    if isinstance(value, list) else "",
                )  # fmt: skip
            parts = [UNKNOWN] * len(pattern.items)
        for item, part in zip(pattern.items, parts, strict=True):
            self.bind_pattern(item, part, env)

    # --- index ----------------------------------------------------------------------------------

    def _index(self, expr: syntax.Index, env: Environment) -> Data:
        value = self.evaluate(expr.value, env)
        with self.wanting_network(False):
            items = tuple(self._item(item, env) for item in expr.items)
        if value is UNKNOWN or any(map(unknown_in, items)):
            return UNKNOWN
        if isinstance(value, Container):
            if len(items) == 1 and isinstance(items[0], int):
                return self._reach(value.scope, value.within, f"{value.path}.{items[0]}", expr.span)
        elif isinstance(value, Tensor):
            return self.slice_tensor(value, items, expr.span)
        elif isinstance(value, list | str):
            return self.list_item(value, items, expr.span)
        else:
            network = self.network_or_none(value)
            if network is not None:
                return Sliced(network, items, expr.span)
            if networks_in(value):
                return UNKNOWN
        return self.report("E218", f"{describe(value)} has no items", expr.span)

    def _item(self, item: syntax.Expr | syntax.Slice | syntax.Ellipsis, env: Environment) -> Data:
        if isinstance(item, syntax.Ellipsis):
            return ...
        if isinstance(item, syntax.Slice):
            ends = [item.start, item.stop, item.step]
            values = [None if e is None else self.evaluate(e, env) for e in ends]
            return UNKNOWN if UNKNOWN in values else slice(*values)
        return self.evaluate(item, env)

    def _slice(self, expr: syntax.Slice | syntax.Ellipsis, env: Environment) -> Data:
        return UNKNOWN  # the parser has said that it stands behind nothing

    def _broken(self, expr: syntax.Broken, env: Environment) -> Data:
        return UNKNOWN

    def list_item(self, value: list[Any] | str, items: tuple[Any, ...], span: Span) -> Data:
        if len(items) == 1 and isinstance(items[0], int | slice):
            try:
                return value[items[0]]
            except IndexError:
                return self.report(
                    "E218", f"item {items[0]} of a list of {len(value)}", span,
                    help=f"its items are 0 to {len(value) - 1}" if value else "it is empty",
                )  # fmt: skip
            except (TypeError, ValueError):
                pass
        return self.report("E218", "a list's index is a whole number or a slice", span)

    # --- conditions -----------------------------------------------------------------------------

    def _conditional(self, expr: syntax.Conditional, env: Environment) -> Data:
        arm = self.arm(expr, env)
        return UNKNOWN if arm is None else self.evaluate(arm, env)

    def arm(self, expr: syntax.Conditional, env: Environment) -> syntax.Expr | None:
        """The arm that the condition chooses; None after an error."""
        condition = self.decide(expr.condition, env)
        traps = [arm for arm in (expr.then, expr.otherwise) if self._pipes_networks(arm, env)]
        for arm in traps:
            text = f"({arm.span.text})"
            self.report(
                "E210", "an arm of `if` that is a pipe needs parentheses", arm.span,
                notes=["`if` binds loosest: the whole pipe before or after it belongs to the arm"],
                help=f"`{text} if ... else ...`" if arm is expr.then else f"`... else {text}`",
                fix=Fix("add parentheses", (Edit(arm.span, text),)),
            )  # fmt: skip
        if condition is None or traps:
            return None
        return expr.then if condition else expr.otherwise

    def _pipes_networks(self, arm: syntax.Expr, env: Environment) -> bool:
        """Whether an arm is a pipe that starts from a network, as far as its first word tells."""
        if not isinstance(arm, syntax.Binary) or arm.operator != ">":
            return False
        first: syntax.Expr = arm
        while isinstance(first, syntax.Binary | syntax.Labelled | syntax.Call | syntax.Index):
            if isinstance(first, syntax.Binary):
                first = first.left
            elif isinstance(first, syntax.Labelled):
                first = first.body
            else:
                first = first.function if isinstance(first, syntax.Call) else first.value
        found = self.lookup(first.id, env, first.span) if isinstance(first, syntax.Name) else None
        if found is None or not isinstance(found.value, Network):
            return False
        return not (isinstance(found.value, LayerWord) and found.value.layer.arity == (0, 0))

    # --- labels, parentheses, loops -------------------------------------------------------------

    def _paren(self, expr: syntax.Paren, env: Environment) -> Data:
        return self.evaluate(expr.body, env)

    def label(self, node: syntax.LabelName, env: Environment) -> PathLabel | None:
        """A label's path and name; None after an error."""
        if isinstance(node.name, str):
            base, name = node.name, None if node.indices else node.name
        else:
            text = self._text(node.name, env)
            if text is UNKNOWN:
                return None
            base, name = text, None
        indices = [self.evaluate(i, env) for i in node.indices]
        if any(map(unknown_in, indices)):
            return None
        for expr, index in zip(node.indices, indices, strict=True):
            if not isinstance(index, int) or isinstance(index, bool) or index < 0:
                message = f"a label counts with whole numbers from 0 on, not with {describe(index)}"
                self.report("E221", message, expr.span)
                return None
        path = ".".join([base, *map(str, indices)])
        parts = path.split(".")
        if not all(p and f"_{p}".isidentifier() for p in parts):
            self.report("E221", f'"{path}" is no module path', node.span,
                        help="letters, digits and `_`, with dots between")  # fmt: skip
            return None
        if len(parts) > self.limits.depth:
            message = f"a label is a path of at most {self.limits.depth} parts"
            self.report("E214", message, node.span, help=how_to_raise("depth"))
            return None
        path = normalize("NFKC", path)
        taken = next(filter(reserved, path.split(".")), None)
        if taken is not None:
            self.is_reserved(taken, node.span)
            return None
        return PathLabel(path, name, node.span)

    def _labelled(self, expr: syntax.Labelled, env: Environment) -> Data:
        label = self.label(expr.label, env)
        body, chosen = self._strip(expr.body, env)
        if chosen is None or label is None:
            return UNKNOWN
        grouped = _is_group(body)
        whole = label.span in self.builder.whole
        self.builder.numbered |= whole
        scope = grouped or _is_labelled(body)
        if scope and not whole and (not label.here or self.builder.numbered):
            return self.in_group(label, grouped, expr.span, lambda: self.evaluate(body, env))
        value = self.evaluate(body, env)
        if label.here and not whole and tensors_in(value):
            self.place(label)
        return self.attach(value, label, grouped, expr.span)

    def _strip(self, body: syntax.Expr, env: Environment) -> tuple[syntax.Expr, bool | None]:
        """Through parentheses and decided conditions to what the label is on."""
        while True:
            if isinstance(body, syntax.Paren):
                body = body.body
            elif isinstance(body, syntax.Conditional):
                arm = self.arm(body, env)
                if arm is None:
                    return body, None
                body = arm
            else:
                return body, True

    def attach(self, value: Data, label: PathLabel, grouped: bool, span: Span) -> Data:
        if value is UNKNOWN:
            return UNKNOWN
        if isinstance(value, Tensor):
            if value.draft.label == "" and value.draft.word == "" and label.name:
                value.draft.names.setdefault(value.index, label.name)
            self.give_path(value, label)
            self.remember(label, value)
            return value
        network = self.network_or_none(value)
        if network is None and networks_in(value):
            return UNKNOWN
        if network is None and tensors_in(value):
            self.bundle(value, span)
            return UNKNOWN
        if network is None:
            return self.report("E221", f"a label on {describe(value)}", span,
                               help="labels name layers, groups and tensors")  # fmt: skip
        return Labelled(network, label, numbered=grouped)

    def give_path(self, value: Tensor, label: PathLabel) -> None:
        """A source (``param([1, 1, d]) as cls``) takes its label as module path."""
        draft = value.draft
        if draft.layer is not None and not draft.label and is_named_by_label(draft.layer):
            self.take_label(draft.builder, label.path, label.span)
            draft.label = label.path

    def remember(self, label: PathLabel, value: Data) -> None:
        """From here on the label means the tensor, or the bundle."""
        if isinstance(value, Tensor):
            if label.path in value.builder.holders:
                value = value.replace(holder=label.path)
            if "." not in label.path:
                value.builder.labels[label.path] = value
        named = label.name is not None and label.name != "_" and tensors_in(value)
        if named and self.frame is not None:
            self.frame.labels[label.name or ""] = value

    def _for(self, expr: syntax.For, env: Environment) -> Data:
        items = self.items(expr.iterable, env)
        if items is None:
            env.names |= dict.fromkeys(given_names(expr), UNKNOWN)
            return UNKNOWN
        if is_network(expr):
            return Loop(expr, tuple(items), self.snapshot(env, expr.span))
        self.run_loop(expr, items, env)
        return None

    def run_loop(self, expr: syntax.For, items: list[Data], env: Environment) -> None:
        raise NotImplementedError

    def slice_tensor(self, value: Tensor, items: tuple[Any, ...], span: Span) -> Data:
        raise NotImplementedError

    def place(self, label: PathLabel) -> Any:
        raise NotImplementedError

    def in_group(
        self, label: PathLabel, grouped: bool, span: Span, make: Callable[[], Data]
    ) -> Data:
        raise NotImplementedError


def counting(pattern: syntax.Pattern, env: Environment) -> str:
    """The name in a loop's pattern that counts, else ``i``."""
    if isinstance(pattern, syntax.Name):
        return pattern.id if isinstance(env.names.get(pattern.id), int) else "i"
    found = (counting(item, env) for item in pattern.items)
    return next((name for name in found if name in env.names), "i")


def is_named_by_label(layer: Layer) -> bool:
    """Whether the layer is a parameter or buffer itself, so that its name is its label."""
    return layer.arity == (0, 0) and "" in layer.weights()


def _is_group(body: syntax.Expr) -> bool:
    if isinstance(body, syntax.Binary):
        return body.operator in (">", "+", "-", "*", "/", "@", "**", "//", "%")
    return isinstance(body, syntax.List | syntax.Comprehension | syntax.For)


def _is_labelled(body: syntax.Expr) -> bool:
    """Whether a label stands inside: one around it is a scope."""
    while not isinstance(body, syntax.Labelled):
        match body:
            case syntax.Paren():
                body = body.body
            case syntax.Unary():
                body = body.operand
            case syntax.Index():
                body = body.value
            case _:
                return False
    return True


def _how_many(value: Data) -> str:
    return f"{len(value)} values" if isinstance(value, list) else describe(value)


_RULES: Final[dict[type, Any]] = {
    syntax.Number: Expressions._number,
    syntax.Constant: Expressions._constant,
    syntax.Dims: Expressions._dims,
    syntax.Text: Expressions._text,
    syntax.List: Expressions._list,
    syntax.Comprehension: Expressions._comprehension,
    syntax.Name: Expressions._name,
    syntax.Attribute: Expressions._attribute,
    syntax.Index: Expressions._index,
    syntax.Call: Expressions.call,
    syntax.Unary: Expressions._unary,
    syntax.Binary: Expressions._binary,
    syntax.Conditional: Expressions._conditional,
    syntax.Labelled: Expressions._labelled,
    syntax.Paren: Expressions._paren,
    syntax.For: Expressions._for,
    syntax.Slice: Expressions._slice,
    syntax.Ellipsis: Expressions._slice,
    syntax.Broken: Expressions._broken,
}
