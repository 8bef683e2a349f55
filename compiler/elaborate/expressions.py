"""Expressions: what a piece of syntax is worth in an environment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from ...grammar import syntax
from ...grammar.diagnostics import Edit, Fix, Label
from ...grammar.source import Span
from ..builder import Builder, Draft, chain_from
from ..dims import Size, symbol
from ..environment import ALL, Environment, FileNames
from ..layer import Layer
from ..layers import layers
from ..types import TensorType
from ..values import (
    UNKNOWN,
    BlockNetwork,
    Builtin,
    Chain,
    Combined,
    Container,
    Data,
    Fan,
    Identity,
    Labelled,
    LayerWord,
    Loop,
    Namespace,
    Network,
    Renamed,
    Repeat,
    Shared,
    Sliced,
    Template,
    Tensor,
    describe,
    is_number,
    networks_in,
    tensors_in,
    unknown_in,
)
from ..values import Label as PathLabel
from .calls import Calls, listing
from .context import NeedsInput
from .foreign import explain_name
from .functions import (
    FUNCTIONS,
    Bad,
    Undecided,
    arithmetic,
    bounded,
    compare,
    contains,
    extent,
    truth,
)

OPERATOR_LAYERS: Final = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "//": "floordiv", "%": "mod", "**": "pow",
    "@": "matmul", ">": "gt", "<": "lt", ">=": "ge", "<=": "le", "==": "eq", "!=": "ne",
}  # fmt: skip
OWN_WORDS: Final = frozenset({"id", "input", "scan"})
COMPARISONS: Final = frozenset({">", "<", ">=", "<=", "==", "!="})
RESERVED_PATHS: Final = frozenset(
    {"add_module", "apply", "bfloat16", "buffers", "call_super_init", "children", "compile",
     "cpu", "cuda", "double", "dump_patches", "eval", "extra_repr", "float", "forward",
     "get_buffer", "get_extra_state", "get_parameter", "get_submodule", "half", "ipu",
     "load_state_dict", "modules", "mtia", "named_buffers", "named_children", "named_modules",
     "named_parameters", "parameters", "register_backward_hook", "register_buffer",
     "register_forward_hook", "register_module", "register_parameter", "requires_grad_",
     "set_extra_state", "set_submodule", "share_memory", "state_dict", "to", "to_empty", "train",
     "training", "type", "xpu", "zero_grad"}
)  # fmt: skip


class Expressions(Calls):
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
            return self.report(bad.code, str(bad), span)

    def _text(self, expr: syntax.Text, env: Environment) -> Data:
        parts = [p if isinstance(p, str) else self.evaluate(p, env) for p in expr.parts]
        if any(map(unknown_in, parts)):
            return UNKNOWN
        text = "".join(p if isinstance(p, str) else _as_text(p) for p in parts)
        return self._bounded(text, expr.span)

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

    # --- names ----------------------------------------------------------------------------------

    def _name(self, expr: syntax.Name, env: Environment) -> Data:
        value = self.lookup(expr.id, env, expr.span)
        if value is not None:
            return value.value
        return self.unknown_name(expr.id, expr.span, env)

    def lookup(self, name: str, env: Environment, span: Span) -> Found | None:
        """In the language's order: the body, the file, a layer, a label."""
        for scope in env.chain():
            if name in scope.names:
                return Found(_called(scope.names[name], name))
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
            help = "" if replacement else f"it is one of {listing(list(choices))}"
        else:
            known = env.known_names() | set(layers()) | set(FUNCTIONS) | OWN_WORDS
            message, help, replacement = explain_name(name, known)
            known -= env.file.making
            replacement = replacement or (None if message else self.near(name, known))
            line = None if message else self.importable(name, env)
            if line is not None:
                return self._not_imported(name, line, span, env)
        if replacement and not message:
            help = f"did you mean `{replacement}`?"
        fix = Fix(f"write `{replacement}`", (Edit(span, replacement),)) if replacement else None
        return self.report(
            "E201", message or f"`{name}` is not known here", span, help=help, fix=fix
        )

    def _not_imported(self, name: str, line: str, span: Span, env: Environment) -> Data:
        help = f"begin the file with `{line}`"
        edit = Edit(Span(env.file.source, 0, 0), f"{line}\n")
        return self.report(
            "E201", f"`{name}` is not known here", span, help=help, fix=Fix(help, (edit,))
        )

    def importable(self, name: str, env: Environment) -> str | None:
        """The import that would make a name known."""
        raise NotImplementedError

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
        return self.attribute(value, expr.name, expr.span, env)

    def attribute(self, value: Data, name: str, span: Span, env: Environment) -> Data:
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
            return kind.shape[position]
        return self.report(
            "E301", f"`.{name}` of a tensor {kind} is not defined", span,
            help="`.d` is the last axis, `.c` axis 1 from rank 3, `.h .w` of rank 4, `.t` of "
            "rank 3; `x.shape[i]` always works",
        )  # fmt: skip

    def known_type(self, tensor: Tensor, axes: tuple[str, ...] = ("N", "D")) -> TensorType:
        if tensor.type is None:
            raise NeedsInput(self.origin(tensor), axes, "float")
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
        weights = draft.layer.weights(*draft.takes[: len(draft.takes) - len(draft.layer.tensors())])
        if name not in weights:
            return None
        weight = weights[name]
        root = within[0].builder
        made = Draft(root, types=[TensorType(weight.shape, weight.dtype)], weight=(within, name))
        root.add(made)
        return Tensor(made, 0, made.types[0])

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

    # --- operators ------------------------------------------------------------------------------

    def _unary(self, expr: syntax.Unary, env: Environment) -> Data:
        if expr.operator == "not":
            decided = self.decide(expr.operand, env)
            return UNKNOWN if decided is None else not decided
        value = self.evaluate(expr.operand, env)
        if value is UNKNOWN:
            return UNKNOWN
        if is_number(value):
            return -value
        if isinstance(value, Tensor):
            return self.run_word("neg", [value], expr.span)
        network = self.network_or_none(value)
        if network is not None:
            return Combined("*", network, -1, expr.span)
        if networks_in(value):
            return UNKNOWN
        return self.report("E218", f"`-` needs a number or a tensor, got {describe(value)}",
                           expr.span)  # fmt: skip

    def _binary(self, expr: syntax.Binary, env: Environment) -> Data:
        # Chains of thousands of layers lean left: walk down without recursion.
        spine = [expr]
        while isinstance(spine[-1].left, syntax.Binary):
            spine.append(spine[-1].left)
        value = self.evaluate(spine[-1].left, env)
        for node in reversed(spine):
            value = self.operate(node, value, env)
        return value

    def operate(self, node: syntax.Binary, left: Data, env: Environment) -> Data:
        """``left operator node.right``, the left side being evaluated."""
        if node.operator in ("and", "or"):
            return self._logical(node, left, env)
        if node.operator == ">" and not is_number(left):
            return self.pipe(node, left, env)
        right = self.evaluate(node.right, env)
        if unknown_in(left) or unknown_in(right):
            return UNKNOWN
        if node.operator in ("==", "!=") and (left is None or right is None):
            return (left is right) == (node.operator == "==")
        if isinstance(left, Tensor) or isinstance(right, Tensor):
            return self._on_tensors(node, left, right)
        if self._is_network(left) or self._is_network(right):
            return self._on_networks(node, left, right)
        if node.operator == ">" and not is_number(right):
            return self._not_piped(left, node.left.span)
        return self._on_numbers(node, left, right)

    def _logical(self, node: syntax.Binary, left: Data, env: Environment) -> Data:
        decided = self.decide_value(left, node.left.span)
        if decided is None:
            return UNKNOWN
        return self.evaluate(node.right, env) if decided == (node.operator == "and") else left

    def _is_network(self, value: Data) -> bool:
        if isinstance(value, Builtin):
            return value.name in layers()
        return isinstance(value, Network) or (isinstance(value, list) and networks_in(value))

    def _on_numbers(self, node: syntax.Binary, left: Data, right: Data) -> Data:
        symbol_ = node.operator
        try:
            if symbol_ in COMPARISONS:
                return compare(symbol_, left, right)
            if symbol_ in ("in", "not in"):
                return contains(left, right) == (symbol_ == "in")
            return arithmetic(symbol_, left, right)
        except Undecided:
            return self._undecided(f"{left} {symbol_} {right}", node.span)
        except Bad as bad:
            return self.report(
                bad.code, str(bad), node.operator_span,
                notes=[f"the left side is {describe(left)}, the right side {describe(right)}"],
            )  # fmt: skip

    def _on_tensors(self, node: syntax.Binary, left: Data, right: Data) -> Data:
        symbol_ = node.operator
        if symbol_ == ">":
            return self._not_piped(left, node.left.span)
        if symbol_ in ("in", "not in"):
            return self.report(
                "E222", "`in` looks into lists of numbers", node.operator_span,
                help="`eq` compares elementwise: `x > eq(1)`",
            )  # fmt: skip
        if isinstance(left, list) or isinstance(right, list):
            return self._bundle_operator(node, left, right)
        if self._is_network(left) or self._is_network(right):
            sides = self._member_of(left), self._member_of(right)
            return Combined(symbol_, *sides, node.operator_span)
        other = right if isinstance(left, Tensor) else left
        if not isinstance(other, Tensor) and not is_number(other):
            return self.report("E218", f"`{symbol_}` joins tensors and numbers, this is "
                               f"{describe(other)}", node.operator_span)  # fmt: skip
        return self.combine(symbol_, left, right, node.operator_span)

    def _bundle_operator(self, node: syntax.Binary, left: Data, right: Data) -> Data:
        help = "`skips + [x]`" if node.operator == "+" else "`[t > f for t in bundle]` maps"
        return self.report(
            "E218", f"`{node.operator}` joins two bundles or two tensors, not one of each",
            node.operator_span, help=help,
        )  # fmt: skip

    def combine(self, symbol_: str, left: Data, right: Data, span: Span) -> Data:
        """An operator on tensors and numbers."""
        word = OPERATOR_LAYERS[symbol_]
        if isinstance(left, Tensor) and isinstance(right, Tensor):
            return self.run_word(word, [left, right], span)
        if isinstance(left, Tensor):
            return self.run_word(word, [left], span, other=right)
        if symbol_ in _MIRRORED:
            return self.run_word(OPERATOR_LAYERS[_MIRRORED[symbol_]], [right], span, other=left)
        return self.run_word(word, [right], span, other=left, reversed=True)

    def _member_of(self, value: Data) -> Data:
        return value if isinstance(value, Tensor) or is_number(value) else self.network(value)

    def network(self, value: Data) -> Any:
        return self.network_or_none(value) or value

    def _on_networks(self, node: syntax.Binary, left: Data, right: Data) -> Data:
        symbol_ = node.operator
        if symbol_ == "+" and isinstance(left, list) and isinstance(right, list):
            return left + right
        if symbol_ == ">":
            return self._not_piped(left, node.left.span)
        if symbol_ in COMPARISONS or symbol_ in ("in", "not in"):
            return self.report(
                "E207", f"`{symbol_}` compares numbers, and this is {describe(left)}",
                node.operator_span, help="the pipe is `>`" if symbol_ == ">=" else (),
                fix=Fix("pipe it", (Edit(node.operator_span, ">"),)) if symbol_ == ">=" else None,
            )  # fmt: skip
        if symbol_ == "*":
            count = right if self._is_network(left) else left
            if isinstance(count, int | Size) and not isinstance(count, bool):
                return self.repeat(left if self._is_network(left) else right, count, node)
        return Combined(symbol_, self._member_of(left), self._member_of(right), node.operator_span)

    def repeat(self, value: Data, count: int | Size, node: syntax.Binary) -> Data:
        network = self.network_or_none(value)
        if network is None and networks_in(value):
            return UNKNOWN
        if network is None:
            return self.report("E211", f"{describe(value)} cannot be repeated", node.span)
        if isinstance(count, Size):
            return self.report(
                "E211", f"a network is repeated a number of times, {count} is a symbolic size",
                node.span,
                help="how deep a network is does not depend on its input: make the number a "
                "parameter, or give the input a number; `scan` steps through an axis",
            )  # fmt: skip
        if count < 0:
            return self.report("E211", f"a network repeated {count} times", node.span,
                               help="zero times is `id`")  # fmt: skip
        plain = self.plain_layer(network)
        if plain is not None and count > 1:
            word = plain.word
            return self.report(
                "E211", f"`{word}` has no parameters: {count} of them in a row?", node.span,
                help=[f"to scale its output: `{word} * {float(count)}`",
                      f"to run it {count} times: `for i in range({count}) {{ {word} }}`"],
            )  # fmt: skip
        return Repeat(network, count, node.span)

    # --- pipes ----------------------------------------------------------------------------------

    def pipe(self, node: syntax.Binary, left: Data, env: Environment) -> Data:
        right = self.pipe_target(node.right, env)
        if unknown_in(left) or unknown_in(right):
            return self._fail_piped(node, left)
        network = self.piped_into(node, left, right)
        if network is None:
            return self._fail_piped(node, left)
        if isinstance(left, Tensor) or tensors_in(left):
            if self._joined_with_itself(node, env):
                return self._fail_piped(node, left)
            inputs = self.bundle(left, node.left.span)
            value = UNKNOWN if inputs is None else self.apply(network, inputs, node.right.span)
            return self._fail_piped(node, left) if value is UNKNOWN else value
        first = self.network_or_none(left)
        if first is None and networks_in(left):
            return UNKNOWN
        if first is None:
            return self._not_piped(left, node.left.span)
        members = first.members if isinstance(first, Chain) and first.span is not None else (first,)
        return Chain((*members, network), node.span)

    def _fail_piped(self, node: syntax.Binary, left: Data) -> Data:
        """What the right side of a pipe could not make of the tensors on its left."""
        tensors = [t for t in _flatten(left) if isinstance(t, Tensor)] if self.unplaced else []
        return self.fail(node.right.span.text, tensors, node.right.span) if tensors else UNKNOWN

    def pipe_target(self, expr: syntax.Expr, env: Environment) -> Data:
        """The right side of a pipe: there ``sum([1, 2])`` is the layer, not the function."""
        outer, self.wants_network = self.wants_network, True
        try:  # `with wanting_network` would be a tenth of a long chain's time
            return self.evaluate(expr, env)
        finally:
            self.wants_network = outer

    def piped_into(self, node: syntax.Binary, left: Data, right: Data) -> Network | None:
        network = self.network_or_none(right)
        if network is not None or self._is_network(right):
            return network
        if isinstance(node.right, syntax.For) and right is None:
            self.report(
                "E209", "this `for` only assigns: it gives no result", node.right.span,
                help="end its body with a network: `for i in range(3) { f }`",
            )  # fmt: skip
            return None
        text = node.right.span.text
        compared = f"`... > gt({text})` compares elementwise"
        fix = Fix(f"write `gt({text})`", (Edit(node.right.span, f"gt({text})"),))
        if is_number(right):
            self.report("E207", "a tensor is piped into a number", node.right.span, help=compared,
                        fix=fix)  # fmt: skip
        elif isinstance(right, Tensor) and right.draft.layer and right.draft.layer.arity == (0, 0):
            message = f"nothing is piped into `{right.draft.layer.word}`: it is a source"
            help = "`x + source` and `[source, x] > concat` join it"
            self.report("E207", message, node.right.span, help=help)
        elif isinstance(right, Tensor) or tensors_in(right):
            self.report(
                "E207", "a pipe leads into a tensor", node.right.span,
                detail=f"this is {describe(right)}", fix=fix if isinstance(right, Tensor) else None,
                help=[compared, "`(x > f) + y` adds"],
            )  # fmt: skip
        else:
            self.report("E207", f"a pipe leads into {describe(right)}", node.right.span,
                        help="layers, blocks and lists of them can be piped into")  # fmt: skip
        return None

    def _not_piped(self, value: Data, span: Span) -> Data:
        return self.report("E207", f"{describe(value)} cannot be piped", span,
                           help="pipes carry tensors")  # fmt: skip

    def _joined_with_itself(self, node: syntax.Binary, env: Environment) -> bool:
        left = node.left
        if not isinstance(left, syntax.Binary) or left.operator not in ("+", "-", "*", "/", "@"):
            return False
        sides = (left.left, left.right)
        if not all(isinstance(s, syntax.Name) for s in sides) or left.left != left.right:
            return False
        x, op, f = left.left.span.text, left.operator, node.right.span.text
        self.report(
            "E210", f"`{x}` is joined only with itself before the pipe", left.span,
            help=f"did you mean `{x} {op} ({x} > {f})`? `>` binds looser than `{op}`",
            fix=Fix("put the pipe in parentheses",
                    (Edit(node.span, f"{x} {op} ({x} > {f})"),)),
        )  # fmt: skip
        return True

    def bundle(self, value: Data, span: Span) -> list[Tensor] | None:
        """The tensors that a pipe carries; None after an error."""
        if isinstance(value, Tensor):
            return [value]
        flat = list(_flatten(value))
        if all(isinstance(v, Tensor) for v in flat):
            return flat
        other = next(v for v in flat if not isinstance(v, Tensor))
        if other is not UNKNOWN:
            self.report("E207", f"a bundle holds tensors only, here is {describe(other)}", span)
        return None

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

    def decide(self, expr: syntax.Expr, env: Environment) -> bool | None:
        """A condition's truth; None after an error."""
        with self.wanting_network(False):
            return self.decide_value(self.evaluate(expr, env), expr.span)

    def decide_value(self, value: Data, span: Span) -> bool | None:
        if value is UNKNOWN:
            return None
        if isinstance(value, Tensor):
            self.report(
                "E222", "a condition on a tensor", span,
                notes=["a spec is decided before any tensor has values"],
                help="`where` chooses elementwise: `mask > where(a, b)`",
            )  # fmt: skip
            return None
        if isinstance(value, Network | Namespace | Builtin | Container):
            help = "conditions compare numbers: `width == 64`, `x.c != width`"
            self.report("E222", f"a condition on {describe(value)}", span, help=help)
            return None
        try:
            return truth(value)
        except Undecided:
            self._undecided(f"{value} is zero", span)
            return None

    def _undecided(self, question: str, span: Span) -> Data:
        return self.report(
            "E222", f"whether {question} depends on sizes that are not known", span,
            help="conditions are decided when the spec is checked: give the input a size with "
            "`--input`, or make it a parameter",
        )  # fmt: skip

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
        if UNKNOWN in indices:
            return None
        path = ".".join([base, *map(str, indices)])
        parts = path.split(".")
        good = all(isinstance(i, int) and i >= 0 for i in indices)
        if not good or not all(p and p.replace("_", "a").isalnum() and p.isascii() for p in parts):
            self.report("E221", f'"{path}" is no module path', node.span,
                        help="letters, digits and `_`, with dots between")  # fmt: skip
            return None
        taken = next((p for p in parts if p in RESERVED_PATHS), None)
        if taken is not None:
            self.report(
                "E221", f"`{taken}` is no label: every PyTorch module has one of its own",
                node.span, help=f"`{taken}_`",
            )  # fmt: skip
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
        if grouped and not whole and (not label.here or self.builder.numbered):
            value = self.in_group(label, lambda: self.evaluate(body, env))
            return value if tensors_in(value) else self._attach(value, label, True, expr.span)
        value = self.evaluate(body, env)
        if label.here and not whole and tensors_in(value):
            self.place(label)
        return self._attach(value, label, grouped, expr.span)

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

    def _attach(self, value: Data, label: PathLabel, grouped: bool, span: Span) -> Data:
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
            return UNKNOWN
        if is_network(expr):
            return Loop(expr, tuple(items), self.snapshot(env, expr.span))
        self.run_loop(expr, items, env)
        return None

    def run_loop(self, expr: syntax.For, items: list[Data], env: Environment) -> None:
        raise NotImplementedError

    def run_word(self, word: str, inputs: list[Tensor], span: Span, **settings: Any) -> Data:
        raise NotImplementedError

    def slice_tensor(self, value: Tensor, items: tuple[Any, ...], span: Span) -> Data:
        raise NotImplementedError

    def place(self, label: PathLabel) -> Any:
        raise NotImplementedError

    def in_group(self, label: PathLabel, make: Callable[[], Data]) -> Data:
        raise NotImplementedError

    # --- networks out of values -----------------------------------------------------------------

    def network_or_none(self, value: Data) -> Network | None:
        """None for what is no network, and for a layer's word that lacks settings: reported."""
        if isinstance(value, Builtin) and value.name in layers():
            value = LayerWord(layers()[value.name], value.name, value.environment, value.span)
        if isinstance(value, LayerWord):
            return self.bare_layer(value)
        if isinstance(value, Network):
            return value
        if isinstance(value, list) and self._is_network(value):
            members = tuple(self._member_of(v) for v in value)
            return Fan(members)
        return None

    def plain_layer(self, network: Network) -> Any:
        """The layer network, if the network is one layer that never has weights."""
        from ..values import LayerNetwork

        while isinstance(network, Renamed):
            network = network.network
        if isinstance(network, LayerNetwork):
            return network if type(network.layer).weights is Layer.weights else None
        return None

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


_MIRRORED: Final = {
    "+": "+", "*": "*", ">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "==", "!=": "!=",
}  # fmt: skip
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


def is_network(loop: syntax.For) -> bool:
    """Whether a loop's body ends in an expression: then it is no statement."""
    last = loop.body[-1] if loop.body else None
    if not isinstance(last, syntax.ExpressionStatement):
        return False
    return is_network(last.value) if isinstance(last.value, syntax.For) else True


def counting(pattern: syntax.Pattern, env: Environment) -> str:
    """The name in a loop's pattern that counts, else ``i``."""
    if isinstance(pattern, syntax.Name):
        return pattern.id if isinstance(env.names.get(pattern.id), int) else "i"
    found = (counting(item, env) for item in pattern.items)
    return next((name for name in found if name in env.names), "i")


def is_named_by_label(layer: Layer) -> bool:
    """Whether the layer is a parameter or buffer itself, so that its name is its label."""
    return layer.arity == (0, 0) and "" in layer.weights()


def _called(value: Data, name: str) -> Data:
    """A network in a variable is called under the variable's word."""
    if isinstance(value, Shared | Identity):
        return value
    if isinstance(value, Renamed):
        return Renamed(value.network, name)
    if isinstance(value, LayerWord):
        return LayerWord(value.layer, name, value.environment, value.span)
    if isinstance(value, Template):
        return value if value.name == name else Renamed(value, name)
    if isinstance(value, Network):
        return Renamed(value, name)
    return value


def _flatten(value: Data) -> Iterator[Data]:
    if isinstance(value, list):
        for item in value:
            yield from _flatten(item)
    else:
        yield value


def _is_group(body: syntax.Expr) -> bool:
    if isinstance(body, syntax.Binary):
        return body.operator in (">", "+", "-", "*", "/", "@", "**", "//", "%")
    return isinstance(body, syntax.List | syntax.Comprehension | syntax.For)


def _dotted(expr: syntax.Expr) -> str:
    parts: list[str] = []
    while isinstance(expr, syntax.Attribute):
        parts.append(expr.name)
        expr = expr.value
    parts.append(expr.id if isinstance(expr, syntax.Name) else "")
    return ".".join(reversed(parts))


def _as_text(value: Data) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    return str(value)


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
}
__all__ = ["BlockNetwork", "Expressions", "Label", "chain_from"]
