"""Operators: arithmetic, the pipe, and the networks that they make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ...grammar import syntax
from ...grammar.diagnostics import Edit, Fix
from ...grammar.source import Span
from ..dims import Size
from ..environment import Environment
from ..layer import Layer
from ..layers import layers
from ..values import (
    UNKNOWN,
    Builtin,
    Chain,
    Combined,
    Container,
    Data,
    Fan,
    LayerNetwork,
    LayerWord,
    Namespace,
    Network,
    Renamed,
    Repeat,
    Tensor,
    as_text,
    describe,
    is_number,
    networks_in,
    tensors_in,
    unknown_in,
)
from .calls import Calls
from .functions import (
    Bad,
    Undecided,
    arithmetic,
    compare,
    contains,
    truth,
)
from .trees import label_names

OPERATOR_LAYERS: Final = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "//": "floordiv", "%": "mod", "**": "pow",
    "@": "matmul", ">": "gt", "<": "lt", ">=": "ge", "<=": "le", "==": "eq", "!=": "ne",
}  # fmt: skip
COMPARISONS: Final = frozenset({">", "<", ">=", "<=", "==", "!="})


class Operators(Calls):
    """What operators make of numbers, tensors and networks."""

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
        if value is UNKNOWN:
            self.lose_labels(spine[-1].left, value, env)
        for node in reversed(spine):
            value = self.operate(node, value, env)
            if value is UNKNOWN:
                self.lose_labels(node.right, value, env)
        return value

    def lose_labels(self, expr: syntax.Expr, value: Data, env: Environment) -> None:
        """The labels in what failed mean something unknown, like what failed."""
        if value is UNKNOWN:
            for name in label_names(expr):
                env.labels.setdefault(name, UNKNOWN)

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
        if isinstance(value, list):
            return any(map(self._is_network, value))
        if isinstance(value, Builtin):
            return value.name in layers()
        return isinstance(value, Network)

    def _on_numbers(self, node: syntax.Binary, left: Data, right: Data) -> Data:
        symbol_ = node.operator
        if isinstance(left, Size) and isinstance(right, Size):
            self.step(node.span, left.weight * right.weight // 8)
        try:
            if symbol_ in COMPARISONS:
                return compare(symbol_, left, right)
            if symbol_ in ("in", "not in"):
                return contains(left, right) == (symbol_ == "in")
            return arithmetic(symbol_, left, right)
        except Undecided:
            if self._taken_as_said(node, left, right):
                return True
            return self._undecided(_question(node, left, right), node.span)
        except Bad as bad:
            return self.report(
                bad.code, str(bad), node.operator_span, help=bad.help,
                notes=[f"the left side is {describe(left)}, the right side {describe(right)}"],
            )  # fmt: skip

    def _taken_as_said(self, node: syntax.Binary, left: Data, right: Data) -> bool:
        """``require T >= 4``: what it says of a size that only the input tells is so."""
        if not any(node is part for part in self.required):
            return False
        if not isinstance(left, int | Size) or not isinstance(right, int | Size):
            return False
        from ..declared import declaration

        said = declaration(node.operator, left, right)
        if said is None:
            return False
        self.promises.append(said)
        return True

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
            return self._bundle_operator(node)
        if self._is_network(left) or self._is_network(right):
            sides = self._member_of(left), self._member_of(right)
            return Combined(symbol_, *sides, node.operator_span)
        other = right if isinstance(left, Tensor) else left
        if not isinstance(other, Tensor) and not is_number(other):
            return self.report("E218", f"`{symbol_}` joins tensors and numbers, this is "
                               f"{describe(other)}", node.operator_span)  # fmt: skip
        return self.combine(symbol_, left, right, node.operator_span)

    def _bundle_operator(self, node: syntax.Binary) -> Data:
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

    def run_word(self, word: str, inputs: list[Tensor], span: Span, **settings: Any) -> Data:
        raise NotImplementedError

    # --- pipes ----------------------------------------------------------------------------------

    def pipe(self, node: syntax.Binary, left: Data, env: Environment) -> Data:
        right = self.pipe_target(node.right, env)
        if unknown_in(left) or unknown_in(right):
            return self._fail_piped(node, left)
        network = self.piped_into(node, right)
        if network is None:
            return self._fail_piped(node, left)
        if isinstance(left, Tensor) or tensors_in(left):
            if self._joined_with_itself(node):
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

    def piped_into(self, node: syntax.Binary, right: Data) -> Network | None:
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
        if isinstance(node.right, syntax.Name) and text in layers():
            self.report(
                "E207", "a pipe leads into a tensor", node.right.span,
                detail=f"this is {describe(right)}",
                help=f"`{text}` names it here, and not the layer: call it something else",
            )  # fmt: skip
            return None
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

    def _joined_with_itself(self, node: syntax.Binary) -> bool:
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
            self._undecided(_question(value, "==", 0), span)
            return None

    def _undecided(self, question: str, span: Span) -> Data:
        return self.report(
            "E222", f"whether {question} depends on sizes that are not known", span,
            help="conditions are decided when the spec is checked: give the input a size with "
            "`--input`, or make it a parameter",
        )  # fmt: skip

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

    def plain_layer(self, network: Network) -> LayerNetwork | None:
        """The layer network, if the network is one layer that never has weights."""
        while isinstance(network, Renamed):
            network = network.network
        if isinstance(network, LayerNetwork):
            return network if type(network.layer).weights is Layer.weights else None
        return None


_MIRRORED: Final = {
    "+": "+", "*": "*", ">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "==", "!=": "!=",
}  # fmt: skip


def _flatten(value: Data) -> Iterator[Data]:
    if isinstance(value, list):
        for item in value:
            yield from _flatten(item)
    else:
        yield value


def _question(node: syntax.Binary, left: Data, right: Data) -> str:
    """What a comparison asks: ``H is even`` for ``H % 2 == 0``."""
    if node.operator in ("==", "!=") and is_number(left) and is_number(right):
        from ..conditions import equality

        return " and ".join(c.holds() for c in equality(left, right))
    first, second = as_text(left), as_text(right)
    if first is None or second is None:
        return f"`{node.span.text}`"
    return f"{first} {node.operator} {second}"
